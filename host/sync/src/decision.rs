//! What to do about one listing: nothing, an operation, or a problem to show.
//!
//! Pure: the same desired and known state always decide the same.

use wharf_catalog::{
    Action, Item, Lane, Operation, Problem,
    projection::{Fingerprint, Projection, Projector, Seed},
};
use wharf_store::ListingState;

/// What is known of a listing when it is looked at.
#[derive(Debug, Clone)]
pub(crate) struct Known<'a> {
    pub(crate) sku: &'a str,
    pub(crate) state: ListingState,
    /// What the channel certainly shows.
    pub(crate) delivered: Option<Fingerprint>,
    pub(crate) remote_id: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
    pub(crate) attempts: u32,
    /// When all this was read, in unix milliseconds.
    pub(crate) read_at: i64,
    pub(crate) revision: u64,
    /// Whether the product was deleted, or has become a model.
    pub(crate) deleted: bool,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum Decision {
    /// The channel shows what it should.
    Unchanged { warnings: Vec<Problem> },
    /// There is nothing to show and nothing shown.
    Nothing,
    /// The product lacks something.
    Incomplete(Vec<Problem>),
    /// Something has to travel. The fingerprint is what the channel will show then; none after a delete.
    Send { operation: Operation, shows: Option<Fingerprint>, warnings: Vec<Problem> },
}

pub(crate) fn decide(projector: &Projector, seed: &Seed, desired: Projection, known: &Known<'_>) -> Decision {
    match desired {
        Projection::Listed { item, warnings } => show(projector, seed, known, item, warnings),
        Projection::Incomplete(problems) => Decision::Incomplete(problems),
        Projection::Absent => hide(known),
    }
}

fn show(
    projector: &Projector,
    seed: &Seed,
    known: &Known<'_>,
    item: Item,
    warnings: Vec<Problem>,
) -> Decision {
    let shows = Fingerprint::new(seed, &item, &projector.description().fields);
    let changed = |lane| known.delivered.is_none_or(|delivered| !delivered.agrees(&shows, lane));
    let (stock, price, content) = (changed(Lane::Stock), changed(Lane::Price), changed(Lane::Content));
    let alone = projector.description().publishing.as_ref();
    let (action, item) = match (stock, price, content) {
        (false, false, false) => return Decision::Unchanged { warnings },
        (true, false, false) if alone.is_some_and(|terms| terms.stock_alone) => {
            (Action::Stock, projector.restrict(item, Lane::Stock))
        }
        (false, true, false) if alone.is_some_and(|terms| terms.price_alone) => {
            (Action::Price, projector.restrict(item, Lane::Price))
        }
        _ => (Action::Upsert, item),
    };
    Decision::Send { operation: operation(known, action, item), shows: Some(shows), warnings }
}

/// A delete is sent whenever the channel may show the listing; asking for one too many is harmless.
fn hide(known: &Known<'_>) -> Decision {
    let never_tried =
        matches!(known.state, ListingState::Due | ListingState::Incomplete | ListingState::Removed);
    let may_be_shown = known.delivered.is_some()
        || known.remote_id.is_some()
        || !never_tried
        // A run that was killed may have sent what it could not note.
        || (known.deleted && known.state == ListingState::Due);
    if !may_be_shown {
        return Decision::Nothing;
    }
    let item = Item { sku: known.sku.to_owned(), ..Item::default() };
    Decision::Send { operation: operation(known, Action::Delete, item), shows: None, warnings: Vec::new() }
}

fn operation(known: &Known<'_>, action: Action, item: Item) -> Operation {
    Operation {
        action,
        item,
        remote_id: known.remote_id.map(str::to_owned),
        note: known.note.map(str::to_owned),
        revision: known.revision,
        attempt: known.attempts,
        as_of: known.read_at,
    }
}
