//! Wiring: a data directory becomes a running host.
//!
//! In two steps, because most commands need only the first: a [`Site`] is the data directory with its settings
//! and its database; a [`Host`] adds the sandbox with every connector, the gateway and the reconciler.

use std::{path::Path, sync::Arc};

use anyhow::Context;
use wharf_gateway::Gateway;
use wharf_sandbox::Sandbox;
use wharf_store::{KeySource, Secrets, Store};
use wharf_sync::{ConnectorFolders, Connectors, Reconciler, ScanReport};

use crate::{
    configuration::Configuration,
    directory::{DataDirectory, Missing},
    secret_key::KeyPlace,
};

/// A data directory with its settings and its open database.
#[derive(Debug)]
pub struct Site {
    pub directory: DataDirectory,
    pub configuration: Configuration,
    pub store: Store,
    pub secrets: Secrets,
    /// Where the key to the secrets is.
    pub key: Arc<KeyPlace>,
}

impl Site {
    pub async fn open(path: &Path, missing: Missing) -> anyhow::Result<Self> {
        let directory = DataDirectory::open(path, missing)?;
        let configuration = Configuration::read(directory.root())?;
        let store = Store::open(&directory.database(), &configuration.store).await?;
        let key = KeyPlace::new(KeyPlace::environment(), &configuration.secrets, &directory);
        let key = Arc::new(key.context("cannot open the data directory")?);
        let secrets = Secrets::new(store.clone(), Arc::clone(&key) as Arc<dyn KeySource>);
        Ok(Self { directory, configuration, store, secrets, key })
    }
}

/// Everything that runs inside one Wharf process.
#[derive(Debug)]
pub struct Host {
    pub site: Site,
    pub connectors: Connectors,
    pub reconciler: Reconciler,
}

impl Host {
    /// Opens the data directory, takes in what is new in the drop folder, and loads every connector that serves; what is
    /// refused is logged.
    pub async fn open(path: &Path) -> anyhow::Result<Self> {
        Self::new(Site::open(path, Missing::Create).await?).await
    }

    /// Loads the connectors beside an open site.
    pub async fn new(site: Site) -> anyhow::Result<Self> {
        let connectors = connectors(&site).await?;
        report(&connectors.scan_settled().await?);
        let gateway = Gateway::new(site.configuration.gateway.clone())?;
        let feeds = site.directory.feeds().try_clone().context("cannot open the folder of feeds")?;
        let settings = site.configuration.sync.clone();
        let reconciler = Reconciler::new(site.secrets.clone(), connectors.clone(), gateway, feeds, settings);
        Ok(Self { site, connectors, reconciler })
    }
}

/// The connectors of a site, none of them loaded yet.
pub(crate) async fn connectors(site: &Site) -> anyhow::Result<Connectors> {
    let cache = site.directory.cache()?;
    let limits = site.configuration.sandbox.clone();
    let component_bytes = limits.component_bytes;
    let folders = ConnectorFolders {
        drop_folder: site.directory.connectors().try_clone().context("cannot open the drop folder")?,
        archive: site.directory.releases()?,
    };
    // It reserves address space and reads the cache's folder.
    let sandbox = tokio::task::spawn_blocking(move || Sandbox::new(limits, Some(cache))).await??;
    let settings = site.configuration.connectors.clone();
    Ok(Connectors::new(sandbox, site.store.clone(), folders, settings, component_bytes)?)
}

/// Says what a look at the drop folder has changed.
pub(crate) fn report(scan: &ScanReport) {
    for connector in &scan.loaded {
        tracing::info!(connector, "connector serves");
    }
    for (connector, asks) in &scan.waiting {
        tracing::warn!(connector, asks, "connector waits for approval: it asks for more than was approved");
    }
    for (file, reason) in &scan.refused {
        tracing::warn!(file, reason, "connector refused; the others keep running");
    }
    for file in &scan.removed {
        tracing::info!(file, "file removed from the drop folder; what it brought keeps serving");
    }
}
