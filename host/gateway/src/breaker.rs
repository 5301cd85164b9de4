//! Leaves a host alone that fails again and again.
//!
//! After so many failures in a row the breaker opens: requests end at once, unsent. When its pause is over, one
//! request probes the host while the others wait for what comes of it; a success closes the breaker, a failure
//! doubles the pause.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::{
    sync::Notify,
    time::{Duration, Instant},
};

use crate::settings::BreakerSettings;

#[derive(Debug)]
pub(crate) struct Breaker {
    settings: BreakerSettings,
    state: Mutex<State>,
    /// A probe has ended.
    decided: Notify,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Requests pass; so many have failed in a row.
    Closed { failures: u32 },
    /// Nobody passes before this. `round` counts the pauses since it was last closed.
    Open { until: Instant, round: u32 },
    /// One request passes.
    Probing { round: u32 },
}

/// Leave to send one attempt.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
}

impl Breaker {
    pub(crate) fn new(settings: BreakerSettings) -> Self {
        Self { settings, state: Mutex::new(State::Closed { failures: 0 }), decided: Notify::new() }
    }

    /// Leave to send, perhaps after a probe that is under way; or how long nobody sends.
    pub(crate) async fn admit(&self) -> Result<Pass<'_>, Duration> {
        loop {
            let mut decided = std::pin::pin!(self.decided.notified());
            // From here on no decision is missed.
            decided.as_mut().enable();
            if let Some(admitted) = self.try_admit() {
                return admitted;
            }
            decided.await;
        }
    }

    /// Nothing while a probe is under way.
    fn try_admit(&self) -> Option<Result<Pass<'_>, Duration>> {
        let mut state = self.state();
        match *state {
            State::Closed { .. } => Some(Ok(Pass { breaker: self, probe: false })),
            State::Open { until, round } => match until.saturating_duration_since(Instant::now()) {
                Duration::ZERO => {
                    *state = State::Probing { round };
                    Some(Ok(Pass { breaker: self, probe: true }))
                }
                left => Some(Err(left)),
            },
            State::Probing { .. } => None,
        }
    }

    /// For how long attempts are turned away, while they are.
    pub(crate) fn remaining(&self) -> Option<Duration> {
        match *self.state() {
            State::Open { until, .. } => until.checked_duration_since(Instant::now()),
            State::Closed { .. } | State::Probing { .. } => None,
        }
        .filter(|left| !left.is_zero())
    }

    fn pause(&self, round: u32) -> Duration {
        let pause = self.settings.pause_ms.saturating_mul(1 << round.min(32)).min(self.settings.pause_cap_ms);
        Duration::from_millis(pause)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// The host answered like one that works.
    pub(crate) fn succeeded(self) {
        *self.breaker.state() = State::Closed { failures: 0 };
    }

    /// The host could not be reached, did not answer in time, or answered that it is in trouble.
    pub(crate) fn failed(self) {
        let breaker = self.breaker;
        let mut state = breaker.state();
        *state = match *state {
            State::Closed { failures } => match failures.saturating_add(1) {
                failures if failures == breaker.settings.failures => {
                    State::Open { until: Instant::now() + breaker.pause(0), round: 0 }
                }
                failures => State::Closed { failures },
            },
            State::Probing { round } if self.probe => {
                let round = round.saturating_add(1);
                State::Open { until: Instant::now() + breaker.pause(round), round }
            }
            // Sent before it opened.
            unchanged => unchanged,
        };
    }
}

impl Drop for Pass<'_> {
    /// A probe that was given up without an answer leaves its place to the next.
    fn drop(&mut self) {
        if !self.probe {
            return;
        }
        let mut state = self.breaker.state();
        if let State::Probing { round } = *state {
            *state = State::Open { until: Instant::now(), round };
        }
        drop(state);
        self.breaker.decided.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaker() -> Breaker {
        Breaker::new(BreakerSettings { failures: 3, pause_ms: 1_000, pause_cap_ms: 3_000 })
    }

    async fn fail(breaker: &Breaker, times: u32) {
        for _ in 0..times {
            breaker.admit().await.unwrap().failed();
        }
    }

    async fn pause(breaker: &Breaker) -> Duration {
        breaker.admit().await.unwrap_err()
    }

    #[tokio::test(start_paused = true)]
    async fn only_failures_in_a_row_open_it() {
        let breaker = breaker();
        fail(&breaker, 2).await;
        breaker.admit().await.unwrap().succeeded();
        fail(&breaker, 2).await;
        assert!(breaker.remaining().is_none());
        fail(&breaker, 1).await;
        assert!(breaker.remaining().is_some());
        assert_eq!(pause(&breaker).await, Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_pause_doubles_up_to_its_cap_and_begins_anew_after_a_success() {
        let breaker = breaker();
        fail(&breaker, 3).await;
        for seconds in [1, 2, 3, 3] {
            let pause = pause(&breaker).await;
            assert_eq!(pause, Duration::from_secs(seconds));
            tokio::time::advance(pause).await;
            fail(&breaker, 1).await;
        }
        tokio::time::advance(Duration::from_secs(3)).await;
        breaker.admit().await.unwrap().succeeded();
        fail(&breaker, 3).await;
        assert_eq!(pause(&breaker).await, Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_others_wait_for_the_probe() {
        let breaker = breaker();
        fail(&breaker, 3).await;
        tokio::time::advance(Duration::from_secs(1)).await;
        let probe = breaker.admit().await.unwrap();
        let mut other = std::pin::pin!(breaker.admit());
        assert!(at_once(other.as_mut()).await.is_none(), "one probes at a time");
        probe.failed();
        assert_eq!(other.await.unwrap_err(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_is_given_up_leaves_its_place() {
        let breaker = breaker();
        fail(&breaker, 3).await;
        tokio::time::advance(Duration::from_secs(1)).await;
        let probe = breaker.admit().await.unwrap();
        let other = async { breaker.admit().await.unwrap().succeeded() };
        let give_up = async { drop(probe) };
        tokio::join!(other, give_up);
        assert!(breaker.admit().await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn no_failures_to_count_means_it_never_opens() {
        let breaker = Breaker::new(BreakerSettings { failures: 0, ..BreakerSettings::default() });
        fail(&breaker, 1_000).await;
        assert!(breaker.remaining().is_none());
    }

    /// What the future gives at once.
    async fn at_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
        tokio::time::timeout(Duration::ZERO, future).await.ok()
    }
}
