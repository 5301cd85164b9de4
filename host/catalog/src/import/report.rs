//! Puts a fault in its place: row, line, SKU, column and a value short enough to show.

use std::borrow::Cow;

use super::error::{Fault, RowError, Rule};
use crate::item::Severity;

/// Where in the file the import is.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) row: u64,
    pub(super) line: u64,
    pub(super) sku: Option<String>,
    pub(super) shown_characters: usize,
}

impl Place {
    /// A finding about one column.
    pub(super) fn column(
        &self,
        column: Cow<'_, str>,
        value: &str,
        severity: Severity,
        fault: Fault,
    ) -> RowError {
        RowError {
            column: Some(column.into_owned()),
            value: Some(shortened(value, self.shown_characters)),
            severity,
            ..self.row(fault)
        }
    }

    /// An error about the row as a whole.
    pub(super) fn row(&self, Fault { rule, message, remedy }: Fault) -> RowError {
        RowError {
            row: self.row,
            line: self.line,
            sku: self.sku.clone(),
            column: None,
            rule,
            severity: Severity::Error,
            value: None,
            message,
            remedy,
        }
    }
}

fn shortened(value: &str, characters: usize) -> String {
    match value.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// The file ended before this row did.
pub(super) fn truncated() -> Fault {
    Fault::new(
        Rule::Truncated,
        "the file ends within this row",
        "Fetch or export the file again; it was cut off on its way",
    )
}
