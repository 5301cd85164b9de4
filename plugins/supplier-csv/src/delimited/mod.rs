//! CSV, TSV and their kin: rows of cells under a row of names.

mod detection;
mod record;

use serde::{Deserialize, Serialize};
use wharf_sdk::Problem;

use self::record::{Record, Step};
use crate::{
    cell::{Cell, Cells},
    columns::{Columns, listed},
    encoding::Transcoder,
    limits,
    output::{Fault, Output},
    row::RowReader,
    settings::{Mark, Settings},
    value::Reading,
};

/// What is remembered of a delimited file between two calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) transcoder: Transcoder,
    separator: u8,
    mark: Option<Mark>,
    /// The names in the header, once it was read.
    header: Option<Vec<String>>,
    /// Rows that were read, the header and blank ones among them.
    pub(crate) row: u64,
}

/// How far a call came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reached {
    /// Bytes that need not be seen again.
    pub(crate) read: usize,
    /// The output is full, and there is more to read.
    pub(crate) more: bool,
}

impl Table {
    /// `sample` is the file's beginning in UTF-8.
    pub(crate) fn new(transcoder: Transcoder, sample: &[u8], settings: &Settings, last: bool) -> Self {
        let detection::Found { separator, mark } = detection::detect(sample, settings, last);
        Self { transcoder, separator, mark, header: None, row: 0 }
    }

    /// Reads as many rows as there are, or as the output takes.
    pub(crate) fn read(
        &mut self,
        settings: &Settings,
        currency: &str,
        bytes: &[u8],
        last: bool,
        output: &mut Output,
    ) -> Result<Reached, Problem> {
        let mut columns = self.header.as_ref().map(|header| Columns::find(settings, header)).transpose()?;
        let reader = RowReader { settings, reading: Reading { mark: self.mark, currency } };
        let (mut record, mut read) = (Record::default(), 0);
        while read < bytes.len() {
            if output.is_full() {
                return Ok(Reached { read, more: true });
            }
            let step = record.read(&bytes[read..], self.separator, last);
            let length = match step {
                Step::Row { length, .. } => length,
                Step::Unfinished { .. } => bytes.len() - read,
            };
            if length > limits::ROW_BYTES {
                return Err(self.too_long());
            }
            if let Step::Unfinished { .. } = step {
                self.tell_unfinished(last, output);
                break;
            }
            read += length;
            self.row += 1;
            match &columns {
                Some(columns) => self.take(&record, (step, length), columns, reader, output),
                None => columns = self.take_header(&record, settings)?,
            }
        }
        let read = if last { bytes.len() } else { read };
        Ok(Reached { read, more: false })
    }

    /// The columns, unless the row stands above the header.
    fn take_header<'s>(
        &mut self,
        record: &Record,
        settings: &'s Settings,
    ) -> Result<Option<Columns<'s>>, Problem> {
        if self.row < settings.header_row || record.is_blank() || record.is_separator_line() {
            return Ok(None);
        }
        let header = record.names();
        let columns = Columns::find(settings, &header)?;
        self.header = Some(header);
        Ok(Some(columns))
    }

    fn take(
        &self,
        record: &Record,
        (step, length): (Step, usize),
        columns: &Columns<'_>,
        reader: RowReader<'_>,
        output: &mut Output,
    ) {
        if record.is_blank() {
            return;
        }
        let header = self.header.as_deref().unwrap_or_default();
        let cells = TableRow { record, columns, header };
        let entries = match check(record, step, header) {
            Some(fault) => Err(vec![fault]),
            None => reader.entries(&cells),
        };
        match entries {
            Ok(entries) => output.take(entries, length),
            Err(faults) => output.refuse(self.row, faults),
        }
    }

    /// At the end, a row that is not whole was cut.
    fn tell_unfinished(&self, last: bool, output: &mut Output) {
        if last {
            let message =
                "The file ends inside a quoted cell: it was cut, or a quote is not closed. Get it again.";
            output.refuse(self.row + 1, vec![Fault::of_row(limits::TRUNCATED, message)]);
        }
    }

    fn too_long(&self) -> Problem {
        let (row, most) = (self.row + 1, limits::ROW_BYTES);
        let message =
            format!("Row {row} is longer than {most} bytes; a quote is probably not closed. Correct it.");
        Problem::error("row-too-long", message)
    }

    /// Whether the names of the columns were read.
    pub(crate) fn has_header(&self) -> bool {
        self.header.is_some()
    }
}

/// What is wrong with a row before its cells are looked at.
fn check(record: &Record, step: Step, header: &[String]) -> Option<Fault> {
    let Step::Row { stray_quote, ended, .. } = step else { return None };
    if let Some(place) = record.unreadable() {
        let message =
            "The cell holds bytes that are no text in the file's encoding; set `encoding`, or correct it.";
        let column = header.get(place).map_or("", String::as_str);
        return Some(Fault::at(column, "encoding", message));
    }
    if stray_quote {
        let message = "A quoted cell goes on behind its closing quote; double the quotes within a cell.";
        return Some(Fault::of_row("stray-quote", message));
    }
    if !ended && record.len() < header.len() {
        let message = "The file ends inside this row: it was cut. Get it again.";
        return Some(Fault::of_row(limits::TRUNCATED, message));
    }
    let beyond =
        (header.len()..record.len()).find(|place| record.text(*place).is_some_and(|text| !text.is_empty()));
    beyond.map(|_| {
        let message = format!(
            "The row has {} cells under {} columns; quote cells that hold the delimiter.",
            record.len(),
            header.len()
        );
        Fault::of_row("too-many-cells", message)
    })
}

struct TableRow<'a> {
    record: &'a Record,
    columns: &'a Columns<'a>,
    header: &'a [String],
}

impl Cells for TableRow<'_> {
    fn cell(&self, column: &str) -> Cell<'_> {
        match self.columns.place(column).and_then(|place| self.record.text(place)) {
            None => Cell::Absent,
            Some(text) => Cell::text(unguarded(text).into()),
        }
    }

    fn names(&self) -> String {
        listed(self.header)
    }
}

/// Without the apostrophe that exports put before a formula, so that no spreadsheet runs it.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => text,
    }
}
