//! When channels run by themselves: at their turn, when something changed, when a pause is over.
//!
//! At rest nothing ticks: the scheduler sleeps until the next moment that it knows of, or until it is woken.

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
use wharf_store::{Channel, ChannelState, StoreError};

use crate::{active::ActiveChannel, error::SyncError, figures::Figures, reconciler::Reconciler};

/// What is known about when a channel runs next.
#[derive(Debug, Default)]
struct Turn {
    name: String,
    /// When to look at it again, as far as is known.
    next: Option<Timestamp>,
    running: bool,
    /// Something changed while it was running.
    again: bool,
    last: Option<Timestamp>,
    /// How the last run ended.
    ended: Ended,
    /// After a run that failed or was idle: not before this, unless something changes.
    resting_until: Option<Timestamp>,
}

/// How a run ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Ended {
    #[default]
    Done,
    /// It took nothing: what is due waits for a step of its upload that is still to come.
    Idle,
    /// It halted or could not run.
    Failed,
}

/// Which channels to look at. Each look is a query, so a thousand idle ones are left alone while one runs.
enum Whom {
    /// Something may have changed for any of them.
    All,
    /// These, since nothing has changed for the others.
    These(Vec<i64>),
}

/// Runs channels until `shutdown` is done; runs under way are finished first.
pub async fn schedule(reconciler: Reconciler, shutdown: impl Future<Output = ()>) {
    let mut turns: HashMap<i64, Turn> = HashMap::new();
    let mut runs = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    // Whatever was left due by an earlier process is due now.
    let mut whom = Whom::All;
    loop {
        let unread = start(&reconciler, &mut turns, &mut runs, whom).await;
        let known = turns.values().filter(|turn| !turn.running).filter_map(|turn| turn.next);
        let pause = known.chain(unread).min().map_or(Duration::from_secs(3_600), |next| {
            Duration::try_from(next.duration_since(Timestamp::now())).unwrap_or_default()
        });
        whom = tokio::select! {
            () = &mut shutdown => break,
            () = reconciler.0.changed.notified() => Whom::All,
            Some(ended) = runs.join_next() => match ended {
                Ok((channel, ended)) => {
                    turns.entry(channel).or_default().finish(ended, rest(&reconciler));
                    Whom::These(vec![channel])
                }
                // A run catches its own panics; whatever else this is, everybody is looked at.
                Err(_) => Whom::All,
            },
            () = tokio::time::sleep(pause) => match unread {
                Some(_) => Whom::All,
                None => Whom::These(ripe(&turns)),
            },
        };
    }
    while runs.join_next().await.is_some() {}
}

impl Turn {
    fn finish(&mut self, ended: Ended, rest: Timestamp) {
        self.running = false;
        self.last = Some(Timestamp::now());
        self.ended = ended;
        self.resting_until = (ended != Ended::Done).then_some(rest);
    }

    /// When something that is due at `at` may be done. A step to come is what an idle run waits for, so that
    /// rests only after a failure.
    fn rested(&self, at: Timestamp) -> Timestamp {
        let rest = self.resting_until.filter(|_| self.ended == Ended::Failed);
        rest.map_or(at, |until| at.max(until))
    }
}

/// When a channel that cannot run, or had nothing it could do, is looked at again.
fn rest(reconciler: &Reconciler) -> Timestamp {
    Timestamp::now() + Duration::from_millis(reconciler.settings().rest_ms)
}

/// The channels whose next moment has come.
fn ripe(turns: &HashMap<i64, Turn>) -> Vec<i64> {
    let now = Timestamp::now();
    let ripe = turns.iter().filter(|(_, turn)| !turn.running && turn.next.is_some_and(|next| next <= now));
    ripe.map(|(id, _)| *id).collect()
}

