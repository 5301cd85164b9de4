//! `wharf channel`: connectors put to work.

mod add;

use clap::Subcommand;
use serde::Serialize;
use serde_json::value::RawValue;
use wharf_store::{Channel as StoredChannel, ChannelState, Store};

use super::{Outcome, Session, wake};

#[derive(Debug, Subcommand)]
pub(super) enum Channel {
    /// Set up a channel; everything in its scope becomes due.
    Add(Box<add::Add>),
    /// List the channels.
    List,
    /// Show a channel's configuration.
    Show { name: String },
    /// Ask the vendor whether credentials and settings work; nothing is changed there.
    Probe { name: String },
    /// Stop serving a channel; changes are remembered.
    Pause { name: String },
    /// Serve a channel again.
    Resume { name: String },
    /// Forget a channel. What it shows stays there: to empty it, delete or disable its products first, and sync.
    Remove { name: String },
}

impl Channel {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        match self {
            Self::Add(add) => Box::pin(add.run(session)).await,
            Self::List => list(session).await,
            Self::Show { name } => show(session, &name).await,
            Self::Probe { name } => probe(session, &name).await,
            Self::Pause { name } => switch(session, &name, ChannelState::Paused).await,
            Self::Resume { name } => switch(session, &name, ChannelState::Enabled).await,
            Self::Remove { name } => remove(session, &name).await,
        }
    }
}

/// A channel as it is shown.
#[derive(Serialize)]
struct Shown {
    name: String,
    connector: String,
    state: &'static str,
    /// Why no release of its connector can serve it.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked: Option<String>,
    configuration: Box<RawValue>,
}

impl Shown {
    fn new(channel: StoredChannel) -> anyhow::Result<Self> {
        Ok(Self {
            name: channel.name,
            connector: channel.connector,
            state: channel.state.as_str(),
            blocked: None,
            configuration: RawValue::from_string(channel.configuration)?,
        })
    }
}

/// The channel of this name.
pub(super) async fn find(store: &Store, name: &str) -> anyhow::Result<StoredChannel> {
    let channel = store.channel_named(name).await?;
    channel.ok_or_else(|| anyhow::anyhow!("there is no channel `{name}`; see `wharf channel list`"))
}

async fn list(session: &Session) -> anyhow::Result<Outcome> {
    let channels = session.existing_site().await?.store.channels().await?;
    if session.output.json() {
        let shown = channels.into_iter().map(Shown::new).collect::<anyhow::Result<Vec<_>>>()?;
        session.output.value(&shown)?;
        return Ok(Outcome::Done);
    }
    let row =
        |channel: StoredChannel| vec![channel.name, channel.connector, channel.state.as_str().to_owned()];
    let rows: Vec<_> = channels.into_iter().map(row).collect();
    session.output.table(&["CHANNEL", "CONNECTOR", "STATE"], &rows)?;
    Ok(Outcome::Done)
}

async fn probe(session: &Session, name: &str) -> anyhow::Result<Outcome> {
    let problems = session.existing_host().await?.reconciler.probe(name).await?;
    let value = serde_json::json!({"channel": name, "problems": problems});
    session.output.either(&value, || match problems.as_slice() {
        [] => format!("{name}: the channel answers, and knows who calls"),
        problems => problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>().join("\n"),
    })?;
    Ok(Outcome::refused_if(problems.iter().any(wharf_catalog::Problem::is_error)))
}

async fn show(session: &Session, name: &str) -> anyhow::Result<Outcome> {
    let store = session.existing_site().await?.store;
    let channel = find(&store, name).await?;
    let blocked = wharf_sync::unavailable(&store, &channel).await?.map(|reason| reason.to_string());
    if session.output.json() {
        session.output.value(&Shown { blocked, ..Shown::new(channel)? })?;
        return Ok(Outcome::Done);
    }
    let configuration: serde_json::Value = serde_json::from_str(&channel.configuration)?;
    session.output.line(format_args!("# {} ({})", channel.name, channel.state.as_str()))?;
    if let Some(reason) = blocked {
        session.output.line(format_args!("# blocked: {reason}"))?;
    }
    // In the notation that `channel add --file` reads.
    session.output.line(toml::to_string(&configuration)?.trim_end())?;
    Ok(Outcome::Done)
}

async fn switch(session: &Session, name: &str, state: ChannelState) -> anyhow::Result<Outcome> {
    let site = session.existing_site().await?;
    let channel = find(&site.store, name).await?;
    site.store.set_channel_state(channel.id, state).await?;
    wake(&site.directory, session.output);
    session.output.either(&Shown::new(StoredChannel { state, ..channel })?, || {
        format!("{name} is {}", state.as_str())
    })?;
    Ok(Outcome::Done)
}

async fn remove(session: &Session, name: &str) -> anyhow::Result<Outcome> {
    let site = session.existing_site().await?;
    let channel = find(&site.store, name).await?;
    site.store.remove_channel(channel.id).await?;
    wake(&site.directory, session.output);
    session.output.note(format_args!("{name} is forgotten; what the channel shows stays there"));
    Ok(Outcome::Done)
}
