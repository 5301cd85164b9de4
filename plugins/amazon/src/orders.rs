//! The stream of orders, from `searchOrders` of 2026-01-01.
//!
//! Every answer says up to which moment it is complete (`lastUpdatedBefore`), by Amazon's own clock. That moment is the
//! cursor: the next pass asks for what was updated after it, and nothing falls between two clocks.

use std::borrow::Cow;

use serde::Deserialize;
use wharf_sdk::{
    Failure, Fetch, Page, Pass, Position, Problem, Reason, Request, Response,
    inbound::{Entry, Timestamp},
    parse_rfc3339, percent_encoded, rfc3339,
};

use crate::{
    API, ORDERS_PATH,
    order::{AmazonOrder, order},
    pull,
    settings::Market,
};

/// The most that Amazon gives at once.
const PAGE: u32 = 100;

const DAY: Timestamp = 24 * 60 * 60 * 1_000;

/// `SearchOrdersResponse`; the orders are read one by one, so that one of a new shape does not cost the others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Orders<'a> {
    #[serde(borrow)]
    orders: Vec<&'a serde_json::value::RawValue>,
    #[serde(borrow, default)]
    pagination: Option<Pagination<'a>>,
    #[serde(borrow, default)]
    last_updated_before: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination<'a> {
    #[serde(borrow, default)]
    next_token: Option<Cow<'a, str>>,
}

pub(crate) fn request(market: &Market, position: &Position) -> Fetch {
    page(market, &start(market, position), "", None)
}

/// The cursor, the host's own moment, or so many days before now.
fn start(market: &Market, position: &Position) -> String {
    let cursor = position.cursor.as_deref().and_then(|cursor| str::from_utf8(cursor).ok());
    if let Some(cursor) = cursor.filter(|cursor| parse_rfc3339(cursor).is_some()) {
        return cursor.to_owned();
    }
    let first = position.until.saturating_sub(Timestamp::from(market.settings.first_orders_days) * DAY);
    rfc3339(position.since.unwrap_or(first))
}

/// `until` is the first page's answer, for the cursor of the next pass.
fn page(market: &Market, after: &str, until: &str, token: Option<&str>) -> Fetch {
    let marketplaces = market.settings.marketplaces.join(",");
    let party = if market.is_fulfilled_by_amazon() { "AMAZON" } else { "MERCHANT" };
    let personal = if market.settings.personal_data { "BUYER,RECIPIENT," } else { "" };
    let mut target = format!(
        "{ORDERS_PATH}?lastUpdatedAfter={}&marketplaceIds={marketplaces}&fulfilledBy={party}\
         &maxResultsPerPage={PAGE}&includedData={personal}PROCEEDS,FULFILLMENT",
        percent_encoded(after)
    );
    if let Some(token) = token {
        target.push_str("&paginationToken=");
        target.push_str(&percent_encoded(token));
    }
    Fetch::from(Request::get(API, target)).memo(format!("{after}\n{until}"))
}

pub(crate) fn digest(market: &Market, memo: &[u8], response: &Response) -> Page {
    if let Some(failure) = Failure::of(response.status) {
        return pull::failed(failure, &response.body, "The orders were not listed.");
    }
    let memo = str::from_utf8(memo).ok().and_then(|memo| memo.split_once('\n'));
    let list = serde_json::from_slice::<Orders<'_>>(&response.body);
    let (Some((after, until)), Ok(list)) = (memo, list) else { return pull::unread() };
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    for (place, raw) in (1..).zip(&list.orders) {
        match serde_json::from_str::<AmazonOrder<'_>>(raw.get())
            .ok()
            .and_then(|read| order(&read, &mut problems))
        {
            Some(order) => entries.push(Entry::Order(order)),
            None => problems.push(unread(place, raw.get())),
        }
    }
    let until =
        if until.is_empty() { list.last_updated_before.as_deref().unwrap_or_default() } else { until };
    let next = list.pagination.and_then(|pagination| pagination.next_token);
    let page = match next.as_deref().filter(|token| !token.is_empty()) {
        Some(token) => Page::more(entries, page(market, after, until, Some(token))),
        None => Page::end(entries, Pass { cursor: Some(cursor(after, until)), complete: false }),
    };
    page.problems(problems)
}

/// Stays where it is when Amazon does not say how far it came.
fn cursor(after: &str, until: &str) -> Vec<u8> {
    if parse_rfc3339(until).is_some() { until.into() } else { after.into() }
}

/// Names the order where it has a name, and nothing of what is in it.
fn unread(place: u32, raw: &str) -> Problem {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        order_id: String,
    }
    let named = serde_json::from_str::<Named>(raw);
    let name = named.map_or_else(|_| format!("number {place} of the page"), |named| named.order_id);
    let message =
        format!("Order {name} has another form than the connector knows; it needs a newer version.");
    Problem::error("unreadable-order", message).reason(Reason::Contract)
}
