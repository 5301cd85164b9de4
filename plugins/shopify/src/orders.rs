//! The stream of orders, in the order of their last change.
//!
//! A page holds six orders with five lines each, as a query may cost no more. An order with more lines is read by
//! itself, forty lines at a time, before the next page.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wharf_sdk::{
    Fetch, Page, Pass, Position, Problem, Reason,
    inbound::{Entry, OrderLine},
    rfc3339,
};

use crate::{
    documents,
    graphql::{self, Connection, Refusal},
    order::Order,
};

/// By the costs of objects and connections; see [`documents::ORDERS`].
const POINTS: u32 = 760;

/// Where the pass stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Memo {
    /// The filter of the pass: from when, and before when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    until: String,
    /// Orders that were read under this filter.
    #[serde(default)]
    read: u32,
    /// After which order the next page begins; none: there is no further one.
    after: Option<String>,
    /// Whether the first page of a new filter follows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    anew: bool,
    /// Orders to be read by themselves, and from which line on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    long: Vec<String>,
    /// Of the first of them, after which line to go on, and how many were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Line>,
}

/// A line that waits for the others of its order, written short.
type Line = (String, Option<String>, Option<String>, String, [i64; 4], [Option<(String, String)>; 3]);

/// Orders that are read under one filter; some less than Shopify pages through.
const FILTERED_ORDERS: u32 = graphql::PAGED_OBJECTS - 1_000;

/// What a memo may hold of an order's lines, in bytes.
const MEMO_BYTES: usize = 60_000;

pub(crate) fn first(position: &Position) -> Fetch {
    let resumed = position.cursor.as_deref().and_then(|cursor| serde_json::from_slice::<Memo>(cursor).ok());
    page_request(&resumed.unwrap_or_else(|| whole(position)))
}

/// Whole seconds, the first rounded down and the last up.
fn whole(position: &Position) -> Memo {
    const SECOND: i64 = 1_000;
    let until = position.until.saturating_add(SECOND - 1).div_euclid(SECOND).saturating_mul(SECOND);
    let since = position.since.map(|since| rfc3339(since.div_euclid(SECOND).saturating_mul(SECOND)));
    Memo { since, until: rfc3339(until), ..Memo::default() }
}

fn page_request(memo: &Memo) -> Fetch {
    let request = graphql::request(documents::ORDERS, POINTS, |json| {
        json.member("query", &memo.query());
        if let Some(after) = &memo.after {
            json.member("after", after);
        }
    });
    Fetch::from(request).memo(memo.to_bytes())
}

fn order_request(memo: &Memo, id: &str) -> Fetch {
    let request = graphql::request(documents::ORDER, POINTS + 100, |json| {
        json.member("id", id);
        if let Some(line) = &memo.line {
            json.member("after", line);
        }
    });
    Fetch::from(request).memo(memo.to_bytes())
}

impl Memo {
    fn query(&self) -> String {
        match &self.since {
            Some(since) => format!("updated_at:>='{since}' AND updated_at:<'{}'", self.until),
            None => format!("updated_at:<'{}'", self.until),
        }
    }

