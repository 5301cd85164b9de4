//! The points that hold for shipments as for items: 5, 7, 8, 21, 22, 24 to 26, 28, 29 and 33. The others speak of items,
//! pages, deliveries or files, and have nothing to ask of parcels.

use wharf_catalog::{Reason, shipment::Shipment};

use super::{
    Held,
    checking::{CREDENTIALS, RIGHTS},
    failed, held,
    output::sent,
    reactions::{Named, answer, reaction},
    settling::false_successes,
    state::FOREIGN,
    trial::Trial,
};
use crate::{
    conformance::{Finding, difference::same, shipping},
    exchange::{Answer, Exchange, Preparation, Verdict},
};

pub(super) fn every_shipment(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let shipments = trial.subject.shipments();
    if shipments.is_empty() {
        return Ok(None);
    }
    shipping::SHIPMENTS.ask(&trial.subject)?;
    shipping::REPEATS.ask(&trial.subject)?;
    held(
        format!("{} shipments one by one and together", shipments.len()),
        "each is covered once or rejected once, and the same again",
    )
}

/// What became of one shipment of a preparation, where its request is its own: what is sent and noted, or else why not.
fn fate(prepared: &Preparation, index: u32) -> Option<Result<Vec<u8>, String>> {
    if let Some(rejection) = prepared.rejections.iter().find(|rejection| rejection.index == index) {
        return Some(Err(format!("{:?}", rejection.problems)));
    }
    let own = |exchange: &&Exchange| exchange.covers == [index];
    prepared.exchanges.iter().find(own).map(everything).map(Ok)
}

/// What is sent, and the note with it.
fn everything(exchange: &Exchange) -> Vec<u8> {
    [sent(exchange), exchange.memo.clone()].concat()
}

pub(super) fn siblings_go_on(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "shipments alone, and beside others that may be refused";
    let shipments = trial.subject.shipments();
    if shipments.is_empty() {
        return Ok(None);
    }
    let together = trial.subject.prepare_shipments(TRIED, &shipments)?;
    for (index, shipment) in (0..).zip(&shipments) {
        let alone = trial.subject.prepare_shipments(TRIED, std::slice::from_ref(shipment))?;
        // A request for many shipments is the list's, not one's.
        if let (Some(alone), Some(beside)) = (fate(&alone, 0), fate(&together, index)) {
            same(TRIED, &alone, &beside)?;
        }
    }
    held(TRIED, "the same for each")
}

/// Two parcels of one order that differ in nothing but their ids, contents and numbers are two.
pub(super) fn parcels_are_told_apart(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "two parcels of one order";
    let shipments = trial.subject.shipments();
    let [one, other, ..] = shipments.as_slice() else { return Ok(None) };
    let outputs = |shipment: &Shipment| -> Result<Vec<Vec<u8>>, Finding> {
        let prepared = trial.subject.prepare_shipments(TRIED, std::slice::from_ref(shipment))?;
        Ok(prepared.exchanges.iter().map(everything).collect())
    };
    let (one, other) = (outputs(one)?, outputs(other)?);
    match !one.is_empty() && one == other {
        true => failed(TRIED, "the channel cannot tell them apart"),
        false => held(TRIED, "they go out as two"),
    }
}

pub(super) fn foreign_state(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let Some(shipment) = trial.subject.shipments().into_iter().next() else { return Ok(None) };
    for text in ["", "?", "{\"version\":99}", "[[[["] {
        let noted = Shipment { note: Some(text.to_owned()), ..shipment.clone() };
        trial.subject.prepare_shipments(&format!("a shipment with the note {text:?}"), &[noted])?;
    }
    for memo in FOREIGN {
        for status in [200, 404, 422] {
            let tried = format!("an answer ({status}) to the memo {:?}", String::from_utf8_lossy(memo));
            let answer = Answer { memo: memo.to_vec(), covers: 1, response: reaction(status).response };
            trial.subject.settle_shipments(&tried, &[answer])?;
        }
    }
    held("notes and memos of shipments that no version wrote", "all are prepared, rejected or settled")
}

