//! What is done to releases after they were let in: by a person, or because calls fail. Everything goes into the store
//! first, where other processes find it. The functions do no more than that and need no sandbox; the methods of
//! [`Connectors`] let it take effect in this process, too.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde::Deserialize;
use wharf_catalog::Lane;
use wharf_sandbox::Connector;
use wharf_store::{Channel, Release, Store, StoreError};

use super::{
    Connectors,
    admission::{Admission, admit},
    entry::ReleaseEntry,
    error::ConnectorError,
    pin::{Pin, Unavailable, choose},
    scan::Candidate,
    standing::{self, StandingError},
    streaks::{Health, Stage},
};

/// What became of an installation.
#[derive(Debug, Clone)]
pub struct Installed {
    pub release: ReleaseEntry,
    pub admission: Admission,
    /// The file in the drop folder.
    pub file: String,
}

impl Connectors {
    /// Lets a component in, and puts it into the drop folder once that is done: what is refused leaves no trace there.
    ///
    /// # Errors
    /// [`ConnectorError::Refused`] for what is unsound or untrusted, [`ConnectorError::Standing`] for its version.
    pub async fn install(
        &self,
        file: &str,
        component: Vec<u8>,
        signature: Option<String>,
    ) -> Result<Installed, ConnectorError> {
        let mut inbox = self.0.inbox.clone().lock_owned().await;
        let known = self.0.store.releases().await?;
        let (this, named) = (self.clone(), file.to_owned());
        let (candidate, component, known) = tokio::task::spawn_blocking(move || {
            (this.candidate(&named, &component, signature, &known), component, known)
        })
        .await?;
        let candidate =
            candidate.map_err(|reason| ConnectorError::Refused { file: file.to_owned(), reason })?;
        let file = self.try_out(&candidate, known).await?;
        let Candidate { release, connector } = candidate;
        let put = inbox.put(&file, &component, release.signature.as_deref());
        let stamp = put.map_err(ConnectorError::Folder)?;
        self.shelf_mut().forgive(&file);
        let candidate = Candidate { release: Release { file: file.clone(), stamp, ..release }, connector };
        let pins = Pins::read(&self.0.store).await?;
        let mut fresh = HashMap::new();
        let (release, admission) = self.take_in(candidate, &pins, &mut fresh).await??;
        self.renew(fresh).await?;
        Ok(Installed { release: self.entry_of(&release), admission, file })
    }

    /// Whether a candidate would be let in. Answers with the file that it belongs in: a connector keeps its own.
    async fn try_out(
        &self,
        candidate: &Candidate,
        mut known: Vec<Release>,
    ) -> Result<String, ConnectorError> {
        let Candidate { release, connector } = candidate;
        known.retain(|other| other.name == release.name);
        let before = known
            .iter()
            .max_by_key(|other| (other.digest == release.digest, other.served_at, other.admitted_at));
        let file = before.map_or_else(|| format!("{}.wasm", release.name), |before| before.file.clone());
        if let Err(error) = admit(&mut known, release.clone()) {
            self.forget(connector.iter().map(|_| release.digest.clone()).collect()).await?;
            return Err(error.into());
        }
        Ok(file)
    }

    /// The release as it stands now.
    pub(super) fn entry_of(&self, release: &Release) -> ReleaseEntry {
        let shelf = self.shelf();
        let found = shelf.releases().find(|(known, _)| known.digest == release.digest);
        let (release, unusable) = found.unwrap_or((release, None));
        self.entry(release, unusable)
    }

    /// [`approve`], with effect on this process.
    pub async fn approve(&self, name: &str, wanted: Option<&str>) -> Result<ReleaseEntry, ConnectorError> {
        self.take_over(approve(&self.0.store, name, wanted).await?).await
    }

    /// [`roll_back`], with effect on this process.
    pub async fn roll_back(&self, name: &str, wanted: Option<&str>) -> Result<ReleaseEntry, ConnectorError> {
        self.take_over(roll_back(&self.0.store, name, wanted).await?).await
    }

    /// [`resume`], with effect on this process.
    pub async fn resume(&self, name: &str) -> Result<ReleaseEntry, ConnectorError> {
        self.take_over(resume(&self.0.store, name).await?).await
    }

    async fn take_over(&self, release: Release) -> Result<ReleaseEntry, ConnectorError> {
        self.refresh().await?;
        Ok(self.entry_of(&release))
    }

    /// Forgets a connector with all its releases, and takes its files out of the drop folder.
    ///
    /// # Errors
    /// [`ConnectorError::InUse`] while channels use it.
    pub async fn remove(&self, name: &str) -> Result<(), ConnectorError> {
        let mut inbox = self.0.inbox.clone().lock_owned().await;
        let channels = self.0.store.channels().await?.into_iter();
        let channels: Vec<String> =
            channels.filter(|channel| channel.connector == name).map(|channel| channel.name).collect();
        if !channels.is_empty() {
            return Err(ConnectorError::InUse { connector: name.to_owned(), channels });
        }
        let take_all = |known: &mut Vec<Release>| match std::mem::take(known) {
            none if none.is_empty() => Err(StandingError::Unknown(name.to_owned())),
            all => Ok(all),
        };
        let gone = self.0.store.change_releases(name, take_all).await??;
        let files: HashSet<&String> = gone.iter().map(|release| &release.file).collect();
        for file in files {
            inbox.take_away(file).map_err(ConnectorError::Folder)?;
            self.shelf_mut().forgive(file);
        }
        self.forget(gone.into_iter().map(|release| release.digest).collect()).await?;
        self.refresh().await
    }

