//! Idempotency keys ([docs](https://developer.squareup.com/docs/build-basics/common-api-patterns/idempotency)).
//!
//! The same work has the same key: a request that is repeated after a crash is carried out once. Another attempt has
//! another key, as Square answers a known key with what it answered before.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use wharf_sdk::Operation;

/// Collects what a request stands for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Key(Sha256);

impl Key {
    pub(crate) fn of(step: &str) -> Self {
        let mut key = Self::default();
        key.add(step.as_bytes());
        key
    }

    pub(crate) fn add_operation(&mut self, operation: &Operation<'_>) {
        self.add(operation.item.sku().as_bytes());
        self.add(&operation.revision.to_be_bytes());
        self.add(&operation.attempt.to_be_bytes());
    }

    /// Each part with its length, so that no two lists of parts read the same.
    pub(crate) fn add(&mut self, part: &[u8]) {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
    }

    /// 64 characters; Square takes up to 128.
    pub(crate) fn finish(self) -> String {
        let mut text = String::with_capacity(64);
        for byte in self.0.finalize() {
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}
