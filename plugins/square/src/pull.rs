//! Stock and orders, page by page.
//!
//! A page is asked for with the same query as the one before and the cursor that it brought
//! ([docs](https://developer.squareup.com/docs/build-basics/common-api-patterns/pagination)), so the memo holds where
//! the pass stands and the request is made anew from it.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wharf_sdk::{
    Context, Decimal, Failure, Fetch, Json, Page, Pass, Position, Problem, Reason, Request, Response, Rest,
    inbound::{Entry, ListingKey, StockLevel, Timestamp},
    parse_rfc3339, rfc3339,
};

use crate::{
    API, ORDERS,
    answer::{SquareError, object},
    orders::{self, Order},
    settings::Settings,
};

const COUNTS: &str = "/v2/inventory/counts/batch-retrieve";
const SEARCH_ORDERS: &str = "/v2/orders/search";

/// Counts of one page
/// ([BatchRetrieveInventoryCounts](https://developer.squareup.com/reference/square/inventory-api/batch-retrieve-inventory-counts)).
const COUNTS_A_PAGE: i64 = 1_000;

/// Orders of one page, of the 1,000 that Square gives
/// ([SearchOrders](https://developer.squareup.com/reference/square/orders-api/search-orders)): orders come whole, and a
/// long one takes 20 KB.
const ORDERS_A_PAGE: i64 = 200;

/// Locations of one search for orders (the same page).
const LOCATIONS_A_SEARCH: usize = 10;

/// Where a pass stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Place {
    since: Option<Timestamp>,
    until: Timestamp,
    /// Orders are searched for ten locations after the other.
    #[serde(default)]
    locations: usize,
    #[serde(default)]
    cursor: Option<String>,
}

pub(crate) fn request(context: &Context, stream: u32, position: &Position) -> Fetch {
    let place = Place { since: position.since, until: position.until, ..Place::default() };
    // Settings that cannot be read are told when the answer is: it cannot be done without an answer.
    let settings = Settings::of(context).unwrap_or_else(|_| Settings { locations: Default::default() });
    fetch(&settings, stream, &place)
}

fn fetch(settings: &Settings, stream: u32, place: &Place) -> Fetch {
    let request = if stream == ORDERS { search(settings, place) } else { counts(settings, place) };
    // Numbers and a text always have a JSON form.
    Fetch::from(request).memo(serde_json::to_vec(place).unwrap_or_default())
}

fn counts(settings: &Settings, place: &Place) -> Request {
    let mut json = Json::with_capacity(256);
    json.begin_object().texts("location_ids", settings.locations.values().map(String::as_str));
    json.texts("states", ["IN_STOCK"]);
    if let Some(since) = place.since {
        json.member("updated_after", &rfc3339(since));
    }
    if let Some(cursor) = &place.cursor {
        json.member("cursor", cursor);
    }
    json.key("limit").integer(COUNTS_A_PAGE).end_object();
    Request::post(API, COUNTS).json(json)
}

/// By the time of change: a till that was offline reports orders up to 72 hours late, with an old time of creation.
fn search(settings: &Settings, place: &Place) -> Request {
    let locations = settings.locations.values().skip(place.locations).take(LOCATIONS_A_SEARCH);
    let mut json = Json::with_capacity(512);
    json.begin_object().texts("location_ids", locations.map(String::as_str));
    if let Some(cursor) = &place.cursor {
        json.member("cursor", cursor);
    }
    json.key("query").begin_object().key("filter").begin_object();
    json.key("state_filter").begin_object().texts("states", ["OPEN", "COMPLETED", "CANCELED"]).end_object();
    json.key("date_time_filter").begin_object().key("updated_at").begin_object();
    if let Some(since) = place.since {
        json.member("start_at", &rfc3339(since));
    }
    json.member("end_at", &rfc3339(place.until)).end_object().end_object().end_object();
    json.key("sort")
        .begin_object()
        .member("sort_field", "UPDATED_AT")
        .member("sort_order", "ASC")
        .end_object();
    json.end_object().key("limit").integer(ORDERS_A_PAGE).end_object();
    Request::post(API, SEARCH_ORDERS).json(json)
}

/// A page of either stream. Its entries are read one by one, so that one that cannot be read costs itself only.
#[derive(Deserialize)]
struct Answered {
    #[serde(default, alias = "counts", alias = "orders")]
    entries: Option<Vec<Value>>,
    #[serde(default)]
    cursor: Option<String>,
    #[serde(default)]
    errors: Option<Vec<SquareError>>,
}

pub(crate) fn digest(context: &Context, stream: u32, memo: &[u8], response: &Response) -> Page {
    let settings = match Settings::of(context) {
        Ok(settings) => settings,
        Err(problem) => return failed(problem),
    };
    let Ok(place) = serde_json::from_slice::<Place>(memo) else {
        return Page::failed(Failure::Unexpected, "Where the pass stood was lost; it begins anew.");
    };
    if stream == ORDERS {
        page(&settings, stream, place, response, |order| read(order, |order: Order| orders::entry(&order)))
    } else {
        page(&settings, stream, place, response, |count| read(count, |count: Count| level(&settings, count)))
    }
}

