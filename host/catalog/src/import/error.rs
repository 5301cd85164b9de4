//! What went wrong in a file: per row, so that the good rows go on, or for the file as a whole.

use std::{fmt, io};

use serde::{Deserialize, Serialize};

use super::MappingError;
use crate::item::Severity;

/// One finding about one row, with the place and the remedy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowError {
    /// As a spreadsheet counts: the header is row 1. In JSON Lines: the line.
    pub row: u64,
    /// The line of the file on which the row begins, from 1; cells may span lines.
    pub line: u64,
    /// The row's key, when it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// The column or JSON member, when one is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    pub rule: Rule,
    /// `Error`: the row was left out. `Warning`: the row went in, perhaps without this value.
    pub severity: Severity,
    /// The offending value, shortened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What is wrong.
    pub message: String,
    /// What would put it right.
    pub remedy: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        if self.line != self.row {
            write!(f, " (line {})", self.line)?;
        }
        if let Some(sku) = &self.sku {
            write!(f, ", SKU {sku}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        if let Some(value) = &self.value {
            write!(f, ", value {value:?}")?;
        }
        write!(f, ": {}. {} [{}]", self.message, self.remedy, self.rule)
    }
}

/// The rule a row broke. Stable: scripts may count by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The row has more or fewer cells than the header.
    CellCount,
    /// The file ends within the row.
    Truncated,
    /// A quoted cell does not end where a cell may end.
    Quotes,
    /// The row exceeds [`super::ImportLimits::row_bytes`].
    RowLength,
    /// The cell exceeds [`super::ImportLimits::cell_bytes`].
    CellLength,
    Encoding,
    ControlCharacter,
    /// The line is no JSON object.
    Json,
    /// The JSON member has a shape that does not fit.
    Member,
    Sku,
    DuplicateSku,
    Parent,
    /// An attribute's key is not `code` or `code@locale`.
    AttributeKey,
    UnknownLocale,
    Number,
    Quantity,
    Flag,
    Date,
    Choice,
    Unit,
    Gtin,
    RestrictedGtin,
    NegativePrice,
    PriceDecimals,
    ImageAddress,
    /// `key=value` pairs in one cell that are not pairs.
    Pairs,
    /// More variants wait for their rows than [`super::ImportLimits::pending_variants`].
    PendingVariants,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// A fault of one value, before it is known where in the file it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) rule: Rule,
    pub(super) message: String,
    pub(super) remedy: String,
}

impl Fault {
    pub(super) fn new(rule: Rule, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { rule, message: message.into(), remedy: remedy.into() }
    }
}

/// Why nothing of a file can be imported.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the file could not be read further: {0}")]
    Read(#[from] io::Error),
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error("the file is empty; its first row must name the columns")]
    Empty,
    #[error("the file is not UTF-8 ({found}); save it as \"CSV UTF-8\"")]
    Encoding { found: &'static str },
    #[error("the header row cannot be read: {reason}")]
    Header { reason: String },
    #[error("the file lacks {}; correct the mapping or the file's header", missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    MissingColumns { missing: Vec<MissingColumn> },
    #[error(
        "the column `{column}` appears {count} times in the header; rename all but one, so that it is clear which is meant"
    )]
    DuplicateColumn { column: String, count: usize },
    #[error(
        "the column `{column}` is in the locale `{locale}`, which the mapping does not list ({known}); add it to `locales` or the column to `ignore`"
    )]
    UnknownLocale { column: String, locale: String, known: String },
    #[error("the mapping says nothing about {}; map them, add them to `ignore`, or set `unmapped = \"skip\"`", columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", "))]
    UnmappedColumns { columns: Vec<String> },
    #[error("the file has {found} columns, and {limit} are allowed (`columns` of the import limits)")]
    TooManyColumns { found: usize, limit: usize },
}

/// A column that the mapping needs and the header lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingColumn {
    pub column: String,
    /// Columns of the file with a similar name, the most similar first.
    pub nearest: Vec<String>,
}

impl fmt::Display for MissingColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the column `{}`", self.column)?;
        match self.nearest.as_slice() {
            [] => Ok(()),
            nearest => write!(f, " (nearest: `{}`)", nearest.join("`, `")),
        }
    }
}
