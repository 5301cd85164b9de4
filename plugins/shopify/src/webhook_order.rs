//! An order as webhooks tell it, in the form of the older
//! [REST resource](https://shopify.dev/docs/api/admin-rest/latest/resources/order), under the same ids that the
//! stream of orders uses.

use serde::Deserialize;
use wharf_sdk::{
    Decimal,
    inbound::{self, Money, OrderLine, OrderState},
    parse_rfc3339,
};

use crate::{
    address::{MailingAddress, buyer},
    ids, money,
    order::Counts,
};

#[derive(Deserialize)]
struct Order {
    admin_graphql_api_id: String,
    name: String,
    created_at: String,
    updated_at: String,
    cancelled_at: Option<String>,
    closed_at: Option<String>,
    currency: String,
    financial_status: Option<String>,
    fulfillment_status: Option<String>,
    #[serde(default)]
    taxes_included: bool,
    current_total_price: String,
    total_shipping_price_set: Option<PriceSet>,
    email: Option<String>,
    phone: Option<String>,
    shipping_address: Option<MailingAddress>,
    line_items: Vec<LineItem>,
    #[serde(default)]
    fulfillments: Vec<Fulfillment>,
    #[serde(default)]
    refunds: Vec<Refund>,
}

#[derive(Deserialize)]
struct PriceSet {
    shop_money: ShopMoney,
}

#[derive(Deserialize)]
struct ShopMoney {
    amount: String,
}

#[derive(Deserialize)]
struct LineItem {
    id: u64,
    admin_graphql_api_id: String,
    sku: Option<String>,
    variant_id: Option<u64>,
    title: String,
    quantity: i64,
    current_quantity: Option<i64>,
    price: String,
    #[serde(default)]
    tax_lines: Vec<TaxLine>,
    #[serde(default)]
    discount_allocations: Vec<Allocation>,
}

#[derive(Deserialize)]
struct TaxLine {
    price: String,
}

#[derive(Deserialize)]
struct Allocation {
    amount: String,
}

#[derive(Deserialize)]
struct Fulfillment {
    status: Option<String>,
    #[serde(default)]
    line_items: Vec<FulfilledLine>,
}

#[derive(Deserialize)]
struct FulfilledLine {
    id: u64,
    quantity: i64,
}

#[derive(Deserialize)]
struct Refund {
    #[serde(default)]
    refund_line_items: Vec<RefundedLine>,
}

#[derive(Deserialize)]
struct RefundedLine {
    line_item_id: u64,
    quantity: i64,
    restock_type: Option<String>,
}

/// Nothing when it is no order, or an amount or moment of it cannot be read.
pub(crate) fn read(body: &[u8]) -> Option<inbound::Order> {
    let order: Order = serde_json::from_slice(body).ok()?;
    let shipping = order.total_shipping_price_set.as_ref().map(|set| set.shop_money.amount.as_str());
    Some(inbound::Order {
        state: order.state(),
        placed_at: parse_rfc3339(&order.created_at)?,
        changed_at: parse_rfc3339(&order.updated_at)?,
        tax_included: order.taxes_included,
        lines: order.line_items.iter().map(|line| order.line(line)).collect::<Option<_>>()?,
        shipping: shipping.and_then(|amount| money::read(amount, &order.currency)),
        total: money::read(&order.current_total_price, &order.currency)?,
        buyer: Some(buyer(order.email.as_ref(), order.phone.as_ref(), order.shipping_address.as_ref())),
        ship_to: order.shipping_address.as_ref().map(MailingAddress::read),
        remote_id: order.admin_graphql_api_id,
        number: order.name,
    })
}

impl Order {
    fn state(&self) -> OrderState {
        let shipped = self.fulfillment_status.as_deref() == Some("fulfilled");
        match (self.cancelled_at.is_some(), self.financial_status.as_deref()) {
            (true, _) => OrderState::Cancelled,
            (false, Some("refunded")) => OrderState::Returned,
            (false, _) if shipped && self.closed_at.is_some() => OrderState::Completed,
            (false, _) if shipped => OrderState::Shipped,
            (false, Some("paid" | "partially_refunded")) => OrderState::Paid,
            _ => OrderState::Open,
        }
    }

    fn line(&self, line: &LineItem) -> Option<OrderLine> {
        let counts = Counts {
            quantity: line.quantity,
            shipped: self.shipped(line.id),
            removed: line.quantity - line.current_quantity.unwrap_or(line.quantity),
            returned: self.returned(line.id),
            order_cancelled: self.cancelled_at.is_some(),
        };
        Some(OrderLine {
            remote_id: line.admin_graphql_api_id.clone(),
            sku: line.sku.clone().filter(|sku| !sku.is_empty()),
            listing_id: line.variant_id.map(|id| ids::gid(ids::VARIANT, id)),
            title: line.title.clone(),
            quantity: line.quantity,
            cancelled: counts.cancelled(),
            shipped: counts.shipped(),
            returned: counts.returned(),
            unit_price: money::read(&line.price, &self.currency)?,
            tax: self.sum(line.tax_lines.iter().map(|tax| tax.price.as_str()))?,
            discount: self.sum(line.discount_allocations.iter().map(|it| it.amount.as_str()))?,
        })
    }

    /// `None` inside when there is nothing to add up; nothing when an amount cannot be read.
    fn sum<'a>(&self, amounts: impl Iterator<Item = &'a str>) -> Option<Option<Money>> {
        let mut sum: Option<Decimal> = None;
        for amount in amounts {
            let amount = amount.parse().ok()?;
            sum = Some(sum.map_or(Some(amount), |sum| money::plus(sum, amount))?);
        }
        Some(sum.map(|sum| Money::new(sum, &*self.currency)))
    }

    fn shipped(&self, line: u64) -> i64 {
        let counted = self.fulfillments.iter().filter(|it| it.status.as_deref() == Some("success"));
        let lines = counted.flat_map(|fulfillment| &fulfillment.line_items);
        lines.filter(|it| it.id == line).fold(0, |sum, it| sum.saturating_add(it.quantity))
    }

    fn returned(&self, line: u64) -> i64 {
        let lines = self.refunds.iter().flat_map(|refund| &refund.refund_line_items);
        let came_back =
            |it: &&RefundedLine| it.line_item_id == line && it.restock_type.as_deref() == Some("return");
        lines.filter(came_back).fold(0, |sum, it| sum.saturating_add(it.quantity))
    }
}
