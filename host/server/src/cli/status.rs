//! `wharf status`: how the channels stand, and for every SKU that is not as it should be: which field, and what to do.

use clap::Args;
use serde::Serialize;
use wharf_catalog::{Problem, Sku};
use wharf_store::{Channel, ChannelState, Listing, ListingFilter, ListingState, Store};

use super::{Outcome, Session, channel};
use crate::{
    output::{Output, counted},
    status::{self, ChannelStatus},
};

/// States in which a listing needs someone's attention, the most urgent first.
const TROUBLED: [ListingState; 4] =
    [ListingState::Incomplete, ListingState::Rejected, ListingState::Dead, ListingState::Retry];

#[derive(Debug, Args)]
pub(super) struct Status {
    /// Only this channel.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Only this SKU, on every channel, whatever its state.
    #[arg(long)]
    sku: Option<Sku>,
    /// SKUs shown for each state.
    #[arg(long, default_value_t = 20)]
    limit: u32,
}

/// A channel with the SKUs that are not as they should be.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    status: ChannelStatus,
    skus: Vec<Line>,
}

/// One SKU on the channel.
#[derive(Serialize)]
struct Line {
    sku: String,
    state: ListingState,
    revision: i64,
    delivered_revision: i64,
    problems: Vec<Problem>,
}

impl From<Listing> for Line {
    fn from(listing: Listing) -> Self {
        Self {
            sku: listing.sku.to_string(),
            state: listing.state,
            revision: listing.revision,
            delivered_revision: listing.delivered_revision,
            problems: listing.problems,
        }
    }
}

impl Status {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let store = session.existing_site().await?.store;
        let channels = match &self.channel {
            Some(name) => vec![channel::find(&store, name).await?],
            None => store.channels().await?,
        };
        let mut reports = Vec::with_capacity(channels.len());
        for channel in &channels {
            let status = status::of(&store, channel).await?;
            reports.push(Report { status, skus: self.skus(&store, channel).await? });
        }
        if session.output.json() {
            session.output.value(&reports)?;
        } else if reports.is_empty() {
            session.output.note("there is no channel; `wharf channel add` sets one up");
        } else {
            reports.iter().try_for_each(|report| report.show(session.output))?;
        }
        Ok(Outcome::Done)
    }

    async fn skus(&self, store: &Store, channel: &Channel) -> anyhow::Result<Vec<Line>> {
        let filter = |state| ListingFilter { channel_id: Some(channel.id), state, sku: self.sku.clone() };
        if self.sku.is_some() {
            let listings = store.listings(&filter(None), None, 1).await?;
            return Ok(listings.into_iter().map(Line::from).collect());
        }
        let mut lines = Vec::new();
        for state in TROUBLED {
            let listings = store.listings(&filter(Some(state)), None, self.limit).await?;
            lines.extend(listings.into_iter().map(Line::from));
        }
        Ok(lines)
    }
}

impl Report {
    fn show(&self, output: Output) -> std::io::Result<()> {
        let status = &self.status;
        let paused = if status.state == ChannelState::Paused.as_str() { ", paused" } else { "" };
        output.line(format_args!("{} ({}{paused})", status.channel, status.connector))?;
        if let Some(reason) = &status.blocked {
            output.line(format_args!("  blocked   {reason}"))?;
        }
        let states: Vec<_> =
            status.listings.iter().map(|(state, count)| format!("{count} {state}")).collect();
        output.line(format_args!("  listings  {}; {} to do", joined(&states, "none"), status.due))?;
        output.line(format_args!("  last run  {}", self.last_run()))?;
        for problem in &status.problems {
            let field = problem.field.as_deref().map(|field| format!(" `{field}`")).unwrap_or_default();
            output.line(format_args!(
                "  {:>8} x {}{field}: {}",
                problem.listings, problem.code, problem.message
            ))?;
        }
        self.show_inbound(output)?;
        for line in &self.skus {
            output.line(format_args!("  {} {}", line.sku, line.state))?;
            for problem in &line.problems {
                let field = problem.field.as_deref().map(|field| format!("`{field}`: ")).unwrap_or_default();
                output.line(format_args!("    {field}{} [{}]", problem.message, problem.code))?;
            }
        }
        Ok(())
    }

    /// How far the channel was read, and what was wrong with what came.
    fn show_inbound(&self, output: Output) -> std::io::Result<()> {
        let status = &self.status;
        for stream in &status.streams {
            let age = stream.age_seconds.map_or("never".into(), |age| format!("{age} s ago"));
            let under_way = if stream.under_way { ", under way" } else { "" };
            let next = stream.next_at;
            output
                .line(format_args!("  stream    {}: read {age}{under_way}, next at {next}", stream.stream))?;
            if let Some(problem) = &stream.problem {
                let (attempts, message) = (stream.attempts, &problem.message);
                output.line(format_args!(
                    "            attempt {attempts} failed: {message} [{}]",
                    problem.code
                ))?;
            }
        }
        if status.troubled_orders > 0 {
            let troubled = counted(status.troubled_orders, "order");
            output.line(format_args!("  orders    {troubled} to look at: `wharf order list --troubled`"))?;
        }
        if !status.shipments.is_empty() {
            let states: Vec<_> =
                status.shipments.iter().map(|(state, count)| format!("{count} {state}")).collect();
            output.line(format_args!("  shipments {} to tell: `wharf order list`", states.join(", ")))?;
        }
        for finding in &status.findings {
            let (source, message, times) = (&finding.source, &finding.message, finding.times);
            output.line(format_args!("  {times:>8} x {source}: {message} [{}]", finding.code))?;
        }
        Ok(())
    }

    fn last_run(&self) -> String {
        let Some(run) = &self.status.last_run else { return "never".into() };
        let Some(finished) = run.finished_at else { return format!("began at {}", run.started_at) };
        let Some(report) = &run.report else { return finished.to_string() };
        let figures: Vec<_> = report
            .report
            .entries()
            .filter(|(_, amount)| *amount > 0)
            .map(|(figure, amount)| format!("{amount} {figure}"))
            .collect();
        let halted = report.halted.as_ref().map(|reason| format!("; halted: {reason}")).unwrap_or_default();
        format!("{finished}: {}{halted}", joined(&figures, "nothing to do"))
    }
}

fn joined(parts: &[String], none: &str) -> String {
    if parts.is_empty() { none.to_owned() } else { parts.join(", ") }
}
