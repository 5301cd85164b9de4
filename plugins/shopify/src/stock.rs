//! Stock by location, through
//! [`inventorySetQuantities`](https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/inventorySetQuantities).
//!
//! A request sets up to a hundred quantities, all or none of them. Each is set only if Shopify still holds what was
//! set last; where a sale came in between, the quantities held are read, and the operation is prepared anew with
//! what is in stock by then. The request travels as a document, since one that is found under way is sent again as
//! it was, under the same key.

use wharf_sdk::{Exchange, Item, Json, Preparation, Problem, Reason, Request};

use crate::{
    API, documents,
    fields::{MAXIMUM_QUANTITY, QUANTITIES},
    graphql,
    ids::{self, INVENTORY_ITEM, LOCATION, gid},
    memo::{Flags, Level, Loss, Memo, Stock, StockEntry},
    note::Note,
    plan::Numbered,
    settings::Settings,
};

/// Quantities of one request. Shopify takes
/// [250 entries](https://shopify.dev/docs/api/usage/limits) in a list; one that is refused takes
/// the others with it, and a memo has to hold what is noted of each.
const QUANTITIES_PER_REQUEST: usize = 100;

/// What Shopify would refuse of an item's quantities.
pub(crate) fn problem(item: Item<'_>) -> Option<Problem> {
    let high = item.levels(QUANTITIES).find(|level| level.quantity > MAXIMUM_QUANTITY)?;
    let message =
        format!("Shopify holds at most {MAXIMUM_QUANTITY} units in a place, not {}.", high.quantity);
    Some(Problem::error("quantity-too-high", message).at(QUANTITIES))
}

/// The item's stock at locations that the settings name, and whether these are all.
pub(crate) fn levels(settings: &Settings, item: Item<'_>, note: Option<&Note>) -> (Vec<Level>, bool) {
    let all = item.levels(QUANTITIES);
    let count = all.len();
    let known = all.filter_map(|level| {
        let location = settings.location(level.location)?;
        let from = note.and_then(|note| note.stock.get(&location)).copied();
        Some(Level { location, quantity: level.quantity, from })
    });
    let levels: Vec<Level> = known.collect();
    let complete = levels.len() == count;
    (levels, complete)
}

/// An operation on stock, where it comes from, and what makes its key.
struct Wanted {
    index: u32,
    entry: StockEntry,
    key: (String, u64, u32),
}

pub(crate) fn prepare(
    settings: &Settings,
    operations: Vec<(Numbered<'_>, Note)>,
    preparation: &mut Preparation,
) {
    let mut wanted = Vec::with_capacity(operations.len());
    for (numbered, note) in operations {
        let operation = numbered.operation;
        match entry(settings, &numbered, note) {
            Ok(entry) => {
                let key = (operation.item.sku().to_owned(), operation.revision, operation.attempt);
                wanted.push(Wanted { index: numbered.index, entry, key });
            }
            Err(problem) => preparation.rejections.push(numbered.rejected(vec![problem])),
        }
    }
    for part in parts(wanted, |wanted| wanted.entry.levels.len()) {
        let key =
            part.iter().fold(ids::Key::default(), |key, Wanted { key: (sku, revision, attempt), .. }| {
                key.operation(sku, *revision, *attempt)
            });
        let (covers, entries) = part.into_iter().map(|wanted| (wanted.index, wanted.entry)).unzip();
        preparation.exchanges.push(exchange(
            settings,
            covers,
            Stock { entries, key: key.finish(), repeats: 0 },
        ));
    }
}

fn entry(settings: &Settings, numbered: &Numbered<'_>, note: Note) -> Result<StockEntry, Problem> {
    let operation = numbered.operation;
    if let Some(problem) = problem(operation.item) {
        return Err(problem);
    }
    let (levels, complete) = levels(settings, operation.item, Some(&note));
    if levels.is_empty() {
        let message = "None of the item's locations is named in the settings; add one to `locations`.";
        return Err(Problem::error("unknown-location", message).at(QUANTITIES).reason(Reason::Settings));
    }
    let mut flags = Flags::new(operation.action);
    if !complete {
        flags.add(Loss::Locations);
    }
    Ok(StockEntry { note, levels, flags, variant: None })
}

/// The exchanges that set what changed of variants whose product was just set.
pub(crate) fn further(settings: &Settings, entries: Vec<(u32, StockEntry)>, seed: &str) -> Vec<Exchange> {
    let parts = parts(entries, |(_, entry)| entry.levels.len());
    let exchange = |(number, part): (usize, Vec<(u32, StockEntry)>)| {
        let (covers, entries) = part.into_iter().unzip();
        let key = ids::Key::step(seed, number).finish();
        exchange(settings, covers, Stock { entries, key, repeats: 0 })
    };
    parts.into_iter().enumerate().map(exchange).collect()
}

/// In lots of at most as many quantities as one request takes; a single operation is not divided.
fn parts<T>(all: Vec<T>, quantities: impl Fn(&T) -> usize) -> Vec<Vec<T>> {
    let mut parts: Vec<Vec<T>> = Vec::new();
    let mut room = 0;
    for one in all {
        let count = quantities(&one);
        match parts.last_mut() {
            Some(part) if count <= room => part.push(one),
            _ => {
                room = QUANTITIES_PER_REQUEST.max(count);
                parts.push(vec![one]);
            }
        }
        room -= count;
    }
    parts
}

fn exchange(settings: &Settings, covers: Vec<u32>, stock: Stock) -> Exchange {
    let document = graphql::body(documents::STOCK, 256 * stock.entries.len(), |json| {
        json.member("key", &stock.key).key("input").begin_object();
        json.member("name", "available").member("reason", "correction");
        json.key("quantities").begin_array();
        for entry in &stock.entries {
            write_quantities(settings, entry, json);
        }
        json.end_array().end_object();
    });
    let request = Request::post(API, graphql::PATH).document().cost(graphql::MUTATION + 1);
    request.covering(covers).document(document).memo(Memo::Stock(stock).to_bytes())
}

/// A quantity that was never set has nothing to be compared with.
fn write_quantities(settings: &Settings, entry: &StockEntry, json: &mut Json) {
    for level in &entry.levels {
        json.begin_object().member("inventoryItemId", &gid(INVENTORY_ITEM, entry.note.inventory_item));
        json.member("locationId", &gid(LOCATION, level.location));
        json.key("quantity").integer(level.quantity).key("changeFromQuantity");
        match level.from.filter(|_| settings.compare_stock) {
            Some(from) => json.integer(from),
            None => json.null(),
        };
        json.end_object();
    }
}
