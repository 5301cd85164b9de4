//! What one call brings: entries and findings, within what the sandbox takes from a call.

use wharf_sdk::{Finding, Problem, inbound::Entry};

/// Bytes of entries after which a call ends, about. The sandbox takes 32 MiB under `returned-bytes`, and the state has
/// to fit there too.
const WEIGHT: usize = 8 << 20;

/// What the host counts for one entry, one attribute or one finding beside its text.
const OVERHEAD: usize = 200;

/// What is wrong with one cell, or with the row when no column is named.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) column: Option<String>,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Fault {
    /// Of the whole row.
    pub(crate) fn of_row(code: &'static str, message: impl Into<String>) -> Self {
        Self { column: None, code, message: message.into() }
    }

    pub(crate) fn at(column: &str, code: &'static str, message: impl Into<String>) -> Self {
        Self { column: Some(column.to_owned()), code, message: message.into() }
    }
}

/// Collects what a call brings.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) entries: Vec<Entry>,
    pub(crate) findings: Vec<Finding>,
    /// Rows that brought their entries.
    pub(crate) taken: u64,
    /// Rows that brought findings instead.
    pub(crate) refused: u64,
    rows: usize,
    weight: usize,
    maximum_rows: usize,
}

impl Output {
    pub(crate) fn new(maximum_rows: usize) -> Self {
        Self {
            entries: Vec::new(),
            findings: Vec::new(),
            taken: 0,
            refused: 0,
            rows: 0,
            weight: 0,
            maximum_rows,
        }
    }

    /// Whether the rest has to wait for the next call.
    pub(crate) fn is_full(&self) -> bool {
        self.rows >= self.maximum_rows
            || self.entries.len() >= self.maximum_rows
            || self.findings.len() >= self.maximum_rows
            || self.weight >= WEIGHT
    }

    /// A row's entries. `bytes` is the length of the row in the file.
    pub(crate) fn take(&mut self, entries: Vec<Entry>, bytes: usize) {
        self.rows += 1;
        self.taken += 1;
        self.weight += bytes + entries.iter().map(weight).sum::<usize>();
        self.entries.extend(entries);
    }

    /// A row that is refused, for these reasons.
    pub(crate) fn refuse(&mut self, row: u64, faults: Vec<Fault>) {
        self.rows += 1;
        self.refused += 1;
        for Fault { column, code, message } in faults {
            self.weight += OVERHEAD + message.len();
            let finding = Finding::new(row, Problem::error(code, message));
            self.findings.push(match column {
                Some(column) => finding.column(column),
                None => finding,
            });
        }
    }
}

/// What the host counts for an entry beside its texts, which are about as long as the row.
fn weight(entry: &Entry) -> usize {
    match entry {
        Entry::Product(patch) => {
            OVERHEAD * (1 + patch.attributes.len() + patch.prices.len() + patch.stock.len())
        }
        _ => OVERHEAD,
    }
}