    /// Notes how a batch of calls went. Answers with the reason when that has ended the connector's service.
    pub(crate) async fn note(
        &self,
        connector: &Connector,
        stage: Stage,
        health: Option<Health>,
    ) -> Result<Option<String>, ConnectorError> {
        let limit = self.0.settings.quarantine_after;
        let digest = connector.digest();
        let Some(error) = health.and_then(|health| self.0.streaks.note(digest, stage, health, limit)) else {
            return Ok(None);
        };
        let reason = format!("{limit} batches failed one after another, the last one since {error}");
        let quarantine = |known: &mut Vec<Release>| {
            Ok::<_, std::convert::Infallible>(standing::quarantine(known, digest, &reason))
        };
        let Ok(taken_out) = self.0.store.change_releases(connector.name(), quarantine).await?;
        if taken_out {
            let version = &connector.description().version;
            tracing::error!(connector = connector.name(), version, reason, "connector quarantined");
        }
        self.refresh().await?;
        Ok(Some(format!("connector `{}` is quarantined: {reason}", connector.name())))
    }
}

/// Lets a release through that waits or is held: `wanted`, by its version or digest, or else the newest of them. It
/// serves, unless a newer one does.
pub async fn approve(store: &Store, name: &str, wanted: Option<&str>) -> Result<Release, ConnectorError> {
    Ok(store.change_releases(name, |known| standing::approve(known, name, wanted).cloned()).await??)
}

/// Goes back to the release that served before, or to `wanted`; the present one is held.
pub async fn roll_back(store: &Store, name: &str, wanted: Option<&str>) -> Result<Release, ConnectorError> {
    let now = Timestamp::now();
    Ok(store.change_releases(name, |known| standing::roll_back(known, name, wanted, now).cloned()).await??)
}

/// Ends the quarantine of a connector. What its failures kept off the channels becomes due, with everything else.
pub async fn resume(store: &Store, name: &str) -> Result<Release, ConnectorError> {
    let resumed = store.change_releases(name, |known| standing::resume(known, name).cloned()).await??;
    for channel in store.channels().await?.iter().filter(|channel| channel.connector == name) {
        store.mark_all(channel.id, Lane::Content).await?;
    }
    Ok(resumed)
}

/// Why no release can serve this channel, if that is so; as far as the database knows.
pub async fn unavailable(store: &Store, channel: &Channel) -> Result<Option<Unavailable>, StoreError> {
    Ok(serving(store, channel).await?.err())
}

/// The release that serves this channel; as far as the database knows.
pub(crate) async fn serving(
    store: &Store,
    channel: &Channel,
) -> Result<Result<Release, Unavailable>, StoreError> {
    let pin = serde_json::from_str(&channel.configuration).ok().and_then(|pinned: Pinned| pinned.version);
    let mut releases = store.releases().await?;
    releases.retain(|release| release.name == channel.connector);
    Ok(choose(&releases, &channel.connector, pin.as_ref()).cloned())
}

/// What channels pin.
pub(crate) struct Pins(Vec<Pinned>);

/// The part of a channel's configuration that matters here.
#[derive(Deserialize)]
struct Pinned {
    connector: String,
    #[serde(default)]
    version: Option<Pin>,
}

impl Pins {
    pub(crate) async fn read(store: &Store) -> Result<Self, StoreError> {
        let channels = store.channels().await?;
        let pinned = channels.iter().filter_map(|channel| serde_json::from_str(&channel.configuration).ok());
        Ok(Self(pinned.filter(|pinned: &Pinned| pinned.version.is_some()).collect()))
    }

    /// The releases that channels pin; `releases` come by connector.
    pub(crate) fn all(&self, releases: &[Release]) -> HashSet<String> {
        let connectors = releases.chunk_by(|one, other| one.name == other.name);
        connectors.flat_map(|known| self.digests(&known[0].name, known)).collect()
    }

    /// The releases of one connector that channels pin, also those that may not serve now.
    pub(crate) fn digests(&self, connector: &str, known: &[Release]) -> HashSet<String> {
        let pins = self.0.iter().filter(|pinned| pinned.connector == connector);
        let digest = |pin: &Pin| match pin {
            Pin::Digest(digest) => Some(digest.clone()),
            Pin::Range(_) => choose(known, connector, Some(pin)).ok().map(|release| release.digest.clone()),
        };
        pins.filter_map(|pinned| pinned.version.as_ref().and_then(digest)).collect()
    }
}
