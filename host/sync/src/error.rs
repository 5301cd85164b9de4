//! Why a channel cannot be set up, or a run cannot go on.

use wharf_catalog::mapping::MappingError;
use wharf_gateway::GatewayError;
use wharf_sandbox::CallError;
use wharf_store::StoreError;

use crate::schedule::ScheduleError;

/// A channel that cannot work as it is configured.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    #[error("there is no channel `{0}`")]
    Unknown(String),
    #[error("`{0}` is no name for a channel: use letters, digits, `-` and `_`, at most 64")]
    Name(String),
    #[error(
        "no connector `{connector}` is loaded: put its component into the drop folder, or see `wharf connector list`"
    )]
    NoConnector { connector: String },
    #[error("the stored configuration of channel `{channel}` cannot be read: {source}")]
    Configuration { channel: String, source: serde_json::Error },
    #[error("the settings schema of connector `{connector}` cannot be used: {reason}")]
    Schema { connector: String, reason: String },
    #[error("the settings do not fit the connector: {}", .problems.join("; "))]
    Settings { problems: Vec<String> },
    #[error("the connector has no endpoint `{endpoint}`{}", suggestion(.nearest.as_deref()))]
    UnknownEndpoint { endpoint: String, nearest: Option<String> },
    #[error(transparent)]
    Mapping(#[from] MappingError),
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    #[error(transparent)]
    Gateway(#[from] GatewayError),
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
    #[error("the feed file cannot be written: {0}")]
    Feed(#[source] std::io::Error),
    #[error("a part of the run ended unexpectedly: {0}")]
    Task(#[from] tokio::task::JoinError),
}
