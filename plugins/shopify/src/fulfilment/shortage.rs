//! Why Shopify has nothing that this parcel could be, in words that say what to do.

use wharf_sdk::{Problem, Reason};

use super::{
    held::{Held, State},
    parcel::Parcel,
};

/// Of a parcel that no location can ship whole.
pub(super) fn problem(parcel: &Parcel, held: &[Held]) -> Problem {
    let lacking = parcel.lines.iter().enumerate().find_map(|(position, (line, units))| {
        let ready = units_of(position, held.iter().filter(|held| held.state == State::Ready));
        (ready < *units).then_some((position, line, *units, ready))
    });
    let Some((position, line, units, ready)) = lacking else { return several_locations() };
    let is_in = |held: &&Held| held.lines.iter().any(|line| line.position == position);
    let barred = |held: &&Held| held.state != State::Ready && is_in(held);
    let too_long = || held.iter().find(|held| held.state == State::TooLong);
    match held.iter().find(barred).or_else(too_long).map(|held| &held.state) {
        Some(State::OnHold(reason)) => on_hold(reason),
        Some(State::Scheduled) => scheduled(),
        Some(State::Elsewhere(place)) => elsewhere(place),
        Some(State::TooLong) => too_many_lines(),
        Some(State::Ready) | None => too_few(line, units, ready),
    }
}

fn units_of<'a>(position: usize, held: impl Iterator<Item = &'a Held>) -> i64 {
    held.flat_map(|held| &held.lines)
        .filter(|line| line.position == position)
        .fold(0, |sum, line| sum.saturating_add(line.remaining))
}

/// The lines are there, but not together.
fn several_locations() -> Problem {
    let message = "Shopify expects the parcel's lines to leave from several locations; record a parcel for each of \
        them, or move the lines to one location in Shopify.";
    Problem::error("several-locations", message)
}

fn on_hold(reason: &str) -> Problem {
    let message = format!(
        "Shopify holds the lines back ({reason}); release the hold in Shopify, then send the parcel again."
    );
    Problem::error("on-hold", message).reason(Reason::Policy)
}

fn scheduled() -> Problem {
    let message = "Shopify has planned the lines for a later date; make them ready to ship in Shopify, then send the \
        parcel again.";
    Problem::error("scheduled", message).reason(Reason::Policy)
}

fn elsewhere(place: &str) -> Problem {
    let message = format!(
        "The lines are assigned to `{place}`, which another app or service ships; move them to a location of your \
         own in Shopify, then send the parcel again."
    );
    Problem::error("shipped-elsewhere", message).reason(Reason::Permission)
}

fn too_many_lines() -> Problem {
    let message = "The order has more lines than Shopify shows at once; fulfill this parcel in Shopify.";
    Problem::error("too-many-lines", message).reason(Reason::Contract)
}

fn too_few(line: &str, units: i64, ready: i64) -> Problem {
    let message = format!(
        "The parcel holds {units} of the line {line}, of which Shopify has {ready} left to ship for this app: the \
         others are shipped, cancelled or another app's. Correct the parcel, or look at the order in Shopify."
    );
    Problem::error("too-few-left", message)
}
