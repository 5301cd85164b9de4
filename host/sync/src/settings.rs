//! The reconciler's own limits, each with its name.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How much is under way at once, and how long a refusal that passes is waited out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SyncSettings {
    /// Listings taken, translated and settled together. 500.
    pub batch_items: u32,
    /// Batches of one channel under way at the same time. 3.
    pub batches_in_flight: usize,
    /// Answers given to one `settle` call at most. 100.
    pub answers_per_call: usize,
    /// First pause before an operation is tried again, in milliseconds; it doubles each time. 30,000.
    pub retry_ms: u64,
    /// Longest such pause, in milliseconds. 3,600,000.
    pub retry_cap_ms: u64,
    /// Attempts after which an operation waits for a person. 20.
    pub attempts: u32,
    /// Further exchanges that may follow one upon the other until an operation waits for a person: a job that is polled
    /// every ten seconds for a day needs 8,640. 10,000.
    pub steps: u32,
    /// Exchanges that may fail one after another before the run halts and the channel rests. 16.
    pub failures_to_halt: u64,
    /// How long a channel rests after a run that halted or had nothing it could do, in milliseconds. 30,000.
    pub rest_ms: u64,
}

impl Default for SyncSettings {
    fn default() -> Self {
        Self {
            batch_items: 500,
            batches_in_flight: 3,
            answers_per_call: 100,
            retry_ms: 30_000,
            retry_cap_ms: 3_600_000,
            attempts: 20,
            steps: 10_000,
            failures_to_halt: 16,
            rest_ms: 30_000,
        }
    }
}

impl SyncSettings {
    /// How long to wait after this many attempts: exponential, with full jitter above half.
    pub(crate) fn pause(&self, attempts: u32) -> Duration {
        let ceiling = self.retry_ms.saturating_mul(1 << attempts.min(20)).min(self.retry_cap_ms).max(1);
        Duration::from_millis(ceiling / 2 + fastrand::u64(0..=ceiling / 2))
    }
}
