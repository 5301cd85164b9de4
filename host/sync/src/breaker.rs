//! When a run has no use any more: the channel answers nothing, is left alone for a while, or its connector is out of
//! service.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use wharf_gateway::SendError;

/// Stops a run against a channel that fails every exchange.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: AtomicU64,
    reason: OnceLock<String>,
}

impl Breaker {
    pub(crate) fn succeeded(&self) {
        self.failures.store(0, Relaxed);
    }

    pub(crate) fn failed(&self, error: &SendError, limit: u64) {
        let failures = self.failures.fetch_add(1, Relaxed) + 1;
        if failures >= limit.max(1) || !error.retryable() {
            let _ = self.reason.set(error.to_string());
        }
    }

    /// The gateway sends nothing for a while, so there is no use in going on.
    pub(crate) fn halt(&self, error: &SendError) {
        let _ = self.reason.set(error.to_string());
    }

    /// The connector is out of service.
    pub(crate) fn quarantined(&self, reason: String) {
        let _ = self.reason.set(reason);
    }

    /// Why nothing more is sent, once that is so.
    pub(crate) fn tripped(&self) -> Option<&str> {
        self.reason.get().map(String::as_str)
    }
}
