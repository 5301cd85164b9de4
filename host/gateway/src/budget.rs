//! How many requests go out: budgets that a vendor promises, and the pause that a vendor asks for.
//!
//! A budget hands out times instead of tokens: every request gets its place in the row at once and sleeps until
//! then, so waiting is fair and costs no polling.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use crate::error::GatewayError;

/// At most `requests` in any window of `per_seconds`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BudgetSpec {
    pub name: String,
    pub requests: u32,
    pub per_seconds: u32,
}

/// One allowance. Clones share it, so channels of one account are given clones of the same budget.
#[derive(Clone)]
pub struct Budget(Arc<Pacer>);

/// The generic cell rate algorithm (ITU-T I.371) on one atomic number.
struct Pacer {
    spec: BudgetSpec,
    origin: Instant,
    /// Nanoseconds between two requests at the steady pace.
    interval: u64,
    /// How far ahead of the steady pace a burst may run, in nanoseconds.
    lead: u64,
    /// When the next request would be due at the steady pace, in nanoseconds since `origin`.
    due: AtomicU64,
}

impl Budget {
    /// A tenth of the window's requests may go out at once. The steady pace is slowed by as much, so that burst
    /// and pace together never exceed `requests` in a window.
    pub fn new(spec: BudgetSpec) -> Result<Self, GatewayError> {
        if spec.requests == 0 || spec.per_seconds == 0 {
            return Err(GatewayError::EmptyBudget { budget: spec.name });
        }
        let burst = u64::from(spec.requests / 10).max(1);
        let window = u64::from(spec.per_seconds) * 1_000_000_000;
        let interval = window.div_ceil(u64::from(spec.requests) - burst + 1);
        let lead = interval * (burst - 1);
        Ok(Self(Arc::new(Pacer { spec, origin: Instant::now(), interval, lead, due: AtomicU64::new(0) })))
    }

    /// Takes the next place in the row: how long to sleep for it. Takes none, and says how long it would have
    /// been, when that is more than `longest`.
    pub(crate) fn reserve(&self, longest: Duration) -> Result<Duration, Duration> {
        let pacer = &*self.0;
        let now = nanoseconds(pacer.origin.elapsed());
        let mut due = pacer.due.load(Ordering::Relaxed);
        loop {
            let at = due.max(now);
            let wait = Duration::from_nanos(at.saturating_sub(pacer.lead).saturating_sub(now));
            if wait > longest {
                return Err(wait);
            }
            let next = at + pacer.interval;
            match pacer.due.compare_exchange_weak(due, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(wait),
                Err(current) => due = current,
            }
        }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.spec.fmt(f)
    }
}

/// A stop that one throttled request asks of all others on its route.
#[derive(Debug)]
pub(crate) struct Pause {
    origin: Instant,
    /// Nanoseconds since `origin`; 0 while the channel never asked.
    until: AtomicU64,
}

impl Pause {
    pub(crate) fn new() -> Self {
        Self { origin: Instant::now(), until: AtomicU64::new(0) }
    }

    /// Nobody sends for `wait` from now; a longer pause that is already set stays.
    pub(crate) fn extend(&self, wait: Duration) {
        self.until.fetch_max(nanoseconds(self.origin.elapsed().saturating_add(wait)), Ordering::Relaxed);
    }

    /// What is left of the pause; reads no clock while there never was one.
    pub(crate) fn remaining(&self) -> Option<Duration> {
        match self.until.load(Ordering::Relaxed) {
            0 => None,
            until => until.checked_sub(nanoseconds(self.origin.elapsed())).filter(|left| *left > 0),
        }
        .map(Duration::from_nanos)
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(requests: u32, per_seconds: u32) -> Budget {
        Budget::new(BudgetSpec { name: "test".into(), requests, per_seconds }).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_holds_more_than_the_budget() {
        for (requests, per_seconds) in [(1, 1), (2, 1), (7, 3), (20, 10), (100, 60), (1_000, 1)] {
            let budget = budget(requests, per_seconds);
            let times: Vec<_> =
                (0..requests * 3).map(|_| budget.reserve(Duration::from_secs(3_600)).unwrap()).collect();
            let window = Duration::from_secs(per_seconds.into());
            for (first, start) in times.iter().enumerate() {
                let within = times[first..].iter().filter(|time| **time < *start + window).count();
                assert!(within <= requests as usize, "{within} of {requests} in {per_seconds} s");
            }
            let pace = times.len() as f64 / times.last().unwrap().as_secs_f64();
            let promised = f64::from(requests) / f64::from(per_seconds);
            assert!(pace > promised * 0.85, "{pace} a second where {promised} were promised");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_budget_lets_a_request_through_at_once() {
        let budget = budget(10, 1);
        for _ in 0..10 {
            assert_eq!(budget.reserve(Duration::ZERO), Ok(Duration::ZERO));
            tokio::time::advance(Duration::from_secs(1)).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_that_is_too_long_takes_no_place() {
        let budget = budget(1, 60);
        assert_eq!(budget.reserve(Duration::ZERO), Ok(Duration::ZERO));
        assert_eq!(budget.reserve(Duration::from_secs(5)), Err(Duration::from_secs(60)));
        assert_eq!(budget.reserve(Duration::from_secs(60)), Ok(Duration::from_secs(60)));
    }

    #[tokio::test(start_paused = true)]
    async fn clones_share_one_allowance() {
        let budget = budget(1, 60);
        assert!(budget.clone().reserve(Duration::ZERO).is_ok());
        assert!(budget.reserve(Duration::ZERO).is_err());
    }

    #[test]
    fn an_empty_budget_is_refused() {
        assert!(Budget::new(BudgetSpec { name: "none".into(), requests: 0, per_seconds: 1 }).is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_passes_and_the_longest_counts() {
        let pause = Pause::new();
        assert_eq!(pause.remaining(), None);
        pause.extend(Duration::from_secs(5));
        pause.extend(Duration::from_secs(1));
        assert_eq!(pause.remaining(), Some(Duration::from_secs(5)));
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(pause.remaining(), None);
    }
}
