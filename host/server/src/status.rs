//! How a channel stands, in figures and in what keeps products off it; for the API and the command line alike.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use wharf_catalog::{Problem, Severity};
use wharf_store::{Channel, FindingRecord, Run, Store, StoreError, Stream};
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
    /// The streams that were read so far, ascending by name.
    pub streams: Vec<StreamStatus>,
    /// Orders with lines that a person has to look at.
    pub troubled_orders: u64,
    /// Shipments that the channel does not have, by state; states without any are left out.
    pub shipments: BTreeMap<&'static str, u64>,
    /// What was found wrong with what came in, the latest first.
    pub findings: Vec<FindingStatus>,
}

/// How far a stream was read.
#[derive(Debug, Serialize, ToSchema)]
pub struct StreamStatus {
    pub stream: String,
    /// When a page was last read and stored.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_success: Option<Timestamp>,
    /// The moment up to which everything was asked for.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub read_until: Option<Timestamp>,
    /// How long ago that was; `null` before the first pass has ended.
    pub age_seconds: Option<i64>,
    /// Whether a pass is under way.
    pub under_way: bool,
    /// When it goes on, or begins again.
    #[schema(value_type = String, format = DateTime)]
    pub next_at: Timestamp,
    /// Attempts in a row that brought nothing.
    pub attempts: u32,
    /// Why the last one brought nothing.
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Problem>,
}

/// One kind of thing that was found wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingStatus {
    /// Such as `stream orders`, `webhook` or `file`.
    pub source: String,
    /// A SKU, a location, a row.
    pub subject: String,
    pub code: String,
    pub message: String,
    pub times: u64,
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Timestamp,
}

/// Findings shown; the others are older.
const FINDINGS: u32 = 20;

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
    let shipments = store.open_shipments(channel.id).await?;
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
        streams: store.streams(channel.id).await?.into_iter().map(stream).collect(),
        troubled_orders: store.troubled_orders(channel.id).await?,
        shipments: shipments.into_iter().map(|(state, count)| (state.as_str(), count)).collect(),
        findings: store.findings(channel.id, FINDINGS).await?.into_iter().map(finding).collect(),
    })
}

fn instant(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn stream(stream: Stream) -> StreamStatus {
    let read_until = stream.read_until.map(instant);
    StreamStatus {
        last_success: stream.succeeded_at.map(instant),
        read_until,
        age_seconds: read_until.map(|until| Timestamp::now().duration_since(until).as_secs().max(0)),
        under_way: stream.pass.is_some(),
        next_at: instant(stream.next_at()),
        attempts: stream.attempts,
        stream: stream.name,
        problem: stream.problem,
    }
}

fn finding(record: FindingRecord) -> FindingStatus {
    FindingStatus {
        source: record.source,
        subject: record.subject,
        code: record.problem.code,
        message: record.problem.message,
        times: record.times,
        last_at: instant(record.last_at),
    }
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
    LastRun {
        started_at: instant(run.started_at),
        finished_at: run.finished_at.map(instant),
        // A report of another version, with counters that this one does not know, is no reason to fail.
        report: run.report.and_then(|text| serde_json::from_str(&text).ok()),
    }
}
