//! Stock, as physical counts by location
//! ([BatchChangeInventory](https://developer.squareup.com/reference/square/inventory-api/batch-change-inventory)).
//!
//! A count says what is there, not what came or went, so repeating it changes nothing. It is dated with the moment the
//! host read the stock; Square refuses dates older than a day, and the next try brings a new one.

use wharf_sdk::{
    Action, Answer, Exchange, Item, Json, Outcome, Preparation, Problem, Reason, Request, Settlement,
    Verdict, Weight, bundles, inbound::Timestamp, rfc3339,
};

use crate::{
    API,
    answer::{self, Body, SquareError},
    catalog::{
        images::{self, Pictures},
        upsert::{finished, taken},
    },
    fields::STOCK,
    group::{Member, tried_before},
    key::Key,
    memo::{BYTES, Count, Counts, Loss, Memo, Upsert},
    note::Note,
    settings::Settings,
};

const CHANGE: &str = "/v2/inventory/changes/batch-create";

/// Changes of one request
/// ([docs](https://developer.squareup.com/docs/inventory-api/how-it-works)).
const CHANGES: usize = 100;

/// The stock of an item by Square's locations.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stock {
    /// Position of the location in the settings' order, and units.
    pub(crate) counts: Vec<(usize, i64)>,
    /// A place that the settings do not name.
    pub(crate) unknown: Option<String>,
}

pub(crate) fn stock(settings: &Settings, item: Item<'_>) -> Stock {
    let mut stock = Stock::default();
    for level in item.levels(STOCK) {
        match settings.locations.keys().position(|place| place == level.location) {
            Some(location) => stock.counts.push((location, level.quantity)),
            None => stock.unknown = stock.unknown.or_else(|| Some(level.location.to_owned())),
        }
    }
    stock
}

/// One variation's counts on their way.
struct Counted {
    /// Position of its operation.
    index: u32,
    memo: Count,
    counts: Vec<(usize, i64)>,
    as_of: Timestamp,
    /// What makes the idempotency key.
    part: Vec<u8>,
    alone: bool,
}

pub(crate) fn prepare(settings: &Settings, members: Vec<Member<'_>>, done: &mut Preparation) {
    let locations: Vec<&str> = settings.locations.values().map(String::as_str).collect();
    let mut counted = Vec::with_capacity(members.len());
    for member in members {
        match of_member(settings, &member) {
            Ok(count) => counted.push(count),
            Err(problem) => done.rejections.push(member.reject(problem)),
        }
    }
    done.exchanges.extend(exchanges(counted, &locations, "stock"));
}

fn of_member(settings: &Settings, member: &Member<'_>) -> Result<Counted, Problem> {
    let goes = member.is(Action::Stock);
    let stock = if goes { stock(settings, member.operation.item) } else { Stock::default() };
    if goes && member.operation.remote_id.is_none() {
        let message = "Square's id of the variation is not known; the item has to be sent whole first.";
        return Err(Problem::error("not-listed", message).reason(Reason::Missing));
    }
    if goes && stock.counts.is_empty() {
        let message =
            "No stock is at any of Square's locations; name the places in the channel's `locations`.";
        return Err(Problem::error("unknown-location", message).reason(Reason::Settings).at(STOCK));
    }
    let mut key = Key::of("count");
    key.add_operation(&member.operation);
    let memo = Count {
        id: member.operation.remote_id.filter(|_| goes).map(str::to_owned),
        changes: stock.counts.len(),
        note: None,
        pictures: None,
        losses: stock.unknown.map(Loss::Place).into_iter().collect(),
    };
    Ok(Counted {
        index: member.index,
        memo,
        counts: stock.counts,
        as_of: member.operation.as_of,
        part: key.finish().into_bytes(),
        alone: tried_before(std::slice::from_ref(member)),
    })
}

/// The stock of what an upsert has just listed.
pub(crate) fn after_upsert(memo: &Upsert, taken: Vec<(u32, Note)>) -> Vec<Exchange> {
    let locations: Vec<&str> = memo.locations.iter().map(String::as_str).collect();
    let counted = taken.into_iter().filter_map(|(index, note)| {
        let entry = memo.entries.get(index as usize)?;
        let count = Count {
            id: entry.id.clone(),
            changes: entry.counts.len(),
            note: Some(note),
            losses: entry.losses.clone(),
            pictures: entry.pictures.clone(),
        };
        let part = format!("{} {index}", memo.key).into_bytes();
        let counts = entry.counts.clone();
        Some(Counted { index, memo: count, counts, as_of: memo.as_of, part, alone: false })
    });
    exchanges(counted.collect(), &locations, "stock after upsert")
}

