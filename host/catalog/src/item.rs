//! One SKU as one channel should show it, and the operation that brings it there.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a call into a connector may depend on beside its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// The channel's settings as a JSON object.
    pub settings: String,
    /// BCP 47 tag.
    pub locale: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// ISO 4217.
    pub currency: String,
}

/// A product as one channel sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Item {
    pub sku: String,
    /// The parent's SKU when this item is a variant.
    pub group: Option<String>,
    /// Ascending by field, each field at most once.
    pub values: Vec<FieldValue>,
}

/// One filled field; `field` counts in the description's fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldValue {
    pub field: u32,
    pub content: Content,
}

/// What fills a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Content {
    Text(String),
    Texts(Vec<String>),
    Number(Decimal),
    Quantity(i64),
    Money(Money),
    Flag(bool),
    Images(Vec<Picture>),
}

/// An exact amount of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub amount: Decimal,
    pub currency: String,
}

/// A picture the channel may fetch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

/// What should happen to a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Create the listing, or replace it whole.
    Upsert,
    /// Price fields only.
    Price,
    /// Stock fields only.
    Stock,
    /// Take the listing away.
    Delete,
}

/// One thing for a connector to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub action: Action,
    pub item: Item,
    pub remote_id: Option<String>,
    pub revision: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Error,
    Warning,
}

/// Why something is not as the operator wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable and kebab-case, or the channel's own code.
    pub code: String,
    pub severity: Severity,
    /// The field's name, when one field is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What is wrong, and what would put it right.
    pub message: String,
}

impl Problem {
    /// A problem that keeps the item from being listed.
    pub fn error(code: &str, field: Option<&str>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            field: field.map(Into::into),
            message: message.into(),
        }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// A loss that does not keep the item from being listed.
    pub fn warning(code: &str, field: Option<&str>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, field, message) }
    }
}
