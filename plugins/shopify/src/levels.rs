//! The stream of stock: what Shopify holds at each location that the settings name, one after the other.

use serde::{Deserialize, Serialize};
use wharf_sdk::{
    Fetch, Page, Pass, Position, Problem, Reason,
    inbound::{Entry, ListingKey, StockLevel},
    parse_rfc3339, rfc3339,
};

use crate::{
    documents,
    graphql::{self, Connection, PAGED_OBJECTS, Refusal},
    ids::{LOCATION, gid},
    settings::Settings,
};

/// A location, and a hundred levels with their items and quantities.
const POINTS: u32 = 310;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Memo {
    /// The location's place in the order of their names.
    location: usize,
    /// Only what changed since.
    since: Option<i64>,
    after: Option<String>,
    /// Levels of the location that were read.
    #[serde(default)]
    read: u32,
    /// Whether a location has more levels than Shopify pages through.
    #[serde(default)]
    cut: bool,
}

/// `position` may hold the place at which a pass was broken off.
pub(crate) fn first(settings: &Settings, position: &Position) -> Option<Fetch> {
    let resumed = position.cursor.as_deref().and_then(|cursor| serde_json::from_slice::<Memo>(cursor).ok());
    let memo = resumed.unwrap_or_else(|| Memo { since: position.since, ..Memo::default() });
    request(settings, &memo)
}

fn request(settings: &Settings, memo: &Memo) -> Option<Fetch> {
    let (location, _) = settings.location_at(memo.location)?;
    let request = graphql::request(documents::LEVELS, POINTS, |json| {
        json.member("location", &gid(LOCATION, location));
        if let Some(since) = memo.since {
            let since = since.div_euclid(1_000).saturating_mul(1_000);
            json.member("query", &format!("updated_at:>='{}'", rfc3339(since)));
        }
        if let Some(after) = &memo.after {
            json.member("after", after);
        }
    });
    Some(Fetch::from(request).memo(serde_json::to_vec(memo).expect("numbers and texts have a JSON form")))
}

#[derive(Deserialize)]
struct Data {
    location: Option<Location>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    inventory_levels: Connection<Level>,
}

#[derive(Deserialize)]
struct Level {
    item: Item,
    quantities: Vec<Quantity>,
}

#[derive(Deserialize)]
struct Item {
    sku: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Quantity {
    quantity: i64,
    updated_at: Option<String>,
}

pub(crate) fn digest(settings: &Settings, memo: &[u8], data: &serde_json::value::RawValue) -> Page {
    let Ok(memo) = serde_json::from_slice::<Memo>(memo) else {
        return Refusal::Passing(graphql::unreadable()).page();
    };
    let name = settings.location_at(memo.location).map_or("", |(_, name)| name);
    let location = match graphql::shape::<Data>(data) {
        Ok(data) => data.location,
        Err(refusal) => return refusal.page(),
    };
    let Some(location) = location else { return Refusal::Lasting(unknown(name)).page() };
    let levels = location.inventory_levels;
    let entries = levels.nodes.iter().filter_map(|level| level.read(name)).collect();
    let read = memo.read.saturating_add(u32::try_from(levels.nodes.len()).unwrap_or(u32::MAX));
    let cut = read >= PAGED_OBJECTS;
    let next = match levels.page_info.next().filter(|_| !cut) {
        Some(after) => Memo { after: Some(after), read, ..memo },
        None => Memo { location: memo.location + 1, after: None, read: 0, cut: memo.cut || cut, ..memo },
    };
    let problems = if cut { vec![too_many(name)] } else { Vec::new() };
    let cursor = serde_json::to_vec(&next).expect("numbers and texts have a JSON form");
    let page = match request(settings, &next) {
        Some(fetch) => Page::checkpoint(entries, cursor, fetch),
        None => Page::end(entries, Pass { cursor: None, complete: next.since.is_none() && !next.cut }),
    };
    page.problems(problems)
}

fn too_many(name: &str) -> Problem {
    let message = format!(
        "Shopify shows {PAGED_OBJECTS} levels of `{name}` and no more; stock of the others comes when it changes."
    );
    Problem::warning("too-many-levels", message).reason(Reason::Contract)
}

fn unknown(name: &str) -> Problem {
    let message =
        format!("Shopify has no location of the number that the settings give for `{name}`; correct it.");
    Problem::error("unknown-location", message).reason(Reason::Settings)
}

impl Level {
    /// Items without a SKU are none of Wharf's.
    fn read(&self, location: &str) -> Option<Entry> {
        let sku = self.item.sku.as_deref().filter(|sku| !sku.is_empty())?;
        let quantity = self.quantities.first()?;
        let observed_at = quantity.updated_at.as_deref().and_then(parse_rfc3339);
        let level = StockLevel::new(ListingKey::sku(sku), quantity.quantity);
        Some(Entry::Stock(StockLevel { location: location.to_owned(), observed_at, ..level }))
    }
}
