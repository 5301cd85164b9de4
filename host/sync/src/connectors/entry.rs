//! Connectors as they are listed: every release with its standing, every refused file with its reason.

use jiff::Timestamp;
use serde::Serialize;
use wharf_store::{Release, ReleaseState};

use super::asks::Asks;

/// A release, or a file that did not become one.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum ConnectorEntry {
    Release(ReleaseEntry),
    Refused {
        file: String,
        /// Why, in a sentence.
        refused: String,
    },
}

/// One release of a connector.
#[derive(Debug, Clone, Serialize)]
pub struct ReleaseEntry {
    pub name: String,
    pub version: String,
    /// SHA-256 of the component.
    pub digest: String,
    pub state: ReleaseState,
    /// Why it does not serve.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    pub summary: String,
    pub abilities: Vec<String>,
    /// The file that brought it; it may be gone.
    pub file: String,
    /// Whose of `[connectors] keys` has signed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<String>,
    pub admitted_at: Timestamp,
    /// When the state last changed.
    pub changed_at: Timestamp,
}

impl ReleaseEntry {
    pub(crate) fn new(release: &Release, signer: Option<&str>, unusable: Option<&str>) -> Self {
        let instant = |at| Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            name: release.name.clone(),
            version: release.version.clone(),
            digest: release.digest.clone(),
            state: release.state,
            reason: unusable.map(str::to_owned).or_else(|| release.reason.clone()),
            summary: release.summary.clone(),
            abilities: Asks::stored(&release.asks).abilities(),
            file: release.file.clone(),
            signer: signer.map(str::to_owned),
            admitted_at: instant(release.admitted_at),
            changed_at: instant(release.changed_at),
        }
    }
}
