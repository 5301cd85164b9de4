//! The connectors at hand: what lies in the drop folder, loaded or refused by name and reason.
//!
//! A file is looked at again only when it changes. A bad file never disturbs the others, and a replaced one
//! takes over between two calls: whoever holds the old connector finishes with it.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

use cap_std::fs::Dir;
use serde::Serialize;
use wharf_sandbox::{Connector, Sandbox};

/// A handle on all connectors; cheap to clone.
#[derive(Debug, Clone)]
pub struct Connectors {
    sandbox: Arc<Sandbox>,
    files: Arc<RwLock<BTreeMap<String, File>>>,
}

#[derive(Debug)]
struct File {
    stamp: Stamp,
    outcome: Result<Connector, String>,
}

/// What tells that a file was replaced, without reading it.
type Stamp = (u64, Option<SystemTime>);

/// One file of the drop folder.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum ConnectorEntry {
    Loaded {
        file: String,
        name: String,
        version: String,
        /// SHA-256 of the component.
        digest: String,
        summary: String,
        abilities: Vec<&'static str>,
    },
    Refused {
        file: String,
        /// Why, in a sentence.
        refused: String,
    },
}

/// What a look at the drop folder changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanReport {
    /// Files that now serve, as `name version`.
    pub loaded: Vec<String>,
    /// Files that were refused, with the reason.
    pub refused: Vec<(String, String)>,
    /// Files that are gone.
    pub removed: Vec<String>,
}

impl Connectors {
    pub fn new(sandbox: Sandbox) -> Self {
        Self { sandbox: Arc::new(sandbox), files: Arc::default() }
    }

    /// Loads what is new or changed in `folder`. Blocks while components compile.
    pub fn scan(&self, folder: &Dir) -> io::Result<ScanReport> {
        let found = components(folder)?;
        let mut report = ScanReport::default();
        for (name, stamp) in &found {
            if self.read().get(name).is_some_and(|file| file.stamp == *stamp) {
                continue;
            }
            let outcome = self.load(folder, name);
            match &outcome {
                Ok(connector) => report.loaded.push(title(connector)),
                Err(reason) => report.refused.push((name.clone(), reason.clone())),
            }
            self.write().insert(name.clone(), File { stamp: *stamp, outcome });
        }
        self.write().retain(|name, _| {
            let kept = found.contains_key(name);
            if !kept {
                report.removed.push(name.clone());
            }
            kept
        });
        Ok(report)
    }

    fn load(&self, folder: &Dir, file: &str) -> Result<Connector, String> {
        let bytes = folder.read(file).map_err(|error| format!("it cannot be read: {error}"))?;
        let connector = self.sandbox.load(file, &bytes).map_err(|error| error.reason.to_string())?;
        match self.file_of(connector.name()) {
            Some(other) if other != file => {
                Err(format!("`{other}` already provides `{}`: remove one of them", connector.name()))
            }
            _ => Ok(connector),
        }
    }

    fn file_of(&self, connector: &str) -> Option<String> {
        let files = self.read();
        let named = |file: &File| file.outcome.as_ref().is_ok_and(|known| known.name() == connector);
        files.iter().find(|(_, file)| named(file)).map(|(name, _)| name.clone())
    }

    /// The connector of this name, if one is loaded.
    pub fn get(&self, name: &str) -> Option<Connector> {
        self.read()
            .values()
            .filter_map(|file| file.outcome.as_ref().ok())
            .find(|known| known.name() == name)
            .cloned()
    }

    /// Every file with what became of it.
    pub fn list(&self) -> Vec<ConnectorEntry> {
        self.read().iter().map(|(file, known)| entry(file, &known.outcome)).collect()
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<String, File>> {
        self.files.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, BTreeMap<String, File>> {
        self.files.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn components(folder: &Dir) -> io::Result<BTreeMap<String, Stamp>> {
    let mut found = BTreeMap::new();
    for entry in folder.entries()? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if !name.ends_with(".wasm") || name.starts_with('.') {
            continue;
        }
        let metadata = entry.metadata()?;
        let modified = metadata.modified().ok().map(cap_std::time::SystemTime::into_std);
        found.insert(name, (metadata.len(), modified));
    }
    Ok(found)
}

fn title(connector: &Connector) -> String {
    format!("{} {}", connector.name(), connector.description().version)
}

fn entry(file: &str, outcome: &Result<Connector, String>) -> ConnectorEntry {
    match outcome {
        Err(reason) => ConnectorEntry::Refused { file: file.into(), refused: reason.clone() },
        Ok(connector) => ConnectorEntry::Loaded {
            file: file.into(),
            name: connector.name().into(),
            version: connector.description().version.clone(),
            digest: connector.digest().into(),
            summary: connector.description().summary.clone(),
            abilities: abilities(connector),
        },
    }
}

fn abilities(connector: &Connector) -> Vec<&'static str> {
    let abilities = connector.abilities();
    [(abilities.publisher, "publisher"), (abilities.feed, "feed")]
        .into_iter()
        .filter_map(|(able, name)| able.then_some(name))
        .collect()
}
