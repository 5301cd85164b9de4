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
    /// Requests with pictures of one channel that are under way at once, each with its pictures in memory. 8.
    pub pictures_in_flight: usize,
    /// Streams that are read at the same time, over all channels. 8.
    pub pulls_in_flight: usize,
    /// Longest wait for a page that a pull sits out; one that is to come later is put off, in milliseconds. 2,000.
    pub pull_wait_ms: u64,
    /// Pages of one pass over a stream, after which it is taken to be endless. 1,000,000.
    pub pull_pages: u64,
    /// Bytes of a file handed to a connector at once. 1 MiB.
    pub chunk_bytes: usize,
    /// Bytes that the members of a zip file may unpack to. 1 GiB.
    pub unpacked_bytes: u64,
    /// Webhook deliveries of one channel that are worked on at the same time; further ones wait. 4.
    pub deliveries_in_flight: usize,
    /// Deliveries of one channel that may wait; further ones are told to come later. 64.
    pub deliveries_waiting: usize,
    /// Deliveries of one channel in a second, over a minute; further ones are told to come later. 50.
    pub deliveries_per_second: u32,
    /// How far the time that a webhook was signed at may be away, in milliseconds. 300,000.
    pub delivery_age_ms: u64,
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
            pictures_in_flight: 8,
            pulls_in_flight: 8,
            pull_wait_ms: 2_000,
            pull_pages: 1_000_000,
            chunk_bytes: 1 << 20,
            unpacked_bytes: 1 << 30,
            deliveries_in_flight: 4,
            deliveries_waiting: 64,
            deliveries_per_second: 50,
            delivery_age_ms: 300_000,
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
