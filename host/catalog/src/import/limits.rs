//! How much of a file an import holds at once.

use serde::{Deserialize, Serialize};

/// Every bound of an import. Memory stays below a small multiple of `row_bytes` plus about 30 bytes for each
/// remembered SKU, whatever the file's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ImportLimits {
    /// Bytes in one cell or JSON value. A longer one costs its row. 1 MiB.
    pub cell_bytes: usize,
    /// Bytes in one row. A longer one is skipped without being held. 16 MiB.
    pub row_bytes: usize,
    /// Columns of a file, or different member names of a JSON Lines file. 10,000.
    pub columns: usize,
    /// SKUs remembered to find duplicates within the file; later rows are no longer compared. 5,000,000.
    pub remembered_skus: usize,
    /// Variants named by their model's row before their own row was met. 1,000,000.
    pub pending_variants: usize,
    /// Characters of an offending value that a report shows. 80.
    pub shown_characters: usize,
}

impl Default for ImportLimits {
    fn default() -> Self {
        Self {
            cell_bytes: 1024 * 1024,
            row_bytes: 16 * 1024 * 1024,
            columns: 10_000,
            remembered_skus: 5_000_000,
            pending_variants: 1_000_000,
            shown_characters: 80,
        }
    }
}
