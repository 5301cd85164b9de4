//! What calls are served from: the releases as they were last read, and those of them that are loaded.

use std::collections::{BTreeMap, HashMap, HashSet};

use wharf_sandbox::Connector;
use wharf_store::{Release, ReleaseState};

use super::pin::{Pin, Unavailable, choose};

/// Releases and files as they stand. Replaced in one step, so a call sees the old state or the new one.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    releases: BTreeMap<String, Vec<Release>>,
    /// By digest: the connector, or why it cannot be had.
    loaded: HashMap<String, Result<Connector, String>>,
    refused: BTreeMap<String, String>,
}

/// What a channel gets.
#[derive(Debug)]
pub(crate) enum Offer {
    Loaded(Connector),
    /// It has to be loaded first.
    Unloaded(Box<Release>),
}

impl Shelf {
    /// What there is for a channel that wants `connector`, perhaps pinned.
    pub(crate) fn offer(&self, connector: &str, pin: Option<&Pin>) -> Result<Offer, Unavailable> {
        let release = self.choose(connector, pin)?;
        match self.loaded.get(&release.digest) {
            Some(Ok(found)) => Ok(Offer::Loaded(found.clone())),
            Some(Err(reason)) => Err(unusable(release, reason)),
            None => Ok(Offer::Unloaded(Box::new(release.clone()))),
        }
    }

    pub(crate) fn choose(&self, connector: &str, pin: Option<&Pin>) -> Result<&Release, Unavailable> {
        choose(self.releases.get(connector).map_or(&[][..], Vec::as_slice), connector, pin)
    }

    /// Keeps what was loaded, and says whether a channel can have it.
    pub(crate) fn keep(
        &mut self,
        release: &Release,
        outcome: Result<Connector, String>,
    ) -> Result<Connector, Unavailable> {
        let answer = outcome.clone().map_err(|reason| unusable(release, &reason));
        self.loaded.insert(release.digest.clone(), outcome);
        answer
    }

    /// Those of `releases` that serve and are not loaded, or could not be.
    pub(crate) fn missing(&self, releases: &[Release]) -> Vec<Release> {
        let is_loaded = |release: &Release| self.loaded.get(&release.digest).is_some_and(Result::is_ok);
        let serving = releases.iter().filter(|release| release.state == ReleaseState::Serving);
        serving.filter(|release| !is_loaded(release)).cloned().collect()
    }

    /// Whether something is loaded that does not serve by `releases`.
    pub(crate) fn holds_more(&self, releases: &[Release]) -> bool {
        let serves = |digest: &String| {
            releases.iter().any(|one| one.digest == *digest && one.state == ReleaseState::Serving)
        };
        !self.loaded.keys().all(serves)
    }

    /// Takes over how the releases stand now. What neither serves nor is among the digests in `pinned` is no longer held
    /// in memory here; calls under way finish with it.
    pub(crate) fn renew(&mut self, releases: Vec<Release>, pinned: &HashSet<String>) {
        self.loaded.retain(|digest, outcome| {
            let release = releases.iter().find(|release| release.digest == *digest);
            match release.map(|release| release.state) {
                Some(ReleaseState::Serving) => true,
                Some(ReleaseState::Previous) => outcome.is_ok() && pinned.contains(digest),
                _ => false,
            }
        });
        self.releases.clear();
        for release in releases {
            self.releases.entry(release.name.clone()).or_default().push(release);
        }
    }

    pub(crate) fn refuse(&mut self, file: String, reason: String) {
        self.refused.insert(file, reason);
    }

    pub(crate) fn forgive(&mut self, file: &str) {
        self.refused.remove(file);
    }

    pub(crate) fn refused(&self) -> impl Iterator<Item = (&String, &String)> {
        self.refused.iter()
    }

    /// Every release, with why it cannot be had although it should.
    pub(crate) fn releases(&self) -> impl Iterator<Item = (&Release, Option<&str>)> {
        self.releases.values().flatten().map(|release| {
            let unusable = self.loaded.get(&release.digest).and_then(|outcome| outcome.as_ref().err());
            (release, unusable.map(String::as_str))
        })
    }
}

fn unusable(release: &Release, reason: &str) -> Unavailable {
    Unavailable::Unusable {
        connector: release.name.clone(),
        version: release.version.clone(),
        reason: reason.to_owned(),
    }
}
