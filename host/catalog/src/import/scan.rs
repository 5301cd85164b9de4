//! Takes one CSV row apart (RFC 4180, any one-byte delimiter, any of the three line ends).
//!
//! Quotes inside an unquoted cell are plain text (`19" rack`); a quoted cell must end where a cell may end.

use super::delimited::Record;

/// How far a row reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scan {
    /// `bytes` and `lines` to advance; `ended` unless the file ended instead of the line.
    Row { bytes: usize, lines: u64, ended: bool },
    /// The row goes on behind the given bytes.
    More,
    /// The quoted cell is not `closed`, or is closed before something else than a cell's end.
    Broken { cell: usize, closed: bool },
}

/// How much is forgiven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    /// A quoted cell goes on until a quote before a delimiter, or a line end that leaves the row this many cells.
    Lenient {
        cells: usize,
    },
    Usual,
    /// No quotes inside an unquoted cell either.
    Strict,
}

/// How a cell ended.
enum End {
    Delimiter,
    /// The line end takes this many bytes; none at the end of the file.
    Line(usize),
    More,
    Broken {
        closed: bool,
    },
}

/// Reads the row at the beginning of `bytes`; `last` says that the file ends with them.
pub(super) fn row(bytes: &[u8], delimiter: u8, last: bool, quoting: Quoting, record: &mut Record) -> Scan {
    let (mut at, mut inner_lines) = (0, 0);
    record.clear();
    loop {
        let rest = &bytes[at..];
        let (length, end) = if rest.first() == Some(&b'"') {
            let cells = record.ends.len() + 1;
            let end = |rest: &[u8]| match (end(rest, delimiter, last), quoting) {
                (End::Line(_), Quoting::Lenient { cells: wanted }) if cells < wanted => {
                    End::Broken { closed: true }
                }
                (end, _) => end,
            };
            quoted(rest, last, quoting, &mut record.text, &mut inner_lines, end)
        } else {
            plain(rest, delimiter, last, quoting, &mut record.text)
        };
        at += length;
        match end {
            End::More => return Scan::More,
            End::Broken { closed } => return Scan::Broken { cell: record.ends.len(), closed },
            End::Delimiter => {
                record.ends.push(record.text.len());
                at += 1;
            }
            End::Line(end) => {
                record.ends.push(record.text.len());
                return Scan::Row {
                    bytes: at + end,
                    lines: inner_lines + u64::from(end > 0),
                    ended: end > 0,
                };
            }
        }
    }
}

fn plain(bytes: &[u8], delimiter: u8, last: bool, quoting: Quoting, text: &mut Vec<u8>) -> (usize, End) {
    let length = bytes
        .iter()
        .position(|byte| *byte == delimiter || matches!(byte, b'\n' | b'\r'))
        .unwrap_or(bytes.len());
    let cell = &bytes[..length];
    if quoting == Quoting::Strict && cell.contains(&b'"') {
        return (length, End::Broken { closed: true });
    }
    text.extend_from_slice(cell);
    (length, end(&bytes[length..], delimiter, last))
}

fn quoted(
    bytes: &[u8],
    last: bool,
    quoting: Quoting,
    text: &mut Vec<u8>,
    lines: &mut u64,
    end: impl Fn(&[u8]) -> End,
) -> (usize, End) {
    let mut at = 1;
    loop {
        let Some(length) = bytes[at..].iter().position(|byte| *byte == b'"') else {
            return (bytes.len(), if last { End::Broken { closed: false } } else { End::More });
        };
        let piece = &bytes[at..at + length];
        *lines += line_ends(piece);
        text.extend_from_slice(piece);
        at += length + 1;
        if bytes.get(at) == Some(&b'"') {
            at += 1;
        } else {
            match end(&bytes[at..]) {
                End::Broken { closed: true } if matches!(quoting, Quoting::Lenient { .. }) => {}
                end => return (at, end),
            }
        }
        text.push(b'"');
    }
}

pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// What follows a cell.
fn end(rest: &[u8], delimiter: u8, last: bool) -> End {
    match rest {
        [] if last => End::Line(0),
        [] => End::More,
        [first, ..] if *first == delimiter => End::Delimiter,
        [b'\n', ..] => End::Line(1),
        [b'\r', b'\n', ..] => End::Line(2),
        // The next chunk may begin with the line feed.
        [b'\r'] if !last => End::More,
        [b'\r', ..] => End::Line(1),
        _ => End::Broken { closed: true },
    }
}

/// How many bytes of `bytes`, which begin with a broken row, belong to it, as far as that can be told.
///
/// A stray quote may seem to hold many lines. Where those are rows of `width` cells, only the first line is
/// broken. Where they are not, they are the inside of a cell, and reading them as rows would import prose as
/// products. `None`: up to the end of the line.
pub(super) fn broken_extent(
    bytes: &[u8],
    delimiter: u8,
    last: bool,
    width: usize,
    closed: bool,
) -> Option<usize> {
    let extent = if closed {
        match row(bytes, delimiter, last, Quoting::Lenient { cells: width }, &mut Record::default()) {
            Scan::Row { bytes, .. } => bytes,
            Scan::More | Scan::Broken { .. } => return None,
        }
    } else {
        bytes.len()
    };
    let first = bytes[..extent].iter().position(|byte| *byte == b'\n')? + 1;
    let inner = &bytes[first..extent];
    let ended = closed || inner.ends_with(b"\n");
    let only_first = inner.is_empty() || (ended && are_rows(inner, delimiter, width));
    (!only_first).then_some(extent)
}

/// Whether the first few lines are rows of `width` cells and nothing else.
fn are_rows(bytes: &[u8], delimiter: u8, width: usize) -> bool {
    const ENOUGH: usize = 8;
    let (mut at, mut record) = (0, Record::default());
    for _ in 0..ENOUGH {
        match row(&bytes[at..], delimiter, true, Quoting::Strict, &mut record) {
            Scan::Row { bytes, .. } if record.ends.len() == width => at += bytes,
            _ => return false,
        }
        if at == bytes.len() {
            break;
        }
    }
    true
}
