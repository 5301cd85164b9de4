//! JSON: one document with a list in it, or a record on every line.

mod element;
mod scanner;

use serde::{Deserialize, Serialize};
use wharf_sdk::{Problem, Reason};

use self::{
    element::Element,
    scanner::{Scanner, Step},
};
use crate::{
    delimited::Reached,
    encoding::Transcoder,
    limits,
    output::{Fault, Output},
    row::RowReader,
    settings::Settings,
    value::Reading,
};

/// What is remembered of a JSON file between two calls.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Document {
    pub(crate) transcoder: Transcoder,
    shape: Shape,
    /// Records, or lines, that were read.
    pub(crate) row: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
enum Shape {
    List(Scanner),
    /// With the bytes that were looked at without finding the line's end.
    Lines {
        searched: usize,
    },
}

impl Document {
    /// `sample` is the file's beginning in UTF-8: a document begins with a bracket, or has its list under a name.
    pub(crate) fn new(transcoder: Transcoder, sample: &[u8], settings: &Settings) -> Self {
        let is_list = !settings.records.is_empty() || sample.trim_ascii_start().starts_with(b"[");
        let shape = if is_list { Shape::List(Scanner::new()) } else { Shape::Lines { searched: 0 } };
        Self { transcoder, shape, row: 0 }
    }

    /// Reads as many records as there are, or as the output takes.
    pub(crate) fn read(
        &mut self,
        settings: &Settings,
        currency: &str,
        bytes: &[u8],
        last: bool,
        output: &mut Output,
    ) -> Result<Reached, Problem> {
        let reader = RowReader { settings, reading: Reading { mark: settings.decimal, currency } };
        match &mut self.shape {
            Shape::List(scanner) => {
                let mut list = List { scanner, row: &mut self.row, reader, output };
                list.read(bytes, last)
            }
            Shape::Lines { searched } => {
                let mut lines = Lines { searched, row: &mut self.row, reader, output };
                lines.read(bytes, last)
            }
        }
    }
}

/// Records in a list.
struct List<'a> {
    scanner: &'a mut Scanner,
    row: &'a mut u64,
    reader: RowReader<'a>,
    output: &'a mut Output,
}

impl List<'_> {
    fn read(&mut self, bytes: &[u8], last: bool) -> Result<Reached, Problem> {
        let records = self.reader.settings.records.as_str();
        let path: Vec<&str> = if records.is_empty() { Vec::new() } else { records.split('.').collect() };
        loop {
            if self.output.is_full() {
                let read = self.scanner.position();
                self.scanner.forget(read);
                return Ok(Reached { read, more: true });
            }
            match self.scanner.next(bytes, &path) {
                Step::Record { start, end } => {
                    *self.row += 1;
                    take(*self.row, &bytes[start..end], self.reader, self.output);
                }
                Step::TooLong => {
                    *self.row += 1;
                    self.output.refuse(*self.row, vec![too_long()]);
                }
                Step::More { keep } => {
                    self.scanner.forget(keep);
                    if last {
                        self.check_end()?;
                    }
                    return Ok(Reached { read: keep, more: false });
                }
                Step::Wrong(what) => return Err(self.wrong(what)),
            }
        }
    }

    fn check_end(&mut self) -> Result<(), Problem> {
        if !self.scanner.found() {
            return Err(self.wrong("The file ends before its list."));
        }
        if !self.scanner.is_closed() {
            let message = "The file ends before the document is closed: it was cut. Get it again.";
            self.output.refuse(*self.row + 1, vec![Fault::of_row(limits::TRUNCATED, message)]);
        }
        Ok(())
    }

    fn wrong(&self, what: &str) -> Problem {
        let records = &self.reader.settings.records;
        if !self.scanner.found() {
            let place =
                if records.is_empty() { "the document itself".into() } else { format!("`{records}`") };
            let message =
                format!("The file has no list at {place}. {what} Set `records` to the list's path.");
            return Problem::error("no-records", message).reason(Reason::Settings);
        }
        Problem::error(
            "invalid-json",
            format!("Behind record {} the file is no JSON. {what} Correct it.", self.row),
        )
    }
}

/// A record on every line.
struct Lines<'a> {
    searched: &'a mut usize,
    row: &'a mut u64,
    reader: RowReader<'a>,
    output: &'a mut Output,
}

impl Lines<'_> {
    fn read(&mut self, bytes: &[u8], last: bool) -> Result<Reached, Problem> {
        let mut read = 0;
        while read < bytes.len() {
            if self.output.is_full() {
                return Ok(Reached { read, more: true });
            }
            let from = read + std::mem::take(self.searched);
            let end = bytes[from..].iter().position(|byte| *byte == b'\n').map(|length| from + length + 1);
            if end.unwrap_or(bytes.len()) - read > limits::ROW_BYTES {
                return Err(self.too_long());
            }
            let Some(end) = end.or(last.then_some(bytes.len())) else {
                *self.searched = bytes.len() - read;
                break;
            };
            self.line(&bytes[read..end], end == bytes.len() && last);
            read = end;
        }
        Ok(Reached { read, more: false })
    }

    fn line(&mut self, line: &[u8], is_last: bool) {
        *self.row += 1;
        if line.trim_ascii().is_empty() {
            return;
        }
        if is_last && !line.ends_with(b"\n") && is_cut(line) {
            let message = "The file ends inside this record: it was cut. Get it again.";
            return self.output.refuse(*self.row, vec![Fault::of_row(limits::TRUNCATED, message)]);
        }
        take(*self.row, line, self.reader, self.output);
    }

    fn too_long(&self) -> Problem {
        let (line, most) = (*self.row + 1, limits::ROW_BYTES);
        let message = format!(
            "Line {line} is longer than {most} bytes. If the file is one document, set `records` to its list's path."
        );
        Problem::error("row-too-long", message).reason(Reason::Settings)
    }
}

/// Whether a line is the beginning of a record and not the whole.
fn is_cut(line: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err_and(|error| error.is_eof())
}

fn take(row: u64, record: &[u8], reader: RowReader<'_>, output: &mut Output) {
    let element = match std::str::from_utf8(record) {
        Ok(text) => Element::parse(text).map_err(|error| {
            Fault::of_row("invalid-json", format!("The record is not sound: {error}; correct it."))
        }),
        Err(_) => {
            let message = "The record holds bytes that are no text in the file's encoding; correct it.";
            Err(Fault::of_row("encoding", message))
        }
    };
    match element.map_err(|fault| vec![fault]).and_then(|element| reader.entries(&element)) {
        Ok(entries) => output.take(entries, record.len()),
        Err(faults) => output.refuse(row, faults),
    }
}

fn too_long() -> Fault {
    let message =
        format!("The record is longer than {} bytes and was passed over; shorten it.", limits::ROW_BYTES);
    Fault::of_row("row-too-long", message)
}
