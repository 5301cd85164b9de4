//! When channels are told of shipments by themselves: at once when one is recorded, and when a pause is over.
//!
//! Beside the channels' other runs and independent of them. At rest nothing ticks, and one query finds what is due on
//! all channels.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures::FutureExt as _;
use jiff::Timestamp;
use tokio::task::JoinSet;
use wharf_store::{ChannelState, StoreError};

use crate::{figures::Figures, reconciler::Reconciler};

/// How long to sleep when nothing is to come.
const HOUR_MS: i64 = 3_600_000;

/// Everything that the scheduler knows.
struct Schedule {
    reconciler: Reconciler,
    /// Channel, and whether its run came to its end.
    runs: JoinSet<(i64, bool)>,
    running: HashSet<i64>,
    /// After a run that failed: not before this, in unix milliseconds, unless something changes.
    resting: HashMap<i64, i64>,
}

/// Tells channels of shipments until `shutdown` is done; runs under way are finished first.
pub async fn schedule_shipments(reconciler: Reconciler, shutdown: impl Future<Output = ()>) {
    let (running, resting) = (HashSet::new(), HashMap::new());
    let mut schedule = Schedule { reconciler, runs: JoinSet::new(), running, resting };
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let next = match schedule.start().await {
            Ok(next) => next,
            Err(error) => {
                tracing::error!(%error, "the shipments that are due cannot be read");
                schedule.rest()
            }
        };
        let pause = Duration::from_millis(u64::try_from(next - now()).unwrap_or(0));
        tokio::select! {
            () = &mut shutdown => break,
            () = schedule.reconciler.0.shipments_changed.notified() => schedule.resting.clear(),
            Some(ended) = schedule.runs.join_next() => schedule.ended(ended.ok()),
            () = tokio::time::sleep(pause) => {}
        }
    }
    while schedule.runs.join_next().await.is_some() {}
}

impl Schedule {
    /// Starts the channels whose time has come, and answers with when that of the next one does.
    async fn start(&mut self) -> Result<i64, StoreError> {
        let mut next = now() + HOUR_MS;
        for (id, at) in self.reconciler.store().next_shipments().await? {
            let at = self.resting.get(&id).map_or(at, |rested| at.max(*rested));
            if self.running.contains(&id) {
                continue;
            }
            if at > now() {
                next = next.min(at);
                continue;
            }
            let channel = self.reconciler.store().channel(id).await?;
            // One that is paused is looked at again when it is resumed.
            if let Some(channel) = channel.filter(|channel| channel.state == ChannelState::Enabled) {
                self.running.insert(id);
                let run = AssertUnwindSafe(run(self.reconciler.clone(), channel.name)).catch_unwind();
                // A panic is a defect, but no reason for a channel never to be told again.
                self.runs.spawn(run.map(move |done| (id, done.unwrap_or(false))));
            }
        }
        Ok(next)
    }

    fn ended(&mut self, ended: Option<(i64, bool)>) {
        let Some((id, done)) = ended else {
            // A run catches its own panics; whatever else this is, nobody is taken to be running for ever.
            self.running.clear();
            return;
        };
        self.running.remove(&id);
        if done {
            self.resting.remove(&id);
        } else {
            let rest = self.rest();
            self.resting.insert(id, rest);
        }
    }

    fn rest(&self) -> i64 {
        now().saturating_add_unsigned(self.reconciler.settings().rest_ms)
    }
}

/// Whether the run came to its end.
async fn run(reconciler: Reconciler, channel: String) -> bool {
    let figures = Arc::new(Figures::default());
    match reconciler.ship(&channel, &figures).await {
        Ok(None) => true,
        Ok(Some(reason)) => {
            tracing::warn!(channel, reason, "telling of shipments was halted");
            false
        }
        Err(error) => {
            tracing::error!(channel, %error, "telling of shipments failed");
            false
        }
    }
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
