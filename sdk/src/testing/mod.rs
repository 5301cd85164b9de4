//! What tests and benchmarks need to call a connector natively: items as the host would hand them over, and
//! secrets to sign with.
//!
//! ```
//! use wharf_sdk::{Action, testing::{Batch, Item, Operation, Value}};
//!
//! let item = Item::new("A-1").with(0, Value::text("Oak table")).with(1, Value::Quantity(3));
//! let batch = Batch::of_operations(&[Operation::new(Action::Upsert, item)]);
//! // Shop::prepare(&context, batch.operations())
//! assert_eq!(batch.operations().get(0).unwrap().item.text(0), Some("Oak table"));
//! ```

mod batch;
mod fixture;
pub(crate) mod forms;
mod round;
pub(crate) mod secrets;
mod shipment;

pub use batch::Batch;
pub use fixture::{
    context, euros, field, further, levels, only, outcomes, rejected, response, retried, sent, settled,
    settled_shipments, warned,
};
pub use forms::form;
pub use round::{published, pulled, remembered};
pub use secrets::set_secret;

use crate::{
    Action, Decimal,
    inbound::{Money, Timestamp},
};

/// An item of its own, from which a [`Batch`] is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub sku: String,
    pub group: Option<String>,
    /// With the index of the field that each fills; in any order, each field once.
    pub values: Vec<(u32, Value)>,
}

/// What fills a field of an [`Item`]; the cases are those of [`crate::Value`].
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Texts(Vec<String>),
    Number(Decimal),
    Quantity(i64),
    Money(Money),
    Measure(Measure),
    Flag(bool),
    /// Units by location.
    Levels(Vec<(String, i64)>),
    Images(Vec<Image>),
}

/// A number with the symbol of its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    pub number: Decimal,
    pub unit: String,
}

/// A picture by its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    pub url: String,
    pub alt: Option<String>,
}

/// What to do about an [`Item`].
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    pub action: Action,
    pub item: Item,
    pub remote_id: Option<String>,
    pub note: Option<String>,
    pub revision: u64,
    pub attempt: u32,
    pub as_of: Timestamp,
}

impl Item {
    /// An item without values.
    pub fn new(sku: impl Into<String>) -> Self {
        Self { sku: sku.into(), group: None, values: Vec::new() }
    }

    /// Makes it a variant.
    pub fn group(self, group: impl Into<String>) -> Self {
        Self { group: Some(group.into()), ..self }
    }

    /// Fills a field, or fills it differently.
    pub fn with(self, field: u32, value: Value) -> Self {
        let mut item = self.without(field);
        item.values.push((field, value));
        item
    }

    /// Leaves a field empty.
    pub fn without(mut self, field: u32) -> Self {
        self.values.retain(|(filled, _)| *filled != field);
        self
    }
}

impl Value {
    /// Of a `text`, `html`, `url`, `gtin`, `date` or `choice` field.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Of a `texts` field.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Texts(texts.into_iter().map(Into::into).collect())
    }

    /// Of a `money` field.
    pub fn money(amount: Decimal, currency: &str) -> Self {
        Self::Money(Money::new(amount, currency))
    }

    /// Of a `measure` field.
    pub fn measure(number: Decimal, unit: &str) -> Self {
        Self::Measure(Measure { number, unit: unit.to_owned() })
    }

    /// Of an `images` field, by address.
    pub fn images<T: Into<String>>(urls: impl IntoIterator<Item = T>) -> Self {
        Self::Images(urls.into_iter().map(|url| Image { url: url.into(), alt: None }).collect())
    }
}

impl Operation {
    /// An operation on a listing of which nothing is remembered.
    pub fn new(action: Action, item: Item) -> Self {
        Self { action, item, remote_id: None, note: None, revision: 1, attempt: 0, as_of: 0 }
    }
}
