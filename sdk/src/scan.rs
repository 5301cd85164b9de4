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

/// Whether one of the eight bytes is `"`, `\` or a control character, which a JSON string has to escape.
pub(crate) const fn has_json_escape(word: u64) -> bool {
    below(word, 0x20) | equal(word, b'"') | equal(word, b'\\') != 0
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
        fn plain_is_what_collapsing_blanks_would_not_change(text in "[ab€ ]{0,30}[<&\n ]?[ab ]{0,4}") {
            let collapsed = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(is_plain(&text), collapsed == text && !text.contains(['<', '&']));
        }
    }
}
