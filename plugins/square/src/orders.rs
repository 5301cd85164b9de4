//! Orders of all kinds: sold at the till, online, or through other applications
//! ([Order](https://developer.squareup.com/reference/square/objects/Order)).

use serde::Deserialize;
use wharf_sdk::{
    Decimal, Problem,
    inbound::{Address, Buyer, Entry, Money, Order as InboundOrder, OrderLine, OrderState, Timestamp},
    minor_digits, parse_rfc3339,
};

use crate::pull::{Read, unreadable, whole_units};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Order {
    id: String,
    state: Option<String>,
    reference_id: Option<String>,
    ticket_name: Option<String>,
    created_at: String,
    updated_at: String,
    line_items: Option<Vec<Line>>,
    taxes: Option<Vec<Tax>>,
    fulfillments: Option<Vec<Fulfillment>>,
    tenders: Option<Vec<serde::de::IgnoredAny>>,
    total_money: Option<Amount>,
    net_amount_due_money: Option<Amount>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    uid: Option<String>,
    name: Option<String>,
    variation_name: Option<String>,
    quantity: String,
    catalog_object_id: Option<String>,
    base_price_money: Option<Amount>,
    total_tax_money: Option<Amount>,
    total_discount_money: Option<Amount>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Tax {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fulfillment {
    state: Option<String>,
    line_item_application: Option<String>,
    entries: Option<Vec<Fulfilled>>,
    shipment_details: Option<Details>,
    delivery_details: Option<Details>,
    pickup_details: Option<Details>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fulfilled {
    line_item_uid: String,
    quantity: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    recipient: Option<Recipient>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Recipient {
    display_name: Option<String>,
    email_address: Option<String>,
    phone_number: Option<String>,
    address: Option<Place>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    address_line_1: Option<String>,
    address_line_2: Option<String>,
    address_line_3: Option<String>,
    locality: Option<String>,
    administrative_district_level_1: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

/// In the currency's smallest unit.
#[derive(Debug, Clone, Default, Deserialize)]
struct Amount {
    #[serde(default)]
    amount: Option<i64>,
    currency: String,
}

impl Amount {
    fn money(&self) -> Option<Money> {
        let places = i32::try_from(minor_digits(&self.currency)).ok()?;
        Some(Money::new(Decimal::new(self.amount?, -places), self.currency.as_str()))
    }
}

/// Amounts of nothing are left out.
fn money(amount: Option<&Amount>) -> Option<Money> {
    amount.and_then(Amount::money).filter(|money| money.amount.coefficient != 0)
}

/// Square writes a return as an order of its own, without items of sale. What came back to the shelf comes as stock.
pub(crate) fn entry(order: &Order) -> Read {
    let Some(lines) = order.line_items.as_deref().filter(|lines| !lines.is_empty()) else {
        return (None, None);
    };
    match read(order, lines) {
        Ok(inbound) => (Some(Entry::Order(inbound)), fractions(order, lines)),
        Err(message) => (None, Some(unreadable(&format!("Order {}: {message}", order.id)))),
    }
}

/// Goods that are weighed are sold in parts of a unit, of which orders know only whole ones.
fn fractions(order: &Order, lines: &[Line]) -> Option<Problem> {
    let part = lines.iter().find(|line| whole_units(&line.quantity).is_some_and(|(_, whole)| !whole))?;
    let message = format!(
        "Order {} sold {} of {}; it is rounded up to whole units.",
        order.id,
        part.quantity,
        part.name.as_deref().unwrap_or("an item")
    );
    Some(Problem::warning("fraction", message))
}

fn read(order: &Order, lines: &[Line]) -> Result<InboundOrder, String> {
    let total = order.total_money.as_ref().and_then(Amount::money).ok_or("it has no total")?;
    let placed_at = moment(&order.created_at)?;
    let lines =
        lines.iter().enumerate().map(|(index, it)| line(order, index, it)).collect::<Result<_, _>>()?;
    let recipient = recipient(order);
    Ok(InboundOrder {
        remote_id: Some(order.id.clone()).filter(|id| !id.is_empty()).ok_or("it has no id")?,
        number: number(order),
        state: state(order),
        placed_at,
        changed_at: moment(&order.updated_at).unwrap_or(placed_at),
        tax_included: order.taxes.iter().flatten().any(|tax| tax.kind.as_deref() == Some("INCLUSIVE")),
        lines,
        shipping: None,
        total,
        buyer: recipient.and_then(buyer),
        ship_to: recipient.and_then(ship_to),
    })
}

fn moment(text: &str) -> Result<Timestamp, String> {
    parse_rfc3339(text).ok_or_else(|| format!("`{text}` is not a time"))
}

fn number(order: &Order) -> String {
    let names = [&order.reference_id, &order.ticket_name];
    let name = names.into_iter().flatten().find(|name| !name.is_empty());
    name.unwrap_or(&order.id).clone()
}

fn state(order: &Order) -> OrderState {
    let due = order.net_amount_due_money.as_ref().and_then(|due| due.amount);
    let paid = due == Some(0) || (due.is_none() && order.tenders.iter().flatten().next().is_some());
    match order.state.as_deref() {
        Some("COMPLETED") => OrderState::Completed,
        Some("CANCELED") => OrderState::Cancelled,
        _ if paid => OrderState::Paid,
        _ => OrderState::Open,
    }
}

fn line(order: &Order, index: usize, line: &Line) -> Result<OrderLine, String> {
    let quantity = units(&line.quantity)?;
    let price = line.base_price_money.as_ref().and_then(Amount::money);
    let uid = line.uid.clone().unwrap_or_else(|| format!("line {}", index + 1));
    let handed_over =
        if state(order) == OrderState::Completed { quantity } else { shipped(order, &uid, quantity) };
    Ok(OrderLine {
        sku: None,
        listing_id: line.catalog_object_id.clone(),
        title: title(line),
        quantity,
        cancelled: if state(order) == OrderState::Cancelled { quantity } else { 0 },
        shipped: handed_over,
        returned: 0,
        unit_price: price.ok_or_else(|| format!("`{}` has no price", title(line)))?,
        tax: money(line.total_tax_money.as_ref()),
        discount: money(line.total_discount_money.as_ref()),
        remote_id: uid,
    })
}

fn units(quantity: &str) -> Result<i64, String> {
    let (units, whole) = whole_units(quantity).ok_or_else(|| format!("`{quantity}` is not a quantity"))?;
    Ok(units.saturating_add(i64::from(!whole)))
}

fn title(line: &Line) -> String {
    let names = [&line.name, &line.variation_name];
    let names: Vec<&str> =
        names.into_iter().flatten().map(String::as_str).filter(|name| !name.is_empty()).collect();
    names.join(", ")
}

/// What completed fulfillments have handed over of a line.
fn shipped(order: &Order, uid: &str, quantity: i64) -> i64 {
    let completed = order.fulfillments.iter().flatten().filter(|it| it.state.as_deref() == Some("COMPLETED"));
    let of_one = |fulfillment: &Fulfillment| match fulfillment.line_item_application.as_deref() {
        Some("ENTRY_LIST") => {
            let own = fulfillment.entries.iter().flatten().filter(|entry| entry.line_item_uid == uid);
            own.filter_map(|entry| units(&entry.quantity).ok()).fold(0, i64::saturating_add)
        }
        _ => quantity,
    };
    completed.map(of_one).fold(0, i64::saturating_add).min(quantity)
}

fn recipient(order: &Order) -> Option<&Recipient> {
    order.fulfillments.iter().flatten().find_map(|it| {
        let details = [&it.shipment_details, &it.delivery_details, &it.pickup_details];
        details.into_iter().flatten().find_map(|details| details.recipient.as_ref())
    })
}

fn buyer(recipient: &Recipient) -> Option<Buyer> {
    let Recipient { display_name, email_address, phone_number, .. } = recipient;
    let known = display_name.is_some() || email_address.is_some() || phone_number.is_some();
    known.then(|| Buyer {
        name: display_name.clone(),
        email: email_address.clone(),
        phone: phone_number.clone(),
    })
}

fn ship_to(recipient: &Recipient) -> Option<Address> {
    let place = recipient.address.as_ref()?;
    let lines = [&place.address_line_1, &place.address_line_2, &place.address_line_3];
    Some(Address {
        name: recipient.display_name.clone().unwrap_or_default(),
        lines: lines.into_iter().flatten().cloned().collect(),
        postal_code: place.postal_code.clone().unwrap_or_default(),
        city: place.locality.clone().unwrap_or_default(),
        region: place.administrative_district_level_1.clone(),
        country: place.country.clone().unwrap_or_default(),
    })
}
