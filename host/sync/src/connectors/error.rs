//! Why something cannot be done with connectors.

use std::io;

use wharf_store::StoreError;

use super::{signature::KeyError, standing::StandingError};

/// Why the drop folder, or what was admitted from it, cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum ConnectorError {
    #[error("the drop folder cannot be used: {0}")]
    Folder(#[source] io::Error),
    #[error("the host's own copies of connectors cannot be used: {0}")]
    Archive(#[source] io::Error),
    /// A component that is no sound connector, or is not trusted.
    #[error("{file} is refused: {reason}")]
    Refused { file: String, reason: String },
    #[error(transparent)]
    Standing(#[from] StandingError),
    #[error("connector `{connector}` is used by {}: remove these channels first", .channels.join(", "))]
    InUse { connector: String, channels: Vec<String> },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("work on connectors ended unexpectedly: {0}")]
    Task(#[from] tokio::task::JoinError),
}
