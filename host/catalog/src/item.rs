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
    Measure(Measure),
    Flag(bool),
    Images(Vec<Picture>),
    /// Units by location, in the scope's order.
    Levels(Vec<Level>),
}

/// Units that may be sold from one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    pub location: String,
    pub quantity: i64,
}

/// An exact amount of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub amount: Decimal,
    pub currency: String,
}

/// An exact amount of something measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    pub amount: Decimal,
    /// The unit's symbol, such as `kg`.
    pub unit: String,
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
    /// Nothing: it is here because its group travels whole.
    Keep,
}

/// One thing for a connector to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub action: Action,
    pub item: Item,
    pub remote_id: Option<String>,
    /// What the connector noted of the listing when it was last taken.
    pub note: Option<String>,
    pub revision: u64,
    /// Grows with each retry.
    pub attempt: u32,
    /// When the item's state was read, in unix milliseconds.
    pub as_of: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Error,
    Warning,
}

/// Where a fault lies, and so who can put it right and whether waiting helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The product's data or the mapping.
    #[default]
    Data,
    Settings,
    Credentials,
    Permission,
    /// A rate or quota is used up.
    Budget,
    Outage,
    /// The channel's state is another than was assumed.
    Conflict,
    /// The channel does not have it.
    Missing,
    /// The vendor's rules forbid it.
    Policy,
    /// The other side does not keep to the agreed form.
    Contract,
}

impl Reason {
    fn is_data(&self) -> bool {
        *self == Self::Data
    }
}

/// Why something is not as the operator wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable and kebab-case, or the channel's own code.
    pub code: String,
    pub severity: Severity,
    #[serde(default, skip_serializing_if = "Reason::is_data")]
    pub reason: Reason,
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
            reason: Reason::Data,
            field: field.map(Into::into),
            message: message.into(),
        }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The same problem with its fault elsewhere than in the product's data.
    pub fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }

    /// A loss that does not keep the item from being listed.
    pub fn warning(code: &str, field: Option<&str>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, field, message) }
    }
}
