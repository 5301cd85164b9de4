//! Bytes of any supported encoding as UTF-8, piece by piece.
//!
//! What cannot be read becomes bytes that are no UTF-8, so that the row it stands in is refused by its number; a
//! question mark in its place would end up in a shop. The standard library reads UTF-8 and UTF-16, and Windows-1252
//! is a table of 32 characters: a crate for all encodings would be larger than the rest of the component.

use serde::{Deserialize, Serialize};

use crate::settings;

/// No byte of UTF-8.
const UNREADABLE: u8 = 0xff;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Encoding {
    /// Nothing but ASCII so far: the first other character tells.
    Undecided,
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

/// What is between two pieces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Transcoder {
    encoding: Encoding,
    /// The beginning of a character that goes on in the next piece; at most three bytes.
    begun: Vec<u8>,
}

/// The encoding of a file that begins like this, and the length of its byte order mark.
pub(crate) fn detect(sample: &[u8], declared: Option<settings::Encoding>) -> (Encoding, usize) {
    match sample {
        [0xef, 0xbb, 0xbf, ..] => return (Encoding::Utf8, 3),
        [0xff, 0xfe, ..] => return (Encoding::Utf16Le, 2),
        [0xfe, 0xff, ..] => return (Encoding::Utf16Be, 2),
        _ => {}
    }
    let encoding = match declared {
        Some(settings::Encoding::Utf8) => Encoding::Utf8,
        Some(settings::Encoding::Utf16Le) => Encoding::Utf16Le,
        Some(settings::Encoding::Utf16Be) => Encoding::Utf16Be,
        Some(settings::Encoding::Windows1252) => Encoding::Windows1252,
        None => guess(sample),
    };
    (encoding, 0)
}

