//! `wharf pull`: read what channels have to tell, now and in this process, or have the running server do it.

use std::time::Duration;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use wharf_store::{Channel, ChannelState, Store};
use wharf_sync::{PullReport, SyncError};

use super::{Outcome, Session, channel, wake};
use crate::{host::Host, output::Output};

#[derive(Debug, Args)]
pub(super) struct Pull {
    /// Only this channel; left out, every channel that is not paused.
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// Only this stream, such as `orders`; left out, all that the connector has.
    #[arg(long, value_name = "NAME", requires = "channel")]
    stream: Option<String>,
}

/// What became of one stream, or of a channel that has none to read.
#[derive(Serialize)]
struct Pulled {
    channel: String,
    #[serde(flatten)]
    report: Option<PullReport>,
    /// Why nothing was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Pull {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let host = session.existing_host().await?;
        let channels = self.channels(&host.site.store).await?;
        let Some(_claim) = host.site.directory.claim_sync()? else {
            return self.hand_over(&host, &channels, session.output).await;
        };
        let mut pulled = Vec::new();
        for channel in &channels {
            match self.streams(&host, channel).await {
                Ok(streams) => {
                    for stream in streams {
                        pulled.push(pull(&host, channel, &stream, session.output).await);
                    }
                }
                Err(error) => pulled.push(Pulled::failed(channel, error)),
            }
        }
        report(session.output, &pulled)
    }

    async fn channels(&self, store: &Store) -> anyhow::Result<Vec<Channel>> {
        if let Some(name) = &self.channel {
            return Ok(vec![channel::find(store, name).await?]);
        }
        let channels = store.channels().await?;
        Ok(channels.into_iter().filter(|channel| channel.state == ChannelState::Enabled).collect())
    }

    async fn streams(&self, host: &Host, channel: &Channel) -> Result<Vec<String>, SyncError> {
        match &self.stream {
            Some(stream) => Ok(vec![stream.clone()]),
            None => host.reconciler.streams(&channel.name).await,
        }
    }

    /// Another process has the data directory; it is told.
    async fn hand_over(&self, host: &Host, channels: &[Channel], output: Output) -> anyhow::Result<Outcome> {
        for channel in channels {
            let streams = self.streams(host, channel).await?;
            host.site.store.hasten_streams(channel.id, &streams).await?;
        }
        wake(&host.site.directory, output);
        output.note("a running server reads these channels; it was told");
        Ok(Outcome::Done)
    }
}

/// Reads until the pass ends or cannot go on; a page that is to come later is waited for.
async fn pull(host: &Host, channel: &Channel, stream: &str, output: Output) -> Pulled {
    let mut whole = PullReport::default();
    loop {
        let report = match host.reconciler.pull(&channel.name, stream).await {
            Ok(report) => report,
            Err(error) => return Pulled::failed(channel, error),
        };
        whole = joined(&whole, report);
        if whole.ended || whole.problem.is_some() {
            return Pulled { channel: channel.name.clone(), report: Some(whole), error: None };
        }
        let next = whole.next_at.unwrap_or_else(Timestamp::now);
        let rest = Duration::try_from(next.duration_since(Timestamp::now())).unwrap_or_default();
        output.note(format_args!(
            "{} {stream}: the channel answers later; waiting {} s",
            channel.name,
            rest.as_secs()
        ));
        tokio::time::sleep(rest).await;
    }
}

fn joined(before: &PullReport, now: PullReport) -> PullReport {
    let mut taken = before.taken;
    taken.add(&now.taken);
    PullReport { pages: before.pages + now.pages, taken, ..now }
}

fn report(output: Output, pulled: &[Pulled]) -> anyhow::Result<Outcome> {
    if output.json() {
        output.value(&pulled)?;
    } else if pulled.is_empty() {
        output.note("no channel has a stream to read");
    } else {
        pulled.iter().try_for_each(|pulled| output.line(pulled.text()))?;
    }
    let refused = pulled.iter().any(Pulled::is_refused);
    if refused {
        output.note("`wharf status` and `wharf order list --troubled` say what is wrong and what to do");
    }
    Ok(Outcome::refused_if(refused))
}

impl Pulled {
    fn failed(channel: &Channel, error: SyncError) -> Self {
        let error = Some(format!("{:#}", anyhow::Error::from(error)));
        Self { channel: channel.name.clone(), report: None, error }
    }

    fn is_refused(&self) -> bool {
        self.report.as_ref().is_none_or(|report| {
            let taken = &report.taken;
            report.problem.is_some() || taken.findings + taken.lines_troubled > 0
        })
    }

    fn text(&self) -> String {
        let name = &self.channel;
        let Some(report) = &self.report else {
            return format!("{name}: failed: {}", self.error.as_deref().unwrap_or_default());
        };
        let taken = super::import::figures(&report.taken);
        let stopped = report.problem.as_ref().map(|problem| format!("; stopped: {}", problem.message));
        format!(
            "{name} {}: {}: {taken}{}",
            report.stream,
            crate::output::counted(report.pages, "page"),
            stopped.unwrap_or_default()
        )
    }
}
