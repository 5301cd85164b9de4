//! Appends short runs of bytes in pieces of a fixed length.
//!
//! A copy whose length is not known when the connector is compiled becomes WebAssembly's bulk copy, which
//! runtimes carry out as a call. For the names, codes and numbers that most values are, the call costs more than
//! the copy; a piece of a fixed length is a load and a store.

/// The bytes of a piece.
pub(crate) const PIECE: usize = 16;

/// Longer runs are worth the call.
const SHORT: usize = 64;

/// Appends `bytes`.
#[inline]
pub(crate) fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.len() > SHORT {
        out.extend_from_slice(bytes);
    } else {
        append_short(out, bytes);
    }
}

fn append_short(out: &mut Vec<u8>, bytes: &[u8]) {
    let (pieces, rest) = bytes.as_chunks::<PIECE>();
    for piece in pieces {
        out.extend_from_slice(piece);
    }
    append_part(out, Part::new(rest));
}

/// A piece as two little-endian words.
#[inline]
pub(crate) fn words(piece: &[u8; PIECE]) -> [u64; 2] {
    let piece = u128::from_le_bytes(*piece);
    [piece as u64, (piece >> 64) as u64]
}

/// Less than a piece, as two little-endian words; what it lacks is filled with blanks.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) words: [u64; 2],
    length: usize,
}

impl Part {
    /// `bytes` are fewer than [`PIECE`]. They are read as two words that overlap in the middle, so without a loop.
    #[inline]
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let length = bytes.len();
        let words = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => {
                let more = length as u32 - 8;
                let high = u64::from_le_bytes(*last).checked_shr(64 - 8 * more).unwrap_or(0);
                [u64::from_le_bytes(*first), high | blanks_after(more)]
            }
            _ => [few(bytes) | blanks_after(length as u32), u64::MAX / 0xFF * 0x20],
        };
        Self { words, length }
    }
}

/// Up to seven bytes as a word.
#[inline]
fn few(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => {
            let shift = 8 * (bytes.len() - 4);
            u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << shift
        }
        _ => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// A word of blanks from this byte on.
#[inline]
fn blanks_after(byte: u32) -> u64 {
    (u64::MAX / 0xFF * 0x20).checked_shl(8 * byte).unwrap_or(0)
}

/// Appends a whole piece and takes back what is too much.
#[inline]
pub(crate) fn append_part(out: &mut Vec<u8>, part: Part) {
    let length = out.len() + part.length;
    let [low, high] = part.words;
    let whole = u128::from(high) << 64 | u128::from(low);
    out.extend_from_slice(&whole.to_le_bytes());
    out.truncate(length);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_any_length_arrive_whole() {
        let bytes: Vec<u8> = (0..200).collect();
        for length in 0..bytes.len() {
            let mut out = b"before".to_vec();
            append(&mut out, &bytes[..length]);
            assert_eq!(out.strip_prefix(b"before".as_slice()), Some(&bytes[..length]));
        }
    }

    #[test]
    fn a_part_ends_in_blanks() {
        for length in 0..PIECE {
            let part = Part::new(&[b'x'; PIECE][..length]).words.map(u64::to_le_bytes);
            let expected = "x".repeat(length) + &" ".repeat(PIECE - length);
            assert_eq!(part.as_flattened(), expected.as_bytes());
        }
    }
}
