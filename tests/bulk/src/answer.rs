//! The channel's outcomes, matched to the operations by SKU.

use std::{borrow::Cow, collections::HashMap};

use serde::Deserialize;
use wharf_sdk::{Answer, Failure, Outcome, Problem, Settlement, Verdict};

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

pub(crate) fn settlement(answer: &Answer) -> Settlement {
    if let Some(failure) = Failure::of(answer.response.status) {
        let message = format!("The channel refused the request with status {}.", answer.response.status);
        return Settlement::all(answer.covers, &failure.verdict(message));
    }
    let (Ok(skus), Ok(report)) =
        (str::from_utf8(&answer.memo), serde_json::from_slice::<Report<'_>>(&answer.response.body))
    else {
        let problem =
            Problem::error("unreadable-answer", "The answer lists no outcomes; check the endpoint.");
        return Settlement::all(answer.covers, &Verdict::retry(problem));
    };
    let entries: HashMap<&str, &Entry<'_>> =
        report.outcomes.iter().map(|entry| (entry.sku.as_ref(), entry)).collect();
    let verdicts = skus.split('\n').map(|sku| verdict(entries.get(sku).copied()));
    let outcomes =
        (0..answer.covers).zip(verdicts).map(|(index, verdict)| Outcome { index, verdict }).collect();
    Settlement { outcomes, further: Vec::new() }
}

fn verdict(entry: Option<&Entry<'_>>) -> Verdict {
    match entry {
        None => Verdict::retry(Problem::error("no-outcome", "The channel's answer leaves this item out.")),
        Some(entry) if entry.status == Status::Ok => Verdict::accepted(None),
        Some(entry) => Verdict::rejected(Problem::error(entry.code.clone(), entry.message.clone())),
    }
}
