//! What the shop's answers mean: `{"ok":true}` for one item, `{"results":["ok",...]}` for several, a job for 202.

use std::time::Duration;

use serde::Deserialize;
use wharf_sdk::{Action, Answer, Failure, Outcome, Problem, Reason, Request, Response, Settlement, Verdict};

use crate::{Defect, settings::Settings};

/// What an exchange remembers: what it does, and how often it has asked.
pub(crate) fn memo(action: Action) -> Vec<u8> {
    vec![action as u8, 0]
}

#[derive(Deserialize)]
struct One {
    ok: bool,
}

#[derive(Deserialize)]
struct Several {
    results: Vec<String>,
}

/// One settlement for each answer.
pub(crate) fn settle(settings: &Settings, answers: &[Answer]) -> Vec<Settlement> {
    let expired = answers.iter().any(|answer| answer.response.status == 401);
    let settle = |(position, answer): (usize, &Answer)| {
        let outage = |before: &Answer| before.response.status == 503 && before.memo == answer.memo;
        match settings.defect {
            Defect::Contagious if expired => failed(answer, Failure::Unauthorized),
            Defect::Nervous if answers[..position].iter().any(outage) => failed(answer, Failure::Unavailable),
            _ => settled(settings, answer),
        }
    };
    answers.iter().enumerate().map(settle).collect()
}

fn settled(settings: &Settings, answer: &Answer) -> Settlement {
    let known = matches!(answer.memo[..], [0..=4, ..]);
    if settings.has(Defect::TrustsMemos) {
        assert!(known, "a memo of another version");
    }
    let Response { status, body, .. } = &answer.response;
    let deletes = answer.memo.first() == Some(&(Action::Delete as u8));
    match Failure::of(*status) {
        None if settings.has(Defect::StatusIsEnough) => Settlement::all(answer.covers, &Verdict::accepted()),
        None if settings.has(Defect::LateTrust) && answer.memo.get(1) > Some(&0) => {
            Settlement::all(answer.covers, &Verdict::accepted())
        }
        None if *status == 202 => waiting(settings, answer),
        None => taken(settings, answer.covers, body),
        Some(Failure::NotFound) if deletes => Settlement::all(answer.covers, &Verdict::accepted()),
        Some(failure) => failure_of(settings, answer, failure),
    }
}

fn taken(settings: &Settings, covers: u32, body: &[u8]) -> Settlement {
    if let Ok(One { ok: true }) = serde_json::from_slice(body)
        && covers == 1
    {
        return Settlement::all(1, &Verdict::accepted());
    }
    let several = serde_json::from_slice::<Several>(body);
    let silent = several.is_ok() && settings.has(Defect::Silence);
    let results = several.map(|several| several.results).unwrap_or_default();
    let verdict = |index: u32| match results.get(index as usize).map(String::as_str) {
        Some("ok") => Verdict::accepted(),
        Some(other) => Verdict::rejected(Problem::error("refused", format!("The shop says: {other}"))),
        None if silent => Verdict::accepted(),
        None => Verdict::retry(unreadable()),
    };
    Settlement::of((0..covers).map(|index| Outcome::new(index, verdict(index))).collect())
}

fn unreadable() -> Problem {
    let message = "The shop's answer says nothing of the item; check the endpoint's address.";
    Problem::error("unreadable-answer", message).reason(Reason::Contract)
}

/// The shop works on it; it is asked again after a while.
fn waiting(settings: &Settings, answer: &Answer) -> Settlement {
    let mut memo = answer.memo.clone();
    if settings.has(Defect::GrowingMemo) {
        memo.extend_from_slice(b"asked again;");
    } else if let Some(times) = memo.get_mut(1) {
        *times = times.saturating_add(1);
    }
    let exchange = Request::get(0, "/jobs/last").covering((0..answer.covers).collect()).memo(memo);
    Settlement::further(exchange.after(Duration::from_secs(1)))
}

fn failed(answer: &Answer, failure: Failure) -> Settlement {
    Settlement::all(answer.covers, &failure.verdict("The shop did not take it."))
}

fn failure_of(settings: &Settings, answer: &Answer, failure: Failure) -> Settlement {
    let alone = matches!(answer.memo.first(), Some(1 | 2));
    let covers = answer.covers;
    let fault = || Verdict::rejected(Problem::error("refused", "The shop did not take it."));
    match (settings.defect, failure) {
        (Defect::Unauthorized, Failure::Unauthorized) => failed(answer, Failure::Unavailable),
        (Defect::Forbidden, Failure::Forbidden) => Settlement::all(covers, &fault()),
        (Defect::Outage, Failure::Unavailable) => Settlement::all(covers, &fault()),
        (Defect::Throttle, Failure::Throttled) if answer.response.status == 429 => {
            Settlement::all(covers, &fault())
        }
        (Defect::MissingIsFine, Failure::NotFound) if alone => Settlement::all(covers, &Verdict::accepted()),
        (_, Failure::Throttled) if !settings.has(Defect::Impatient) => throttled(answer, failure),
        (_, Failure::NotFound) if alone => Settlement::all(
            covers,
            &Verdict::retry(failure.problem("The shop does not have it; it is sent whole.")),
        ),
        _ => failed(answer, failure),
    }
}

/// The pause is the shop's, when it names one.
fn throttled(answer: &Answer, failure: Failure) -> Settlement {
    let header = answer.response.headers.iter().find(|(name, _)| name == "retry-after");
    let seconds = header.and_then(|(_, value)| value.parse().ok());
    let problem = failure.problem("The shop wants to be asked later.");
    let verdict = match seconds {
        Some(seconds @ 0..=3_600) => Verdict::retry_after(Duration::from_secs(seconds), problem),
        _ => Verdict::retry(problem),
    };
    Settlement::all(answer.covers, &verdict)
}
