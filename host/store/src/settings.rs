//! The limits of the store, each with its name. Memory is the sum of the page caches, not of the catalog.

use serde::{Deserialize, Serialize};

/// How the database file is opened and what may go into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct StoreSettings {
    /// Connections that read beside the one that writes.
    pub readers: u32,
    /// How long a statement waits for another process (such as the command line beside a server) to let go of
    /// the file, in milliseconds.
    pub busy_timeout_ms: u64,
    /// Page cache of the writing connection, in KiB.
    pub writer_cache_kib: u32,
    /// Page cache of each reading connection, in KiB.
    pub reader_cache_kib: u32,
    /// How much of the file is mapped into memory, in bytes. Mapped pages count as resident memory, so 0.
    pub mmap_bytes: u64,
    /// Pages in the write-ahead log after which a commit copies them into the database file.
    pub checkpoint_pages: u32,
    /// The largest product, in bytes of its JSON.
    pub maximum_document_bytes: usize,
    /// The largest secret, in bytes of its text.
    pub maximum_secret_bytes: usize,
    /// Listings per transaction while a whole channel is marked or removed; other writers wait this long.
    pub sweep_rows: u32,
    /// Finished and unfinished runs that are kept per channel.
    pub kept_runs: u32,
    /// Different problems that [`crate::Store::problem_counts`] tells apart; further ones are left out.
    pub problem_kinds: usize,
    /// Different findings about what came in that are kept per channel; the oldest go first.
    pub kept_findings: u32,
    /// How long a webhook delivery is remembered, so that a repeat of it brings nothing, in hours.
    pub delivery_hours: u32,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            readers: 4,
            busy_timeout_ms: 15_000,
            writer_cache_kib: 16 * 1024,
            reader_cache_kib: 2 * 1024,
            mmap_bytes: 0,
            checkpoint_pages: 16_000,
            maximum_document_bytes: 1024 * 1024,
            maximum_secret_bytes: 64 * 1024,
            sweep_rows: 10_000,
            kept_runs: 100,
            problem_kinds: 1_000,
            kept_findings: 1_000,
            delivery_hours: 168,
        }
    }
}
