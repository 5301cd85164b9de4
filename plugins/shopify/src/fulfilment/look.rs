//! The order's fulfillment orders are read, and what follows is decided by them.

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use wharf_sdk::{Outcome, Problem, Reason, Request, Verdict};

use super::{
    allotment::{self, Part, Plan},
    create, documents,
    held::{Fulfillment, FulfillmentOrder, Held, Order, Unreadable},
    noted,
    parcel::{Memo, Sent, Step},
    queue::Next,
    split,
};
use crate::{
    graphql::{self, Refusal},
    settings::Settings,
};

/// What a page shows: fulfillment orders, lines of each, and the query's cost in points. A line costs two, beside the
/// 150 for the order's parcels.
struct Size {
    orders: i64,
    lines: i64,
    points: u32,
}

const USUAL: Size = Size { orders: 5, lines: 20, points: 400 };

/// As many lines as a [connection](https://shopify.dev/docs/api/usage/limits) shows.
const SINGLE: Size = Size { orders: 1, lines: 250, points: 670 };

/// How often a chain splits: once, and again when the order was changed in between.
const SPLITS: u32 = 2;

pub(super) fn request(memo: &Memo) -> Request {
    let (after, size) = match &memo.step {
        Step::Look { after, single: true } => (after.as_ref(), SINGLE),
        Step::Look { after, single: false } => (after.as_ref(), USUAL),
        Step::Split | Step::Create => (None, USUAL),
    };
    graphql::request(documents::FULFILLMENT_ORDERS, size.points, |json| {
        json.member("id", &memo.parcel.order).key("orders").integer(size.orders);
        json.key("lines").integer(size.lines);
        if let Some(after) = after {
            json.member("after", after);
        }
    })
}

/// From the step that the memo stands at.
pub(super) fn next(memo: Memo) -> Next {
    Next::Send(request(&memo), Box::new(memo))
}

#[derive(Deserialize)]
struct Data {
    #[serde(deserialize_with = "named")]
    order: Option<Order>,
}

/// An answer without the member is none; `null` says that there is no such order.
fn named<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Order>, D::Error> {
    Option::deserialize(deserializer)
}

pub(super) fn settle(settings: &Settings, mut memo: Memo, data: &RawValue) -> Next {
    let order = match graphql::shape::<Data>(data) {
        Ok(Data { order: Some(order) }) => order,
        Ok(Data { order: None }) => return Verdict::rejected(unknown()).into(),
        Err(refusal) => return super::refused(&memo, &refusal),
    };
    let orders = order.fulfillment_orders;
    let is_single = matches!(memo.step, Step::Look { single: true, .. });
    if !is_single && orders.nodes.iter().any(FulfillmentOrder::is_cut) {
        return next(singly(memo));
    }
    let held: Result<Vec<Option<Held>>, Unreadable> =
        orders.nodes.iter().map(|order| order.held(&memo.parcel)).collect();
    let Ok(held) = held else { return super::refused(&memo, &Refusal::Passing(graphql::unreadable())) };
    memo.held.extend(held.into_iter().flatten());
    match orders.page_info.next() {
        Some(after) => {
            memo.step = Step::Look { after: Some(after), single: is_single };
            next(memo)
        }
        None => decided(settings, memo, &order.fulfillments),
    }
}

/// The same page again, one fulfillment order at a time.
fn singly(memo: Memo) -> Memo {
    let after = match memo.step {
        Step::Look { after, .. } => after,
        Step::Split | Step::Create => None,
    };
    Memo { step: Step::Look { after, single: true }, ..memo }
}

/// All is read.
fn decided(settings: &Settings, memo: Memo, fulfillments: &[Fulfillment]) -> Next {
    let is_recognizable = memo.parcel.number.is_some() || memo.is_sent_whole();
    let there = fulfillments.iter().filter(|_| is_recognizable).find(|it| it.is(&memo.parcel));
    if let Some(fulfillment) = there {
        let accepted = Verdict::Accepted(memo.parcel.losses());
        return Outcome::new(0, accepted).remote_id(&fulfillment.id).into();
    }
    let plan = allotment::plan(&memo.parcel, &memo.held);
    match (plan, memo.refused()) {
        (Ok(Plan::Create(parts)), Some(sent)) if sent.is_of(&parts) => sent.rejected().into(),
        // It was refused for what is there no more, so the next attempt need not ask for it.
        (Ok(_), Some(_)) => changed().note("").into(),
        (Ok(Plan::Create(parts)), None) => create::next(settings, memo, &parts),
        (Ok(Plan::Split(parts)), None) if memo.splits < SPLITS => split::next(memo, &parts),
        (Ok(Plan::Split(_)), None) => noted(&memo, changed()).into(),
        (Err(problem), _) => Verdict::rejected(problem).into(),
    }
}

impl Memo {
    /// Whether all that was sent has left, be it through this parcel or another.
    fn is_sent_whole(&self) -> bool {
        let is_open = |order: &u64| self.held.iter().any(|held| held.order == *order);
        self.sent.as_ref().is_some_and(|sent| !sent.orders.iter().any(is_open))
    }

    /// What was sent, if Shopify refused it.
    fn refused(&self) -> Option<&Sent> {
        self.sent.as_ref().filter(|sent| !sent.refusals.is_empty())
    }
}

impl Sent {
    fn is_of(&self, parts: &[Part]) -> bool {
        let is_in = |order: &u64| parts.iter().any(|part| part.order == *order);
        self.orders.len() == parts.len() && self.orders.iter().all(is_in)
    }

    /// It is all there still, so the refusal was meant.
    fn rejected(&self) -> Verdict {
        let problem = |refusal: &String| {
            Problem::error("refused", format!("Shopify did not take the parcel: {refusal}"))
        };
        Verdict::Rejected(self.refusals.iter().map(problem).collect())
    }
}

fn unknown() -> Problem {
    let message = "Shopify does not know the order, or the app may not see it; look for it in Shopify.";
    Problem::error("unknown-order", message).reason(Reason::Missing)
}

/// The next attempt begins with what is there then.
fn changed() -> Outcome {
    let message = "The order was changed in Shopify while the parcel was told; it is told again.";
    Outcome::new(0, Verdict::retry(Problem::error("order-changed", message).reason(Reason::Conflict)))
}