fn guess(sample: &[u8]) -> Encoding {
    // Delimiters, digits and line ends are ASCII in every table, and so every other byte of UTF-16 is often zero.
    let zeros = |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = sample.len() / 8;
    if odd > many && odd > even {
        return Encoding::Utf16Le;
    }
    if even > many {
        return Encoding::Utf16Be;
    }
    let (mut whole, mut broken) = (0_usize, 0_usize);
    for chunk in sample.utf8_chunks() {
        whole += chunk.valid().chars().filter(|character| !character.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    match (whole, broken) {
        (0, 0) => Encoding::Undecided,
        // The sample may end inside a character, and a damaged byte does not make a file Windows-1252.
        (whole, broken) if whole >= broken => Encoding::Utf8,
        (0, 1) if is_begun(last_sequence(sample)) => Encoding::Undecided,
        _ => Encoding::Windows1252,
    }
}

/// From the last byte on that begins a character.
fn last_sequence(sample: &[u8]) -> &[u8] {
    let start = sample.iter().rposition(|byte| !(0x80..0xc0).contains(byte)).unwrap_or(0);
    &sample[start..]
}

/// Whether this is the beginning of a UTF-8 character, and not the whole.
fn is_begun(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
}

impl Transcoder {
    pub(crate) fn new(encoding: Encoding) -> Self {
        Self { encoding, begun: Vec::new() }
    }

    /// Appends the piece in UTF-8. `last` says that nothing follows.
    pub(crate) fn push(&mut self, piece: &[u8], last: bool, out: &mut Vec<u8>) {
        if self.begun.is_empty() {
            return self.push_whole(piece, last, out);
        }
        let piece = [std::mem::take(&mut self.begun).as_slice(), piece].concat();
        self.push_whole(&piece, last, out);
    }

    fn push_whole(&mut self, piece: &[u8], last: bool, out: &mut Vec<u8>) {
        match self.encoding {
            Encoding::Undecided => self.decide(piece, last, out),
            Encoding::Utf8 => out.extend_from_slice(piece),
            Encoding::Utf16Le => self.push_utf16(piece, last, u16::from_le_bytes, out),
            Encoding::Utf16Be => self.push_utf16(piece, last, u16::from_be_bytes, out),
            Encoding::Windows1252 => push_windows_1252(piece, out),
        }
    }

    fn decide(&mut self, piece: &[u8], last: bool, out: &mut Vec<u8>) {
        let ascii = piece.iter().position(|byte| !byte.is_ascii()).unwrap_or(piece.len());
        let (ascii, rest) = piece.split_at(ascii);
        out.extend_from_slice(ascii);
        if rest.is_empty() {
            return;
        }
        let first = &rest[..rest.len().min(4)];
        if is_begun(first) && !last {
            self.begun = first.to_vec();
            return;
        }
        let is_utf8 = first.utf8_chunks().next().is_some_and(|chunk| !chunk.valid().is_empty());
        self.encoding = if is_utf8 { Encoding::Utf8 } else { Encoding::Windows1252 };
        self.push_whole(rest, last, out);
    }

    fn push_utf16(&mut self, piece: &[u8], last: bool, unit: fn([u8; 2]) -> u16, out: &mut Vec<u8>) {
        let (pairs, odd) = piece.as_chunks::<2>();
        let is_high = |pair: &[u8; 2]| (0xd800..0xdc00).contains(&unit(*pair));
        let begins = pairs.last().is_some_and(is_high) && !last;
        let whole = pairs.len() - usize::from(begins);
        out.reserve(whole);
        for character in char::decode_utf16(pairs[..whole].iter().map(|pair| unit(*pair))) {
            match character {
                Ok(character) => push_character(character, out),
                Err(_) => out.push(UNREADABLE),
            }
        }
        if last {
            out.extend(odd.iter().map(|_| UNREADABLE));
        } else {
            self.begun = piece[whole * 2..].to_vec();
        }
    }
}

fn push_character(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

/// 0x80 to 0x9F, where Windows-1252 is not Latin-1; a space stands for the five bytes without a character.
const WINDOWS_1252: [char; 32] = [
    '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’', '“', '”',
    '•', '–', '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
];

fn push_windows_1252(piece: &[u8], out: &mut Vec<u8>) {
    out.reserve(piece.len());
    for byte in piece {
        match byte {
            0..0x80 => out.push(*byte),
            0x80..0xa0 => match WINDOWS_1252[usize::from(byte - 0x80)] {
                ' ' => out.push(UNREADABLE),
                character => push_character(character, out),
            },
            _ => push_character(char::from(*byte), out),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn transcoded(encoding: Encoding, pieces: &[&[u8]]) -> Vec<u8> {
        let mut transcoder = Transcoder::new(encoding);
        let mut out = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            transcoder.push(piece, index + 1 == pieces.len(), &mut out);
        }
        out
    }

    proptest! {
        #[test]
        fn characters_may_be_cut_anywhere(text: String, cuts in prop::collection::vec(any::<prop::sample::Index>(), 3)) {
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for (encoding, bytes) in [(Encoding::Undecided, text.as_bytes()), (Encoding::Utf16Be, &utf16)] {
                let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
                cuts.sort_unstable();
                let pieces =
                    [&bytes[..cuts[0]], &bytes[cuts[0]..cuts[1]], &bytes[cuts[1]..cuts[2]], &bytes[cuts[2]..]];
                prop_assert_eq!(String::from_utf8(transcoded(encoding, &pieces)).unwrap(), text.clone());
            }
        }
    }

    #[test]
    fn encodings_are_told_by_mark_or_content() {
        let guess = |bytes: &[u8]| detect(bytes, None).0;
        assert_eq!(detect(b"\xef\xbb\xbfsku", Some(settings::Encoding::Windows1252)), (Encoding::Utf8, 3));
        assert_eq!(guess(b"s\0k\0u\0;\0"), Encoding::Utf16Le);
        assert_eq!(guess(b"\0s\0k\0u\0;"), Encoding::Utf16Be);
        assert_eq!(guess("größe".as_bytes()), Encoding::Utf8);
        assert_eq!(guess(b"gr\xf6\xdfe"), Encoding::Windows1252);
        assert_eq!(guess(b"size"), Encoding::Undecided);
        assert_eq!(guess(b"size\xc3"), Encoding::Undecided);
    }

    #[test]
    fn the_first_character_beyond_ascii_tells_utf8_from_windows() {
        assert_eq!(transcoded(Encoding::Undecided, &[b"a", b"\xe2\x82", b"\xac"]), "a€".as_bytes());
        assert_eq!(transcoded(Encoding::Undecided, &[b"a", b"\x80", b"\xfc"]), "a€ü".as_bytes());
        assert_eq!(transcoded(Encoding::Undecided, &[b"a", b"\xe2\x82"]), "aâ‚".as_bytes());
    }

    #[test]
    fn what_no_table_knows_is_no_text() {
        assert!(String::from_utf8(transcoded(Encoding::Windows1252, &[b"a\x81"])).is_err());
        assert!(String::from_utf8(transcoded(Encoding::Utf16Le, &[b"\x00\xd8a\0"])).is_err());
        assert!(String::from_utf8(transcoded(Encoding::Utf16Le, &[b"a\0b"])).is_err());
    }
}
