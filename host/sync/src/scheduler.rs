//! When channels run by themselves: at their turn, when something changed, when a pause is over.
//!
//! At rest nothing ticks: the scheduler sleeps until the next moment that it knows of, or until it is woken.

use std::{collections::HashMap, future::Future, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt as _;
use jiff::Timestamp;
use tokio::task::JoinSet;
use wharf_store::{Channel, ChannelState};

use crate::{active::ActiveChannel, error::SyncError, figures::Figures, reconciler::Reconciler};

/// What is known about when a channel runs next.
#[derive(Debug, Default)]
struct Turn {
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

/// Runs channels until `shutdown` is done; runs under way are finished first.
pub async fn schedule(reconciler: Reconciler, shutdown: impl Future<Output = ()>) {
    let mut turns: HashMap<i64, Turn> = HashMap::new();
    let mut runs = JoinSet::new();
    let mut shutdown = std::pin::pin!(shutdown);
    // Whatever was left due by an earlier process is due now.
    let mut woken = true;
    loop {
        let next = start(&reconciler, &mut turns, &mut runs, woken).await;
        let pause = next.map_or(Duration::from_secs(3_600), |next| {
            Duration::try_from(next.duration_since(Timestamp::now())).unwrap_or_default()
        });
        woken = false;
        tokio::select! {
            () = &mut shutdown => break,
            () = reconciler.0.changed.notified() => woken = true,
            Some(ended) = runs.join_next() => {
                if let Ok((channel, ended)) = ended {
                    turns.entry(channel).or_default().finish(ended, rest(&reconciler));
                }
            }
            () = tokio::time::sleep(pause) => {}
        }
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

/// Starts every channel whose time has come. Tells when the next one's comes.
async fn start(
    reconciler: &Reconciler,
    turns: &mut HashMap<i64, Turn>,
    runs: &mut JoinSet<(i64, Ended)>,
    woken: bool,
) -> Option<Timestamp> {
    let channels = match reconciler.store().channels().await {
        Ok(channels) => channels,
        Err(error) => {
            tracing::error!(%error, "the channels cannot be read");
            return Some(rest(reconciler));
        }
    };
    turns.retain(|id, _| channels.iter().any(|channel| channel.id == *id));
    let mut next: Option<Timestamp> = None;
    for channel in channels.into_iter().filter(|channel| channel.state == ChannelState::Enabled) {
        let turn = turns.entry(channel.id).or_default();
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
            at => next = next.into_iter().chain(at).min(),
        }
    }
    next
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
