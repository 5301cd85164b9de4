//! The processing report of a feed: its issues by message, and how many messages were taken.
//!
//! The report names only messages with issues. So one without an error counts as accepted only if the summary's
//! figures say so, too: a message that was left out must not pass as a success.

use std::collections::HashMap;

use serde::Deserialize;
use wharf_sdk::{Outcome, Problem, Reason, Settlement, Verdict, log};

use crate::{
    answer::{accepted, judged},
    issues::{Issue, unreadable},
    memo::Memo,
};

/// [JSON Listings Feed Processing Report](https://github.com/amzn/selling-partner-api-models/tree/main/schemas/feeds), v2.
#[derive(Deserialize)]
struct Report<'a> {
    #[serde(borrow)]
    issues: Vec<Issue<'a>>,
    summary: Summary,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    messages_accepted: u64,
}

pub(crate) fn settlement(memo: &Memo, body: &[u8]) -> Settlement {
    let covers = u32::try_from(memo.records.len()).unwrap_or(u32::MAX);
    let Ok(report) = serde_json::from_slice::<Report<'_>>(body) else {
        return Settlement::all(covers, &Verdict::retry(unreadable()));
    };
    let issues = by_message(&report.issues, memo.records.len());
    let verdicts: Vec<Option<Verdict>> = (0..memo.records.len())
        .map(|index| issues.get(&index).and_then(|issues| judged(issues.iter().copied())))
        .collect();
    let clean = verdicts.iter().filter(|verdict| verdict.is_none()).count() as u64;
    let doubt = doubt(memo, &report, clean);
    let outcomes =
        (0..).zip(verdicts).zip(&memo.records).map(|((index, verdict), record)| match (verdict, &doubt) {
            (Some(verdict), _) => Outcome::new(index, verdict),
            (None, Some(problem)) => Outcome::new(index, Verdict::retry(problem.clone())),
            (None, None) => {
                let remarks = issues.get(&(index as usize)).into_iter().flatten();
                accepted(index, *record, remarks.map(|issue| issue.problem()).collect())
            }
        });
    Settlement::of(outcomes.collect())
}

/// Why messages without an error may yet not have been taken.
fn doubt(memo: &Memo, report: &Report<'_>, clean: u64) -> Option<Problem> {
    // Such as a document that is not JSON.
    let of_all = report.issues.iter().find(|issue| issue.message_id.is_none() && issue.is_error());
    if let Some(issue) = of_all {
        return Some(issue.problem().reason(Reason::Contract));
    }
    let accepted = report.summary.messages_accepted;
    if !memo.broken_off && clean <= accepted {
        return None;
    }
    let message = format!(
        "Amazon's report accepts {accepted} of the feed's messages and leaves open which; those without an error are \
         sent again."
    );
    Some(Problem::error("no-outcome", message).reason(Reason::Contract))
}

/// Messages are numbered from 1 in the order of the feed.
fn by_message<'a>(issues: &'a [Issue<'a>], messages: usize) -> HashMap<usize, Vec<&'a Issue<'a>>> {
    let mut found: HashMap<usize, Vec<&Issue<'_>>> = HashMap::new();
    for issue in issues {
        let Some(number) = issue.message_id else { continue };
        match usize::try_from(number).ok().and_then(|number| number.checked_sub(1)) {
            Some(index) if index < messages => found.entry(index).or_default().push(issue),
            _ => log::warn(&format!("The report speaks of message {number}, but the feed has {messages}.")),
        }
    }
    found
}
