//! Credentials and settings put to the test: points 6 to 9.

use wharf_catalog::{Action, Problem, Reason, declaration::Method};

use super::{Held, Question, failed, held, output::body_bytes, reactions::reaction, shipping, trial::Trial};
use crate::{conformance::Finding, exchange::Verdict, inbound::Rest};

pub(super) const POINTS: &[Question] = &[
    Question {
        number: 6,
        name: "good-settings-are-accepted",
        why: "a connector that refuses what its own schema allows cannot be set up, and nothing else of it can be tried",
        without: "it takes no items",
        parts: &[an_item_goes_out, a_file_is_opened],
    },
    Question {
        number: 7,
        name: "refused-credentials-are-told-as-such",
        why: "only new credentials help: an item that is rejected instead stays away when they have come",
        without: "it asks nothing of the channel",
        parts: &[a_401_is_settled, a_401_to_the_probe, a_401_to_a_page, shipping::a_401],
    },
    Question {
        number: 8,
        name: "missing-rights-are-told-as-such",
        why: "only the operator can extend them: called an outage, it is tried forever, called data, the item is lost",
        without: "it asks nothing of the channel",
        parts: &[a_403_is_settled, a_403_to_the_probe, a_403_to_a_page, shipping::a_403],
    },
    Question {
        number: 9,
        name: "the-probe-changes-nothing",
        why: "it is sent whenever somebody looks whether the channel works",
        without: "it has no probe, since its channel has no such request or it has no channel",
        parts: &[the_probe_only_reads],
    },
];

pub(super) const CREDENTIALS: &[Reason] = &[Reason::Credentials, Reason::Settings];
pub(super) const RIGHTS: &[Reason] =
    &[Reason::Permission, Reason::Credentials, Reason::Settings, Reason::Budget, Reason::Policy];

fn an_item_goes_out(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.publishes() {
        return Ok(None);
    }
    let mut complaint = None;
    for item in [trial.item("WHARF-1"), trial.sparse_item("WHARF-2")] {
        let output = trial.output(super::output::Way::Operation(Action::Upsert), &item)?;
        match output.rejected {
            None => return held("an ordinary item under the sample settings", "it becomes a request"),
            Some(problems) => complaint = complaint.or(problems.into_iter().next()),
        }
    }
    refused("ordinary items under the sample settings", complaint)
}

fn a_file_is_opened(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "a file of ordinary items under the sample settings";
    if !trial.feeds() {
        return Ok(None);
    }
    let head = trial.connector().head(trial.context()).map_err(|error| Finding::new(TRIED, error))?;
    if let Err(problem) = head {
        return refused(TRIED, Some(problem));
    }
    let rows = trial.subject.rows(TRIED, &[trial.item("WHARF-1"), trial.sparse_item("WHARF-2")])?;
    let complaint = rows.rejections.into_iter().flat_map(|rejection| rejection.problems).next();
    match rows.content.is_empty() {
        true => refused(TRIED, complaint),
        false => held(TRIED, "it has a head and rows"),
    }
}

fn refused<T>(tried: &str, complaint: Option<Problem>) -> Result<T, Finding> {
    let complaint = complaint.map(|problem| problem.message).unwrap_or_default();
    failed(
        tried,
        format!(
            "nothing goes out: {complaint:?}. If the samples are to blame, give the settings schema `examples` or the run settings of its own"
        ),
    )
}

fn a_401_is_settled(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    settled(trial, 401, CREDENTIALS)
}

fn a_403_is_settled(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    settled(trial, 403, RIGHTS)
}

/// Requires that nothing is accepted or rejected for it, and that the reason is one of these.
fn settled(trial: &Trial<'_>, status: u16, reasons: &[Reason]) -> Result<Option<Held>, Finding> {
    let answers = trial.verdicts(&[reaction(status)])?;
    for answer in &answers {
        let fits = match &answer.verdict {
            Verdict::Retry { problem, .. } => reasons.contains(&problem.reason),
            Verdict::Rejected(problems) => {
                status == 403 && problems.iter().all(|problem| problem.reason == Reason::Policy)
            }
            Verdict::Accepted(_) => false,
        };
        if !fits {
            return failed(answer.tried.clone(), answer.seen());
        }
    }
    match answers.is_empty() {
        true => Ok(None),
        false => held(format!("{status} to {} requests", answers.len()), "each waits for the operator"),
    }
}

fn a_401_to_the_probe(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    probed(trial, 401, CREDENTIALS)
}

fn a_403_to_the_probe(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    probed(trial, 403, RIGHTS)
}

fn probed(trial: &Trial<'_>, status: u16, reasons: &[Reason]) -> Result<Option<Held>, Finding> {
    let tried = format!("{status} to the probe");
    let error = |error| Finding::new(tried.clone(), error);
    if trial.connector().probe(trial.context()).map_err(error)?.is_none() {
        return Ok(None);
    }
    let problems = trial.connector().probed(trial.context(), &reaction(status).response).map_err(error)?;
    match problems.iter().all(|problem| reasons.contains(&problem.reason)) && !problems.is_empty() {
        true => held(tried.clone(), "the operator is told"),
        false => failed(tried.clone(), format!("it says {problems:?}")),
    }
}

fn a_401_to_a_page(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    digested(trial, 401, CREDENTIALS)
}

fn a_403_to_a_page(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    digested(trial, 403, RIGHTS)
}

fn digested(trial: &Trial<'_>, status: u16, reasons: &[Reason]) -> Result<Option<Held>, Finding> {
    let pages = trial.pages_of(&reaction(status).response, &format!("{status}"))?;
    for (tried, page) in &pages {
        let (Rest::Retry { problem, .. } | Rest::Failed(problem)) = &page.rest else {
            return failed(tried.clone(), format!("the pass goes on or ends: {:?}", page.rest));
        };
        if !reasons.contains(&problem.reason) {
            return failed(tried.clone(), format!("it blames `{:?}`", problem.reason));
        }
    }
    match pages.is_empty() {
        true => Ok(None),
        false => held(
            format!("{status} to the first page of {} streams", pages.len()),
            "each waits for the operator",
        ),
    }
}

fn the_probe_only_reads(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "the probe";
    let probe = trial.connector().probe(trial.context()).map_err(|error| Finding::new(TRIED, error))?;
    let Some(request) = probe else { return Ok(None) };
    let body = String::from_utf8_lossy(&body_bytes(&request.body)).to_lowercase();
    let (method, target) = (request.method, &request.target);
    match method {
        Method::Get => held(TRIED, format!("GET {target}")),
        // A query language asks by POST, and so do some vendors' searches.
        Method::Post if !body.contains("mutation") => held(TRIED, format!("POST {target}, and no mutation")),
        _ => failed(TRIED, format!("{method:?} {target}, which may change something")),
    }
}
