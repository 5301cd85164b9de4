//! What a connector declares about its channel: the fields it takes and the terms on which it works.
//!
//! These are the host's own words for the contract's `connector` interface (`wit/`); the sandbox fills them
//! from the component, the catalog computes completeness from them, the gateway derives grants from them.

mod access;
mod field;
mod lanes;
mod terms;

use serde::{Deserialize, Serialize};

pub use access::{
    AuthScheme, Budget, BudgetRule, BudgetScope, DigestAlgorithm, Endpoint, Method, Placement, QueryText,
    Reach, Signature, SignedPart, TextEncoding, TimestampUnit, TokenGrant,
};
pub use field::{
    Bounds, Categories, Element, Field, FieldKind, Grammar, ImageRules, Lane, LengthLimit, LengthUnit,
    Requirement, Variants,
};
pub use lanes::Lanes;
pub use terms::{ChangeDetection, FileIntake, Idempotency, Publishing, PullStream, Receiving, StreamKind};

/// The whole self-description of a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Description {
    pub name: String,
    pub version: String,
    pub summary: String,
    pub fields: Vec<Field>,
    pub categories: Option<Categories>,
    pub variants: Option<Variants>,
    /// JSON Schema of the settings object; secret properties are marked `"writeOnly": true`.
    pub settings_schema: String,
    /// The operator chooses one, the first unless said otherwise; empty when the channel asks for none.
    pub auth: Vec<AuthScheme>,
    pub endpoints: Vec<Endpoint>,
    pub budgets: Vec<Budget>,
    /// Lower-case names of the response headers that the connector is shown.
    pub reads_headers: Vec<String>,
    pub publishing: Option<Publishing>,
    pub streams: Vec<PullStream>,
    pub receiving: Option<Receiving>,
    pub intake: Option<FileIntake>,
}

impl Description {
    /// A connector that declares nothing beyond its name.
    pub fn new(name: impl Into<String>, version: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            summary: summary.into(),
            fields: Vec::new(),
            categories: None,
            variants: None,
            settings_schema: "{}".into(),
            auth: Vec::new(),
            endpoints: Vec::new(),
            budgets: Vec::new(),
            reads_headers: Vec::new(),
            publishing: None,
            streams: Vec::new(),
            receiving: None,
            intake: None,
        }
    }

    /// The index that items use for the field of this name.
    pub fn field_index(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }
}
