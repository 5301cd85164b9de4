//! What answers to single listings mean. Amazon accepts or refuses at once; what it finds out later is no answer.

use std::borrow::Cow;

use serde::Deserialize;
use wharf_sdk::{Failure, Outcome, Problem, Reason, Response, Verdict};

use crate::{
    change::Change,
    issues::{Issue, Refusal, unreadable},
    memo::{Record, Step},
};

/// `ListingsItemSubmissionResponse`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Submission<'a> {
    #[serde(borrow)]
    status: Cow<'a, str>,
    /// Without it, it is not Amazon who answers.
    #[serde(borrow, rename = "submissionId")]
    _submission_id: Cow<'a, str>,
    #[serde(borrow, default)]
    issues: Vec<Issue<'a>>,
}

/// Of the one operation that the exchange covers.
pub(crate) fn outcome(step: Step, record: Record, response: &Response) -> Outcome {
    if let Some(failure) = Failure::of(response.status) {
        return Outcome::new(0, refused(record.change, failure, &response.body));
    }
    let Ok(submission) = serde_json::from_slice::<Submission<'_>>(&response.body) else {
        return Outcome::new(0, Verdict::retry(unreadable()));
    };
    match (step, submission.status.as_ref()) {
        (_, "INVALID") => Outcome::new(0, judged(&submission.issues).unwrap_or_else(invalid)),
        (Step::Preview, "VALID") => Outcome::new(0, previewed(&submission.issues)),
        (Step::Listing, "ACCEPTED") => match judged(&submission.issues) {
            // Accepted, and yet with an error: the listing was taken, but not as it should be.
            Some(verdict) => Outcome::new(0, verdict),
            None => accepted(0, record, warnings(&submission.issues)),
        },
        _ => Outcome::new(0, Verdict::retry(unreadable())),
    }
}

/// Taken, with what Amazon and we have to remark; the listing remembers what it was sent.
pub(crate) fn accepted(index: u32, record: Record, mut warnings: Vec<Problem>) -> Outcome {
    warnings.extend(record.losses.warnings());
    let outcome = Outcome::new(index, Verdict::Accepted(warnings));
    match record.change {
        Change::Whole | Change::Content => outcome.note(record.filled.to_note()),
        Change::Price | Change::Stock | Change::Delete => outcome,
    }
}

/// Of issues that hold an error; nothing otherwise.
pub(crate) fn judged<'a>(issues: impl IntoIterator<Item = &'a Issue<'a>> + Clone) -> Option<Verdict> {
    if let Some(internal) = issues.clone().into_iter().find(|issue| issue.is_internal()) {
        return Some(Verdict::retry(internal.problem()));
    }
    let problems: Vec<Problem> = issues.into_iter().map(Issue::problem).collect();
    let is_error = |problem: &Problem| problem.severity == wharf_sdk::Severity::Error;
    problems.iter().any(is_error).then_some(Verdict::Rejected(problems))
}

fn warnings(issues: &[Issue<'_>]) -> Vec<Problem> {
    issues.iter().map(Issue::problem).collect()
}

/// Invalid without a reason.
fn invalid() -> Verdict {
    Verdict::rejected(Problem::error("invalid", "Amazon calls the item invalid and does not say why."))
}

/// Nothing was listed, so it must not count as listed; the host asks again once the settings change.
fn previewed(issues: &[Issue<'_>]) -> Verdict {
    let message = "Amazon would take the item; switch `validation_preview` off to list it.";
    let mut problems = vec![Problem::error("previewed", message).reason(Reason::Settings)];
    problems.extend(warnings(issues));
    Verdict::Rejected(problems)
}

fn refused(change: Change, failure: Failure, body: &[u8]) -> Verdict {
    if failure == Failure::NotFound && change == Change::Delete {
        return Verdict::accepted();
    }
    let Refusal { problem, is_amazons } = Refusal::of(failure, body, "The listing was not changed.");
    match (failure, change) {
        (Failure::NotFound, Change::Price | Change::Stock) if is_amazons => {
            Verdict::retry(problem.reason(Reason::Missing))
        }
        (Failure::NotFound, _) => Verdict::retry(problem.reason(Reason::Settings)),
        (Failure::Refused, _) if is_amazons && problem.reason == Reason::Data => Verdict::rejected(problem),
        _ => Verdict::retry(problem),
    }
}
