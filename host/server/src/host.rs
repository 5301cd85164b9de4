//! Wiring: a data directory becomes a running host.
//!
//! In two steps, because most commands need only the first: a [`Site`] is the data directory with its settings
//! and its database; a [`Host`] adds the sandbox with every connector, the gateway and the reconciler.

use std::path::Path;

use anyhow::Context;
use wharf_gateway::Gateway;
use wharf_sandbox::Sandbox;
use wharf_store::Store;
use wharf_sync::{Connectors, Reconciler, ScanReport};

use crate::{
    configuration::Configuration,
    directory::{DataDirectory, Missing},
};

/// A data directory with its settings and its open database.
#[derive(Debug)]
pub struct Site {
    pub directory: DataDirectory,
    pub configuration: Configuration,
    pub store: Store,
}

impl Site {
    pub async fn open(path: &Path, missing: Missing) -> anyhow::Result<Self> {
        let directory = DataDirectory::open(path, missing)?;
        let configuration = Configuration::read(directory.root())?;
        let store = Store::open(&directory.database(), &configuration.store).await?;
        Ok(Self { directory, configuration, store })
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
    /// Opens the data directory and loads every connector of the drop folder; refused ones are logged.
    pub async fn open(path: &Path) -> anyhow::Result<Self> {
        Self::new(Site::open(path, Missing::Create).await?).await
    }

    /// Loads the connectors beside an open site.
    pub async fn new(site: Site) -> anyhow::Result<Self> {
        let cache = site.directory.cache()?;
        let limits = site.configuration.sandbox.clone();
        let folder = site.directory.connectors().try_clone().context("cannot open the drop folder")?;
        // Compiling is work for a thread of its own; with a warm cache it is reading and mapping files.
        let connectors = tokio::task::spawn_blocking(move || -> anyhow::Result<Connectors> {
            let connectors = Connectors::new(Sandbox::new(limits, Some(cache))?);
            report(&connectors.scan(&folder).context("cannot read the drop folder")?);
            Ok(connectors)
        })
        .await??;
        let gateway = Gateway::new(site.configuration.gateway.clone())?;
        let feeds = site.directory.feeds().try_clone().context("cannot open the folder of feeds")?;
        let settings = site.configuration.sync.clone();
        let reconciler = Reconciler::new(site.store.clone(), connectors.clone(), gateway, feeds, settings);
        Ok(Self { site, connectors, reconciler })
    }
}

/// Says what a look at the drop folder has changed.
pub(crate) fn report(scan: &ScanReport) {
    for connector in &scan.loaded {
        tracing::info!(connector, "connector loaded");
    }
    for (file, reason) in &scan.refused {
        tracing::warn!(file, reason, "connector refused; the others keep running");
    }
    for file in &scan.removed {
        tracing::info!(file, "connector removed");
    }
}
