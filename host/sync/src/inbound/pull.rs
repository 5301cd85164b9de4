//! Reading a stream of a channel: who may, what it comes to. How a pass goes is told in `pass`.

use jiff::Timestamp;
use serde::Serialize;
use wharf_catalog::{Problem, mapping::closest};
use wharf_store::Taken;

use super::pass::Puller;
use crate::{
    error::{ChannelError, SyncError},
    reconciler::Reconciler,
};

/// What reading a stream came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PullReport {
    pub stream: String,
    /// Pages that were stored.
    pub pages: u64,
    #[serde(flatten)]
    pub taken: Taken,
    /// Whether the pass came to its end.
    pub ended: bool,
    /// When it goes on, or begins again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// Why it did not get further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

impl Reconciler {
    /// The streams that a channel's connector can read, in its order.
    pub async fn streams(&self, channel: &str) -> Result<Vec<String>, SyncError> {
        let active = self.active(&self.channel(channel).await?).await?;
        if !active.connector.abilities().puller {
            return Ok(Vec::new());
        }
        let streams = active.connector.description().streams.iter();
        Ok(streams.map(|stream| stream.name.clone()).collect())
    }

    /// Reads a stream of a channel until its pass ends, has to wait or fails, whatever its schedule says. A second
    /// reader of the same stream waits for the first.
    pub async fn pull(&self, channel: &str, stream: &str) -> Result<PullReport, SyncError> {
        let channel = self.channel(channel).await?;
        let turn = self.turn_of(channel.id, stream);
        let _alone = turn.lock().await;
        let active = self.active(&channel).await?;
        let declared = &active.connector.description().streams;
        let found = declared.iter().position(|declared| declared.name == stream);
        let index = found.ok_or_else(|| {
            let known = declared.iter().map(|stream| stream.name.as_str());
            let nearest = closest(stream, known);
            ChannelError::UnknownStream { stream: stream.to_owned(), nearest }
        })?;
        let puller = Puller {
            reconciler: self,
            sender: active.sender(format!("stream {stream}")),
            index: index as u32,
            declared: declared[index].clone(),
            stream: self.store().stream(channel.id, stream).await?,
            report: PullReport { stream: stream.to_owned(), ..PullReport::default() },
            channel: active,
        };
        let report = puller.run().await?;
        observe(&channel.name, &report);
        Ok(report)
    }
}

fn observe(channel: &str, report: &PullReport) {
    for (name, amount) in report.taken.entries().filter(|(_, amount)| *amount > 0) {
        let labels = [("channel", channel.to_owned()), ("figure", name.to_owned())];
        metrics::counter!("wharf_inbound_total", &labels).increment(amount);
    }
    match &report.problem {
        Some(problem) => {
            tracing::warn!(channel, stream = report.stream, problem = problem.message, "a pull rests");
        }
        None => tracing::info!(channel, stream = report.stream, pages = report.pages, "a pull went through"),
    }
}
