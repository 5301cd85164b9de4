//! What comes back from channels and files: orders, stock, listing states, product data, taxonomies.
//!
//! Pulls, webhooks and supplier files all bring [`Entry`]s. Times are unix milliseconds.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::item::{Money, Problem};

/// One thing that came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Entry {
    Order(Box<Order>),
    Stock(StockLevel),
    Listing(ListingReport),
    Product(ProductPatch),
    Category(CategoryNode),
    Schema(CategorySchema),
    /// The channel no longer has it.
    Gone(ListingKey),
}

/// An order as the channel tells it. The same remote id is the same order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub remote_id: String,
    /// What the shopper sees.
    pub number: String,
    pub state: OrderState,
    pub placed_at: i64,
    pub changed_at: i64,
    pub tax_included: bool,
    pub lines: Vec<OrderLine>,
    pub shipping: Option<Money>,
    pub total: Money,
    pub buyer: Option<Buyer>,
    pub ship_to: Option<Address>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OrderState {
    Open,
    Paid,
    Shipped,
    Completed,
    Cancelled,
    Returned,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    /// Unique within the order.
    pub remote_id: String,
    pub sku: Option<String>,
    /// The channel's id of the listing, for lines without a SKU.
    pub listing_id: Option<String>,
    pub title: String,
    pub quantity: i64,
    /// Units that were cancelled, shipped, or came back.
    pub cancelled: i64,
    pub shipped: i64,
    pub returned: i64,
    /// For one unit, as the shopper paid it.
    pub unit_price: Money,
    /// For the whole line.
    pub tax: Option<Money>,
    pub discount: Option<Money>,
}

/// Who ordered. Personal data: its debug form shows none of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl std::fmt::Debug for Buyer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Buyer(..)")
    }
}

/// Where an order goes. Personal data: its debug form shows only the country.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub name: String,
    pub lines: Vec<String>,
    pub postal_code: String,
    pub city: String,
    pub region: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Address").field("country", &self.country).finish_non_exhaustive()
    }
}

/// Which listing an entry speaks of; at least one is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingKey {
    pub sku: Option<String>,
    pub remote_id: Option<String>,
}

/// How many units lie at one place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLevel {
    pub key: ListingKey,
    /// The channel's name of the place; empty when it has one.
    pub location: String,
    pub quantity: i64,
    pub observed_at: Option<i64>,
}

/// What the channel shows now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingReport {
    pub key: ListingKey,
    pub state: RemoteState,
    pub url: Option<String>,
    pub price: Option<Money>,
    pub quantity: Option<i64>,
    pub problems: Vec<Problem>,
    pub observed_at: Option<i64>,
}

/// A listing's life at the channel, whatever was submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemoteState {
    Draft,
    Submitted,
    Live,
    Suppressed,
    Ended,
}

/// What a source says of one product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductPatch {
    pub sku: String,
    pub parent: Option<String>,
    pub family: Option<String>,
    pub attributes: Vec<AttributePatch>,
    pub prices: Vec<PricePatch>,
    /// The main picture first; `None` leaves them alone.
    pub images: Option<Vec<String>>,
    pub stock: Vec<StockLevel>,
}

/// One attribute; without a value it is cleared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributePatch {
    pub code: String,
    pub locale: Option<String>,
    pub value: Option<AttributeValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeValue {
    Text(String),
    Texts(Vec<String>),
    Number(Decimal),
    Money(Money),
    Flag(bool),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricePatch {
    /// Empty: the default one.
    pub price_list: String,
    pub price: Money,
}

/// One node of the channel's own tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryNode {
    pub id: String,
    pub parent: Option<String>,
    pub name: String,
    pub selectable: bool,
}

/// What one category asks of items, as JSON Schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategorySchema {
    pub category: String,
    pub version: String,
    pub schema: String,
}
