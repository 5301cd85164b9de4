//! One of Amazon's orders as an inbound order.

use std::borrow::Cow;

use serde::Deserialize;
use wharf_sdk::{
    Decimal, Problem, Reason,
    inbound::{Address, Buyer, Money, Order, OrderLine, OrderState},
    parse_rfc3339,
};

/// `Order`, as far as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AmazonOrder<'a> {
    #[serde(borrow)]
    order_id: Cow<'a, str>,
    #[serde(borrow)]
    created_time: Cow<'a, str>,
    #[serde(borrow)]
    last_updated_time: Cow<'a, str>,
    #[serde(default)]
    buyer: Option<AmazonBuyer>,
    #[serde(default)]
    recipient: Option<Recipient>,
    #[serde(default)]
    proceeds: Option<OrderProceeds>,
    #[serde(default)]
    fulfillment: Option<OrderFulfillment>,
    order_items: Vec<OrderItem>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AmazonBuyer {
    buyer_name: Option<String>,
    buyer_email: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    delivery_address: Option<CustomerAddress>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CustomerAddress {
    name: Option<String>,
    company_name: Option<String>,
    address_line1: Option<String>,
    address_line2: Option<String>,
    address_line3: Option<String>,
    city: Option<String>,
    district_or_county: Option<String>,
    state_or_region: Option<String>,
    postal_code: Option<String>,
    country_code: Option<String>,
    phone: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderProceeds {
    grand_total: Option<AmazonMoney>,
    #[serde(default)]
    breakdowns: Vec<Breakdown>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderFulfillment {
    fulfillment_status: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OrderItem {
    order_item_id: String,
    quantity_ordered: i64,
    product: Product,
    #[serde(default)]
    proceeds: Option<ItemProceeds>,
    #[serde(default)]
    fulfillment: Option<ItemFulfillment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    asin: Option<String>,
    title: Option<String>,
    seller_sku: Option<String>,
    price: Option<ItemPrice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemPrice {
    unit_price: Option<AmazonMoney>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemProceeds {
    proceeds_total: Option<AmazonMoney>,
    #[serde(default)]
    breakdowns: Vec<Breakdown>,
}

/// A part of what is paid: `ITEM`, `SHIPPING`, `TAX`, `DISCOUNT`, ...
#[derive(Deserialize)]
struct Breakdown {
    #[serde(rename = "type")]
    kind: String,
    subtotal: AmazonMoney,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemFulfillment {
    quantity_fulfilled: Option<i64>,
    quantity_unfulfilled: Option<i64>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AmazonMoney {
    amount: String,
    currency_code: String,
}

impl AmazonMoney {
    fn read(&self) -> Option<Money> {
        Some(Money::new(self.amount.parse().ok()?, self.currency_code.as_str()))
    }
}

/// The order, or nothing when a part of it is not what Amazon's model promises. What it lacks otherwise is told.
pub(crate) fn order(read: &AmazonOrder<'_>, problems: &mut Vec<Problem>) -> Option<Order> {
    let status = read.fulfillment.as_ref().map(|fulfillment| fulfillment.fulfillment_status.as_str());
    let state = state(status).unwrap_or_else(|| {
        problems
            .push(odd(&read.order_id, &format!("has the unknown status `{}`", status.unwrap_or_default())));
        OrderState::Open
    });
    let currency = currency(read);
    if currency.is_none() && state != OrderState::Open && state != OrderState::Cancelled {
        problems.push(odd(&read.order_id, "comes without prices"));
    }
    let currency = currency.unwrap_or_default();
    let lines =
        read.order_items.iter().map(|item| line(item, state, currency)).collect::<Option<Vec<_>>>()?;
    let total = total(read, &lines, currency)?;
    let address = read.recipient.as_ref().and_then(|recipient| recipient.delivery_address.as_ref());
    Some(Order {
        remote_id: read.order_id.as_ref().to_owned(),
        number: read.order_id.as_ref().to_owned(),
        state,
        placed_at: parse_rfc3339(&read.created_time)?,
        changed_at: parse_rfc3339(&read.last_updated_time)?,
        tax_included: !is_tax_on_top(read),
        lines,
        shipping: sum(parts(read, "SHIPPING"), currency)?,
        total,
        buyer: buyer(read, address),
        ship_to: address.map(ship_to),
    })
}

fn odd(order: &str, what: &str) -> Problem {
    let message = format!("Order {order} {what}; look at it in Seller Central.");
    Problem::warning("odd-order", message).reason(Reason::Contract)
}

/// Nothing for a status that is not known. Amazon takes the payment before it releases an order for shipping.
fn state(status: Option<&str>) -> Option<OrderState> {
    Some(match status {
        None | Some("PENDING_AVAILABILITY" | "PENDING") => OrderState::Open,
        Some("UNSHIPPED" | "PARTIALLY_SHIPPED") => OrderState::Paid,
        Some("SHIPPED") => OrderState::Shipped,
        Some("CANCELLED" | "UNFULFILLABLE") => OrderState::Cancelled,
        Some(_) => return None,
    })
}

/// Of the whole order, as an order has one; a pending one may have no prices yet.
fn currency<'a>(read: &'a AmazonOrder<'_>) -> Option<&'a str> {
    let total = read.proceeds.as_ref().and_then(|proceeds| proceeds.grand_total.as_ref());
    let mut prices =
        read.order_items.iter().filter_map(|item| item.product.price.as_ref()?.unit_price.as_ref());
    total.or_else(|| prices.next()).map(|money| money.currency_code.as_str())
}

fn line(item: &OrderItem, state: OrderState, currency: &str) -> Option<OrderLine> {
    let unit_price = item.product.price.as_ref().and_then(|price| price.unit_price.as_ref());
    let fulfillment = item.fulfillment.as_ref();
    let shipped =
        fulfillment.and_then(|it| it.quantity_fulfilled).unwrap_or(0).clamp(0, item.quantity_ordered.max(0));
    let open = match (state, fulfillment.and_then(|it| it.quantity_unfulfilled)) {
        (OrderState::Cancelled, _) => 0,
        (_, Some(open)) => open,
        (_, None) => item.quantity_ordered - shipped,
    };
    let breakdowns =
        item.proceeds.as_ref().map(|proceeds| proceeds.breakdowns.as_slice()).unwrap_or_default();
    let part = |kind| sum(of_kind(breakdowns, kind), currency);
    Some(OrderLine {
        remote_id: item.order_item_id.clone(),
        sku: item.product.seller_sku.clone(),
        listing_id: item.product.asin.clone(),
        title: item.product.title.clone().unwrap_or_default(),
        quantity: item.quantity_ordered,
        cancelled: (item.quantity_ordered - shipped - open).max(0),
        shipped,
        returned: 0,
        unit_price: unit_price.map_or_else(|| Some(zero(currency)), AmazonMoney::read)?,
        tax: part("TAX")?,
        discount: part("DISCOUNT")?.map(|discount| absolute(&discount)),
    })
}

fn zero(currency: &str) -> Money {
    Money::new(Decimal::new(0, 0), currency)
}

fn absolute(money: &Money) -> Money {
    let amount = Decimal::new(money.amount.coefficient.saturating_abs(), money.amount.exponent);
    Money::new(amount, money.currency.as_str())
}

/// What Amazon says, or else what the lines come to.
fn total(read: &AmazonOrder<'_>, lines: &[OrderLine], currency: &str) -> Option<Money> {
    match read.proceeds.as_ref().and_then(|proceeds| proceeds.grand_total.as_ref()) {
        Some(total) => total.read(),
        None if lines.iter().all(|line| line.unit_price.amount.coefficient == 0) => Some(zero(currency)),
        None => {
            let totals =
                read.order_items.iter().filter_map(|item| item.proceeds.as_ref()?.proceeds_total.as_ref());
            Some(sum(totals, currency)?.unwrap_or_else(|| zero(currency)))
        }
    }
}

/// The parts of this kind: the order's own, which sum up the lines', or else the lines'.
fn parts<'a>(read: &'a AmazonOrder<'_>, kind: &'a str) -> impl Iterator<Item = &'a AmazonMoney> {
    breakdowns(read).filter(move |part| part.kind == kind).map(|part| &part.subtotal)
}

fn breakdowns<'a>(read: &'a AmazonOrder<'_>) -> impl Iterator<Item = &'a Breakdown> {
    let of_order = read.proceeds.as_ref().map(|proceeds| proceeds.breakdowns.as_slice()).unwrap_or_default();
    let of_lines = read.order_items.iter().filter(|_| of_order.is_empty());
    of_order.iter().chain(of_lines.filter_map(|item| item.proceeds.as_ref()).flat_map(|it| &it.breakdowns))
}

fn of_kind<'a>(parts: &'a [Breakdown], kind: &'a str) -> impl Iterator<Item = &'a AmazonMoney> {
    parts.iter().filter(move |part| part.kind == kind).map(|part| &part.subtotal)
}

/// Whether the tax has to be added to the other parts to reach the total, as in the United States.
fn is_tax_on_top(read: &AmazonOrder<'_>) -> bool {
    let total = read.proceeds.as_ref().and_then(|proceeds| proceeds.grand_total.as_ref()?.read());
    let all = sum(breakdowns(read).map(|part| &part.subtotal), "").flatten();
    let tax = sum(parts(read, "TAX"), "").flatten();
    let scaled = |money: Option<Money>| money.and_then(|money| money.amount.scaled(PLACES).ok());
    let (total, all, tax) = (scaled(total), scaled(all), scaled(tax));
    tax.is_some_and(|tax| tax != 0) && total.is_some() && total == all
}

/// Digits after the point that no currency exceeds.
const PLACES: u32 = 4;

/// Nothing of nothing; and nothing at all when an amount cannot be read.
fn sum<'a>(amounts: impl Iterator<Item = &'a AmazonMoney>, currency: &str) -> Option<Option<Money>> {
    let (mut total, mut any) = (0_i64, false);
    for amount in amounts {
        total = total.checked_add(amount.read()?.amount.scaled(PLACES).ok()?)?;
        any = true;
    }
    Some(any.then(|| Money::new(Decimal::new(total, -4), currency)))
}

fn buyer(read: &AmazonOrder<'_>, address: Option<&CustomerAddress>) -> Option<Buyer> {
    let buyer = read.buyer.as_ref()?;
    Some(Buyer {
        name: buyer.buyer_name.clone(),
        email: buyer.buyer_email.clone(),
        phone: address.and_then(|address| address.phone.clone()),
    })
}

fn ship_to(address: &CustomerAddress) -> Address {
    let parts =
        [&address.company_name, &address.address_line1, &address.address_line2, &address.address_line3];
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    Address {
        name: address.name.clone().unwrap_or_default(),
        lines: parts.into_iter().filter_map(given).collect(),
        postal_code: address.postal_code.clone().unwrap_or_default(),
        city: address.city.clone().unwrap_or_default(),
        region: given(&address.state_or_region).or_else(|| given(&address.district_or_county)),
        country: address.country_code.clone().unwrap_or_default(),
    }
}
