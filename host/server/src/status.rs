//! How a channel stands, in figures and in what keeps products off it; for the API and the command line alike.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use wharf_catalog::Severity;
use wharf_store::{Channel, Run, Store, StoreError};
use wharf_sync::RunReport;

/// One channel at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelStatus {
    pub channel: String,
    pub connector: String,
    /// `enabled` or `paused`.
    pub state: &'static str,
    /// Why no release of its connector can serve it, and what to do; `null` while one can.
    pub blocked: Option<String>,
    /// Listings by state; states without listings are left out.
    pub listings: BTreeMap<&'static str, u64>,
    /// Listings that have something to do, now or after a pause.
    pub due: u64,
    pub last_run: Option<LastRun>,
    /// What is wrong, the most frequent first.
    pub problems: Vec<ProblemKind>,
}

/// The latest run of a channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct LastRun {
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    /// `null` while it runs, and for good if its process died.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// What it came to: counters by name, and under `halted` why it ended early.
    #[schema(value_type = Option<Object>)]
    pub report: Option<RunReport>,
}

/// A problem that some listings share.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemKind {
    pub code: String,
    /// `error` keeps the product off the channel; `warning` does not.
    #[schema(value_type = String)]
    pub severity: Severity,
    /// The channel's field that is to blame.
    pub field: Option<String>,
    /// As one of the listings has it.
    pub message: String,
    pub listings: u64,
}

/// Reads how one channel stands.
pub async fn of(store: &Store, channel: &Channel) -> Result<ChannelStatus, StoreError> {
    let counts = store.counts(channel.id).await?;
    let problems = store.problem_counts(channel.id).await?;
    let last_run = store.runs(channel.id, 1).await?.into_iter().next().map(last_run);
    let blocked = wharf_sync::unavailable(store, channel).await?.map(|reason| reason.to_string());
    Ok(ChannelStatus {
        channel: channel.name.clone(),
        connector: channel.connector.clone(),
        state: channel.state.as_str(),
        blocked,
        listings: counts.by_state.into_iter().map(|(state, count)| (state.as_str(), count)).collect(),
        due: counts.due,
        last_run,
        problems: problems.into_iter().map(kind).collect(),
    })
}

fn kind(count: wharf_store::ProblemCount) -> ProblemKind {
    let problem = count.problem;
    ProblemKind {
        code: problem.code,
        severity: problem.severity,
        field: problem.field,
        message: problem.message,
        listings: count.listings,
    }
}

fn last_run(run: Run) -> LastRun {
    let instant = |milliseconds| Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH);
    LastRun {
        started_at: instant(run.started_at),
        finished_at: run.finished_at.map(instant),
        // A report of another version, with counters that this one does not know, is no reason to fail.
        report: run.report.and_then(|text| serde_json::from_str(&text).ok()),
    }
}
