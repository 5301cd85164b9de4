//! What a route has done so far, counted without a lock.

use std::sync::atomic::{AtomicU64, Ordering};

/// Totals since the route was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Requests handed in.
    pub requests: u64,
    /// Attempts after the first.
    pub retries: u64,
    /// Attempts that the channel answered with 429.
    pub throttled: u64,
    /// Requests that ended in an error.
    pub failed: u64,
    /// Bytes of request bodies put on the wire, repeats included.
    pub bytes_out: u64,
    /// Bytes of response bodies after decompression.
    pub bytes_in: u64,
}

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) requests: AtomicU64,
    pub(crate) retries: AtomicU64,
    pub(crate) throttled: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) bytes_out: AtomicU64,
    pub(crate) bytes_in: AtomicU64,
}

impl Counters {
    pub(crate) fn figures(&self) -> Figures {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Figures {
            requests: read(&self.requests),
            retries: read(&self.retries),
            throttled: read(&self.throttled),
            failed: read(&self.failed),
            bytes_out: read(&self.bytes_out),
            bytes_in: read(&self.bytes_in),
        }
    }
}

pub(crate) fn count(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(amount as u64, Ordering::Relaxed);
}
