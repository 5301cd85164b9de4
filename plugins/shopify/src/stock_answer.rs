//! What the answers to stock mean: set, refused, under way already, or held otherwise than was thought.

use std::{collections::BTreeMap, time::Duration};

use serde::Deserialize;
use wharf_sdk::{Exchange, Outcome, Problem, Reason, Request, Settlement, Verdict};

use crate::{
    API, documents,
    graphql::{self, Identified, Refusal},
    ids::{self, INVENTORY_ITEM, VARIANT, gid},
    memo::{Held, Memo, Stock, StockEntry},
    user_error::{self, Kind, UserError},
};

/// Operations whose quantities are read back at once: each costs up to 77 of a query's 1,000 points.
const HELD_PER_REQUEST: usize = 10;

/// How often a request that is found under way is sent again, and after how long.
const REPEATS: u32 = 5;
const PAUSE: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "inventorySetQuantities")]
    payload: Option<Payload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    user_errors: Vec<UserError>,
}

pub(crate) fn settle(stock: Stock, data: &serde_json::value::RawValue) -> Settlement {
    let covers = count(&stock.entries);
    let payload = match graphql::shape::<Data>(data) {
        Ok(Data { payload: Some(payload) }) => payload,
        Ok(_) => return refused(&stock, &Refusal::Passing(graphql::unreadable())),
        Err(refusal) => return refused(&stock, &refusal),
    };
    let errors = payload.user_errors;
    if errors.is_empty() {
        return Settlement::of(
            (0..).zip(stock.entries).map(|(index, entry)| entry.accepted(index)).collect(),
        );
    }
    if errors.iter().all(|error| error.kind() == Kind::Concurrent) {
        return repeated(stock, covers, &errors);
    }
    failed(stock, &errors)
}

/// The quantities may still be set, by the request that is under way.
fn repeated(stock: Stock, covers: u32, errors: &[UserError]) -> Settlement {
    if stock.repeats >= REPEATS {
        return failed(stock, errors);
    }
    let memo = Memo::Stock(Stock { repeats: stock.repeats + 1, ..stock });
    let request = Request::post(API, graphql::PATH).document().cost(graphql::MUTATION + 1);
    Settlement::further(request.covering((0..covers).collect()).memo(memo.to_bytes()).after(PAUSE))
}

/// Nothing was set. The operations that Shopify names are judged by what it says; the others go again.
fn failed(stock: Stock, errors: &[UserError]) -> Settlement {
    let mut settlement = Settlement::of(Vec::new());
    let mut held = Vec::new();
    let mut first = 0;
    for (index, entry) in (0..).zip(stock.entries) {
        let positions = first..first + entry.levels.len();
        first = positions.end;
        let concerns =
            |error: &&UserError| error.index("quantities").is_none_or(|at| positions.contains(&at));
        let own: Vec<&UserError> = errors.iter().filter(concerns).collect();
        let stale = !own.is_empty() && own.iter().all(|error| error.kind() == Kind::Stale);
        if stale && held.len() < HELD_PER_REQUEST {
            held.push((index, Held { note: entry.note, variant: entry.variant }));
            continue;
        }
        let missing = own.iter().any(|error| error.kind() == Kind::Missing);
        let verdict = user_error::verdict(&own).unwrap_or_else(unset);
        let outcome = entry.outcome(index, verdict);
        settlement.outcomes.push(if missing { outcome.note("") } else { outcome });
    }
    settlement.further.extend(read_back(held));
    settlement
}

fn unset() -> Verdict {
    let message = "Shopify set none of the quantities of the request, as it refused another one.";
    Verdict::retry(Problem::error("not-set", message).reason(Reason::Conflict))
}

/// Nothing was set, and nothing said of any operation by itself.
pub(crate) fn refused(stock: &Stock, refusal: &Refusal) -> Settlement {
    let outcome = |(index, entry): (u32, &StockEntry)| entry.outcome(index, refusal.verdict());
    Settlement::of((0..).zip(&stock.entries).map(outcome).collect())
}

impl StockEntry {
    fn accepted(mut self, index: u32) -> Outcome {
        let set = self.levels.iter().map(|level| (level.location, level.quantity));
        self.note.stock.extend(set);
        let warnings = self.flags.warnings();
        self.outcome(index, Verdict::Accepted(warnings))
    }

    /// With what the step before has learnt.
    fn outcome(&self, index: u32, verdict: Verdict) -> Outcome {
        let outcome = Outcome::new(index, verdict).note(self.note.to_text());
        with_variant(outcome, self.variant)
    }
}

fn with_variant(outcome: Outcome, variant: Option<u64>) -> Outcome {
    match variant {
        Some(variant) => outcome.remote_id(gid(VARIANT, variant)),
        None => outcome,
    }
}

fn count<T>(entries: &[T]) -> u32 {
    u32::try_from(entries.len()).unwrap_or(u32::MAX)
}

/// The exchange that reads the quantities of these operations, if there are any.
fn read_back(held: Vec<(u32, Held)>) -> Option<Exchange> {
    if held.is_empty() {
        return None;
    }
    let points = count(&held) * 77 + 1;
    let (covers, held): (Vec<u32>, Vec<Held>) = held.into_iter().unzip();
    let request = graphql::request(documents::STOCK_HELD, points, |json| {
        json.key("ids").begin_array();
        for held in &held {
            json.text(&gid(INVENTORY_ITEM, held.note.inventory_item));
        }
        json.end_array();
    });
    Some(request.covering(covers).memo(Memo::Held(held).to_bytes()))
}

#[derive(Deserialize)]
struct HeldData {
    nodes: Vec<Option<InventoryItem>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InventoryItem {
    id: String,
    inventory_levels: Nodes<InventoryLevel>,
}

#[derive(Deserialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Deserialize)]
struct InventoryLevel {
    location: Identified,
    quantities: Vec<Quantity>,
}

#[derive(Deserialize)]
struct Quantity {
    quantity: i64,
}

/// The operations are prepared again, against the quantities that Shopify holds.
pub(crate) fn settle_held(held: Vec<Held>, data: &serde_json::value::RawValue) -> Settlement {
    let items = match graphql::shape::<HeldData>(data) {
        Ok(data) => data.nodes,
        Err(refusal) => return refusal.settlement(count(&held)),
    };
    let outcome = |(index, mut held): (u32, Held)| {
        let is_wanted = |item: &&InventoryItem| ids::number(&item.id) == Some(held.note.inventory_item);
        let found = items.iter().flatten().find(is_wanted);
        let Some(item) = found else { return with_variant(gone(index), held.variant) };
        held.note.stock = quantities(item);
        let message =
            "Shopify's stock was another than Wharf had set; it is set anew from what Shopify holds.";
        let problem = Problem::error("CHANGE_FROM_QUANTITY_STALE", message).reason(Reason::Conflict);
        with_variant(Outcome::new(index, Verdict::retry(problem)).note(held.note.to_text()), held.variant)
    };
    Settlement::of((0..).zip(held).map(outcome).collect())
}

fn gone(index: u32) -> Outcome {
    let problem =
        Problem::error("not-found", "Shopify does not know the variant any more; it is sent whole.");
    Outcome::new(index, Verdict::retry(problem.reason(Reason::Missing))).note("")
}

fn quantities(item: &InventoryItem) -> BTreeMap<u64, i64> {
    let levels = item.inventory_levels.nodes.iter();
    levels
        .filter_map(|level| Some((ids::number(&level.location.id)?, level.quantities.first()?.quantity)))
        .collect()
}
