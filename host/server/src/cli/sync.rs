//! `wharf sync`: bring channels to what the catalog says, now and in this process, or have the running server do it.

use std::{sync::Arc, time::Duration};

use clap::Args;
use futures::future;
use indicatif::ProgressBar;
use jiff::Timestamp;
use serde::Serialize;
use wharf_store::{Channel, ChannelState, DueSummary, Store};
use wharf_sync::{Figures, Reconciler, Report, RunReport, SyncError};

use super::{Outcome, Session, channel, wake};
use crate::{host::Host, output::Output};

const BAR: &str = "{bar:30} {pos}/{len} listings  {msg}";
/// How often counters are read for the bar, and a server's progress from the database.
const LOOK: Duration = Duration::from_millis(200);
/// The pause after a run that halted, before `--wait` tries again.
const REST: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(super) struct Sync {
    /// Only this channel; left out, every channel that is not paused.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Send everything again, as to a channel that has lost what it was given; left out, what has changed.
    #[arg(long, conflicts_with = "dry_run")]
    full: bool,
    /// Show the requests that would be sent, and send nothing.
    #[arg(long, conflicts_with = "wait")]
    dry_run: bool,
    /// Stay until nothing is left to do, pauses included.
    #[arg(long)]
    wait: bool,
    /// Listings of each lane that a dry run looks at.
    #[arg(long, default_value_t = 10, requires = "dry_run")]
    limit: u32,
}

/// What became of one channel.
#[derive(Serialize)]
struct Ran {
    channel: String,
    #[serde(flatten)]
    run: Option<RunReport>,
    /// Why there was no run.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Sync {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let host = session.existing_host().await?;
        let channels = self.channels(&host.site.store).await?;
        if channels.is_empty() {
            session.output.note("there is no channel to sync; `wharf channel add` sets one up");
            return Ok(Outcome::Done);
        }
        if self.dry_run {
            return preview(&host, &channels, self.limit, session.output).await;
        }
        if self.full {
            future::try_join_all(channels.iter().map(|channel| host.site.store.resend(channel.id))).await?;
        }
        let Some(_claim) = host.site.directory.claim_sync()? else {
            return hand_over(&host, &channels, self.wait, session.output).await;
        };
        let ran =
            future::try_join_all(channels.iter().map(|channel| self.sync(&host, channel, session.output)))
                .await?;
        report(session.output, &ran)
    }

    async fn channels(&self, store: &Store) -> anyhow::Result<Vec<Channel>> {
        let Some(name) = &self.channel else {
            let channels = store.channels().await?;
            return Ok(channels
                .into_iter()
                .filter(|channel| channel.state == ChannelState::Enabled)
                .collect());
        };
        let channel = channel::find(store, name).await?;
        anyhow::ensure!(
            channel.state == ChannelState::Enabled,
            "{name} is paused; `wharf channel resume {name}` serves it again"
        );
        Ok(vec![channel])
    }

    async fn sync(&self, host: &Host, channel: &Channel, output: Output) -> anyhow::Result<Ran> {
        let store = &host.site.store;
        let bar = output.bar(BAR, due(&store.due_summary(channel.id, now()).await?));
        let figures = Arc::new(Figures::default());
        let mut before = 0;
        loop {
            let outcome = run(&host.reconciler, &channel.name, &figures, &bar).await;
            let rest = match &outcome {
                Ok(run) if self.wait => {
                    // The figures count on from run to run.
                    let taken = run.report.considered + run.report.exchanges;
                    let idle = taken == std::mem::replace(&mut before, taken);
                    pause(store, channel, run.halted.is_some(), idle).await?
                }
                _ => None,
            };
            match rest {
                Some(rest) => tokio::time::sleep(rest).await,
                None => {
                    bar.finish_and_clear();
                    return Ok(ran(&channel.name, outcome));
                }
            }
        }
    }
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn due(summary: &DueSummary) -> u64 {
    summary.due.values().sum()
}

