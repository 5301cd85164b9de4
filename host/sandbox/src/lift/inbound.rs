//! What a reading connector handed back: pages of pulls, receipts of webhooks, progress in files.

use wharf_catalog::{
    Money,
    inbound::{
        Address, AttributePatch, AttributeValue, Buyer, CategoryNode, CategorySchema, Entry, ListingKey,
        ListingReport, Order, OrderLine, OrderState, PricePatch, ProductPatch, RemoteState, StockLevel,
    },
};

use super::{Lift, number, within};
use crate::{
    bindings::{
        exports::wharf::connector::{intake, puller, receiver},
        wharf::connector::{inbound, types},
    },
    inbound::{Fetch, Finding, Page, Progress, Receipt, Reply, Rest},
};

impl Lift<'_> {
    pub(crate) fn fetch(&self, raw: puller::Fetch) -> Result<Fetch, String> {
        self.memo(&raw.memo)?;
        Ok(Fetch { request: self.request(raw.request)?, memo: raw.memo, delay: self.delay(raw.delay_ms)? })
    }

    pub(crate) fn page(&self, raw: puller::Page) -> Result<Page, String> {
        Ok(Page {
            entries: self.entries(raw.entries)?,
            problems: self.problems(raw.problems)?,
            rest: self.rest(raw.rest)?,
            allowances: self.allowances(raw.allowances)?,
        })
    }

    fn rest(&self, raw: puller::Rest) -> Result<Rest, String> {
        Ok(match raw {
            puller::Rest::More(fetch) => Rest::More(self.fetch(fetch)?),
            puller::Rest::Checkpoint((cursor, fetch)) => {
                self.memo(&cursor)?;
                Rest::Checkpoint(cursor, self.fetch(fetch)?)
            }
            puller::Rest::End(puller::Pass { cursor, complete }) => {
                cursor.iter().try_for_each(|cursor| self.memo(cursor))?;
                Rest::End { cursor, complete }
            }
            puller::Rest::Retry((after, problem)) => Rest::Retry {
                after: after.map(|after| self.delay(after)).transpose()?,
                problem: self.problem(problem)?,
            },
            puller::Rest::Restart(problem) => Rest::Restart(self.problem(problem)?),
            puller::Rest::Failed(problem) => Rest::Failed(self.problem(problem)?),
        })
    }

    pub(crate) fn receipt(&self, raw: receiver::Receipt) -> Result<Receipt, String> {
        let streams = self.description.streams.len();
        if let Some(foreign) = raw.pull.iter().find(|stream| **stream as usize >= streams) {
            return Err(format!("it asks to pull stream {foreign}, but {streams} are declared"));
        }
        Ok(Receipt {
            entries: self.entries(raw.entries)?,
            pull: raw.pull,
            problems: self.problems(raw.problems)?,
            delivery_id: raw.delivery_id,
            reply: raw.reply.map(reply).transpose()?,
        })
    }

    pub(crate) fn progress(&self, raw: intake::Progress) -> Result<Progress, String> {
        within("bytes of state", "state-bytes", raw.state.len(), self.limits.state_bytes)?;
        within("findings", "entries", raw.findings.len(), self.limits.entries as usize)?;
        let finding = |raw: intake::Finding| {
            Ok(Finding { row: raw.row, column: raw.column, problem: self.problem(raw.problem)? })
        };
        Ok(Progress {
            state: raw.state,
            entries: self.entries(raw.entries)?,
            findings: raw.findings.into_iter().map(finding).collect::<Result<_, String>>()?,
            more: raw.more,
            complete: raw.complete,
            failed: raw.failed.map(|problem| self.problem(problem)).transpose()?,
        })
    }

    fn entries(&self, raw: Vec<inbound::Entry>) -> Result<Vec<Entry>, String> {
        within("entries", "entries", raw.len(), self.limits.entries as usize)?;
        raw.into_iter().map(|entry| self.entry(entry)).collect()
    }

    fn entry(&self, raw: inbound::Entry) -> Result<Entry, String> {
        Ok(match raw {
            inbound::Entry::Order(raw) => Entry::Order(Box::new(order(raw)?)),
            inbound::Entry::Stock(raw) => Entry::Stock(stock(raw)?),
            inbound::Entry::Listing(raw) => Entry::Listing(self.listing(raw)?),
            inbound::Entry::Product(raw) => Entry::Product(product(raw)?),
            inbound::Entry::Category(inbound::Category { id, parent, name, selectable }) => {
                Entry::Category(CategoryNode { id, parent, name, selectable })
            }
            inbound::Entry::Schema(inbound::CategorySchema { category, version, schema }) => {
                Entry::Schema(CategorySchema { category, version, schema })
            }
            inbound::Entry::Gone(raw) => Entry::Gone(key(raw)?),
        })
    }

    fn listing(&self, raw: inbound::Listing) -> Result<ListingReport, String> {
        Ok(ListingReport {
            key: key(raw.key)?,
            state: match raw.state {
                inbound::ListingState::Draft => RemoteState::Draft,
                inbound::ListingState::Submitted => RemoteState::Submitted,
                inbound::ListingState::Live => RemoteState::Live,
                inbound::ListingState::Suppressed => RemoteState::Suppressed,
                inbound::ListingState::Ended => RemoteState::Ended,
            },
            url: raw.url,
            price: raw.price.map(money).transpose()?,
            quantity: raw.quantity,
            problems: self.problems(raw.problems)?,
            observed_at: raw.observed_at,
        })
    }
}

