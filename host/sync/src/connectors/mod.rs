//! From a file in the drop folder to the connector that a channel's call reaches.
//!
//! A file becomes a *release* once it is whole, signed by whom the operator trusts, sound, and asks for no more than was
//! approved (`inbox`, `signature`, `scan`, `admission`). The host keeps its own copy of the bytes (`archive`), and of
//! each connector one release serves (`standing`); `shelf` has it loaded, and swaps between two calls: whoever holds
//! the old one finishes with it. A channel may `pin` another. One that keeps failing is taken out of service
//! (`streaks`). `operate` is what a person may do about all that.

mod admission;
mod archive;
mod asks;
mod comparison;
mod entry;
mod error;
mod inbox;
mod operate;
mod pin;
mod scan;
mod settings;
mod shelf;
pub mod signature;
mod standing;
mod streaks;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use cap_std::fs::Dir;
use wharf_sandbox::{Connector, Sandbox};
use wharf_store::{Release, Store};

pub use self::{
    admission::Admission,
    asks::{Ask, Asks, abilities},
    comparison::{AskEntry, Comparison},
    entry::{ConnectorEntry, ReleaseEntry},
    error::ConnectorError,
    operate::{Installed, approve, resume, roll_back, unavailable},
    pin::{Pin, PinError, Unavailable, choose},
    scan::ScanReport,
    settings::ConnectorSettings,
    standing::StandingError,
};
use self::{
    archive::Archive,
    inbox::Inbox,
    operate::Pins,
    shelf::{Offer, Shelf},
    signature::TrustedKeys,
    streaks::Streaks,
};
pub(crate) use self::{
    operate::serving,
    streaks::{Health, Stage},
};
use crate::active::{ActiveChannel, Origin};

/// The folders that connectors lie in.
#[derive(Debug)]
pub struct ConnectorFolders {
    /// Where operators put components.
    pub drop_folder: Dir,
    /// The host's own copies; nobody else writes here.
    pub archive: Dir,
}

/// A handle on all connectors; cheap to clone.
#[derive(Debug, Clone)]
pub struct Connectors(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    sandbox: Sandbox,
    store: Store,
    archive: Archive,
    keys: TrustedKeys,
    settings: ConnectorSettings,
    /// Held during a scan: one at a time.
    inbox: Arc<tokio::sync::Mutex<Inbox>>,
    shelf: RwLock<Shelf>,
    /// Held while releases are read and loaded: in their order, and each once for however many channels.
    loading: tokio::sync::Mutex<()>,
    streaks: Streaks,
}

impl Connectors {
    /// Begins with nothing loaded: [`Connectors::scan`] comes next. A component may have `component_bytes`, the
    /// sandbox's own limit.
    ///
    /// # Errors
    /// When one of the keys in the settings is none.
    pub fn new(
        sandbox: Sandbox,
        store: Store,
        folders: ConnectorFolders,
        settings: ConnectorSettings,
        component_bytes: usize,
    ) -> Result<Self, ConnectorError> {
        let inbox = Inbox::new(folders.drop_folder, settings.settle(), component_bytes);
        Ok(Self(Arc::new(Inner {
            sandbox,
            store,
            archive: Archive::new(folders.archive),
            keys: TrustedKeys::parse(&settings.keys)?,
            settings,
            inbox: Arc::new(tokio::sync::Mutex::new(inbox)),
            shelf: RwLock::default(),
            loading: tokio::sync::Mutex::default(),
            streaks: Streaks::default(),
        })))
    }

    /// The connector for a channel: the release that serves, or the one that its pin leads to.
    ///
    /// # Errors
    /// When there is none, with what to do.
    pub async fn resolve(&self, name: &str, pin: Option<&Pin>) -> Result<Connector, Unavailable> {
        // In a statement of its own, so that the lock is let go.
        let offer = self.shelf().offer(name, pin)?;
        match offer {
            Offer::Loaded(found) => Ok(found),
            Offer::Unloaded(_) => self.load_for(name, pin).await,
        }
    }

    async fn load_for(&self, name: &str, pin: Option<&Pin>) -> Result<Connector, Unavailable> {
        let _alone = self.0.loading.lock().await;
        let offer = self.shelf().offer(name, pin)?;
        let release = match offer {
            Offer::Loaded(found) => return Ok(found),
            Offer::Unloaded(release) => release,
        };
        let this = self.clone();
        let loading = tokio::task::spawn_blocking(move || (this.load(&release), release)).await;
        let (outcome, release) = loading.map_err(|error| Unavailable::Unusable {
            connector: name.to_owned(),
            version: pin.map(ToString::to_string).unwrap_or_default(),
            reason: error.to_string(),
        })?;
        self.shelf_mut().keep(&release, outcome)
    }

