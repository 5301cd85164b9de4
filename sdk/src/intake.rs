//! Files from suppliers, ERPs and tills, read in chunks.

use crate::{Connector, Context, Finding, Problem, Progress, Source, inbound::Entry};

/// A reader of files. What it has to remember between two chunks is in the state.
///
/// ```
/// use wharf_sdk::{inbound::{Entry, ListingKey, StockLevel}, *};
///
/// # struct Till;
/// # impl Connector for Till {
/// #     fn describe() -> Description {
/// #         Description::new("till", "0.1.0", "Reads `SKU=QUANTITY` lines.").intake(FileIntake::new(&["text/plain"]))
/// #     }
/// # }
/// fn entry(line: &str) -> Option<Entry> {
///     let (sku, quantity) = line.split_once('=')?;
///     Some(Entry::Stock(StockLevel::new(ListingKey::sku(sku), quantity.trim().parse().ok()?)))
/// }
///
/// impl Intake for Till {
///     fn parse(_: &Context, _: &Source, state: &[u8], chunk: &[u8], last: bool) -> Progress {
///         let bytes = [state, chunk].concat();
///         // A line that goes on in the next chunk waits in the state.
///         let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |position| position + 1);
///         let (whole, rest) = bytes.split_at(if last { bytes.len() } else { end });
///         let text = String::from_utf8_lossy(whole);
///         Progress::new(text.lines().filter_map(entry).collect()).state(rest)
///     }
/// }
/// ```
pub trait Intake: Connector {
    /// Reads one chunk. `state` is empty at first; `last` comes with the last bytes, or after them with none.
    fn parse(context: &Context, source: &Source, state: &[u8], chunk: &[u8], last: bool) -> Progress;
}

impl Progress {
    /// What the chunk brought.
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { state: Vec::new(), entries, findings: Vec::new(), more: false, complete: false, failed: None }
    }

    /// Handed to the next call.
    pub fn state(self, state: impl Into<Vec<u8>>) -> Self {
        Self { state: state.into(), ..self }
    }

    /// Adds what was wrong, each at its place in the file.
    pub fn findings(self, findings: Vec<Finding>) -> Self {
        Self { findings, ..self }
    }

    /// The file is whole and lists everything there is, so what it leaves out is gone. With the last bytes only.
    pub fn complete(self) -> Self {
        Self { complete: true, ..self }
    }

    /// The file cannot be read any further.
    pub fn failed(self, problem: Problem) -> Self {
        Self { failed: Some(problem), ..self }
    }

    /// There is more to give without reading on.
    pub fn more(self) -> Self {
        Self { more: true, ..self }
    }
}

impl Finding {
    /// A problem in this row or line, counted from 1.
    pub fn new(row: u64, problem: Problem) -> Self {
        Self { row, column: None, problem }
    }

    /// Names the column in the file's own words.
    pub fn column(self, column: impl Into<String>) -> Self {
        Self { column: Some(column.into()), ..self }
    }
}