fn reply(raw: receiver::Reply) -> Result<Reply, String> {
    let receiver::Reply { status, content_type, body } = raw;
    if !(200..600).contains(&status) {
        return Err(format!("it answers a webhook with the status {status}"));
    }
    if !content_type.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(format!("{content_type:?} is not a media type"));
    }
    Ok(Reply { status, content_type, body })
}

fn order(raw: inbound::Order) -> Result<Order, String> {
    identified("order", &raw.remote_id)?;
    Ok(Order {
        remote_id: raw.remote_id,
        number: raw.number,
        state: match raw.state {
            inbound::OrderState::Open => OrderState::Open,
            inbound::OrderState::Paid => OrderState::Paid,
            inbound::OrderState::Shipped => OrderState::Shipped,
            inbound::OrderState::Completed => OrderState::Completed,
            inbound::OrderState::Cancelled => OrderState::Cancelled,
            inbound::OrderState::Returned => OrderState::Returned,
        },
        placed_at: raw.placed_at,
        changed_at: raw.changed_at,
        tax_included: raw.tax_included,
        lines: raw.lines.into_iter().map(line).collect::<Result<_, String>>()?,
        shipping: raw.shipping.map(money).transpose()?,
        total: money(raw.total)?,
        buyer: raw.buyer.map(|inbound::Buyer { name, email, phone }| Buyer { name, email, phone }),
        ship_to: raw.ship_to.map(address),
    })
}

fn line(raw: inbound::OrderLine) -> Result<OrderLine, String> {
    identified("order line", &raw.remote_id)?;
    let counts = [raw.quantity, raw.cancelled, raw.shipped, raw.returned];
    if counts.iter().any(|count| *count < 0) {
        return Err(format!("the order line {:?} counts below zero", raw.remote_id));
    }
    Ok(OrderLine {
        remote_id: raw.remote_id,
        sku: raw.sku,
        listing_id: raw.listing_id,
        title: raw.title,
        quantity: raw.quantity,
        cancelled: raw.cancelled,
        shipped: raw.shipped,
        returned: raw.returned,
        unit_price: money(raw.unit_price)?,
        tax: raw.tax.map(money).transpose()?,
        discount: raw.discount.map(money).transpose()?,
    })
}

fn address(raw: inbound::Address) -> Address {
    let inbound::Address { name, lines, postal_code, city, region, country } = raw;
    Address { name, lines, postal_code, city, region, country }
}

fn stock(raw: inbound::StockLevel) -> Result<StockLevel, String> {
    let inbound::StockLevel { key: raw_key, location, quantity, observed_at } = raw;
    Ok(StockLevel { key: key(raw_key)?, location, quantity, observed_at })
}

fn key(raw: inbound::ListingKey) -> Result<ListingKey, String> {
    let inbound::ListingKey { sku, remote_id } = raw;
    if sku.is_none() && remote_id.is_none() {
        return Err("an entry names neither a SKU nor a remote id".into());
    }
    Ok(ListingKey { sku, remote_id })
}

fn product(raw: inbound::ProductPatch) -> Result<ProductPatch, String> {
    identified("product", &raw.sku)?;
    let attribute = |raw: inbound::Attribute| {
        let value = raw.value.map(attribute_value).transpose()?;
        Ok(AttributePatch { code: raw.code, locale: raw.locale, value })
    };
    let price = |raw: inbound::Price| Ok(PricePatch { price_list: raw.price_list, price: money(raw.price)? });
    Ok(ProductPatch {
        sku: raw.sku,
        parent: raw.parent,
        family: raw.family,
        attributes: raw.attributes.into_iter().map(attribute).collect::<Result<_, String>>()?,
        prices: raw.prices.into_iter().map(price).collect::<Result<_, String>>()?,
        images: raw.images,
        stock: raw.stock.into_iter().map(stock).collect::<Result<_, String>>()?,
    })
}

fn attribute_value(raw: inbound::AttributeValue) -> Result<AttributeValue, String> {
    Ok(match raw {
        inbound::AttributeValue::Text(text) => AttributeValue::Text(text),
        inbound::AttributeValue::Texts(texts) => AttributeValue::Texts(texts),
        inbound::AttributeValue::Number(raw) => AttributeValue::Number(number(raw)?),
        inbound::AttributeValue::Money(raw) => AttributeValue::Money(money(raw)?),
        inbound::AttributeValue::Flag(flag) => AttributeValue::Flag(flag),
    })
}

fn money(raw: types::Money) -> Result<Money, String> {
    let currency = raw.currency;
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(format!("{currency:?} is not a currency of ISO 4217"));
    }
    Ok(Money { amount: number(raw.amount)?, currency })
}

fn identified(what: &str, id: &str) -> Result<(), String> {
    if id.is_empty() || id.chars().any(char::is_control) {
        return Err(format!("the id {id:?} of the {what} is empty or holds control characters"));
    }
    Ok(())
}