fn exchanges(counted: Vec<Counted>, locations: &[&str], step: &str) -> Vec<Exchange> {
    let weigh = |count: &Counted| {
        let pictures = count.memo.pictures.as_ref().map_or(0, Pictures::length);
        let bytes = 160 + pictures + count.memo.note.as_ref().map_or(0, |note| note.to_text().len());
        Weight { units: count.counts.len(), bytes, alone: count.alone }
    };
    let bundles = bundles(counted, CHANGES, BYTES, weigh).into_iter();
    bundles.map(|bundle| exchange(bundle, locations, step)).collect()
}

fn exchange(bundle: Vec<Counted>, locations: &[&str], step: &str) -> Exchange {
    let mut key = Key::of(step);
    bundle.iter().for_each(|count| key.add(&count.part));
    let mut json = Json::with_capacity(96 + 256 * bundle.len());
    json.begin_object().member("idempotency_key", &key.finish()).key("changes").begin_array();
    for count in &bundle {
        let occurred_at = rfc3339(count.as_of);
        for (location, quantity) in &count.counts {
            let location = locations.get(*location).copied().unwrap_or_default();
            let id = count.memo.id.as_deref().unwrap_or_default();
            write_count(&mut json, (id, location, *quantity), &occurred_at);
        }
    }
    json.end_array().end_object();
    let covers = bundle.iter().map(|count| count.index).collect();
    let entries = bundle.into_iter().map(|count| count.memo).collect();
    Request::post(API, CHANGE).json(json).covering(covers).memo(Memo::Counts(Counts { entries }).to_bytes())
}

fn write_count(json: &mut Json, (id, location, quantity): (&str, &str, i64), occurred_at: &str) {
    json.begin_object().member("type", "PHYSICAL_COUNT");
    json.key("physical_count").begin_object();
    json.member("catalog_object_id", id).member("state", "IN_STOCK").member("location_id", location);
    json.key("quantity").integer_text(quantity);
    json.member("occurred_at", occurred_at).end_object().end_object();
}

pub(crate) fn settle(memo: Counts, answer: &Answer) -> Settlement {
    let alone = memo.entries.len() == 1;
    let body = answer::read(&answer.response);
    let mut first = 0;
    let mut settlement = Settlement::of(Vec::with_capacity(memo.entries.len()));
    for (index, entry) in (0..).zip(memo.entries) {
        let changes = first..first + entry.changes;
        first = changes.end;
        let Some(id) = &entry.id else {
            settlement.outcomes.push(Outcome::new(index, Verdict::accepted()));
            continue;
        };
        let (verdict, counted) = match &body {
            Err(verdict) => (verdict.clone(), false),
            Ok(body) if is_counted(body, id) => (taken(&entry.losses), true),
            Ok(body) => (refused(body, changes, alone), false),
        };
        let pictures = entry.pictures.as_ref();
        match entry.note {
            Some(note) if counted => {
                images::follow(index, id, note, &entry.losses, pictures).settle(&mut settlement);
            }
            note => {
                let note = note.map(|note| images::noted(note, pictures));
                settlement.outcomes.push(finished(index, verdict, id, note.as_ref()));
            }
        }
    }
    settlement
}

/// Square answers with the current counts of everything that the request names, or with errors.
fn is_counted(body: &Body, id: &str) -> bool {
    body.errors.is_empty() && body.counts.iter().any(|count| count.catalog_object_id == id)
}

fn refused(body: &Body, changes: std::ops::Range<usize>, alone: bool) -> Verdict {
    let own = |error: &&SquareError| error.position("changes").is_some_and(|at| changes.contains(&at));
    let placed: Vec<&SquareError> = body.errors.iter().filter(own).collect();
    let all: Vec<&SquareError> = body.errors.iter().collect();
    match answer::verdict(&placed) {
        _ if placed.is_empty() && !alone => answer::of_one_of_many(&all),
        _ if placed.is_empty() => at_stock(answer::verdict(&all)),
        verdict => at_stock(verdict),
    }
}

/// What Square refuses here is the stock, unless it is the date of the count: the next try has another.
fn at_stock(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Rejected(problems)
            if problems.iter().any(|problem| problem.code.starts_with("INVALID_TIME")) =>
        {
            answer::again("count-too-old", "Square takes no counts older than a day; the stock is sent anew.")
        }
        Verdict::Rejected(problems) => {
            let at_stock = |problem: Problem| Problem { field: problem.field.or(Some(STOCK)), ..problem };
            Verdict::Rejected(problems.into_iter().map(at_stock).collect())
        }
        other => other,
    }
}
