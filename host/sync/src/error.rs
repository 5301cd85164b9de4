//! Why a channel cannot be set up, or a run cannot go on.

use wharf_catalog::mapping::MappingError;
use wharf_gateway::GatewayError;
use wharf_sandbox::CallError;
use wharf_store::{SecretError, StoreError};

use crate::{
    connectors::{ConnectorError, Unavailable},
    inbound::ArchiveError,
    schedule::ScheduleError,
};

/// A channel that cannot work as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    #[error("there is no channel `{0}`")]
    Unknown(String),
    #[error("`{0}` is no name for a channel: use letters, digits, `-` and `_`, at most 64")]
    Name(String),
    #[error(transparent)]
    Connector(#[from] Unavailable),
    #[error("the stored configuration of channel `{channel}` cannot be read: {source}")]
    Configuration { channel: String, source: serde_json::Error },
    #[error("the settings schema of connector `{connector}` cannot be used: {reason}")]
    Schema { connector: String, reason: String },
    #[error("the settings do not fit the connector: {}", .problems.join("; "))]
    Settings { problems: Vec<String> },
    #[error("the connector has no endpoint `{endpoint}`{}", suggestion(.nearest.as_deref()))]
    UnknownEndpoint { endpoint: String, nearest: Option<String> },
    #[error("only you know the address of endpoint `{endpoint}`: name it; it has to fit {pattern}")]
    UnnamedEndpoint { endpoint: String, pattern: String },
    #[error("the connector has no auth scheme `{scheme}`; it has {}", .known.join(", "))]
    UnknownScheme { scheme: String, known: Vec<&'static str> },
    #[error(
        "`{property}` is a secret, and settings hold none: store it with `wharf secret set NAME` and write \
         {{\"secret\": \"NAME\"}} instead"
    )]
    PlainSecret { property: String },
    #[error("the connector has no stream `{stream}`{}", suggestion(.nearest.as_deref()))]
    UnknownStream { stream: String, nearest: Option<String> },
    #[error("`every` of the stream `{stream}` must be at least one second")]
    StreamTooOften { stream: String },
    #[error("connector `{connector}` reads no files; see `wharf connector show {connector}`")]
    NoIntake { connector: String },
    #[error("connector `{connector}` has no probe; a sync shows whether its channel works")]
    NoProbe { connector: String },
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn suggestion(name: Option<&str>) -> String {
    name.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// A run that could not go on. What it had stored stays stored, and the rest stays due.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    #[error(transparent)]
    Channel(#[from] ChannelError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Connector(#[from] CallError),
    #[error(transparent)]
    Releases(#[from] ConnectorError),
    #[error("channel `{channel}` has no feed: {reason}")]
    NoFeed { channel: String, reason: String },
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("the feed file cannot be written: {0}")]
    Feed(#[source] std::io::Error),
    #[error("a part of the run ended unexpectedly: {0}")]
    Task(#[from] tokio::task::JoinError),
}
