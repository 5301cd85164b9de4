//! An order as it is shown, by the API and the command line alike.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use wharf_catalog::{
    Money, Problem,
    inbound::{Address, Buyer, OrderState},
};
use wharf_store::{LineRecord, OrderRecord};

use crate::api::schema;

/// What a channel sold.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderAnswer {
    pub(crate) id: i64,
    /// By the name it had when the order came in.
    pub(crate) channel: String,
    /// The channel's own id.
    pub(crate) remote_id: String,
    /// What the shopper sees.
    pub(crate) number: String,
    #[schema(value_type = schema::inbound::OrderState)]
    state: OrderState,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) placed_at: Timestamp,
    /// When the channel last changed it.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) changed_at: Timestamp,
    /// Whether prices contain tax.
    tax_included: bool,
    #[schema(value_type = Option<schema::inbound::Money>)]
    shipping: Option<Money>,
    #[schema(value_type = schema::inbound::Money)]
    pub(crate) total: Money,
    /// Personal data, as far as the channel tells it.
    #[schema(value_type = Option<schema::inbound::Buyer>)]
    buyer: Option<Buyer>,
    #[schema(value_type = Option<schema::inbound::Address>)]
    ship_to: Option<Address>,
    /// Orders from before the channel was set up take no stock.
    pub(crate) takes_stock: bool,
    pub(crate) lines: Vec<OrderLineAnswer>,
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// One line of an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderLineAnswer {
    remote_id: String,
    pub(crate) sku: Option<String>,
    /// The channel's id of the listing, for a line without a SKU.
    pub(crate) listing_id: Option<String>,
    pub(crate) title: String,
    pub(crate) quantity: i64,
    /// Units of `quantity` that were cancelled, shipped, or came back.
    cancelled: i64,
    pub(crate) shipped: i64,
    returned: i64,
    /// Units that are in no shipment yet.
    left: i64,
    /// For one unit, as the shopper paid it.
    #[schema(value_type = schema::inbound::Money)]
    pub(crate) unit_price: Money,
    /// For the whole line.
    #[schema(value_type = Option<schema::inbound::Money>)]
    tax: Option<Money>,
    #[schema(value_type = Option<schema::inbound::Money>)]
    discount: Option<Money>,
    /// Units taken from stock, by location.
    pub(crate) taken: Vec<TakenFrom>,
    /// Units that were in no stock.
    short: i64,
    /// What a person has to look at.
    #[schema(value_type = Vec<schema::ListingProblem>)]
    pub(crate) problems: Vec<Problem>,
}

/// Units of one location.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TakenFrom {
    pub(crate) location: String,
    pub(crate) quantity: i64,
}

impl OrderAnswer {
    pub(crate) fn state(&self) -> &'static str {
        wharf_store::orders::state_name(self.state)
    }
}

impl From<OrderRecord> for OrderAnswer {
    fn from(record: OrderRecord) -> Self {
        let instant = |at| Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let order = record.order;
        Self {
            id: record.id,
            channel: record.channel,
            remote_id: order.remote_id,
            number: order.number,
            state: order.state,
            placed_at: instant(order.placed_at),
            changed_at: instant(order.changed_at),
            tax_included: order.tax_included,
            shipping: order.shipping,
            total: order.total,
            buyer: order.buyer,
            ship_to: order.ship_to,
            takes_stock: record.takes_stock,
            lines: record.lines.into_iter().map(OrderLineAnswer::from).collect(),
            received_at: instant(record.received_at),
            updated_at: instant(record.updated_at),
        }
    }
}

impl From<LineRecord> for OrderLineAnswer {
    fn from(record: LineRecord) -> Self {
        let line = record.line;
        let taken = |(location, quantity)| TakenFrom { location, quantity };
        Self {
            remote_id: line.remote_id,
            sku: line.sku,
            listing_id: line.listing_id,
            title: line.title,
            quantity: line.quantity,
            cancelled: line.cancelled,
            shipped: line.shipped,
            returned: line.returned,
            left: record.left,
            unit_price: line.unit_price,
            tax: line.tax,
            discount: line.discount,
            taken: record.taken.into_iter().map(taken).collect(),
            short: record.short,
            problems: record.problems,
        }
    }
}
