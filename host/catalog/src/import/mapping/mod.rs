//! What the columns of a file mean, as an operator declares it once per source.
//!
//! The types are read by serde from whatever notation the caller likes; the shipped ones are TOML. A
//! mapping is checked and resolved against a file's header once, before the first row is imported.

mod check;
mod rules;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use check::MappingError;
pub(super) use check::{check_key, is_locale};
pub use rules::{
    ColumnRule, FilterRule, HeaderRule, HeaderStyle, ImageRule, Kind, ModelRule, OnError, PackedRule,
    PriceRule, TypeRule, ValueRule, VariantsRule,
};

use super::number::Numbers;

/// The meaning of a file's columns.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ImportMapping {
    pub format: Format,
    /// Of a CSV file; left out, it is detected among `,` `;` tab and `|`.
    pub delimiter: Option<char>,
    /// The column that holds the key. `sku`.
    pub sku: String,
    pub parent: Option<ColumnRule>,
    /// Which rows are models; left out, rows say nothing about it.
    pub model: Option<ModelRule>,
    /// A flag column: true is active, false is disabled.
    pub status: Option<ColumnRule>,
    pub family: Option<ColumnRule>,
    /// A list column.
    pub categories: Option<ColumnRule>,
    /// By attribute key: `code` or `code@locale`.
    pub attributes: BTreeMap<String, ColumnRule>,
    pub prices: Vec<PriceRule>,
    /// In the order the pictures should have.
    pub images: Vec<ImageRule>,
    /// By location: the column that holds whole units. Rows of models have no stock.
    pub stock: BTreeMap<String, ColumnRule>,
    /// Columns that hold `key=value` pairs.
    pub packed: Vec<PackedRule>,
    /// A column of a model's row that names its variants.
    pub variants: Option<VariantsRule>,
    /// What becomes of columns that no other rule names.
    pub headers: Option<HeaderRule>,
    /// A row is imported when it passes every filter.
    pub filter: Vec<FilterRule>,
    /// Columns to leave out, with `*` at the beginning or the end standing for anything.
    pub ignore: Vec<String>,
    pub unmapped: Unmapped,
    pub empty: Empty,
    /// What a bad value costs, unless its column says otherwise.
    pub on_error: OnError,
    pub numbers: Numbers,
    /// BCP 47 tags the file may use; empty: any.
    pub locales: Vec<String>,
    /// ISO 4217 codes that [`HeaderStyle::Akeneo`] recognises in headers.
    pub currencies: Vec<String>,
    /// Whether a backslash followed by `n` in a text stands for a new line.
    pub escaped_newlines: bool,
    /// Whether a leading apostrophe before `=`, `+`, `-`, `@` is taken off, which exports put there to keep
    /// spreadsheets from running the cell as a formula. True.
    pub formula_guard: bool,
}

impl Default for ImportMapping {
    fn default() -> Self {
        Self {
            format: Format::Csv,
            delimiter: None,
            sku: "sku".into(),
            parent: None,
            model: None,
            status: None,
            family: None,
            categories: None,
            attributes: BTreeMap::new(),
            prices: Vec::new(),
            images: Vec::new(),
            stock: BTreeMap::new(),
            packed: Vec::new(),
            variants: None,
            headers: None,
            filter: Vec::new(),
            ignore: Vec::new(),
            unmapped: Unmapped::Skip,
            empty: Empty::Keep,
            on_error: OnError::RejectRow,
            numbers: Numbers::default(),
            locales: Vec::new(),
            currencies: Vec::new(),
            escaped_newlines: false,
            formula_guard: true,
        }
    }
}

impl ImportMapping {
    /// Reads what [`super::export::Exporter`] writes.
    pub fn native() -> Self {
        Self { format: Format::Native, ..Self::default() }
    }
}

/// How the file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Delimited text whose first row names the columns.
    #[default]
    Csv,
    /// One JSON object a line. Its members are the columns; members of nested objects are named `outer.inner`.
    JsonLines,
    /// One product a line in Wharf's own shape. No other part of the mapping applies but `locales`.
    Native,
}

/// What an empty cell means. A JSON `null` always clears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Empty {
    /// Nothing: the product's value stays.
    #[default]
    Keep,
    /// That the product has no such value.
    Clear,
}

/// What becomes of columns that no rule covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unmapped {
    /// They are left out and listed in the summary.
    #[default]
    Skip,
    /// The file is refused.
    Refuse,
}
