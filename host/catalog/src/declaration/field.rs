//! The fields that a channel takes, and what it asks of them.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

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
    pub bounds: Option<Bounds>,
    /// The most values of a `Texts` or `Images` field.
    pub maximum_values: Option<u32>,
    /// The values of a `Choice` field.
    pub choices: Vec<String>,
    /// The units of a `Measure` field; empty: any.
    pub units: Vec<String>,
    pub grammar: Option<Grammar>,
    pub images: Option<ImageRules>,
    /// The catalog source that fills the field unless the operator maps another.
    pub source: Option<String>,
}

impl Field {
    /// An optional content field without limits.
    pub fn new(name: impl Into<String>, kind: FieldKind) -> Self {
        Self {
            name: name.into(),
            description: String::new(),
            kind,
            lane: Lane::Content,
            required: false,
            length: None,
            bounds: None,
            maximum_values: None,
            choices: Vec::new(),
            units: Vec::new(),
            grammar: None,
            images: None,
            source: None,
        }
    }
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
    /// Units by location.
    Levels,
    Money,
    Measure,
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

impl Lane {
    /// The most urgent first.
    pub const ALL: [Self; 3] = [Self::Stock, Self::Price, Self::Content];
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

/// The smallest and the largest number, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    pub minimum: Option<Decimal>,
    pub maximum: Option<Decimal>,
}

impl Bounds {
    pub fn contain(&self, number: Decimal) -> bool {
        self.minimum.is_none_or(|minimum| number >= minimum)
            && self.maximum.is_none_or(|maximum| number <= maximum)
    }
}

/// The markup that an `Html` field takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Grammar {
    pub elements: Vec<Element>,
    /// Whether text may stand outside any element.
    pub bare_text: bool,
}

/// An element of a grammar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// Lower case.
    pub name: String,
    /// The elements it may stand directly in; empty: only at the top.
    pub parents: Vec<String>,
    pub attributes: Vec<String>,
}

/// What the pictures of an `Images` field have to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ImageRules {
    /// Of the shorter side.
    pub minimum_pixels: Option<u32>,
    /// Of the longer side.
    pub maximum_pixels: Option<u32>,
    pub maximum_bytes: Option<u64>,
    /// Media types; empty: any.
    pub formats: Vec<String>,
}

/// Categories that ask for different fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Categories {
    /// Index of the field that holds an item's category.
    pub field: u32,
    pub requirements: Vec<Requirement>,
}

/// What one category asks beyond the fields' own rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// A category, or the beginning of categories up to ` > ` or `/`.
    pub category: String,
    pub field: u32,
    pub required: bool,
    /// Replaces the field's choices unless empty.
    pub choices: Vec<String>,
}

impl Requirement {
    /// Whether it speaks of this category or one above it.
    pub fn concerns(&self, category: &str) -> bool {
        let rest = category.strip_prefix(&self.category).map(str::trim_start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['>', '/']))
    }
}

/// How the channel groups variants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Variants {
    /// Attributes in which the variants of one product may differ.
    pub maximum_axes: u32,
    pub maximum_variants: u32,
    /// Indices of fields that may be such an attribute; empty: any.
    pub axes: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_holds_for_its_category_and_those_below() {
        let requirement = |category: &str| Requirement {
            category: category.into(),
            field: 0,
            required: true,
            choices: vec![],
        };
        assert!(requirement("Shoes").concerns("Shoes"));
        assert!(requirement("Shoes").concerns("Shoes > Boots"));
        assert!(requirement("Shoes").concerns("Shoes/Boots"));
        assert!(!requirement("Shoes").concerns("Shoestrings"));
        assert!(!requirement("Shoes > Boots").concerns("Shoes"));
    }
}