    /// After a page of so many orders, the last of which changed at `changed`. Shortly before Shopify ends paging, the
    /// filter begins anew with that order; what is seen twice is one order.
    fn advanced(self, orders: usize, changed: Option<String>, after: Option<String>) -> Self {
        let read = self.read.saturating_add(u32::try_from(orders).unwrap_or(u32::MAX));
        match changed {
            Some(changed)
                if after.is_some() && read >= FILTERED_ORDERS && self.since.as_ref() != Some(&changed) =>
            {
                Self { since: Some(changed), until: self.until, anew: true, ..Self::default() }
            }
            _ => Self { since: self.since, until: self.until, read, after, ..Self::default() },
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts and numbers have a JSON form")
    }
}

#[derive(Deserialize)]
struct OrdersData {
    orders: Connection<Order>,
}

#[derive(Deserialize)]
struct OrderData {
    order: Option<Order>,
}

pub(crate) fn digest(memo: &[u8], data: &serde_json::value::RawValue) -> Page {
    let Ok(memo) = serde_json::from_slice::<Memo>(memo) else {
        return Refusal::Passing(graphql::unreadable()).page();
    };
    let read = match memo.long.is_empty() {
        true => graphql::shape(data).map(|data: OrdersData| after_page(memo, data.orders)),
        false => graphql::shape(data).map(|data: OrderData| after_order(memo, data.order)),
    };
    read.unwrap_or_else(Refusal::page)
}

fn after_page(memo: Memo, orders: Connection<Order>) -> Page {
    let mut found = Found::default();
    let mut long = Vec::new();
    let changed = orders.nodes.last().map(|order| order.updated_at.clone());
    let memo = memo.advanced(orders.nodes.len(), changed, orders.page_info.next());
    for order in orders.nodes {
        if order.line_items.page_info.has_more() {
            long.push(order.id);
            continue;
        }
        let lines = order.lines();
        found.add(&order, lines);
    }
    found.go_on(&Memo { long, ..memo })
}

fn after_order(mut memo: Memo, order: Option<Order>) -> Page {
    let mut found = Found::default();
    let id = memo.long.remove(0);
    let Some(order) = order else {
        // Deleted since it was listed.
        return found.go_on(&Memo { line: None, lines: Vec::new(), ..memo });
    };
    let before: Option<Vec<OrderLine>> = std::mem::take(&mut memo.lines).into_iter().map(expanded).collect();
    let lines = before.zip(order.lines()).map(|(before, lines)| [before, lines].concat());
    let next = order.line_items.page_info.cursor();
    match (next, lines) {
        (Some(next), Some(lines)) => {
            memo.long.insert(0, id);
            memo = Memo { line: Some(next), lines: lines.into_iter().map(shortened).collect(), ..memo };
            if memo.to_bytes().len() > MEMO_BYTES {
                let long = memo.long.split_off(1);
                found.problems.push(too_long(&order));
                return found.go_on(&Memo { long, line: None, lines: Vec::new(), ..memo });
            }
        }
        (_, lines) => {
            found.add(&order, lines);
            memo.line = None;
        }
    }
    found.go_on(&memo)
}

fn too_long(order: &Order) -> Problem {
    let message = format!("The order {} has more lines than can be read; look at it in Shopify.", order.id);
    Problem::error("order-too-long", message).reason(Reason::Contract)
}

#[derive(Default)]
struct Found {
    entries: Vec<Entry>,
    problems: Vec<Problem>,
}

impl Found {
    fn add(&mut self, order: &Order, lines: Option<Vec<OrderLine>>) {
        match lines.and_then(|lines| order.read(lines)) {
            Some(order) => self.entries.push(Entry::Order(order)),
            None => {
                let message =
                    format!("The order {} holds an amount or a moment that cannot be read.", order.id);
                self.problems.push(Problem::error("unreadable-order", message).reason(Reason::Contract));
            }
        }
    }

    /// Long orders first, then the next page. What came before a page is done with.
    fn go_on(self, memo: &Memo) -> Page {
        let page = match (memo.long.first().cloned(), memo.anew || memo.after.is_some()) {
            (Some(id), _) => Page::more(self.entries, order_request(memo, &id)),
            (None, true) => Page::checkpoint(self.entries, memo.to_bytes(), page_request(memo)),
            (None, false) => Page::end(self.entries, Pass { cursor: None, complete: false }),
        };
        page.problems(self.problems)
    }
}

fn shortened(line: OrderLine) -> Line {
    let money = |money: wharf_sdk::inbound::Money| (money.amount.to_string(), money.currency);
    (
        line.remote_id,
        line.sku,
        line.listing_id,
        line.title,
        [line.quantity, line.cancelled, line.shipped, line.returned],
        [Some(money(line.unit_price)), line.tax.map(money), line.discount.map(money)],
    )
}

fn expanded((remote_id, sku, listing_id, title, counts, amounts): Line) -> Option<OrderLine> {
    let [quantity, cancelled, shipped, returned] = counts;
    let [unit_price, tax, discount] = amounts;
    let money = |(amount, currency): (String, String)| crate::money::read(&amount, &currency);
    Some(OrderLine {
        remote_id,
        sku,
        listing_id,
        title,
        quantity,
        cancelled,
        shipped,
        returned,
        unit_price: money(unit_price?)?,
        tax: tax.and_then(money),
        discount: discount.and_then(money),
    })
}

/// How long the host looks back for orders whose change is seen late.
pub(crate) const LOOK_BACK: Duration = Duration::from_secs(300);
