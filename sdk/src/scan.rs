//! Looks at eight bytes at a time for the few that writers have to treat.
//!
//! WebAssembly without SIMD still has 64-bit arithmetic, so a word holds eight bytes to compare at once.

const ONES: u64 = u64::MAX / 0xFF;
const HIGH: u64 = ONES << 7;

/// The high bit of each byte that is below `limit`. Exact up to and including the lowest hit.
const fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * limit as u64) & !word & HIGH
}

/// The high bit of each byte that equals `byte`. Exact up to and including the lowest hit.
const fn equal(word: u64, byte: u8) -> u64 {
    below(word ^ (ONES * byte as u64), 1)
}

fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The position of the first byte that a JSON string has to escape: `"`, `\` or a control character.
pub(crate) fn first_json_escape(bytes: &[u8]) -> Option<usize> {
    let hits = |word| below(word, 0x20) | equal(word, b'"') | equal(word, b'\\');
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, chunk) in words.iter().enumerate() {
        let hits = hits(u64::from_le_bytes(*chunk));
        if hits != 0 {
            return Some(index * 8 + hits.trailing_zeros() as usize / 8);
        }
    }
    let hits = hits(word(rest));
    let position = hits.trailing_zeros() as usize / 8;
    (position < rest.len()).then_some(bytes.len() - rest.len() + position)
}

/// Whether `text` is its own plain text: no markup, and blanks only one at a time inside.
pub(crate) fn is_plain(text: &str) -> bool {
    plain_prefix(text.as_bytes()) == text.len() && !text.ends_with(' ')
}

/// How many bytes go by before markup, a control character, or a blank that begins the text or follows a blank.
pub(crate) fn plain_prefix(bytes: &[u8]) -> usize {
    let mut after_blank = 0x80;
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, chunk) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*chunk);
        let blanks = blanks(word);
        let doubled = blanks & (blanks << 8 | after_blank);
        let hits = below(word, b' ') | equal(word, b'<') | equal(word, b'&') | doubled;
        if hits != 0 {
            return index * 8 + hits.trailing_zeros() as usize / 8;
        }
        after_blank = blanks >> 56;
    }
    let mut after_blank = after_blank != 0;
    for (index, byte) in rest.iter().enumerate() {
        if matches!(byte, 0..b' ' | b'<' | b'&') || (after_blank && *byte == b' ') {
            return bytes.len() - rest.len() + index;
        }
        after_blank = *byte == b' ';
    }
    bytes.len()
}

/// The high bit of each byte that is a blank, exact for every byte.
const fn blanks(word: u64) -> u64 {
    let other = word ^ (ONES * b' ' as u64);
    !(((other & !HIGH) + !HIGH) | other | !HIGH)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_escape_is_found(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let expected = bytes.iter().position(|byte| matches!(byte, 0..0x20 | b'"' | b'\\'));
            prop_assert_eq!(first_json_escape(&bytes), expected);
        }

        #[test]
        fn a_late_escape_is_found(plain in "[ -!#-\\[\\]-~äöü€]{0,40}", last in "[\"\\\\\n]") {
            prop_assert_eq!(first_json_escape(plain.as_bytes()), None);
            prop_assert_eq!(first_json_escape(format!("{plain}{last}").as_bytes()), Some(plain.len()));
        }

        #[test]
        fn plain_is_what_collapsing_blanks_would_not_change(text in "[ab€ ]{0,30}[<&\n ]?[ab ]{0,4}") {
            let collapsed = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(is_plain(&text), collapsed == text && !text.contains(['<', '&']));
        }
    }
}
