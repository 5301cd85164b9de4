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
    /// The model of which it is a variant.
    pub(crate) group: Option<&'a str>,
    pub(crate) state: ListingState,
    /// What the channel certainly shows.
    pub(crate) delivered: Option<Fingerprint>,
    pub(crate) remote_id: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
    pub(crate) attempts: u32,
    /// The listing's own budget lets the whole item go no sooner; unix milliseconds.
    pub(crate) held_until: Option<i64>,
    /// When all this was read, in unix milliseconds.
    pub(crate) read_at: i64,
    pub(crate) revision: u64,
    /// Whether the product was deleted, or has become a model.
    pub(crate) deleted: bool,
}

/// What to do.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "it lives for one step; a box would be an allocation for every operation"
)]
pub(crate) enum Decision {
    /// The channel shows what it should.
    Unchanged { warnings: Vec<Problem> },
    /// There is nothing to show and nothing shown.
    Nothing,
    /// The product lacks something.
    Incomplete(Vec<Problem>),
    /// Something has to travel.
    Send {
        operation: Operation,
        /// What the channel will show then; nothing after a delete.
        shows: Option<Fingerprint>,
        warnings: Vec<Problem>,
        /// What is still to travel after that, and when at the earliest.
        rest: Option<(Lane, i64)>,
    },
    /// The channel takes the whole item no sooner; unix milliseconds.
    Wait { until: i64, warnings: Vec<Problem> },
}

/// Whether an item goes by itself or with its group, which the channel replaces whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    Alone,
    /// Then every listed item of the group is sent with all its fields, changed or not.
    Group,
}

pub(crate) fn decide(
    projector: &Projector,
    seed: &Seed,
    desired: Projection,
    known: &Known<'_>,
    company: Company,
) -> Decision {
    match desired {
        Projection::Listed { item, warnings } => show(projector, seed, known, (item, warnings), company),
        Projection::Incomplete(problems) => Decision::Incomplete(problems),
        Projection::Absent => hide(known),
    }
}

fn show(
    projector: &Projector,
    seed: &Seed,
    known: &Known<'_>,
    (item, warnings): (Item, Vec<Problem>),
    company: Company,
) -> Decision {
    let shows = Fingerprint::new(seed, &item, &projector.description().fields);
    let changed = |lane| known.delivered.is_none_or(|delivered| !delivered.agrees(&shows, lane));
    let (stock, price, content) = (changed(Lane::Stock), changed(Lane::Price), changed(Lane::Content));
    let terms = projector.description().publishing.as_ref();
    let stock_alone = stock && terms.is_some_and(|terms| terms.stock_alone);
    let price_alone = price && terms.is_some_and(|terms| terms.price_alone);
    let action = match (stock, price, content) {
        (false, false, false) if company == Company::Group => Action::Keep,
        (false, false, false) => return Decision::Unchanged { warnings },
        _ if company == Company::Group => Action::Upsert,
        (true, false, false) if stock_alone => Action::Stock,
        (false, true, false) if price_alone => Action::Price,
        _ => Action::Upsert,
    };
    let (Action::Upsert, Some(until)) = (action, known.held_until) else {
        let item = restricted(projector, item, action);
        return Decision::Send {
            operation: operation(known, action, item),
            shows: Some(shows),
            warnings,
            rest: None,
        };
    };
    // Stock and price do not wait for a budget that only the whole item has used up.
    let Some(delivered) = known.delivered else { return Decision::Wait { until, warnings } };
    let (action, lane, rest) = match (company, stock_alone, price_alone) {
        (Company::Alone, true, true) => (Action::Stock, Lane::Stock, (Lane::Price, known.read_at)),
        (Company::Alone, true, false) => (Action::Stock, Lane::Stock, (Lane::Content, until)),
        (Company::Alone, false, true) => (Action::Price, Lane::Price, (Lane::Content, until)),
        _ => return Decision::Wait { until, warnings },
    };
    let operation = operation(known, action, restricted(projector, item, action));
    Decision::Send { operation, shows: Some(delivered.with(&shows, lane)), warnings, rest: Some(rest) }
}

fn restricted(projector: &Projector, item: Item, action: Action) -> Item {
    match action {
        Action::Stock => projector.restrict(item, Lane::Stock),
        Action::Price => projector.restrict(item, Lane::Price),
        _ => item,
    }
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
    let group = known.group.map(str::to_owned);
    let item = Item { sku: known.sku.to_owned(), group, values: Vec::new() };
    let operation = operation(known, Action::Delete, item);
    Decision::Send { operation, shows: None, warnings: Vec::new(), rest: None }
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
