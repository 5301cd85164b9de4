//! A stop that one throttled request asks of all others on its route.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

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
