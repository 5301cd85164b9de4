//! What the tests of every connector begin with: a channel, values written short, one exchange and its answer.
//!
//! Like everything in a test, these functions panic when what they were promised does not hold, and say what it was.

use std::fmt;

use super::Value;
use crate::{
    Answer, Body, Connector, Context, Decimal, Exchange, Fulfiller, Outcome, Problem, Publisher, Reason,
    Response, Settlement, Verdict,
};

/// A channel for Germany (`de-DE`, `DE`, `EUR`) with these settings, as JSON.
pub fn context(settings: impl fmt::Display) -> Context {
    Context {
        settings: settings.to_string(),
        locale: "de-DE".into(),
        country: "DE".into(),
        currency: "EUR".into(),
    }
}

/// The index of a field that the connector declares under this name.
pub fn field<C: Connector>(name: &str) -> u32 {
    let fields = C::describe().fields;
    let position = (0..).zip(&fields).find(|(_, field)| field.name == name);
    let Some((index, _)) = position else { panic!("the connector declares no field `{name}`") };
    index
}

/// Cents as an amount of money.
pub fn euros(cents: i64) -> Value {
    Value::money(Decimal::new(cents, -2), "EUR")
}

/// Units by location.
pub fn levels(levels: &[(&str, i64)]) -> Value {
    Value::Levels(levels.iter().map(|(place, quantity)| ((*place).to_owned(), *quantity)).collect())
}

/// The one thing in a list of one.
pub fn only<T: fmt::Debug>(all: Vec<T>) -> T {
    let [one] = <[T; 1]>::try_from(all).unwrap_or_else(|all| panic!("not one but {}: {all:?}", all.len()));
    one
}

/// The body that goes out, be it the document of the exchange's chain.
pub fn sent(exchange: &Exchange) -> &[u8] {
    match (&exchange.request.body, &exchange.document) {
        (Body::Bytes(bytes), _) | (Body::Document, Some(bytes)) => bytes,
        (other, _) => panic!("no bytes are sent but {other:?}"),
    }
}

/// An answer without headers.
pub fn response(status: u16, body: impl AsRef<[u8]>) -> Response {
    Response { status, headers: Vec::new(), body: body.as_ref().to_vec() }
}

/// What the connector makes of the answer. Checks that every operation has one outcome or one further exchange.
pub fn settled<C: Publisher>(context: &Context, exchange: &Exchange, response: Response) -> Settlement {
    checked(exchange, C::settle(context, vec![answered(exchange, response)]))
}

/// The same of an exchange that acts for shipments.
pub fn settled_shipments<C: Fulfiller>(
    context: &Context,
    exchange: &Exchange,
    response: Response,
) -> Settlement {
    checked(exchange, C::settle_shipments(context, vec![answered(exchange, response)]))
}

fn answered(exchange: &Exchange, response: Response) -> Answer {
    Answer { memo: exchange.memo.clone(), covers: covered(exchange), response }
}

fn checked(exchange: &Exchange, settlements: Vec<Settlement>) -> Settlement {
    let settlement = only(settlements);
    let further = settlement.further.iter().flat_map(|further| further.covers.iter().copied());
    let mut all: Vec<u32> = settlement.outcomes.iter().map(|outcome| outcome.index).chain(further).collect();
    all.sort_unstable();
    assert!(all.iter().copied().eq(0..covered(exchange)), "not each operation once: {all:?}");
    settlement
}

fn covered(exchange: &Exchange) -> u32 {
    u32::try_from(exchange.covers.len()).expect("a call has fewer operations")
}

/// The outcomes of an answer that decides all, in the order of the operations.
pub fn outcomes(settlement: Settlement) -> Vec<Outcome> {
    assert_eq!(settlement.further, []);
    let mut outcomes = settlement.outcomes;
    outcomes.sort_by_key(|outcome| outcome.index);
    outcomes
}

/// The one further exchange of an answer that decides nothing yet.
pub fn further(settlement: Settlement) -> Exchange {
    assert_eq!(settlement.outcomes, []);
    only(settlement.further)
}

/// The codes of an accepted listing's warnings.
pub fn warned(outcome: &Outcome) -> Vec<&str> {
    let Verdict::Accepted(problems) = &outcome.verdict else { panic!("not accepted: {outcome:?}") };
    problems.iter().map(|problem| problem.code.as_str()).collect()
}

/// Code and field of each problem.
pub fn rejected(outcome: &Outcome) -> Vec<(&str, Option<u32>)> {
    let Verdict::Rejected(problems) = &outcome.verdict else { panic!("not rejected: {outcome:?}") };
    problems.iter().map(|problem| (problem.code.as_str(), problem.field)).collect()
}

/// Code and reason of the postponement.
pub fn retried(outcome: &Outcome) -> (&str, Reason) {
    let Verdict::Retry(postponement) = &outcome.verdict else { panic!("not retried: {outcome:?}") };
    let Problem { code, reason, .. } = &postponement.problem;
    (code, *reason)
}