/// Starts every channel whose time has come, and notes when that of the others does. Tells when to try again if the
/// channels could not be read.
async fn start(
    reconciler: &Reconciler,
    turns: &mut HashMap<i64, Turn>,
    runs: &mut JoinSet<(i64, Ended)>,
    whom: Whom,
) -> Option<Timestamp> {
    let woken = matches!(whom, Whom::All);
    let channels = match read(reconciler, turns, whom).await {
        Ok(channels) => channels,
        Err(error) => {
            tracing::error!(%error, "the channels cannot be read");
            return Some(rest(reconciler));
        }
    };
    for channel in channels {
        let turn = turns.entry(channel.id).or_default();
        turn.name.clone_from(&channel.name);
        turn.next = None;
        if channel.state != ChannelState::Enabled {
            continue;
        }
        if turn.running {
            turn.again |= woken;
            continue;
        }
        let woken = std::mem::take(&mut turn.again) || woken;
        let at = match due_at(reconciler, &channel, turn, woken).await {
            Ok(at) => at,
            Err(error) => {
                tracing::warn!(channel = channel.name, %error, "the channel cannot run");
                Some(rest(reconciler))
            }
        };
        match at {
            Some(at) if at <= Timestamp::now() => {
                turn.running = true;
                let id = channel.id;
                let run = AssertUnwindSafe(run(reconciler.clone(), channel)).catch_unwind();
                // A panic is a defect, but no reason for a channel never to run again.
                runs.spawn(run.map(move |ended| (id, ended.unwrap_or(Ended::Failed))));
            }
            at => turn.next = at,
        }
    }
    None
}

/// The channels as they are set up now; what is known of those that are gone is forgotten.
async fn read(
    reconciler: &Reconciler,
    turns: &mut HashMap<i64, Turn>,
    whom: Whom,
) -> Result<Vec<Channel>, StoreError> {
    let Whom::These(ids) = whom else {
        let channels = reconciler.store().channels().await?;
        let known: HashSet<i64> = channels.iter().map(|channel| channel.id).collect();
        turns.retain(|id, _| known.contains(id));
        return Ok(channels);
    };
    let mut channels = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(turn) = turns.get(&id) else { continue };
        match reconciler.store().channel_named(&turn.name).await? {
            Some(channel) if channel.id == id => channels.push(channel),
            _ => drop(turns.remove(&id)),
        }
    }
    Ok(channels)
}

/// The earliest of: now if there is something to do and changes travel at once, the timetable's next turn, the
/// end of a pause.
async fn due_at(
    reconciler: &Reconciler,
    channel: &Channel,
    turn: &Turn,
    woken: bool,
) -> Result<Option<Timestamp>, SyncError> {
    let active = reconciler.active(channel).await?;
    let now = Timestamp::now();
    let since = turn.last.or_else(|| Timestamp::from_millisecond(channel.created_at).ok()).unwrap_or(now);
    let planned = active.timetable.next(since);
    let mut moments: Vec<Timestamp> = planned.into_iter().collect();
    let open = silence(&active);
    let rested = |at: Timestamp| {
        let at = if woken { at } else { turn.rested(at) };
        open.map_or(at, |open| at.max(open))
    };
    let at = |milliseconds: Option<i64>| {
        milliseconds.and_then(|at| Timestamp::from_millisecond(at).ok()).map(rested)
    };
    let summary = reconciler.store().due_summary(channel.id, now.as_millisecond()).await?;
    // What was begun goes on, also on a channel that begins nothing between its turns.
    moments.extend(at(summary.next_exchange_at));
    if active.timetable.on_change() {
        moments.extend(at(summary.next_listing_at));
        if !summary.due.is_empty() || channel.marking.is_some() {
            let at = if woken { now } else { turn.resting_until.unwrap_or(now) };
            moments.push(open.map_or(at, |open| at.max(open)));
        }
    }
    Ok(moments.into_iter().min())
}

/// Until when the gateway leaves the whole channel alone, so that a run could only find that out. A feed needs no
/// gateway.
fn silence(channel: &ActiveChannel) -> Option<Timestamp> {
    let until = channel.route.open_until().filter(|_| !channel.connector.abilities().feed)?;
    Timestamp::try_from(until).ok()
}

async fn run(reconciler: Reconciler, channel: Channel) -> Ended {
    match reconciler.sync(&channel.name, Arc::new(Figures::default())).await {
        Ok(run) if run.halted.is_some() => Ended::Failed,
        Ok(run) if run.report.considered + run.report.exchanges == 0 => Ended::Idle,
        Ok(_) => Ended::Done,
        Err(error) => {
            tracing::error!(channel = channel.name, %error, "the run failed");
            Ended::Failed
        }
    }
}
