//! Which fulfillment orders a parcel is: some of them whole, of others a part.
//!
//! One parcel leaves from one location, so they are all of one; the one that the parcel left from goes first.

use std::{cmp::Reverse, collections::BTreeMap};

use wharf_sdk::{Json, Problem};

use super::{
    held::{Held, State},
    parcel::Parcel,
    shortage,
};
use crate::ids::{FULFILLMENT_ORDER, FULFILLMENT_ORDER_LINE, gid};

/// What has to be done to ship the parcel.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// These fulfillment orders, with all that is left in them, are the parcel.
    Create(Vec<Part>),
    /// These parts have to become fulfillment orders of their own first.
    Split(Vec<Part>),
}

/// Units of a fulfillment order's lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) order: u64,
    /// Number of the line, and units.
    pub(super) lines: Vec<(u64, i64)>,
}

/// Or why the parcel cannot be shipped.
pub(super) fn plan(parcel: &Parcel, held: &[Held]) -> Result<Plan, Problem> {
    let mut locations: BTreeMap<Option<u64>, Vec<&Held>> = BTreeMap::new();
    for held in held.iter().filter(|held| held.state == State::Ready) {
        locations.entry(held.location).or_default().push(held);
    }
    let allotted = locations.into_iter().filter_map(|(location, held)| {
        let (whole, parts) = allot(parcel, held)?;
        let elsewhere = parcel.location.is_some() && location != parcel.location;
        Some((elsewhere, whole, parts))
    });
    match allotted.min_by_key(|(elsewhere, _, parts)| (*elsewhere, parts.len())) {
        Some((_, whole, parts)) if parts.is_empty() => Ok(Plan::Create(whole)),
        Some((_, _, parts)) => Ok(Plan::Split(parts)),
        None => Err(shortage::problem(parcel, held)),
    }
}

/// Nothing when these hold too little. The largest go first: what was split off for this parcel before is as large as
/// it can be, so it is found again.
fn allot(parcel: &Parcel, mut held: Vec<&Held>) -> Option<(Vec<Part>, Vec<Part>)> {
    held.sort_by_key(|held| (Reverse(held.units()), held.order));
    let mut wanted: Vec<i64> = parcel.lines.values().copied().collect();
    let mut whole = Vec::new();
    held.retain(|held| {
        let Some(left) = without(&wanted, held) else { return true };
        wanted = left;
        let lines = held.lines.iter().map(|line| (line.line, line.remaining)).collect();
        whole.push(Part { order: held.order, lines });
        false
    });
    let parts = held.into_iter().filter_map(|held| part(&mut wanted, held)).collect();
    wanted.iter().all(|units| *units == 0).then_some((whole, parts))
}

/// What is left to find when all of a fulfillment order is in the parcel.
fn without(wanted: &[i64], held: &Held) -> Option<Vec<i64>> {
    let mut left = wanted.to_vec();
    for line in &held.lines {
        let units = left.get_mut(line.position)?;
        *units = units.checked_sub(line.remaining)?;
        if *units < 0 {
            return None;
        }
    }
    (!held.others).then_some(left)
}

fn part(wanted: &mut [i64], held: &Held) -> Option<Part> {
    let mut lines = Vec::new();
    for line in &held.lines {
        let Some(units) = wanted.get_mut(line.position) else { continue };
        let taken = line.remaining.min(*units);
        if taken > 0 {
            *units -= taken;
            lines.push((line.line, taken));
        }
    }
    (!lines.is_empty()).then_some(Part { order: held.order, lines })
}

impl Part {
    /// A member of both mutations' lists.
    pub(super) fn write(&self, json: &mut Json) {
        json.begin_object().member("fulfillmentOrderId", &gid(FULFILLMENT_ORDER, self.order));
        json.key("fulfillmentOrderLineItems").begin_array();
        for (line, units) in &self.lines {
            json.begin_object().member("id", &gid(FULFILLMENT_ORDER_LINE, *line));
            json.key("quantity").integer(*units).end_object();
        }
        json.end_array().end_object();
    }
}
