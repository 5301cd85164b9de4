//! An order as the Admin API tells it.
//!
//! Amounts are those in the shop's currency, which is the channel's.

use serde::{Deserialize, Serialize};
use wharf_sdk::{
    Decimal,
    inbound::{self, OrderLine, OrderState},
    parse_rfc3339,
};

use crate::{
    address::{MailingAddress, buyer},
    graphql::{Connection, Identified},
    money,
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Order {
    pub(crate) id: String,
    name: String,
    created_at: String,
    pub(crate) updated_at: String,
    cancelled_at: Option<String>,
    closed: bool,
    display_financial_status: Option<String>,
    display_fulfillment_status: String,
    taxes_included: bool,
    email: Option<String>,
    phone: Option<String>,
    current_total_price_set: MoneyBag,
    total_shipping_price_set: MoneyBag,
    shipping_address: Option<MailingAddress>,
    pub(crate) line_items: Connection<LineItem>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MoneyBag {
    shop_money: MoneyV2,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MoneyV2 {
    amount: String,
    currency_code: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineItem {
    id: String,
    sku: Option<String>,
    title: String,
    quantity: i64,
    current_quantity: i64,
    unfulfilled_quantity: i64,
    non_fulfillable_quantity: i64,
    variant: Option<Identified>,
    original_unit_price_set: MoneyBag,
    discounted_total_set: MoneyBag,
    tax_lines: Vec<TaxLine>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TaxLine {
    price_set: MoneyBag,
}

impl MoneyBag {
    fn read(&self) -> Option<inbound::Money> {
        money::read(&self.shop_money.amount, &self.shop_money.currency_code)
    }
}

impl Order {
    /// With these lines; nothing when a number or moment cannot be read.
    pub(crate) fn read(&self, lines: Vec<OrderLine>) -> Option<inbound::Order> {
        Some(inbound::Order {
            remote_id: self.id.clone(),
            number: self.name.clone(),
            state: self.state(),
            placed_at: parse_rfc3339(&self.created_at)?,
            changed_at: parse_rfc3339(&self.updated_at)?,
            tax_included: self.taxes_included,
            lines,
            shipping: Some(self.total_shipping_price_set.read()?),
            total: self.current_total_price_set.read()?,
            buyer: Some(buyer(self.email.as_ref(), self.phone.as_ref(), self.shipping_address.as_ref())),
            ship_to: self.shipping_address.as_ref().map(MailingAddress::read),
        })
    }

    /// The lines that came with it.
    pub(crate) fn lines(&self) -> Option<Vec<OrderLine>> {
        let cancelled = self.cancelled_at.is_some();
        self.line_items.nodes.iter().map(|line| line.read(cancelled)).collect()
    }

    fn state(&self) -> OrderState {
        let paid = self.display_financial_status.as_deref();
        let shipped = self.display_fulfillment_status == "FULFILLED";
        match (self.cancelled_at.is_some(), paid) {
            (true, _) => OrderState::Cancelled,
            (false, Some("REFUNDED")) => OrderState::Returned,
            (false, _) if shipped && self.closed => OrderState::Completed,
            (false, _) if shipped => OrderState::Shipped,
            (false, Some("PAID" | "PARTIALLY_REFUNDED")) => OrderState::Paid,
            _ => OrderState::Open,
        }
    }
}

impl LineItem {
    fn read(&self, order_cancelled: bool) -> Option<OrderLine> {
        let counts = Counts {
            quantity: self.quantity,
            shipped: self.quantity - self.unfulfilled_quantity - self.non_fulfillable_quantity,
            removed: self.quantity - self.current_quantity,
            returned: self.quantity - self.current_quantity - self.non_fulfillable_quantity,
            order_cancelled,
        };
        let unit_price = self.original_unit_price_set.read()?;
        let discounted = self.discounted_total_set.read()?;
        Some(OrderLine {
            remote_id: self.id.clone(),
            sku: self.sku.clone().filter(|sku| !sku.is_empty()),
            listing_id: self.variant.as_ref().map(|variant| variant.id.clone()),
            title: self.title.clone(),
            quantity: self.quantity,
            cancelled: counts.cancelled(),
            shipped: counts.shipped(),
            returned: counts.returned(),
            discount: discount(unit_price.amount, self.quantity, discounted.amount)
                .map(|amount| inbound::Money::new(amount, &*unit_price.currency)),
            tax: self.tax()?,
            unit_price,
        })
    }

    /// `None` inside when no tax is named; nothing when one cannot be read.
    fn tax(&self) -> Option<Option<inbound::Money>> {
        let mut sum: Option<inbound::Money> = None;
        for line in &self.tax_lines {
            let tax = line.price_set.read()?;
            sum = Some(match sum {
                Some(sum) => inbound::Money::new(money::plus(sum.amount, tax.amount)?, tax.currency),
                None => tax,
            });
        }
        Some(sum)
    }
}

/// What the line would cost without discounts, less what it costs.
fn discount(unit_price: Decimal, quantity: i64, discounted: Decimal) -> Option<Decimal> {
    let full = money::times(unit_price, quantity)?;
    let discount = money::plus(full, money::times(discounted, -1)?)?;
    (discount.coefficient > 0).then_some(discount)
}

/// Units of a line, kept within what was ordered whatever Shopify says.
pub(crate) struct Counts {
    pub(crate) quantity: i64,
    pub(crate) shipped: i64,
    /// Taken off the order, before or after they were shipped.
    pub(crate) removed: i64,
    pub(crate) returned: i64,
    pub(crate) order_cancelled: bool,
}

impl Counts {
    pub(crate) fn shipped(&self) -> i64 {
        self.shipped.clamp(0, self.quantity.max(0))
    }

    /// What came back was shipped before.
    pub(crate) fn returned(&self) -> i64 {
        self.returned.clamp(0, self.shipped())
    }

    pub(crate) fn cancelled(&self) -> i64 {
        let unshipped = (self.quantity - self.shipped()).max(0);
        if self.order_cancelled { unshipped } else { (self.removed - self.returned()).clamp(0, unshipped) }
    }
}