/// Every verdict on these answers to the first request of every shipment, with what was tried.
fn verdicts(trial: &Trial<'_>, reactions: &[Named]) -> Result<Vec<(String, Verdict)>, Finding> {
    let mut verdicts = Vec::new();
    for exchange in trial.subject.shipment_exchanges()? {
        for Named { name, response } in reactions {
            let tried = format!("{name} to a shipment, {}", exchange.request.target);
            for settled in trial.subject.settle_shipments(&tried, &[answer(&exchange, response.clone())])? {
                verdicts.extend(settled.outcomes.into_iter().map(|outcome| (tried.clone(), outcome.verdict)));
            }
        }
    }
    Ok(verdicts)
}

/// Requires of every verdict that it is one of those allowed.
fn judged(
    trial: &Trial<'_>,
    reactions: &[Named],
    allowed: impl Fn(&Verdict) -> bool,
    seen: &str,
) -> Result<Option<Held>, Finding> {
    let verdicts = verdicts(trial, reactions)?;
    if let Some((tried, verdict)) = verdicts.iter().find(|(_, verdict)| !allowed(verdict)) {
        let word = match verdict {
            Verdict::Accepted(_) => "it is taken for success".to_owned(),
            Verdict::Rejected(problems) => format!("the shipment is rejected: {problems:?}"),
            Verdict::Retry { problem, .. } => format!("it is tried again because of `{:?}`", problem.reason),
        };
        return failed(tried.clone(), word);
    }
    let names: Vec<&str> = reactions.iter().map(|reaction| reaction.name.as_str()).collect();
    match verdicts.is_empty() {
        true => Ok(None),
        false => held(format!("{} to shipments", names.join(", ")), seen),
    }
}

fn waits_for(reasons: &[Reason]) -> impl Fn(&Verdict) -> bool {
    move |verdict| matches!(verdict, Verdict::Retry { problem, .. } if reasons.contains(&problem.reason))
}

pub(super) fn a_401(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    judged(trial, &[reaction(401)], waits_for(CREDENTIALS), "each waits for the operator")
}

pub(super) fn a_403(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    judged(trial, &[reaction(403)], waits_for(RIGHTS), "each waits for the operator")
}

pub(super) fn outages(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let reactions = [408, 500, 502, 503, 504].map(reaction);
    judged(trial, &reactions, |verdict| matches!(verdict, Verdict::Retry { .. }), "each is tried again")
}

pub(super) fn throttles(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    judged(trial, &[reaction(429)], waits_for(&[Reason::Budget, Reason::Outage]), "each waits for the budget")
}

pub(super) fn nonsense(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    shipping::NONSENSE.ask(&trial.subject)?;
    let taken = |verdict: &Verdict| matches!(verdict, Verdict::Accepted(_));
    judged(trial, &false_successes(), |verdict| !taken(verdict), "none is taken for success")
}

/// Answers to the first request of every shipment.
fn all_answers(trial: &Trial<'_>) -> Result<Vec<Answer>, Finding> {
    let reactions: Vec<Named> = [200, 202, 400, 401, 404, 409, 429, 503].map(reaction).into_iter().collect();
    let exchanges = trial.subject.shipment_exchanges()?;
    let each = |exchange| reactions.iter().map(move |reaction| answer(exchange, reaction.response.clone()));
    Ok(exchanges.iter().flat_map(each).collect())
}

pub(super) fn answers_alone_and_together(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "answers to shipments alone, and all in one call";
    shipping::SETTLING_REPEATS.ask(&trial.subject)?;
    let answers = all_answers(trial)?;
    if answers.is_empty() {
        return Ok(None);
    }
    let together = trial.subject.settle_shipments(TRIED, &answers)?;
    for (answer, together) in answers.iter().zip(&together) {
        let alone = trial.subject.settle_shipments(TRIED, std::slice::from_ref(answer))?;
        same(TRIED, &alone.first(), &Some(together))?;
    }
    held(format!("{} {TRIED}", answers.len()), "each means what it meant")
}

pub(super) fn answers_backwards(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "answers to shipments forwards and backwards";
    let answers = all_answers(trial)?;
    if answers.is_empty() {
        return Ok(None);
    }
    let backwards: Vec<_> = answers.iter().rev().cloned().collect();
    let mut backwards = trial.subject.settle_shipments(TRIED, &backwards)?;
    backwards.reverse();
    same(TRIED, &trial.subject.settle_shipments(TRIED, &answers)?, &backwards)?;
    held(format!("{} {TRIED}", answers.len()), "each means what it meant")
}
