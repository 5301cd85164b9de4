//! The beginning of a file: encoding, delimiter and header, settled before the first row is read.

use std::io::Read;

use super::{
    ImportLimits,
    delimited::{Break, DelimitedReader, Next, Record},
    error::FileError,
    mapping::ImportMapping,
    scan::{self, Quoting},
};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How many bytes of byte order mark the file begins with; other encodings than UTF-8 are refused by name.
pub(super) fn byte_order_mark(beginning: &[u8]) -> Result<usize, FileError> {
    match beginning {
        [] => Err(FileError::Empty),
        [0xff, 0xfe, ..] => Err(FileError::Encoding { found: "UTF-16, little endian" }),
        [0xfe, 0xff, ..] => Err(FileError::Encoding { found: "UTF-16, big endian" }),
        [b'P', b'K', 3, 4, ..] => Err(FileError::Encoding { found: "a zip archive or an Excel workbook" }),
        [0x1f, 0x8b, ..] => Err(FileError::Encoding { found: "compressed with gzip" }),
        _ if beginning.starts_with(BYTE_ORDER_MARK) => Ok(BYTE_ORDER_MARK.len()),
        _ => Ok(0),
    }
}

/// Settles the delimiter and reads the header's names.
pub(super) fn header<R: Read>(
    reader: &mut DelimitedReader<R>,
    mapping: &ImportMapping,
    limits: &ImportLimits,
) -> Result<Vec<String>, FileError> {
    let beginning = reader.peek()?;
    let mark = byte_order_mark(beginning)?;
    let delimiter = match mapping.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok()) {
        Some(delimiter) => delimiter,
        None => detect(&beginning[mark..], mapping),
    };
    reader.skip(mark);
    reader.set_delimiter(delimiter);
    let mut record = Record::default();
    match reader.read(&mut record)? {
        Next::Row { .. } => {}
        Next::End => return Err(FileError::Empty),
        Next::Broken(Break::TooLong) => {
            return Err(FileError::Header { reason: "it is longer than a row may be".into() });
        }
        Next::Broken(Break::Quote(_) | Break::Unclosed(_)) => {
            return Err(FileError::Header { reason: "a quoted name does not end".into() });
        }
    }
    if record.ends.len() > limits.columns {
        return Err(FileError::TooManyColumns { found: record.ends.len(), limit: limits.columns });
    }
    reader.set_width(record.ends.len());
    names(&record)
}

fn names(record: &Record) -> Result<Vec<String>, FileError> {
    let name = |cell: &[u8]| std::str::from_utf8(cell).map(|name| name.trim().to_owned());
    record
        .cells()
        .map(|cell| name(cell).map_err(|_| FileError::Encoding { found: "the header holds other bytes" }))
        .collect()
}

/// The delimiter under which the header has the most of the names that the mapping knows, then the most names.
fn detect(beginning: &[u8], mapping: &ImportMapping) -> u8 {
    let wanted = mapping.named_columns();
    let score = |delimiter: u8| {
        let mut record = Record::default();
        // A header that goes on behind what was read is scored by its beginning.
        scan::row(beginning, delimiter, true, Quoting::Lenient { cells: 0 }, &mut record);
        let known = |cell: &&[u8]| {
            std::str::from_utf8(cell)
                .is_ok_and(|name| wanted.iter().any(|(column, _)| *column == name.trim()))
        };
        (record.cells().filter(known).count(), record.ends.len())
    };
    // Of equals the last wins, so the most usual one stands last.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|delimiter| score(*delimiter)).unwrap_or(b',')
}
