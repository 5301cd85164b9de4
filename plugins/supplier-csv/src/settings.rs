//! What the operator says about one supplier's file; `settings.schema.json` is the same for the console.
//!
//! The words are those of `wharf import`'s mappings, so that one who knows them knows these.

use std::collections::BTreeMap;

use serde::Deserialize;

/// How the file is written, and what its columns mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Without it, told by the file's name, its media type or its first bytes.
    pub(crate) format: Option<Format>,
    /// Without it, detected. A byte order mark wins.
    pub(crate) encoding: Option<Encoding>,
    /// Without it, the one under which the first row names the columns.
    pub(crate) delimiter: Option<Delimiter>,
    /// Without it, the one that the numbers at the beginning of the file show.
    pub(crate) decimal: Option<Mark>,
    /// The row that names the columns, from 1. Rows above it are passed over.
    #[serde(default = "first")]
    pub(crate) header_row: u64,
    /// Where a JSON document keeps its list, such as `data.products`. Empty: the document is the list.
    #[serde(default)]
    pub(crate) records: String,
    /// The worksheet's name. Without it, the first one.
    pub(crate) sheet: Option<String>,
    pub(crate) sku: String,
    pub(crate) parent: Option<Source>,
    pub(crate) family: Option<Source>,
    /// By `code` or `code@locale`.
    #[serde(default)]
    pub(crate) attributes: BTreeMap<String, Source>,
    #[serde(default)]
    pub(crate) prices: Vec<PriceSource>,
    #[serde(default)]
    pub(crate) stock: Vec<StockSource>,
    /// The main picture first.
    #[serde(default)]
    pub(crate) images: Vec<Source>,
    #[serde(default)]
    pub(crate) empty: Empty,
    /// Whether products that the file leaves out are gone.
    #[serde(default)]
    pub(crate) lists_everything: bool,
    /// Rows that one call brings, so that a call stays below the sandbox's limit `entries`.
    #[serde(default = "rows")]
    pub(crate) rows_per_call: usize,
}

const fn first() -> u64 {
    1
}

/// Half of what the sandbox takes unless told otherwise: a row may bring more than one entry or finding.
const fn rows() -> usize {
    5_000
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    Delimited,
    Json,
    Xlsx,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Encoding {
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-16le")]
    Utf16Le,
    #[serde(rename = "utf-16be")]
    Utf16Be,
    #[serde(rename = "windows-1252")]
    Windows1252,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Delimiter {
    Comma,
    Semicolon,
    Tab,
    Pipe,
}

impl Delimiter {
    /// In the order in which they are tried.
    pub(crate) const ALL: [Self; 4] = [Self::Comma, Self::Semicolon, Self::Tab, Self::Pipe];

    pub(crate) fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// Stands between whole units and fraction; the other of the two, a blank or an apostrophe between thousands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mark {
    Point,
    Comma,
}

/// What an empty cell means. A JSON `null` always clears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Empty {
    /// Nothing: the product's value stays.
    #[default]
    Keep,
    /// That the product has no such value.
    Clear,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    #[default]
    Text,
    Texts,
    Number,
    Flag,
    Money,
    Gtin,
}

/// One column and how its cells become values. In short: the column's name.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "NameOr<SourceRule>")]
pub(crate) struct Source(pub(crate) SourceRule);

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SourceRule {
    pub(crate) column: String,
    #[serde(default)]
    pub(crate) kind: Kind,
    /// Between the entries of a list in one cell.
    pub(crate) separator: Option<String>,
    /// Whole cells, or entries of a list, by what takes their place.
    #[serde(default)]
    pub(crate) translate: BTreeMap<String, String>,
    /// The number is multiplied by this, such as `0.001` for grams into kilograms.
    pub(crate) factor: Option<String>,
    /// Of money, as in [`PriceSource`].
    pub(crate) currency: Option<String>,
    /// The file may lack the column.
    #[serde(default)]
    pub(crate) optional: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum NameOr<T> {
    Name(String),
    Rule(T),
}

impl From<NameOr<SourceRule>> for Source {
    fn from(source: NameOr<SourceRule>) -> Self {
        match source {
            NameOr::Name(column) => Self(SourceRule { column, ..SourceRule::default() }),
            NameOr::Rule(rule) => Self(rule),
        }
    }
}

/// A column of prices.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceSource {
    pub(crate) column: String,
    /// The price list. Empty: the default one.
    #[serde(default)]
    pub(crate) list: String,
    /// ISO 4217. Without it and `currency_column`, as the cell says, else the channel's.
    pub(crate) currency: Option<String>,
    pub(crate) currency_column: Option<String>,
    /// Such as `0.01` for prices by the hundred.
    pub(crate) factor: Option<String>,
    #[serde(default)]
    pub(crate) optional: bool,
}

/// A column of quantities.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StockSource {
    pub(crate) column: String,
    /// Where the units lie. Empty: at the only place.
    #[serde(default)]
    pub(crate) location: String,
    /// The column that names the place, for files with a row for each.
    pub(crate) location_column: Option<String>,
    /// Names in `location_column` by Wharf's. A place that is not in it keeps its name.
    #[serde(default)]
    pub(crate) locations: BTreeMap<String, String>,
    /// Units in one of what the column counts, such as `12` for cartons.
    pub(crate) factor: Option<String>,
    /// Words by quantities, such as `in stock` by `10`.
    #[serde(default)]
    pub(crate) translate: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) optional: bool,
}

impl Settings {
    /// Every column that is read, and whether the file may lack it.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, bool)> {
        let rules =
            self.parent.iter().chain(&self.family).chain(self.attributes.values()).chain(&self.images);
        let sources = rules.map(|Source(rule)| (rule.column.as_str(), rule.optional));
        let prices = self.prices.iter().flat_map(|price| {
            let currency = price.currency_column.as_deref();
            [Some(price.column.as_str()), currency].into_iter().flatten().map(|name| (name, price.optional))
        });
        let stock = self.stock.iter().flat_map(|stock| {
            let location = stock.location_column.as_deref();
            [Some(stock.column.as_str()), location].into_iter().flatten().map(|name| (name, stock.optional))
        });
        std::iter::once((self.sku.as_str(), false)).chain(sources).chain(prices).chain(stock)
    }

    /// The columns that hold numbers, for telling how the file writes them.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = &str> {
        let numeric = |source: &&Source| matches!(source.0.kind, Kind::Number | Kind::Money);
        let attributes = self.attributes.values().filter(numeric);
        let prices = self.prices.iter().map(|price| price.column.as_str());
        let stock = self.stock.iter().map(|stock| stock.column.as_str());
        attributes.map(|Source(rule)| rule.column.as_str()).chain(prices).chain(stock)
    }

    /// Whether rows say more of a product than how many units there are.
    pub(crate) fn describes_products(&self) -> bool {
        let Self { parent, family, attributes, prices, images, .. } = self;
        parent.is_some()
            || family.is_some()
            || !(attributes.is_empty() && prices.is_empty() && images.is_empty())
    }
}
