//! What a connector declares about its channel: the fields it takes and the terms on which it works.
//!
//! These are the host's own words for the contract's `connector` interface (`wit/`); the sandbox fills them
//! from the component, the catalog computes completeness from them, the gateway derives grants from them.

use serde::{Deserialize, Serialize};

/// The whole self-description of a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Description {
    pub name: String,
    pub version: String,
    pub summary: String,
    pub fields: Vec<Field>,
    /// JSON Schema of the settings object.
    pub settings_schema: String,
    pub auth: AuthScheme,
    pub endpoints: Vec<Endpoint>,
    pub budgets: Vec<Budget>,
    pub publishing: Option<Publishing>,
}

impl Description {
    /// The index that items use for the field of this name.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}

/// One field of the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Field {
    pub name: String,
    pub description: String,
    pub kind: FieldKind,
    pub lane: Lane,
    pub required: bool,
    pub length: Option<LengthLimit>,
    pub maximum_values: Option<u32>,
    pub choices: Vec<String>,
    /// The catalog source that fills the field unless the operator maps another.
    pub source: Option<String>,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    Text,
    Html,
    Texts,
    Number,
    Quantity,
    Money,
    Flag,
    Url,
    Images,
    Gtin,
    Date,
    Choice,
}

/// How soon a change travels. The order is the order of sending under a shared budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lane {
    Stock,
    Price,
    Content,
}

/// The longest text a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LengthLimit {
    pub maximum: u32,
    pub unit: LengthUnit,
    /// Whether the host may cut at a word boundary and warn.
    pub truncate: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LengthUnit {
    Characters,
    Bytes,
    Utf16,
}

impl LengthUnit {
    /// The length of `text` in this unit.
    pub fn measure(self, text: &str) -> usize {
        match self {
            Self::Characters => text.chars().count(),
            Self::Bytes => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
        }
    }
}

/// An address the connector sends to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Endpoint {
    pub name: String,
    pub url: String,
    pub methods: Vec<Method>,
    /// Allowed path prefixes; empty means any path.
    pub paths: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// How much the vendor lets through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Budget {
    pub name: String,
    pub requests: u32,
    pub per_seconds: u32,
}

/// How the vendor wants to be shown who calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthScheme {
    None,
    Bearer,
    Header(String),
    Basic,
    ServiceAccount(Vec<String>),
}

/// What the host may rely on when an exchange has to be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idempotency {
    NaturalKey,
    Keyed,
    None,
}

/// The terms on which a connector publishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Publishing {
    pub stock_alone: bool,
    pub price_alone: bool,
    pub maximum_operations: u32,
    pub idempotency: Idempotency,
    pub reads_headers: Vec<String>,
}
