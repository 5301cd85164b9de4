//! The stream of stock that Amazon keeps for the seller (FBA), from `getInventorySummaries`.
//!
//! Amazon's network is one place for all marketplaces of a region, so only the first one's figures are read: adding
//! them up would count every unit several times.

use std::borrow::Cow;

use serde::Deserialize;
use wharf_sdk::{
    Failure, Fetch, Page, Pass, Position, Problem, Reason, Request, Response,
    inbound::{Entry, ListingKey, StockLevel},
    parse_rfc3339, percent_encoded, rfc3339,
};

use crate::{API, INVENTORY_PATH, pull, settings::Market};

/// What the place is called in inbound stock.
const LOCATION: &str = "FBA";

/// `GetInventorySummariesResponse`
#[derive(Deserialize)]
struct Summaries<'a> {
    #[serde(borrow)]
    payload: Payload<'a>,
    #[serde(borrow, default)]
    pagination: Option<Pagination<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    #[serde(borrow)]
    inventory_summaries: Vec<Summary<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pagination<'a> {
    #[serde(borrow, default)]
    next_token: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    #[serde(borrow, default)]
    seller_sku: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    last_updated_time: Option<Cow<'a, str>>,
    #[serde(default)]
    inventory_details: Option<Details>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    fulfillable_quantity: Option<i64>,
}

/// Everything, or what changed since. The start goes along with each page, so it is the memo.
pub(crate) fn request(market: &Market, position: &Position) -> Fetch {
    let since = position.since.map(rfc3339).unwrap_or_default();
    page(market, &since, None)
}

fn page(market: &Market, since: &str, token: Option<&str>) -> Fetch {
    let id = market.marketplace();
    let mut target = format!(
        "{INVENTORY_PATH}?details=true&granularityType=Marketplace&granularityId={id}&marketplaceIds={id}"
    );
    if !since.is_empty() {
        target.push_str("&startDateTime=");
        target.push_str(&percent_encoded(since));
    }
    if let Some(token) = token {
        target.push_str("&nextToken=");
        target.push_str(&percent_encoded(token));
    }
    let mark = if token.is_some() { "+" } else { "" };
    Fetch::from(Request::get(API, target)).memo(format!("{mark}{since}"))
}

pub(crate) fn digest(market: &Market, memo: &[u8], response: &Response) -> Page {
    let memo = str::from_utf8(memo).unwrap_or_default();
    let since = memo.strip_prefix('+');
    if let Some(failure) = Failure::of(response.status) {
        // A token lives for 30 seconds; behind a pause it is refused.
        return match (failure, since) {
            (Failure::Refused, Some(_)) => Page::restart(expired()),
            _ => pull::failed(failure, &response.body, "The stock at Amazon was not listed."),
        };
    }
    let since = since.unwrap_or(memo);
    let Ok(summaries) = serde_json::from_slice::<Summaries<'_>>(&response.body) else {
        return pull::unread();
    };
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    for summary in &summaries.payload.inventory_summaries {
        match level(summary) {
            Ok(level) => entries.push(Entry::Stock(level)),
            Err(problem) => problems.push(problem),
        }
    }
    let next = summaries.pagination.and_then(|pagination| pagination.next_token);
    let page = match next.as_deref().filter(|token| !token.is_empty()) {
        Some(token) => Page::more(entries, page(market, since, Some(token))),
        None => Page::end(entries, Pass { cursor: None, complete: since.is_empty() }),
    };
    page.problems(problems)
}

fn level(summary: &Summary<'_>) -> Result<StockLevel, Problem> {
    let sku = summary.seller_sku.as_deref().filter(|sku| !sku.is_empty());
    let quantity = summary.inventory_details.as_ref().and_then(|details| details.fulfillable_quantity);
    let (Some(sku), Some(quantity)) = (sku, quantity.filter(|quantity| *quantity >= 0)) else {
        let message =
            format!("A line of Amazon's stock, SKU `{}`, has no SKU or no count.", sku.unwrap_or_default());
        return Err(Problem::warning("unreadable-stock", message).reason(Reason::Contract));
    };
    let observed_at = summary.last_updated_time.as_deref().and_then(parse_rfc3339);
    let level = StockLevel::new(ListingKey::sku(sku), quantity);
    Ok(StockLevel { location: LOCATION.to_owned(), observed_at, ..level })
}

fn expired() -> Problem {
    let message = "Amazon forgot where the list had come to, as it does after 30 seconds; it begins anew.";
    Problem::warning("expired-token", message).reason(Reason::Conflict)
}
