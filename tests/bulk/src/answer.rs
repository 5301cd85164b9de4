//! The channel's outcomes, matched to the operations by SKU.

use std::{borrow::Cow, collections::HashMap};

use serde::Deserialize;
use wharf_sdk::{Answer, Context, Failure, Outcome, Problem, Reason, Settlement, Verdict};

use crate::{
    Settings,
    job::{self, Poll},
};

#[derive(Deserialize)]
struct Report<'a> {
    #[serde(borrow)]
    outcomes: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
    status: Status,
    #[serde(borrow, default)]
    code: Cow<'a, str>,
    #[serde(borrow, default)]
    message: Cow<'a, str>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Ok,
    Error,
}

pub(crate) fn settlement(context: &Context, answer: &Answer) -> Settlement {
    let Ok(memo) = str::from_utf8(&answer.memo) else { return unreadable(answer.covers) };
    let poll = Poll::of(memo);
    match Failure::of(answer.response.status) {
        Some(Failure::NotFound) if poll.is_some() => return job::lost(answer.covers),
        Some(failure) => return refused(answer, failure),
        None => {}
    }
    let next = match poll {
        Some(poll) => job::is_running(answer).then_some(poll),
        None => Poll::first(memo, answer),
    };
    match next {
        Some(next) => again(context, next, answer.covers),
        None => reported(poll.map_or(memo, |poll| poll.skus), answer),
    }
}

fn refused(answer: &Answer, failure: Failure) -> Settlement {
    let message = format!("The channel refused the request with status {}.", answer.response.status);
    Settlement::all(answer.covers, &failure.verdict(message))
}

fn unreadable(covers: u32) -> Settlement {
    let problem = Problem::error("unreadable-answer", "The answer lists no outcomes; check the endpoint.");
    Settlement::all(covers, &Verdict::retry(problem.reason(Reason::Contract)))
}

fn again(context: &Context, poll: Poll<'_>, covers: u32) -> Settlement {
    match context.settings::<Settings>() {
        Ok(settings) => poll.after(settings.pause(), covers),
        Err(problem) => Settlement::all(covers, &Verdict::retry(problem)),
    }
}

fn reported(skus: &str, answer: &Answer) -> Settlement {
    let Ok(report) = serde_json::from_slice::<Report<'_>>(&answer.response.body) else {
        return unreadable(answer.covers);
    };
    let entries: HashMap<&str, &Entry<'_>> =
        report.outcomes.iter().map(|entry| (entry.sku.as_ref(), entry)).collect();
    let verdicts = skus.split('\n').map(|sku| verdict(entries.get(sku).copied()));
    let outcomes =
        (0..answer.covers).zip(verdicts).map(|(index, verdict)| Outcome::new(index, verdict)).collect();
    Settlement::of(outcomes)
}

fn verdict(entry: Option<&Entry<'_>>) -> Verdict {
    match entry {
        None => {
            let problem = Problem::error("no-outcome", "The channel's answer leaves this item out.");
            Verdict::retry(problem.reason(Reason::Contract))
        }
        Some(entry) if entry.status == Status::Ok => Verdict::accepted(),
        Some(entry) => Verdict::rejected(Problem::error(entry.code.clone(), entry.message.clone())),
    }
}
