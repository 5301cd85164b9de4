//! The reconciler: channels as operators set them up, and the runs that keep them equal to the catalog.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use cap_std::fs::Dir;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use wharf_catalog::Lane;
use wharf_gateway::Gateway;
use wharf_sandbox::Tap;
use wharf_store::{Channel, ChannelDraft, ChannelState, Secrets, Store, Taken};

use crate::{
    active::ActiveChannel,
    configuration::ChannelConfiguration,
    connectors::{Connectors, Health, Stage},
    error::{ChannelError, SyncError},
    feed,
    figures::{Figures, Report},
    inbound::Gate,
    publish::publish,
    secrets::ChannelSecrets,
    settings::SyncSettings,
};

/// A handle on the reconciler; cheap to clone.
#[derive(Debug, Clone)]
pub struct Reconciler(pub(crate) Arc<Inner>);

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) store: Store,
    secrets: Secrets,
    pub(crate) connectors: Connectors,
    gateway: Gateway,
    feeds: Dir,
    pub(crate) settings: Arc<SyncSettings>,
    berths: Mutex<HashMap<i64, Arc<Berth>>>,
    pub(crate) changed: Notify,
    /// Streams may have to be looked at.
    pub(crate) pulls_changed: Notify,
    /// Shipments may have to be told of.
    pub(crate) shipments_changed: Notify,
    tap: OnceLock<Tapped>,
}

/// The listener on connectors that publish.
struct Tapped(Arc<dyn Tap>);

impl fmt::Debug for Tapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tapped(..)")
    }
}

/// A channel's place: one run at a time, and what it was made ready with.
#[derive(Debug, Default)]
pub(crate) struct Berth {
    active: tokio::sync::Mutex<Option<Arc<ActiveChannel>>>,
    running: tokio::sync::Mutex<()>,
    /// Held while the channel is told of shipments.
    pub(crate) shipping: tokio::sync::Mutex<()>,
    /// By stream: one reader at a time.
    reading: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    pub(crate) gate: OnceLock<Gate>,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunReport {
    #[serde(flatten)]
    pub report: Report,
    /// Why the run ended before everything was tried, if it did. The rest stays due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted: Option<String>,
}

impl Reconciler {
    /// Works on the store of these secrets. `feeds` holds one folder per feed channel.
    pub fn new(
        secrets: Secrets,
        connectors: Connectors,
        gateway: Gateway,
        feeds: Dir,
        settings: SyncSettings,
    ) -> Self {
        Self(Arc::new(Inner {
            store: secrets.store().clone(),
            secrets,
            connectors,
            gateway,
            feeds,
            settings: Arc::new(settings),
            berths: Mutex::default(),
            changed: Notify::new(),
            pulls_changed: Notify::new(),
            shipments_changed: Notify::new(),
            tap: OnceLock::new(),
        }))
    }

    /// Lets `tap` hear what connectors are asked to publish from now on, on channels that are not ready yet. Only the
    /// first one counts.
    pub fn tap(&self, tap: Arc<dyn Tap>) {
        let _ = self.0.tap.set(Tapped(tap));
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }

    pub fn connectors(&self) -> &Connectors {
        &self.0.connectors
    }

    /// Tells that something changed: channels that sync on change do so now.
    pub fn wake(&self) {
        self.0.changed.notify_one();
        self.0.pulls_changed.notify_one();
        self.0.shipments_changed.notify_one();
    }

    /// Tells the other channels of what came in, if it concerns them.
    pub(crate) fn tell_of(&self, taken: &Taken) {
        let stock = taken.units_taken + taken.units_returned + taken.levels_set;
        if stock + taken.products_created + taken.products_updated + taken.listings_lost > 0 {
            self.0.changed.notify_one();
        }
    }

    /// Sets up a channel, enabled and with everything due, once its configuration has been found to work.
    pub async fn add_channel(
        &self,
        name: &str,
        configuration: &ChannelConfiguration,
    ) -> Result<Channel, ChannelError> {
        if !is_channel_name(name) {
            return Err(ChannelError::Name(name.into()));
        }
        let draft = draft(name, configuration, ChannelState::Enabled);
        self.check(&draft, configuration).await?;
        let id = self.0.store.add_channel(&draft).await?;
        self.0.store.finish_marking(id).await?;
        self.wake();
        self.channel(name).await
    }

    /// Replaces a channel's configuration. Whatever it shows differently becomes due.
    pub async fn update_channel(
        &self,
        name: &str,
        configuration: &ChannelConfiguration,
    ) -> Result<Channel, ChannelError> {
        let channel = self.channel(name).await?;
        let draft = draft(name, configuration, channel.state);
        self.check(&draft, configuration).await?;
        self.0.store.update_channel(channel.id, &draft).await?;
        if reads_elsewhere(&channel.configuration, configuration) {
            self.0.store.forget_streams(channel.id).await?;
        }
        self.0.store.mark_all(channel.id, Lane::Content).await?;
        self.wake();
        self.channel(name).await
    }

