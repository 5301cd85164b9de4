//! Batches that the channel works through on its own time: it takes one as a job, which is polled until it ends.
//!
//! Each poll is a further exchange. Its memo is the batch's SKUs after one line with the job's id, which begins
//! with a tab, as no SKU does; so an answer tells by itself which step it belongs to.

use std::time::Duration;

use serde::Deserialize;
use wharf_sdk::{Answer, Problem, Reason, Request, Settlement, Verdict, percent_encoded};

use crate::API;

/// Where batches are submitted, and below which their jobs are polled.
pub(crate) const JOBS: &str = "/bulk/jobs";

/// Begins the memo of a poll.
const MARK: char = '\t';

/// The longest job id that is followed, in bytes; a memo has room for it beside the SKUs. Ids that JSON has to
/// escape, line breaks among them, are not followed either.
const MAXIMUM_ID: usize = 256;

/// What a poll is about.
#[derive(Clone, Copy)]
pub(crate) struct Poll<'a> {
    job: &'a str,
    pub(crate) skus: &'a str,
}

#[derive(Deserialize)]
struct Submitted<'a> {
    job: &'a str,
}

#[derive(Deserialize)]
struct Progress<'a> {
    state: &'a str,
}

impl<'a> Poll<'a> {
    /// The poll that this is the memo of; nothing for the memo of a batch.
    pub(crate) fn of(memo: &'a str) -> Option<Self> {
        let (job, skus) = memo.strip_prefix(MARK)?.split_once('\n')?;
        Some(Self { job, skus })
    }

    /// The first poll of the job that this answer to a batch names, if it names one.
    pub(crate) fn first(skus: &'a str, answer: &'a Answer) -> Option<Poll<'a>> {
        if answer.response.status != 202 {
            return None;
        }
        let Submitted { job } = serde_json::from_slice(&answer.response.body).ok()?;
        (1..=MAXIMUM_ID).contains(&job.len()).then_some(Self { job, skus })
    }

    /// Asks for this poll, `pause` from now, for every operation that the answer covers.
    pub(crate) fn after(self, pause: Duration, covers: u32) -> Settlement {
        let memo = format!("{MARK}{}\n{}", self.job, self.skus);
        let target = format!("{JOBS}/{}", percent_encoded(self.job));
        let poll = Request::get(API, target).covering((0..covers).collect());
        Settlement::further(poll.memo(memo).after(pause))
    }
}

/// Whether the answer to a poll says that the job goes on.
pub(crate) fn is_running(answer: &Answer) -> bool {
    serde_json::from_slice::<Progress<'_>>(&answer.response.body)
        .is_ok_and(|progress| progress.state == "running")
}

/// The job is unknown to the channel, so what became of its items is, too: they are submitted again.
pub(crate) fn lost(covers: u32) -> Settlement {
    let problem =
        Problem::error("job-lost", "The channel no longer knows the job; its items are sent again.");
    Settlement::all(covers, &Verdict::retry(problem.reason(Reason::Conflict)))
}
