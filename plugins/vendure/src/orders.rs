//! Orders that were placed ([docs](https://docs.vendure.io/guides/core-concepts/orders/)), with tax in all prices.

use serde::Deserialize;
use serde_json::Value;
use wharf_sdk::{
    Decimal,
    inbound::{Address, Buyer, Money, Order as InboundOrder, OrderLine, OrderState, Timestamp},
    parse_rfc3339,
};

use crate::settings::Settings;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    id: String,
    code: String,
    state: String,
    order_placed_at: Option<String>,
    created_at: String,
    updated_at: String,
    currency_code: String,
    total_with_tax: i64,
    shipping_with_tax: i64,
    customer: Option<Customer>,
    shipping_address: Option<Place>,
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Customer {
    first_name: String,
    last_name: String,
    email_address: String,
    phone_number: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    full_name: Option<String>,
    company: Option<String>,
    street_line1: Option<String>,
    street_line2: Option<String>,
    city: Option<String>,
    province: Option<String>,
    postal_code: Option<String>,
    country_code: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    id: String,
    /// What is left of it after cancellations.
    quantity: i64,
    order_placed_quantity: i64,
    unit_price_with_tax: i64,
    line_price_with_tax: i64,
    prorated_line_price_with_tax: i64,
    line_tax: i64,
    product_variant: Variant,
    fulfillment_lines: Option<Vec<FulfillmentLine>>,
}

#[derive(Debug, Deserialize)]
struct Variant {
    id: String,
    sku: String,
    name: String,
}

#[derive(Debug, Deserialize)]
struct FulfillmentLine {
    quantity: i64,
    fulfillment: Fulfillment,
}

#[derive(Debug, Deserialize)]
struct Fulfillment {
    state: String,
}

/// Amounts of one currency, as Vendure counts.
struct Counted<'a> {
    currency: &'a str,
    digits: i32,
}

impl Counted<'_> {
    fn money(&self, amount: i64) -> Money {
        Money::new(Decimal::new(amount, -self.digits), self.currency)
    }

    /// Amounts of nothing are left out.
    fn some(&self, amount: i64) -> Option<Money> {
        (amount != 0).then(|| self.money(amount))
    }
}

/// An order, or in words why it cannot be read.
pub(crate) fn entry(settings: &Settings, order: &Value) -> Result<InboundOrder, String> {
    let code = order["code"].as_str().unwrap_or("without a code");
    let read = Order::deserialize(order).map_err(|error| error.to_string());
    read.and_then(|order| inbound(settings, order))
        .map_err(|error| format!("Order {code} cannot be read: {error}."))
}

fn inbound(settings: &Settings, order: Order) -> Result<InboundOrder, String> {
    let digits = i32::try_from(settings.digits(&order.currency_code)).map_err(|error| error.to_string())?;
    let counted = Counted { currency: &order.currency_code, digits };
    Ok(InboundOrder {
        placed_at: moment(order.order_placed_at.as_deref().unwrap_or(&order.created_at))?,
        changed_at: moment(&order.updated_at)?,
        state: state(&order.state),
        tax_included: true,
        lines: order.lines.iter().map(|it| line(&counted, it)).collect(),
        shipping: counted.some(order.shipping_with_tax),
        total: counted.money(order.total_with_tax),
        buyer: order.customer.map(buyer),
        ship_to: order.shipping_address.and_then(ship_to),
        remote_id: order.id,
        number: order.code,
    })
}

fn moment(text: &str) -> Result<Timestamp, String> {
    parse_rfc3339(text).ok_or_else(|| format!("`{text}` is not a time"))
}

/// Vendure's [usual states](https://docs.vendure.io/reference/typescript-api/orders/order-process/); a shop may have
/// others, which count as open.
fn state(state: &str) -> OrderState {
    match state {
        "PaymentSettled" | "PartiallyShipped" => OrderState::Paid,
        "Shipped" | "PartiallyDelivered" => OrderState::Shipped,
        "Delivered" => OrderState::Completed,
        "Cancelled" => OrderState::Cancelled,
        _ => OrderState::Open,
    }
}

fn line(counted: &Counted<'_>, line: &Line) -> OrderLine {
    let quantity = line.quantity.max(line.order_placed_quantity);
    let gone = |it: &&FulfillmentLine| matches!(it.fulfillment.state.as_str(), "Shipped" | "Delivered");
    let shipped = line
        .fulfillment_lines
        .iter()
        .flatten()
        .filter(gone)
        .map(|it| it.quantity)
        .fold(0, i64::saturating_add);
    OrderLine {
        remote_id: line.id.clone(),
        sku: Some(line.product_variant.sku.clone()).filter(|sku| !sku.is_empty()),
        listing_id: Some(line.product_variant.id.clone()),
        title: line.product_variant.name.clone(),
        quantity,
        cancelled: quantity.saturating_sub(line.quantity),
        shipped: shipped.min(quantity),
        returned: 0,
        unit_price: counted.money(line.unit_price_with_tax),
        tax: counted.some(line.line_tax),
        discount: counted.some(line.line_price_with_tax.saturating_sub(line.prorated_line_price_with_tax)),
    }
}

fn buyer(customer: Customer) -> Buyer {
    let name = format!("{} {}", customer.first_name, customer.last_name);
    Buyer {
        name: Some(name.trim().to_owned()).filter(|name| !name.is_empty()),
        email: Some(customer.email_address).filter(|address| !address.is_empty()),
        phone: customer.phone_number,
    }
}

/// Vendure has an address for every order, empty as long as nobody filled it.
fn ship_to(place: Place) -> Option<Address> {
    let lines = [place.company, place.street_line1, place.street_line2];
    let lines: Vec<String> = lines.into_iter().flatten().filter(|line| !line.is_empty()).collect();
    let country = place.country_code.filter(|country| !country.is_empty())?;
    Some(Address {
        name: place.full_name.unwrap_or_default(),
        lines,
        postal_code: place.postal_code.unwrap_or_default(),
        city: place.city.unwrap_or_default(),
        region: place.province.filter(|province| !province.is_empty()),
        country,
    })
}