    async fn check(
        &self,
        draft: &ChannelDraft,
        configuration: &ChannelConfiguration,
    ) -> Result<(), ChannelError> {
        let ChannelDraft { name, connector, state, configuration: text } = draft.clone();
        let channel =
            Channel { id: 0, name, connector, state, configuration: text, marking: None, created_at: 0 };
        self.make_ready(&channel, configuration).await.map(drop)
    }

    async fn make_ready(
        &self,
        channel: &Channel,
        configuration: &ChannelConfiguration,
    ) -> Result<ActiveChannel, ChannelError> {
        let connector =
            self.0.connectors.resolve(&configuration.connector, configuration.version.as_ref()).await?;
        let connector = match self.0.tap.get() {
            Some(Tapped(tap)) => connector.tapped(Arc::clone(tap)),
            None => connector,
        };
        let secrets = ChannelSecrets::open(&self.0.secrets, configuration).await?;
        ActiveChannel::new(channel, configuration, secrets, &connector, &self.0.gateway)
    }

    /// Forgets a channel and everything known of its listings; the channel itself is left as it is.
    pub async fn remove_channel(&self, name: &str) -> Result<(), ChannelError> {
        let channel = self.channel(name).await?;
        self.0.store.remove_channel(channel.id).await?;
        self.berths().remove(&channel.id);
        Ok(())
    }

    /// Pauses or resumes a channel. What changes meanwhile stays due.
    pub async fn set_state(&self, name: &str, state: ChannelState) -> Result<(), ChannelError> {
        let channel = self.channel(name).await?;
        self.0.store.set_channel_state(channel.id, state).await?;
        self.wake();
        Ok(())
    }

    pub async fn channel(&self, name: &str) -> Result<Channel, ChannelError> {
        let channel = self.0.store.channel_named(name).await?;
        channel.ok_or_else(|| ChannelError::Unknown(name.into()))
    }

    /// Brings one channel to what the catalog says. A second run of the same channel waits for the first.
    pub async fn sync(&self, name: &str, figures: Arc<Figures>) -> Result<RunReport, SyncError> {
        let channel = self.channel(name).await?;
        let berth = self.berth(channel.id);
        let _running = berth.running.lock().await;
        let active = self.activate(&channel, &berth).await?;
        self.0.store.finish_marking(channel.id).await?;
        let run = self.0.store.start_run(channel.id).await?;
        let outcome = self.run_on(&channel, &berth, active, &figures).await;
        let halted = match &outcome {
            Ok(halted) => halted.clone(),
            Err(error) => Some(error.to_string()),
        };
        let report = RunReport { report: figures.report(), halted };
        let text = serde_json::to_string(&report).expect("counters and text always have a JSON form");
        // A run that failed may have sent what it could not note; unfinished, it puts the next one on its guard.
        match outcome {
            Ok(_) => drop(self.0.store.finish_run(run, &text).await?),
            Err(_) => self.0.store.abandon_run(run, &text).await?,
        }
        observe(name, &report);
        outcome.map(|_| report)
    }

    /// Runs, and goes on with the successor when the connector is replaced meanwhile.
    async fn run_on(
        &self,
        channel: &Channel,
        berth: &Berth,
        mut active: Arc<ActiveChannel>,
        figures: &Arc<Figures>,
    ) -> Result<Option<String>, SyncError> {
        loop {
            // Beside each other: neither keeps the other waiting, and neither's trouble is the other's.
            let (shipped, ran) =
                tokio::join!(self.ship_along(berth, &active, figures), self.run(&active, figures));
            let halted = ran?.or(shipped?);
            if halted.is_some() || self.0.connectors.serves(&active) {
                return Ok(halted);
            }
            active = match self.activate(channel, berth).await {
                Ok(successor) => successor,
                Err(SyncError::Channel(error)) => return Ok(Some(error.to_string())),
                Err(error) => return Err(error),
            };
            self.0.store.finish_marking(channel.id).await?;
        }
    }

    async fn run(
        &self,
        active: &Arc<ActiveChannel>,
        figures: &Arc<Figures>,
    ) -> Result<Option<String>, SyncError> {
        let Inner { store, connectors, settings, .. } = &*self.0;
        if active.connector.abilities().feed {
            let halted = self.run_feed(active, figures).await?;
            if halted.is_some() {
                return Ok(halted);
            }
        }
        if active.connector.abilities().publisher {
            let settings = Arc::clone(settings);
            return publish(
                store.clone(),
                connectors.clone(),
                Arc::clone(active),
                settings,
                Arc::clone(figures),
            )
            .await;
        }
        Ok(None)
    }

