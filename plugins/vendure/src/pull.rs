//! Orders and stock, page by page.
//!
//! Pages are counted by entries to skip. Sorted by id, an entry that changes during the pass keeps its place, and what
//! comes in between is read by the next pass, so none is missed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use wharf_sdk::{
    Context, Failure, Fetch, Page, Pass, Position, Problem, Reason, Response, Rest,
    inbound::{Entry, ListingKey, StockLevel, Timestamp},
    rfc3339,
};

use crate::{
    ORDERS, documents,
    graphql::{self, Blame, Refusal},
    orders,
    settings::Settings,
};

/// Orders of one page; each comes with its lines.
const ORDERS_A_PAGE: usize = 100;

/// Variants of one page, of the 1,000 that Vendure gives unless it is set otherwise
/// ([adminListQueryLimit](https://docs.vendure.io/reference/typescript-api/configuration/api-options/)).
const VARIANTS_A_PAGE: usize = 250;

/// Where a pass stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
struct Place {
    since: Option<Timestamp>,
    skip: usize,
}

pub(crate) fn request(context: &Context, stream: u32, position: &Position) -> Fetch {
    let place = Place { since: position.since, skip: 0 };
    match Settings::of(context) {
        Ok(settings) => fetch(&settings, stream, &place),
        // It is told when the answer is: a pass cannot begin without a request.
        Err(_) => Fetch::from(wharf_sdk::Request::post(crate::API, graphql::PATH)),
    }
}

fn fetch(settings: &Settings, stream: u32, place: &Place) -> Fetch {
    let body = if stream == ORDERS {
        let mut filter = json!({ "orderPlacedAt": { "isNull": false } });
        if let Some(since) = place.since {
            // `after` leaves out the moment itself.
            filter["updatedAt"] = json!({ "after": rfc3339(since.saturating_sub(1)) });
        }
        let variables = json!({ "filter": filter, "skip": place.skip, "take": ORDERS_A_PAGE });
        graphql::body(documents::ORDERS, &variables)
    } else {
        graphql::body(documents::STOCK, &json!({ "skip": place.skip, "take": VARIANTS_A_PAGE }))
    };
    // Numbers always have a JSON form.
    Fetch::from(graphql::request(settings, body)).memo(serde_json::to_vec(place).unwrap_or_default())
}

pub(crate) fn digest(context: &Context, stream: u32, memo: &[u8], response: &Response) -> Page {
    let settings = match Settings::of(context) {
        Ok(settings) => settings,
        Err(problem) => return stopped(Rest::Failed(problem)),
    };
    let Ok(place) = serde_json::from_slice::<Place>(memo) else {
        return Page::failed(Failure::Unexpected, "Where the pass stood was lost; it begins anew.");
    };
    let data = match graphql::read(response) {
        Ok(data) => data,
        Err(refusal) => return stopped(rest(refusal)),
    };
    page(&settings, stream, place, &data)
}

fn stopped(rest: Rest) -> Page {
    Page { rest, ..Page::end(Vec::new(), Pass { cursor: None, complete: false }) }
}

fn rest(Refusal { blame, problem }: Refusal) -> Rest {
    let waits = matches!(problem.reason, Reason::Outage | Reason::Budget | Reason::Conflict);
    if waits && blame == Blame::Passing { Rest::Retry((None, problem)) } else { Rest::Failed(problem) }
}

fn page(settings: &Settings, stream: u32, place: Place, data: &Value) -> Page {
    let (list, size) =
        if stream == ORDERS { ("orders", ORDERS_A_PAGE) } else { ("productVariants", VARIANTS_A_PAGE) };
    let list = &data[list];
    let (Some(items), Some(total)) = (list["items"].as_array(), list["totalItems"].as_u64()) else {
        return Page::failed(Failure::Unexpected, "The answer is not one of Vendure's lists.");
    };
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    for item in items {
        if stream == ORDERS {
            match orders::entry(settings, item) {
                Ok(order) => entries.push(Entry::Order(order)),
                Err(message) => problems.push(unreadable(&message)),
            }
        } else {
            levels(settings, item, &mut entries, &mut problems);
        }
    }
    let next = Place { skip: place.skip.saturating_add(size), ..place };
    let page = if !items.is_empty() && (next.skip as u64) < total {
        Page::more(entries, fetch(settings, stream, &next))
    } else {
        Page::end(entries, Pass { cursor: None, complete: next.since.is_none() })
    };
    page.problems(problems)
}

pub(crate) fn unreadable(message: &str) -> Problem {
    Problem::error("unreadable-entry", message).reason(Reason::Contract)
}

/// What may be sold of one variant: what is on hand, less what open orders wait for.
fn levels(settings: &Settings, variant: &Value, entries: &mut Vec<Entry>, problems: &mut Vec<Problem>) {
    let (Some(id), Some(sku), Some(levels)) =
        (variant["id"].as_str(), variant["sku"].as_str(), variant["stockLevels"].as_array())
    else {
        problems.push(unreadable("A variant has no id, no SKU or no stock levels."));
        return;
    };
    for level in levels {
        let Some(place) = level["stockLocationId"].as_str().and_then(|id| settings.place(id)) else {
            continue;
        };
        let (Some(on_hand), Some(allocated)) =
            (level["stockOnHand"].as_i64(), level["stockAllocated"].as_i64())
        else {
            problems.push(unreadable(&format!("The stock of {sku} at {place} is no number.")));
            continue;
        };
        let key = ListingKey { sku: Some(sku.to_owned()), remote_id: Some(id.to_owned()) };
        let quantity = on_hand.saturating_sub(allocated).max(0);
        entries
            .push(Entry::Stock(StockLevel { location: place.to_owned(), ..StockLevel::new(key, quantity) }));
    }
}
