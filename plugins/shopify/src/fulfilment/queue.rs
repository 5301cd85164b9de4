//! The parcels of one order, told one after the other: two at a time would divide and ship each other's parts.
//!
//! One exchange acts for all that are left. The steps of the first know nothing of the others.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use wharf_sdk::{Exchange, Outcome, Request, Settlement, Shipment, Verdict};

use super::{look, parcel::Memo};
use crate::settings::Settings;

/// Lines of all parcels in a queue, as much as a memo has room for; the largest order has 500.
const LINES: usize = 500;

/// Parcels in a queue, each of which may have a long address for tracking.
const PARCELS: usize = 16;

/// What an exchange's memo holds. At most 64 KiB.
#[derive(Serialize, Deserialize)]
pub(super) struct Queue {
    pub(super) first: Memo,
    /// In the order of what the exchange covers.
    pub(super) rest: Vec<Memo>,
}

/// What follows for the first parcel of a queue.
pub(super) enum Next {
    Send(Request, Box<Memo>),
    End(Outcome),
}

impl From<Outcome> for Next {
    fn from(outcome: Outcome) -> Self {
        Self::End(outcome)
    }
}

impl From<Verdict> for Next {
    fn from(verdict: Verdict) -> Self {
        Self::End(Outcome::new(0, verdict))
    }
}

/// Positions of shipments that make a queue.
#[derive(Default)]
struct Positions {
    covers: Vec<u32>,
    lines: usize,
}

/// The first exchange of each queue.
pub(super) fn exchanges(settings: &Settings, shipments: &[Shipment]) -> Vec<Exchange> {
    let memo = |index: &u32| Memo::new(settings, &shipments[*index as usize]);
    let queues = grouped(shipments).into_iter();
    queues.filter_map(|covers| first(covers.iter().map(memo).collect(), covers)).collect()
}

/// Queues in the order of their first parcels.
fn grouped(shipments: &[Shipment]) -> Vec<Vec<u32>> {
    let mut open: HashMap<&str, usize> = HashMap::new();
    let mut queues: Vec<Positions> = Vec::new();
    for (index, shipment) in (0..).zip(shipments) {
        let lines = shipment.lines.len();
        let has_room = |at: &&usize| {
            let queue = &queues[**at];
            queue.lines.saturating_add(lines) <= LINES && queue.covers.len() < PARCELS
        };
        let at = open.get(shipment.order.as_str()).filter(has_room).copied().unwrap_or_else(|| {
            queues.push(Positions::default());
            queues.len() - 1
        });
        open.insert(&shipment.order, at);
        queues[at].covers.push(index);
        queues[at].lines += lines;
    }
    queues.into_iter().map(|queue| queue.covers).collect()
}

/// Of parcels that nothing is known of; nothing where there are none.
fn first(memos: Vec<Memo>, covers: Vec<u32>) -> Option<Exchange> {
    let mut rest = memos.into_iter();
    let first = rest.next()?;
    Some(exchange(look::request(&first), first, rest.collect(), covers))
}

fn exchange(request: Request, first: Memo, rest: Vec<Memo>, covers: Vec<u32>) -> Exchange {
    let memo = serde_json::to_vec(&Queue { first, rest });
    request.covering(covers).memo(memo.expect("memos hold numbers, texts and lists of them"))
}

/// The next step of the first parcel; when it has none, the first of the parcel that follows.
pub(super) fn settlement(next: Next, rest: Vec<Memo>) -> Settlement {
    let count = u32::try_from(rest.len()).unwrap_or(u32::MAX);
    match next {
        Next::Send(request, memo) => {
            Settlement::further(exchange(request, *memo, rest, (0..=count).collect()))
        }
        Next::End(outcome) => {
            let further = first(rest, (1..=count).collect());
            Settlement { further: further.into_iter().collect(), ..Settlement::from(outcome) }
        }
    }
}