    /// Writes the channel's file, if it has to be. Answers with why the connector was taken out of service, if it was.
    async fn run_feed(
        &self,
        active: &Arc<ActiveChannel>,
        figures: &Arc<Figures>,
    ) -> Result<Option<String>, SyncError> {
        let Inner { store, connectors, settings, .. } = &*self.0;
        let folder = self.feed_folder(&active.name).map_err(SyncError::Feed)?;
        if !feed::is_due(store, active.id, &folder, figures).await? {
            return Ok(None);
        }
        // Boxed, since it holds pages on their way, which the futures around it would have to make room for.
        match Box::pin(feed::write_feed(store, active, settings, figures, folder)).await {
            Ok(health) => Ok(connectors.note(&active.connector, Stage::Feed, health).await?),
            Err(SyncError::Connector(error)) => {
                let failed = Health::Failed { error: error.clone(), alone: None };
                let halted = connectors.note(&active.connector, Stage::Feed, Some(failed)).await?;
                halted.map_or(Err(SyncError::Connector(error)), |reason| Ok(Some(reason)))
            }
            Err(error) => Err(error),
        }
    }

    fn feed_folder(&self, channel: &str) -> std::io::Result<Dir> {
        self.0.feeds.create_dir_all(channel)?;
        self.0.feeds.open_dir(channel)
    }

    /// The channel made ready, from before if nothing about it has changed.
    pub(crate) async fn active(&self, channel: &Channel) -> Result<Arc<ActiveChannel>, SyncError> {
        self.activate(channel, &self.berth(channel.id)).await
    }

    async fn activate(&self, channel: &Channel, berth: &Berth) -> Result<Arc<ActiveChannel>, SyncError> {
        let mut slot = berth.active.lock().await;
        if let Some(active) = slot.as_ref()
            && self.is_current(active, channel).await?
        {
            return Ok(Arc::clone(active));
        }
        let configuration = serde_json::from_str(&channel.configuration)
            .map_err(|source| ChannelError::Configuration { channel: channel.name.clone(), source })?;
        let active = Arc::new(self.make_ready(channel, &configuration).await?);
        self.adopt(channel.id, active.connector.digest()).await?;
        *slot = Some(Arc::clone(&active));
        Ok(active)
    }

    /// Whether everything that the channel was made of is still the same.
    async fn is_current(&self, active: &ActiveChannel, channel: &Channel) -> Result<bool, ChannelError> {
        let origin = &active.origin;
        if origin.configuration != channel.configuration || !self.0.connectors.serves(active) {
            return Ok(false);
        }
        let names: Vec<&str> = origin.secrets.keys().map(String::as_str).collect();
        // Most channels have none, and cost no query.
        Ok(names.is_empty() || self.0.secrets.revisions(&names).await? == origin.secrets)
    }

    /// A connector that was replaced since the last run may show every item differently, so all become due. The
    /// digest is noted last: a crash in between marks once more.
    async fn adopt(&self, channel: i64, digest: &str) -> Result<(), SyncError> {
        let noted = self.0.store.noted_digest(channel).await?;
        if noted.as_deref() == Some(digest) {
            return Ok(());
        }
        if noted.is_some() {
            self.0.store.mark_all(channel, Lane::Content).await?;
        }
        Ok(self.0.store.note_digest(channel, digest).await?)
    }

    /// Held while a stream is read.
    pub(crate) fn turn_of(&self, channel: i64, stream: &str) -> Arc<tokio::sync::Mutex<()>> {
        let berth = self.berth(channel);
        let mut reading = berth.reading.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(reading.entry(stream.to_owned()).or_default())
    }

    pub(crate) fn berth(&self, channel: i64) -> Arc<Berth> {
        Arc::clone(self.berths().entry(channel).or_default())
    }

    fn berths(&self) -> std::sync::MutexGuard<'_, HashMap<i64, Arc<Berth>>> {
        self.0.berths.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn settings(&self) -> &SyncSettings {
        &self.0.settings
    }
}

/// Whether a cursor that was handed out under the old configuration means nothing under the new one.
fn reads_elsewhere(old: &str, new: &ChannelConfiguration) -> bool {
    let Ok(old) = serde_json::from_str::<ChannelConfiguration>(old) else { return true };
    let place = |one: &ChannelConfiguration| {
        (one.connector.clone(), one.settings.clone(), one.endpoints.clone(), one.account.clone())
    };
    place(&old) != place(new)
}

fn draft(name: &str, configuration: &ChannelConfiguration, state: ChannelState) -> ChannelDraft {
    ChannelDraft {
        name: name.into(),
        connector: configuration.connector.clone(),
        state,
        configuration: serde_json::to_string(configuration).expect("a configuration always has a JSON form"),
    }
}

/// A name is also a folder and a part of addresses.
fn is_channel_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=64).contains(&name.len()) && name.bytes().all(plain)
}

fn observe(channel: &str, run: &RunReport) {
    for (name, amount) in run.report.entries() {
        let labels = [("channel", channel.to_owned()), ("figure", name.to_owned())];
        metrics::counter!("wharf_sync_total", &labels).increment(amount);
    }
    match &run.halted {
        Some(reason) => tracing::warn!(channel, reason, "run halted"),
        None => tracing::info!(channel, report = ?run.report, "run finished"),
    }
}
