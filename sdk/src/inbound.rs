//! What comes back from a channel or a file: orders, stock, listings, products, categories.
//!
//! [`Puller`](crate::Puller), [`Receiver`](crate::Receiver) and [`Intake`](crate::Intake) all yield [`Entry`]s.
//! The shapes are the contract's; here are short ways to make the common ones.

pub use crate::bindings::{
    inbound::{
        Address, Attribute, AttributeValue, Buyer, Category, CategorySchema, Entry, Listing, ListingKey,
        ListingState, Order, OrderLine, OrderState, Price, ProductPatch, StockLevel,
    },
    types::{Money, Timestamp},
};
use crate::{Decimal, Problem};

impl Money {
    /// `currency` is an ISO 4217 code in capitals.
    pub fn new(amount: Decimal, currency: impl Into<String>) -> Self {
        Self { amount, currency: currency.into() }
    }
}

impl ListingKey {
    /// By the brand's own SKU.
    pub fn sku(sku: impl Into<String>) -> Self {
        Self { sku: Some(sku.into()), remote_id: None }
    }

    /// By the channel's id.
    pub fn remote_id(id: impl Into<String>) -> Self {
        Self { sku: None, remote_id: Some(id.into()) }
    }
}

impl StockLevel {
    /// Whole units, at a channel that has one place and does not say when it counted.
    pub fn new(key: ListingKey, quantity: i64) -> Self {
        Self { key, location: String::new(), quantity, observed_at: None }
    }
}

impl Listing {
    /// A listing of which no more than its state is known.
    pub fn new(key: ListingKey, state: ListingState) -> Self {
        Self { key, state, url: None, price: None, quantity: None, problems: Vec::new(), observed_at: None }
    }

    /// What the channel says is wrong with it.
    pub fn problems(self, problems: Vec<Problem>) -> Self {
        Self { problems, ..self }
    }
}

impl ProductPatch {
    /// A patch that changes nothing yet.
    pub fn new(sku: impl Into<String>) -> Self {
        Self {
            sku: sku.into(),
            parent: None,
            family: None,
            attributes: Vec::new(),
            prices: Vec::new(),
            images: None,
            stock: Vec::new(),
        }
    }

    /// Sets an attribute of all languages; nothing in `value` clears it.
    pub fn attribute(mut self, code: &str, value: Option<AttributeValue>) -> Self {
        self.attributes.push(Attribute { code: code.to_owned(), locale: None, value });
        self
    }
}