/// An entry of this shape, or that it is none.
pub(crate) fn read<'a, T: Deserialize<'a>>(entry: &'a Value, read: impl FnOnce(T) -> Read) -> Read {
    match T::deserialize(entry) {
        Ok(entry) => read(entry),
        Err(error) => (None, Some(unreadable(&format!("An entry cannot be read: {error}.")))),
    }
}

/// A pass that only a person can bring on its way again.
fn failed(problem: Problem) -> Page {
    Page { rest: Rest::Failed(problem), ..Page::end(Vec::new(), Pass { cursor: None, complete: false }) }
}

/// What one entry of an answer is: an entry, nothing, or what is wrong with it. An entry may have a warning.
pub(crate) type Read = (Option<Entry>, Option<Problem>);

fn page(
    settings: &Settings,
    stream: u32,
    mut place: Place,
    response: &Response,
    read: impl Fn(&Value) -> Read,
) -> Page {
    let Some(answered) = object::<Answered>(&response.body) else {
        let failure = Failure::of(response.status).unwrap_or(Failure::Unexpected);
        return Page::failed(failure, "The answer is not one of Square's; check the endpoint's address.");
    };
    if let Some(page) = refused(&answered, response.status) {
        return page;
    }
    let (entries, problems): (Vec<_>, Vec<_>) = answered.entries.iter().flatten().map(read).unzip();
    let entries = entries.into_iter().flatten().collect();
    let problems = problems.into_iter().flatten().collect();
    place.cursor = answered.cursor.filter(|cursor| !cursor.is_empty());
    if place.cursor.is_none() && stream == ORDERS {
        place.locations += LOCATIONS_A_SEARCH;
    }
    let more = stream == ORDERS && place.locations < settings.locations.len();
    let page = if place.cursor.is_some() || more {
        Page::more(entries, fetch(settings, stream, &place))
    } else {
        Page::end(entries, Pass { cursor: None, complete: place.since.is_none() })
    };
    page.problems(problems)
}

fn refused(answered: &Answered, status: u16) -> Option<Page> {
    let error = answered.errors.iter().flatten().next();
    let failure = Failure::of(status);
    match (error, failure) {
        (None, None) => None,
        (Some(error), _) if error.code == "INVALID_CURSOR" => Some(Page::restart(error.problem())),
        (Some(error), failure) => {
            let problem = error.problem();
            let passes = matches!(problem.reason, Reason::Budget | Reason::Outage | Reason::Conflict);
            let failure = failure.unwrap_or(Failure::Unexpected);
            let mut page = Page::failed(failure, "");
            let retry = passes || matches!(page.rest, Rest::Retry(_));
            page.rest = if retry { Rest::Retry((None, problem)) } else { Rest::Failed(problem) };
            Some(page)
        }
        (None, Some(failure)) => {
            Some(Page::failed(failure, format!("Square answered with status {status}.")))
        }
    }
}

/// What is read of an `InventoryCount`, in answers and in webhooks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Count {
    catalog_object_id: Option<String>,
    catalog_object_type: Option<String>,
    state: Option<String>,
    location_id: Option<String>,
    quantity: Option<String>,
    calculated_at: Option<String>,
}

/// Only what is in stock counts, and only where the channel sells. Less than a whole unit cannot be sold as one, and
/// less than nothing is nothing.
pub(crate) fn level(settings: &Settings, count: Count) -> Read {
    let of_variation = count.catalog_object_type.as_deref().is_none_or(|kind| kind == "ITEM_VARIATION");
    if !of_variation || count.state.as_deref() != Some("IN_STOCK") {
        return (None, None);
    }
    let (Some(id), Some(location)) = (count.catalog_object_id, count.location_id) else {
        return (None, Some(unreadable("A count names no variation or no location.")));
    };
    let Some(place) = settings.place(&location) else { return (None, None) };
    let quantity = count.quantity.as_deref().unwrap_or_default();
    let Some((quantity, whole)) = whole_units(quantity) else {
        return (
            None,
            Some(unreadable(&format!("The count of {id} at {place} is no number: `{quantity}`."))),
        );
    };
    let fraction = (!whole).then(|| {
        let message = format!("Square counts parts of {id} at {place}; only whole units are taken over.");
        Problem::warning("fraction", message)
    });
    let observed_at = count.calculated_at.as_deref().and_then(parse_rfc3339);
    let level = StockLevel {
        location: place.to_owned(),
        observed_at,
        ..StockLevel::new(ListingKey::remote_id(id), quantity.max(0))
    };
    (Some(Entry::Stock(level)), fraction)
}

pub(crate) fn unreadable(message: &str) -> Problem {
    Problem::error("unreadable-entry", message).reason(Reason::Contract)
}

/// The units below a decimal number as Square writes them, such as 3 of `3.50000`, and whether that is all of it.
pub(crate) fn whole_units(text: &str) -> Option<(i64, bool)> {
    let number: Decimal = text.parse().ok()?;
    let divisor = 10_i64.checked_pow(number.exponent.unsigned_abs())?;
    let units = number.coefficient.div_euclid(divisor);
    Some((units, number.coefficient.rem_euclid(divisor) == 0))
}
