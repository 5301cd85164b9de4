//! The settings of the drop folder, each with its name: table `[connectors]`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When a file of the drop folder is looked at, whose it has to be, and when its connector is taken out of service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ConnectorSettings {
    /// Whose signatures are trusted, each as `NAME:KEY` with the Ed25519 public key in base64, as
    /// `wharf connector keygen` prints it. With keys, nothing serves that none of them has signed. Empty.
    pub keys: Vec<String>,
    /// How long a file must not have changed before it is looked at, in milliseconds. 200.
    pub settle_ms: u64,
    /// Batches that a release may fail one after another before it is quarantined; 0 for never. 8.
    pub quarantine_after: u32,
    /// Releases kept of one connector to go back to, beside those that are pinned. 10.
    pub kept_releases: usize,
}

impl Default for ConnectorSettings {
    fn default() -> Self {
        Self { keys: Vec::new(), settle_ms: 200, quarantine_after: 8, kept_releases: 10 }
    }
}

impl ConnectorSettings {
    /// How long a file must not have changed before it is looked at.
    pub fn settle(&self) -> Duration {
        Duration::from_millis(self.settle_ms)
    }
}