/// Runs one channel and moves the bar meanwhile.
async fn run(
    reconciler: &Reconciler,
    name: &str,
    figures: &Arc<Figures>,
    bar: &ProgressBar,
) -> Result<RunReport, SyncError> {
    let look = async {
        loop {
            show(bar, name, &figures.report());
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::select! {
        outcome = reconciler.sync(name, Arc::clone(figures)) => outcome,
        never = look => never,
    }
}

fn show(bar: &ProgressBar, name: &str, report: &Report) {
    bar.set_position(report.considered);
    bar.set_length(bar.length().unwrap_or_default().max(report.considered));
    bar.set_message(format!("{name}: {} accepted, {} rejected", report.accepted, report.rejected));
}

/// How long until there is more to do; nothing when all is done. What is due although the run was idle waits for a
/// step of its upload that is still to come.
pub(super) async fn pause(
    store: &Store,
    channel: &Channel,
    halted: bool,
    idle: bool,
) -> anyhow::Result<Option<Duration>> {
    let now = now();
    let summary = store.due_summary(channel.id, now).await?;
    let parcels = next_shipment(store, channel).await?;
    let next = summary.next_listing_at.into_iter().chain(summary.next_exchange_at).chain(parcels).min();
    let next = next.map(|at| Duration::from_millis(u64::try_from(at - now).unwrap_or(0)));
    Ok(match (due(&summary) > 0, halted) {
        (true, true) => Some(REST),
        (true, false) if idle => Some(next.unwrap_or(REST)),
        (true, false) => Some(Duration::ZERO),
        (false, true) => next.map(|next| next.max(REST)),
        (false, false) => next,
    })
}

/// When there is something to tell of shipments, in unix milliseconds.
async fn next_shipment(store: &Store, channel: &Channel) -> anyhow::Result<Option<i64>> {
    let next = store.next_shipments().await?;
    Ok(next.into_iter().find(|(id, _)| *id == channel.id).map(|(_, at)| at))
}

fn ran(channel: &str, outcome: Result<RunReport, SyncError>) -> Ran {
    let (run, error) = match outcome {
        Ok(run) => (Some(run), None),
        Err(error) => (None, Some(format!("{:#}", anyhow::Error::from(error)))),
    };
    Ran { channel: channel.to_owned(), run, error }
}

fn report(output: Output, ran: &[Ran]) -> anyhow::Result<Outcome> {
    if output.json() {
        output.value(&ran)?;
    } else {
        ran.iter().try_for_each(|ran| output.line(ran.text()))?;
    }
    let refused = ran.iter().any(Ran::is_refused);
    if refused {
        output.note("`wharf status` says what is wrong and what to do");
    }
    Ok(Outcome::refused_if(refused))
}

impl Ran {
    fn is_refused(&self) -> bool {
        self.run
            .as_ref()
            .is_none_or(|run| run.halted.is_some() || run.report.rejected > 0 || run.report.incomplete > 0)
    }

    fn text(&self) -> String {
        let name = &self.channel;
        let Some(run) = &self.run else {
            return format!("{name}: failed: {}", self.error.as_deref().unwrap_or_default());
        };
        let counted: Vec<_> = run
            .report
            .entries()
            .filter(|(_, amount)| *amount > 0)
            .map(|(figure, amount)| format!("{amount} {figure}"))
            .collect();
        let figures = if counted.is_empty() { "nothing to do".into() } else { counted.join(", ") };
        match &run.halted {
            Some(reason) => format!("{name}: {figures}; halted: {reason}"),
            None => format!("{name}: {figures}"),
        }
    }
}

/// Another process has the data directory; it is told, and watched if the caller wants to wait.
async fn hand_over(host: &Host, channels: &[Channel], wait: bool, output: Output) -> anyhow::Result<Outcome> {
    wake(&host.site.directory, output);
    output.note("a running server keeps these channels in sync; it was told");
    if wait {
        while left(&host.site.store, channels).await? {
            tokio::time::sleep(LOOK).await;
        }
    }
    Ok(Outcome::Done)
}

/// Whether any of the channels has something to do, now or after a pause.
async fn left(store: &Store, channels: &[Channel]) -> anyhow::Result<bool> {
    for channel in channels {
        let summary = store.due_summary(channel.id, now()).await?;
        let next = summary.next_listing_at.or(summary.next_exchange_at);
        if !summary.due.is_empty() || next.or(next_shipment(store, channel).await?).is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn preview(host: &Host, channels: &[Channel], limit: u32, output: Output) -> anyhow::Result<Outcome> {
    let mut previews = Vec::with_capacity(channels.len());
    for channel in channels {
        let preview = host.reconciler.preview(&channel.name, limit).await?;
        if !output.json() {
            output.line(format_args!("{}:", channel.name))?;
            for held in &preview.held {
                let reasons: Vec<_> = held.problems.iter().map(|problem| problem.message.as_str()).collect();
                output.line(format_args!("  {} is held: {}", held.sku, reasons.join("; ")))?;
            }
            for request in &preview.requests {
                let skus: Vec<_> = request.covers.iter().map(|operation| operation.sku.as_str()).collect();
                let method = format!("{:?}", request.method).to_uppercase();
                output.line(format_args!(
                    "  {method} {} {} for {}",
                    request.endpoint,
                    request.target,
                    skus.join(", ")
                ))?;
                output.line(format_args!("    {}", request.body))?;
            }
        }
        previews.push(serde_json::json!({"channel": channel.name, "preview": preview}));
    }
    if output.json() {
        output.value(&previews)?;
    }
    Ok(Outcome::Done)
}
