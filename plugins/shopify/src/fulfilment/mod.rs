//! Parcels that left, told to Shopify.
//!
//! Shopify ships *fulfillment orders*: what of an order is expected to leave from one location. `fulfillmentCreate`
//! takes no `@idempotent`, and a crash repeats a request, so every request of the chain is one whose repeat ships
//! nothing:
//!
//! 1. `FulfillmentOrders` reads which fulfillment orders hold the parcel's lines, and the order's parcels. One that is
//!    there already is taken for this one, by its tracking number and its number of units.
//! 2. Where the parcel is a part of a fulfillment order, `Split` makes that part a fulfillment order of its own, and
//!    step 1 follows again, as the answer does not tell the two apart. A repeat at most divides them once more.
//! 3. `Fulfill` ships all that is left in fulfillment orders. A repeat finds them closed and is refused.
//! 4. Whatever Shopify refuses is read again as in step 1: the parcel is accepted only when it shows there. While it is
//!    not clear whether Shopify took step 3, the note names the fulfillment orders, so that the next attempt begins
//!    with that question, also for a parcel without a tracking number.
//!
//! What stays open: where a person adds units to a fulfillment order between the steps 1 and 3, it is not closed, so a
//! crash at that moment may ship them. Of two parcels under one tracking number, or told at once without any, that
//! have as many units each, Shopify may be told one. It has no place for the service, nor for the moment when the
//! parcel left, and shows 50 parcels of an order. The app needs the access scope
//! `write_merchant_managed_fulfillment_orders` (see
//! [order management apps](https://shopify.dev/docs/apps/build/orders-fulfillment/order-management-apps)).
//!
//! - `queue`: the parcels of one order, one after the other. `parcel`: one of them, and what its steps have learnt.
//! - `held`: what Shopify shows of fulfillment orders and parcels. `allotment`: which of them the parcel is.
//! - `look`, `split`, `create`: the requests, with their answers. `documents`: the GraphQL.
//! - `shortage`: why there is nothing to ship.

mod allotment;
mod create;
mod documents;
mod held;
mod look;
mod parcel;
mod queue;
mod shortage;
mod split;

use serde_json::value::RawValue;
use wharf_sdk::{Answer, Outcome, Preparation, Problem, Settlement, Shipment, Verdict};

use crate::{
    graphql::{self, Refusal, Reply},
    settings::Settings,
    user_error::UserError,
};
use parcel::{Memo, Step};
use queue::{Next, Queue};

/// One exchange for the parcels of each order.
pub(crate) fn prepare(settings: &Settings, shipments: &[Shipment]) -> Preparation {
    Preparation { exchanges: queue::exchanges(settings, shipments), rejections: Vec::new() }
}

/// What the answer to any of the steps means.
pub(crate) fn settle(settings: &Settings, answer: &Answer) -> Settlement {
    let Reply { data, allowance } = graphql::read(&answer.response);
    let settlement = match (serde_json::from_slice::<Queue>(&answer.memo), data) {
        (Ok(Queue { first, rest }), Ok(data)) => queue::settlement(next(settings, first, data), rest),
        // It concerns all of them alike.
        (Ok(Queue { first, rest }), Err(refusal)) => all_refused(&first, &rest, &refusal),
        (Err(_), Err(refusal)) => refusal.settlement(answer.covers),
        (Err(_), Ok(_)) => Settlement::all(answer.covers, &Verdict::retry(graphql::unreadable())),
    };
    match allowance {
        Some(allowance) => settlement.allowance(allowance),
        None => settlement,
    }
}

fn next(settings: &Settings, memo: Memo, data: &RawValue) -> Next {
    match memo.step {
        Step::Look { .. } => look::settle(settings, memo, data),
        Step::Split => split::settle(memo, data),
        Step::Create => create::settle(memo, data),
    }
}

/// What the first parcel was refused for passes; what is wrong with it is wrong with no other.
fn all_refused(first: &Memo, rest: &[Memo], refusal: &Refusal) -> Settlement {
    if matches!(refusal, Refusal::Lasting(_)) {
        return queue::settlement(refused(first, refusal), rest.to_vec());
    }
    let memos = (0..).zip(std::iter::once(first).chain(rest));
    Settlement::of(memos.map(|(index, memo)| outcome(index, memo, refusal)).collect())
}

/// Nothing is known of the step; what was sent before stays noted.
fn refused(memo: &Memo, refusal: &Refusal) -> Next {
    outcome(0, memo, refusal).into()
}

fn outcome(index: u32, memo: &Memo, refusal: &Refusal) -> Outcome {
    let mut verdict = refusal.verdict();
    // Fields are those of products.
    match &mut verdict {
        Verdict::Accepted(problems) | Verdict::Rejected(problems) => {
            problems.iter_mut().for_each(|problem| problem.field = None);
        }
        Verdict::Retry(postponement) => postponement.problem.field = None,
    }
    noted(memo, Outcome::new(index, verdict))
}

fn noted(memo: &Memo, outcome: Outcome) -> Outcome {
    match &memo.sent {
        Some(sent) => outcome.note(sent.to_note()),
        None => outcome,
    }
}

/// With the path that Shopify names, and without a field, as those are of products.
fn problem(error: &UserError) -> Problem {
    Problem { field: None, ..error.problem() }
}
