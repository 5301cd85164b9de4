//! What to do about one listing: nothing, an operation, or a problem to show.
//!
//! Pure: the same desired and known state always decide the same.

use wharf_catalog::{
    Action, Item, Lane, Operation, Problem,
    declaration::{Lanes, Publishing},
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
    /// What of it waits for a further exchange.
    pub(crate) under_way: Lanes,
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
        /// The lanes that the operation speaks of.
        lanes: Lanes,
        /// What the channel will show of these lanes then; nothing after a delete.
        shows: Option<Fingerprint>,
        warnings: Vec<Problem>,
        /// What is still to travel after that, and when at the earliest.
        rest: Option<(Lane, i64)>,
    },
    /// The channel takes the whole item no sooner; unix milliseconds.
    Wait { until: i64, warnings: Vec<Problem> },
    /// What is under way has to come to its end first.
    Later,
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
        _ if !known.under_way.is_empty() => Decision::Later,
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
    let changed = changed(known, &shows);
    if let Some((lane, rest)) = goes_alone(projector, known, changed, company) {
        let action = if lane == Lane::Stock { Action::Stock } else { Action::Price };
        let lanes = if rest.is_some() { lane.into() } else { Lanes::ALL };
        let operation = operation(known, action, projector.restrict(item, lane.into()));
        return Decision::Send { operation, lanes, shows: Some(shows), warnings, rest };
    }
    if !known.under_way.is_empty() {
        return Decision::Later;
    }
    let action = match (changed.is_empty(), company) {
        (true, Company::Alone) => return Decision::Unchanged { warnings },
        (true, Company::Group) => Action::Keep,
        (false, _) => Action::Upsert,
    };
    if let (Action::Upsert, Some(until)) = (action, known.held_until) {
        return Decision::Wait { until, warnings };
    }
    let apart = apart(projector, known, company);
    let lanes: Lanes = Lane::ALL.into_iter().filter(|lane| !apart.contains(*lane)).collect();
    let item = if apart.is_empty() { item } else { projector.restrict(item, lanes) };
    Decision::Send {
        operation: operation(known, action, item),
        lanes,
        shows: Some(shows),
        warnings,
        rest: None,
    }
}

fn changed(known: &Known<'_>, shows: &Fingerprint) -> Lanes {
    let differs = |lane: &Lane| known.delivered.is_none_or(|delivered| !delivered.agrees(shows, *lane));
    Lane::ALL.into_iter().filter(differs).collect()
}

/// The lanes that travel apart from the whole item, as the channel has the listing already.
fn apart(projector: &Projector, known: &Known<'_>, company: Company) -> Lanes {
    let terms = projector.description().publishing.as_ref();
    let may = company == Company::Alone && known.delivered.is_some();
    terms.filter(|_| may).map_or(Lanes::NONE, Publishing::apart)
}

/// The lane that goes by itself: because nothing else has changed, because the whole item has to wait for its budget,
/// or because the whole item comes without it. With what is still to travel after that, and when at the earliest.
fn goes_alone(
    projector: &Projector,
    known: &Known<'_>,
    changed: Lanes,
    company: Company,
) -> Option<(Lane, Option<(Lane, i64)>)> {
    let terms = projector.description().publishing.as_ref()?;
    let apart = apart(projector, known, company);
    if company == Company::Group {
        return None;
    }
    let overtakes = !known.under_way.is_empty();
    let may = |lane: &Lane| {
        let is_only = changed == Lanes::from(*lane);
        let is_held = known.held_until.is_some() && known.delivered.is_some();
        let is_free = !overtakes || (apart.contains(*lane) && !known.under_way.contains(*lane));
        terms.alone(*lane) && is_free && (is_only || is_held || apart.contains(*lane))
    };
    let mut alone = changed.iter().filter(may);
    let lane = alone.next()?;
    let rest = match alone.next() {
        Some(next) => Some((next, known.read_at)),
        // What was overtaken is looked at again once it has come to its end.
        None if overtakes => Some((Lane::Content, known.read_at)),
        None if changed == Lanes::from(lane) => None,
        None => Some((Lane::Content, known.held_until.unwrap_or(known.read_at))),
    };
    Some((lane, rest))
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
    Decision::Send { operation, lanes: Lanes::ALL, shows: None, warnings: Vec::new(), rest: None }
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

#[cfg(test)]
mod tests;
