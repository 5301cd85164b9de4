//! What a connector read, sorted by what the store does with it; what is not taken in is said.

use wharf_catalog::{
    Problem,
    inbound::{Entry, ListingKey, ProductPatch, StockLevel},
};
use wharf_store::{Arrival, CountedLevel, Finding, Mode, ProductChange};

use crate::active::ActiveChannel;

/// Sorts entries. `problems` is what the connector could not read; `seen_at` is when the source was asked or spoke.
pub(super) fn sort(
    channel: &ActiveChannel,
    entries: Vec<Entry>,
    problems: Vec<Problem>,
    seen_at: i64,
) -> Arrival {
    let mut arrival = Arrival { seen_at, ..Arrival::default() };
    arrival.findings.extend(problems.into_iter().map(unread));
    for entry in entries {
        match entry {
            Entry::Order(order) => arrival.orders.push(*order),
            Entry::Stock(level) => count(channel, level, &mut arrival),
            Entry::Listing(report) => arrival.listings.push(report),
            Entry::Product(patch) => change(channel, patch, &mut arrival),
            Entry::Category(_) => arrival.findings.push(left_out("categories")),
            Entry::Schema(_) => arrival.findings.push(left_out("category schemas")),
            Entry::Gone(key) if is_published(channel) => arrival.gone.push(key),
            Entry::Gone(key) => arrival.findings.push(gone(&key)),
        }
    }
    arrival
}

fn is_published(channel: &ActiveChannel) -> bool {
    let abilities = channel.connector.abilities();
    abilities.publisher || abilities.feed
}

/// The channel's counts are believed only where the operator says so.
fn count(channel: &ActiveChannel, level: StockLevel, arrival: &mut Arrival) {
    let StockLevel { key, location: place, quantity, observed_at: counted_at } = level;
    match channel.inbound.counts.get(&place) {
        Some(location) => {
            let location = location.clone();
            arrival.levels.push(CountedLevel { key, location, quantity, counted_at });
        }
        None => arrival.findings.push(not_believed(&place)),
    }
}

fn change(channel: &ActiveChannel, mut patch: ProductPatch, arrival: &mut Arrival) {
    let stock = std::mem::take(&mut patch.stock);
    let subject = patch.sku.clone();
    match patch.into_change() {
        Ok((sku, patch)) => {
            arrival.changes.push(ProductChange { sku, patch, mode: Mode::Upsert, stock: Vec::new() });
            stock.into_iter().for_each(|level| count(channel, level, arrival));
        }
        Err(problems) => {
            let refused = |problem| Finding { subject: subject.clone(), problem };
            arrival.findings.extend(problems.into_iter().map(refused));
        }
    }
}

/// A place is told in words within the message, so that is what tells one from the other.
fn unread(problem: Problem) -> Finding {
    Finding { subject: problem.field.clone().unwrap_or_else(|| problem.message.clone()), problem }
}

fn not_believed(place: &str) -> Finding {
    let called = if place.is_empty() { "its only place".to_owned() } else { format!("`{place}`") };
    let message = format!(
        "the channel counts the stock at {called}, which changes nothing here: to believe it, name the location it \
         stands for under the channel's `inbound.counts`"
    );
    Finding { subject: place.to_owned(), problem: Problem::warning("not-believed", None, message) }
}

fn left_out(what: &str) -> Finding {
    let message =
        format!("the channel's {what} were read and are not kept: this version has no use for them");
    Finding { subject: what.to_owned(), problem: Problem::warning("left-out", None, message) }
}

/// Nothing is ever deleted because a source no longer names it.
fn gone(key: &ListingKey) -> Finding {
    let called = key.sku.as_deref().or(key.remote_id.as_deref()).unwrap_or_default();
    let message = format!(
        "the source no longer has `{called}`; nothing was deleted: `wharf delete` takes it off every channel"
    );
    Finding { subject: called.to_owned(), problem: Problem::warning("gone", None, message) }
}