    /// Whether the channel's connector is still the one that it would be given.
    pub(crate) fn serves(&self, active: &ActiveChannel) -> bool {
        let Origin { pin, digest, .. } = &active.origin;
        let shelf = self.shelf();
        let chosen = shelf.choose(active.connector.name(), pin.as_ref());
        chosen.is_ok_and(|release| release.digest == *digest)
    }

    /// Takes over what another process has changed about the releases.
    pub async fn refresh(&self) -> Result<(), ConnectorError> {
        self.renew(HashMap::new()).await
    }

    /// Takes over how the releases stand, and loads those that serve. `fresh` holds connectors by digest that have just
    /// been loaded.
    async fn renew(&self, mut fresh: HashMap<String, Connector>) -> Result<(), ConnectorError> {
        // What was read first is not to be taken over last.
        let _alone = self.0.loading.lock().await;
        let releases = self.0.store.releases().await?;
        let missing = self.shelf().missing(&releases);
        let loaded = if missing.is_empty() {
            Vec::new()
        } else {
            let this = self.clone();
            let load = move |release: Release| {
                let outcome = fresh.remove(&release.digest).map_or_else(|| this.load(&release), Ok);
                (release, outcome)
            };
            tokio::task::spawn_blocking(move || missing.into_iter().map(load).collect()).await?
        };
        let pinned = if self.shelf().holds_more(&releases) {
            Pins::read(&self.0.store).await?.all(&releases)
        } else {
            HashSet::new()
        };
        let mut shelf = self.shelf_mut();
        for (release, outcome) in loaded {
            if let Err(error) = shelf.keep(&release, outcome) {
                tracing::error!(%error, "a release that should serve cannot");
            }
        }
        shelf.renew(releases, &pinned);
        Ok(())
    }

    /// Loads the kept copy of a release, if it is still trusted and still the bytes that were admitted.
    fn load(&self, release: &Release) -> Result<Connector, String> {
        let damaged = || "its digest is damaged in the database: install it again".to_owned();
        let digest = scan::from_hexadecimal(&release.digest).ok_or_else(damaged)?;
        self.0.keys.check(&digest, release.signature.as_deref()).map_err(|error| error.to_string())?;
        let again = |problem: String| format!("the host's copy of it {problem}: install it again");
        let bytes = self
            .0
            .archive
            .read(&release.digest)
            .map_err(|error| again(format!("cannot be read ({error})")))?;
        let altered = || again("was altered".into());
        // Who lists keys wants nothing else compiled. For the others one hash, the sandbox's own, is enough.
        if !self.0.keys.is_empty() && signature::digest(&bytes) != digest {
            return Err(altered());
        }
        match self.0.sandbox.load(&release.file, &bytes) {
            Ok(connector) if connector.digest() == release.digest => Ok(connector),
            Err(error) if signature::digest(&bytes) == digest => Err(error.reason.to_string()),
            _ => Err(altered()),
        }
    }

    /// Every release, ascending by name and in the order of admission, and every refused file.
    pub fn list(&self) -> Vec<ConnectorEntry> {
        let shelf = self.shelf();
        let releases = shelf
            .releases()
            .map(|(release, unusable)| ConnectorEntry::Release(self.entry(release, unusable)));
        let refused = shelf
            .refused()
            .map(|(file, reason)| ConnectorEntry::Refused { file: file.clone(), refused: reason.clone() });
        releases.chain(refused).collect()
    }

    fn entry(&self, release: &Release, unusable: Option<&str>) -> ReleaseEntry {
        let digest = scan::from_hexadecimal(&release.digest);
        let signed = release.signature.as_deref().zip(digest);
        let signer =
            signed.and_then(|(signature, digest)| self.0.keys.check(&digest, Some(signature)).ok().flatten());
        ReleaseEntry::new(release, signer, unusable)
    }

    fn shelf(&self) -> RwLockReadGuard<'_, Shelf> {
        self.0.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn shelf_mut(&self) -> RwLockWriteGuard<'_, Shelf> {
        self.0.shelf.write().unwrap_or_else(PoisonError::into_inner)
    }
}
