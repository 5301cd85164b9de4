//! One row of a delimited file cut into cells, by RFC 4180 and what files do beside it.
//!
//! A hand-written reader, because a call has to stop in the middle of a row, go on in a fresh instance, and know at
//! the end whether a quoted cell is still open; the state of a ready-made one cannot be stored.

/// The cells of one row; kept from row to row.
#[derive(Debug, Default)]
pub(crate) struct Record {
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// How reading one row went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The row and its line end take so many bytes.
    Row { length: usize, stray_quote: bool, ended: bool },
    /// The row goes on behind these bytes; `quoted` when inside a quoted cell.
    Unfinished { quoted: bool },
}

/// A cell's end, or what is known of it.
enum CellEnd {
    /// A separator at this position.
    Separator(usize),
    /// A line end at this position.
    Line(usize),
    /// The bytes end outside quotes.
    Bytes,
}

impl Record {
    /// Reads the row that `bytes` begin with; `last` says that nothing follows them.
    pub(crate) fn read(&mut self, bytes: &[u8], separator: u8, last: bool) -> Step {
        self.text.clear();
        self.ends.clear();
        let (mut at, mut stray_quote) = (0, false);
        loop {
            if bytes.get(at) == Some(&b'"') {
                match self.quoted(bytes, at + 1, last) {
                    Some(end) => at = end,
                    None => return Step::Unfinished { quoted: true },
                }
                stray_quote |= bytes.get(at).is_some_and(|byte| !is_end(*byte, separator));
            }
            let end = find_end(bytes, at, separator);
            let (CellEnd::Separator(to) | CellEnd::Line(to)) = end else {
                if !last {
                    return Step::Unfinished { quoted: false };
                }
                self.finish_cell(&bytes[at..]);
                return Step::Row { length: bytes.len(), stray_quote, ended: false };
            };
            if let CellEnd::Line(to) = end {
                let Some(length) = line_end(bytes, to, last) else {
                    return Step::Unfinished { quoted: false };
                };
                self.finish_cell(&bytes[at..to]);
                return Step::Row { length, stray_quote, ended: true };
            }
            self.finish_cell(&bytes[at..to]);
            at = to + 1;
        }
    }

    /// Takes a quoted cell up to its closing quote; the position behind it, unless the bytes end before.
    fn quoted(&mut self, bytes: &[u8], mut at: usize, last: bool) -> Option<usize> {
        loop {
            let length = bytes.get(at..)?.iter().position(|byte| *byte == b'"')?;
            self.text.extend_from_slice(&bytes[at..at + length]);
            at += length + 1;
            match bytes.get(at) {
                Some(b'"') => self.text.push(b'"'),
                // Whether this quote closes the cell or is the first of two, the next byte tells.
                None if !last => return None,
                _ => return Some(at),
            }
            at += 1;
        }
    }

    fn finish_cell(&mut self, rest: &[u8]) {
        self.text.extend_from_slice(rest);
        self.ends.push(self.text.len());
    }

    /// How many cells there are; at least one.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The bytes of one cell.
    pub(crate) fn bytes(&self, index: usize) -> Option<&[u8]> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }

    /// One cell, if it is text.
    pub(crate) fn text(&self, index: usize) -> Option<&str> {
        self.bytes(index).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// The first cell that is no text.
    pub(crate) fn unreadable(&self) -> Option<usize> {
        (0..self.len()).find(|index| self.text(*index).is_none())
    }

    /// Whether nothing stands in any cell.
    pub(crate) fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }

    /// Whether this is Excel's `sep=;`, which names the separator and no column.
    pub(crate) fn is_separator_line(&self) -> bool {
        self.bytes(0).is_some_and(|cell| cell.starts_with(b"sep="))
    }

    /// All cells, without outer blanks.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |index| self.bytes(index).map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
        (0..self.len()).filter_map(name).collect()
    }
}

fn is_end(byte: u8, separator: u8) -> bool {
    byte == separator || byte == b'\r' || byte == b'\n'
}

fn find_end(bytes: &[u8], at: usize, separator: u8) -> CellEnd {
    match bytes[at..].iter().position(|byte| is_end(*byte, separator)) {
        None => CellEnd::Bytes,
        Some(length) if bytes[at + length] == separator => CellEnd::Separator(at + length),
        Some(length) => CellEnd::Line(at + length),
    }
}

/// The position behind the line end: LF, CR LF, or the CR of old files. Nothing while an LF may follow the CR.
fn line_end(bytes: &[u8], at: usize, last: bool) -> Option<usize> {
    match (bytes[at], bytes.get(at + 1)) {
        (b'\r', Some(b'\n')) => Some(at + 2),
        (b'\r', None) if !last => None,
        _ => Some(at + 1),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(mut bytes: &[u8], separator: u8) -> Vec<Vec<String>> {
        let (mut record, mut rows) = (Record::default(), Vec::new());
        while !bytes.is_empty() {
            let Step::Row { length, .. } = record.read(bytes, separator, true) else { break };
            rows.push(record.names());
            bytes = &bytes[length..];
        }
        rows
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_back(
            written in prop::collection::vec(prop::collection::vec("[a-zé;,\"\r\n]{0,6}", 2..5), 1..5),
            separator in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        ) {
            let mut writer =
                csv::WriterBuilder::new().delimiter(separator).flexible(true).from_writer(Vec::new());
            for row in &written {
                writer.write_record(row).unwrap();
            }
            let trimmed = |row: &Vec<String>| row.iter().map(|cell| cell.trim().to_owned()).collect();
            let expected: Vec<Vec<String>> = written.iter().map(trimmed).collect();
            prop_assert_eq!(rows(&writer.into_inner().unwrap(), separator), expected);
        }

        #[test]
        fn any_bytes_end(bytes: Vec<u8>, separator: u8, last: bool) {
            let mut record = Record::default();
            if let Step::Row { length, .. } = record.read(&bytes, separator, last) {
                prop_assert!(length <= bytes.len());
            }
        }
    }

    #[test]
    fn every_line_end_ends_a_row() {
        assert_eq!(rows(b"a\nb\r\nc\rd", b','), [["a"], ["b"], ["c"], ["d"]]);
    }

    #[test]
    fn a_row_waits_for_what_may_belong_to_it() {
        let mut record = Record::default();
        let mut read = |bytes: &[u8]| record.read(bytes, b',', false);
        assert_eq!(read(b"a,\"b"), Step::Unfinished { quoted: true });
        assert_eq!(read(b"a,\"b\""), Step::Unfinished { quoted: true });
        assert_eq!(read(b"a,b\r"), Step::Unfinished { quoted: false });
        assert_eq!(read(b"a,\"b\nc\"\n"), Step::Row { length: 8, stray_quote: false, ended: true });
        assert_eq!(read(b"a,\"b\"c\n"), Step::Row { length: 7, stray_quote: true, ended: true });
    }
}
