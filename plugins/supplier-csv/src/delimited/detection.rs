//! What the beginning of a delimited file tells: its delimiter, and how it writes numbers.

use super::record::{Record, Step};
use crate::{
    columns::Columns,
    price,
    settings::{Delimiter, Mark, Settings},
};

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) separator: u8,
    pub(crate) mark: Option<Mark>,
}

/// Looks at a file's first bytes in UTF-8; `last` says that they are all.
pub(crate) fn detect(sample: &[u8], settings: &Settings, last: bool) -> Found {
    let separator = match (settings.delimiter, excel_line(sample)) {
        (Some(delimiter), _) => delimiter.byte(),
        (None, Some(separator)) => separator,
        (None, None) => likeliest(sample, settings, last),
    };
    let mark = settings.decimal.or_else(|| mark(sample, settings, separator, last));
    Found { separator, mark }
}

/// `sep=;` on a line of its own before everything else is Excel's way of telling.
fn excel_line(sample: &[u8]) -> Option<u8> {
    match sample.strip_prefix(b"sep=")? {
        [separator, b'\r' | b'\n', ..] => Some(*separator),
        _ => None,
    }
}

/// The delimiter under which the header has most of the columns that the settings name, and then most cells.
fn likeliest(sample: &[u8], settings: &Settings, last: bool) -> u8 {
    let promise = |delimiter: &&Delimiter| {
        let header = header(sample, settings, delimiter.byte(), last);
        (Columns::known(settings, &header), header.len())
    };
    // Of equals, `max_by_key` takes the last.
    Delimiter::ALL.iter().rev().max_by_key(promise).map_or(b',', |delimiter| delimiter.byte())
}

fn header(sample: &[u8], settings: &Settings, separator: u8, last: bool) -> Vec<String> {
    let mut rows = Rows { rest: sample, separator, last };
    let mut record = Record::default();
    let above = usize::try_from(settings.header_row.saturating_sub(1)).unwrap_or(usize::MAX);
    for _ in 0..above {
        if !rows.next(&mut record) {
            return Vec::new();
        }
    }
    while rows.next(&mut record) {
        if !record.is_blank() && !record.is_separator_line() {
            return record.names();
        }
    }
    Vec::new()
}

/// The mark that most numbers were written with, where that can be seen.
fn mark(sample: &[u8], settings: &Settings, separator: u8, last: bool) -> Option<Mark> {
    let names = header(sample, settings, separator, last);
    let columns = Columns::find(settings, &names).ok()?;
    let places: Vec<usize> = settings.numbers().filter_map(|name| columns.place(name)).collect();
    let mut rows = Rows { rest: sample, separator, last };
    let (mut record, mut points, mut commas) = (Record::default(), 0_u32, 0_u32);
    while rows.next(&mut record) {
        for place in &places {
            match record.text(*place).map(price::number).and_then(crate::number::evidence) {
                Some(Mark::Point) => points += 1,
                Some(Mark::Comma) => commas += 1,
                None => {}
            }
        }
    }
    match (points, commas) {
        (0, 0) => None,
        (_, 0) => Some(Mark::Point),
        (0, _) => Some(Mark::Comma),
        // Numbers of both kinds: each has to be clear by itself.
        _ => None,
    }
}

/// The rows of the sample, without the one that it cuts.
struct Rows<'a> {
    rest: &'a [u8],
    separator: u8,
    last: bool,
}

impl Rows<'_> {
    fn next(&mut self, record: &mut Record) -> bool {
        if self.rest.is_empty() {
            return false;
        }
        match record.read(self.rest, self.separator, self.last) {
            Step::Row { length, .. } => {
                self.rest = &self.rest[length..];
                true
            }
            Step::Unfinished { .. } => false,
        }
    }
}
