//! When streams are read by themselves: at their turn, when a webhook asks for them, when a rest is over.
//!
//! Beside the channels' runs and independent of them, so that orders come in while a long run goes out. At rest nothing
//! ticks.

use std::{
    collections::{HashMap, HashSet},
    future::Future,
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use futures::FutureExt as _;
use tokio::{sync::Semaphore, task::JoinSet};
use wharf_store::{Channel, ChannelState, StoreError, Stream};

use super::pass::now;
use crate::{error::SyncError, reconciler::Reconciler};

/// What is known of one channel's streams.
#[derive(Debug, Default)]
struct Turn {
    name: String,
    /// When to look at them again, in unix milliseconds.
    next: Option<i64>,
    running: HashSet<String>,
}

/// A stream that was read.
type Read = (i64, String);

/// Everything that the scheduler knows.
struct Schedule {
    reconciler: Reconciler,
    turns: HashMap<i64, Turn>,
    runs: JoinSet<Read>,
    places: Arc<Semaphore>,
}

/// Reads streams until `shutdown` is done. Passes under way are cut then: what they stored stays, and they go on from
/// there at the next start.
pub async fn schedule_pulls(reconciler: Reconciler, shutdown: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(reconciler.settings().pulls_in_flight.max(1)));
    let mut schedule = Schedule { reconciler, turns: HashMap::new(), runs: JoinSet::new(), places };
    let mut shutdown = std::pin::pin!(shutdown);
    schedule.look_at_all().await;
    loop {
        let next = schedule.turns.values().filter_map(|turn| turn.next).min();
        let pause = next.map_or(3_600_000, |next| next.saturating_sub(now()).max(0));
        tokio::select! {
            () = &mut shutdown => break,
            () = schedule.reconciler.0.pulls_changed.notified() => schedule.look_at_all().await,
            Some(ended) = schedule.runs.join_next() => schedule.ended(ended.ok()).await,
            () = tokio::time::sleep(Duration::from_millis(pause.unsigned_abs())) => schedule.look_at_ripe().await,
        }
    }
    schedule.runs.shutdown().await;
}

impl Schedule {
    async fn look_at_all(&mut self) {
        let channels = match self.reconciler.store().channels().await {
            Ok(channels) => channels,
            Err(error) => {
                tracing::error!(%error, "the channels cannot be read");
                return self.rest_all();
            }
        };
        let known: HashSet<i64> = channels.iter().map(|channel| channel.id).collect();
        self.turns.retain(|id, turn| known.contains(id) || !turn.running.is_empty());
        for channel in channels {
            self.look_at(channel).await;
        }
    }

    async fn look_at_ripe(&mut self) {
        let now = now();
        let ripe = |(_, turn): &(&i64, &Turn)| turn.next.is_some_and(|next| next <= now);
        let ripe: Vec<i64> = self.turns.iter().filter(ripe).map(|(id, _)| *id).collect();
        for id in ripe {
            self.look_again(id).await;
        }
    }

    async fn ended(&mut self, read: Option<Read>) {
        // A pull catches its own panics; whatever else this is, everybody is looked at.
        let Some((id, stream)) = read else { return self.look_at_all().await };
        if let Some(turn) = self.turns.get_mut(&id) {
            turn.running.remove(&stream);
        }
        self.look_again(id).await;
    }

    async fn look_again(&mut self, id: i64) {
        let Some(turn) = self.turns.get_mut(&id) else { return };
        turn.next = None;
        let name = turn.name.clone();
        match self.reconciler.store().channel_named(&name).await {
            Ok(Some(channel)) if channel.id == id => self.look_at(channel).await,
            Ok(_) => drop(self.turns.remove(&id)),
            Err(error) => {
                tracing::error!(%error, channel = name, "the channel cannot be read");
                self.rest(id);
            }
        }
    }

    /// Starts the streams whose time has come, and notes when that of the others does.
    async fn look_at(&mut self, channel: Channel) {
        let turn = self.turns.entry(channel.id).or_default();
        turn.name.clone_from(&channel.name);
        turn.next = None;
        if channel.state != ChannelState::Enabled {
            return;
        }
        match due(&self.reconciler, &channel).await {
            Ok(streams) => streams.into_iter().for_each(|(stream, at)| self.place(&channel, stream, at)),
            Err(error) => {
                tracing::debug!(channel = channel.name, %error, "the channel's streams cannot be read");
                self.rest(channel.id);
            }
        }
    }

    fn place(&mut self, channel: &Channel, stream: String, at: i64) {
        let Some(turn) = self.turns.get_mut(&channel.id) else { return };
        if turn.running.contains(&stream) {
            return;
        }
        if at > now() {
            turn.next = Some(turn.next.map_or(at, |next| next.min(at)));
            return;
        }
        turn.running.insert(stream.clone());
        let (reconciler, places) = (self.reconciler.clone(), Arc::clone(&self.places));
        let (id, name) = (channel.id, channel.name.clone());
        self.runs.spawn(async move {
            let _place = places.acquire_owned().await;
            let pull = AssertUnwindSafe(pull(&reconciler, id, &name, &stream)).catch_unwind();
            // The panic is in the log, through the panic hook; the stream is no more due than before.
            if pull.await.is_err() {
                put_off(&reconciler, id, &stream).await;
            }
            (id, stream)
        });
    }

    fn rest(&mut self, id: i64) {
        let at = now().saturating_add_unsigned(self.reconciler.settings().rest_ms);
        self.turns.entry(id).or_default().next = Some(at);
    }

    fn rest_all(&mut self) {
        let ids: Vec<i64> = self.turns.keys().copied().collect();
        ids.into_iter().for_each(|id| self.rest(id));
        if self.turns.is_empty() {
            // A place that belongs to nobody, so that there is another look.
            self.rest(0);
        }
    }
}

/// The streams that a channel has read by itself, and when.
async fn due(reconciler: &Reconciler, channel: &Channel) -> Result<Vec<(String, i64)>, SyncError> {
    let active = reconciler.active(channel).await?;
    if !active.connector.abilities().puller {
        return Ok(Vec::new());
    }
    let known = reconciler.store().streams(channel.id).await?;
    let known: HashMap<&str, &Stream> = known.iter().map(|stream| (stream.name.as_str(), stream)).collect();
    let declared = active.connector.description().streams.iter();
    let read = declared.filter(|stream| active.inbound.reads(&stream.name));
    let at = |name: &str| known.get(name).map_or(0, |stream| stream.next_at());
    Ok(read.map(|stream| (stream.name.clone(), at(&stream.name))).collect())
}

async fn pull(reconciler: &Reconciler, id: i64, channel: &str, stream: &str) {
    if let Err(error) = reconciler.pull(channel, stream).await {
        tracing::error!(channel, stream, %error, "a pull failed");
        put_off(reconciler, id, stream).await;
    }
}

/// What failed in a way that no position tells of is tried again after a rest.
async fn put_off(reconciler: &Reconciler, channel: i64, stream: &str) {
    let noted: Result<(), StoreError> = async {
        let mut position = reconciler.store().stream(channel, stream).await?;
        position.due_at = now().saturating_add_unsigned(reconciler.settings().rest_ms);
        position.attempts = position.attempts.saturating_add(1);
        reconciler.store().note_stream(channel, &position).await
    }
    .await;
    if let Err(error) = noted {
        tracing::error!(channel, stream, %error, "the rest of a stream cannot be noted");
        let rest = Duration::from_millis(reconciler.settings().rest_ms);
        tokio::time::sleep(rest).await;
    }
}
