//! A look at the drop folder: what is new is examined, and let in or refused by name and reason.

use std::collections::HashMap;

use jiff::Timestamp;
use semver::Version;
use wharf_sandbox::{Connector, conformance};
use wharf_store::{Release, ReleaseState, StoreError};

use super::{
    Connectors,
    admission::{Admission, admit},
    asks::Asks,
    error::ConnectorError,
    inbox::{Arrival, Look},
    operate::Pins,
    pin::version,
    signature::digest,
    standing::{StandingError, prune},
};

/// What a look at the drop folder changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanReport {
    /// Releases that serve from now on, as `name version`.
    pub loaded: Vec<String>,
    /// Releases that wait for a person, as `name version`, with what they ask for.
    pub waiting: Vec<(String, String)>,
    /// Files that were refused, with the reason.
    pub refused: Vec<(String, String)>,
    /// Files that are gone. What they brought keeps serving.
    pub removed: Vec<String>,
    /// Files are still changing: worth another look once they rest.
    pub unsettled: bool,
}

/// A sound release that is not let in yet.
pub(crate) struct Candidate {
    pub(crate) release: Release,
    /// What was loaded to examine it; nothing for bytes that were known.
    pub(crate) connector: Option<Connector>,
}

impl Connectors {
    /// Takes in what is new in the drop folder, and what other processes have changed. Waits while components compile.
    ///
    /// # Errors
    /// When folders or the database cannot be used; a bad file is no error but is refused in the report.
    pub async fn scan(&self) -> Result<ScanReport, ConnectorError> {
        let mut inbox = self.0.inbox.clone().lock_owned().await;
        let known = self.0.store.releases().await?;
        let this = self.clone();
        let (mut inbox, look) = tokio::task::spawn_blocking(move || {
            let is_known = |file: &str, stamp: &str| {
                known.iter().any(|release| release.file == file && release.stamp == stamp)
            };
            let look = inbox.look(is_known, |arrival| this.examine(arrival, &known));
            look.map(|look| (inbox, look)).map_err(ConnectorError::Folder)
        })
        .await??;
        let Look { arrivals: mut examined, unsettled, gone: removed } = look;
        // Several versions of one connector come in their order.
        examined.sort_by_cached_key(|(_, outcome)| {
            outcome.as_ref().ok().map(|one| (one.release.name.clone(), version(&one.release)))
        });
        removed.iter().for_each(|file| self.shelf_mut().forgive(file));
        let mut report = ScanReport { removed, unsettled, ..ScanReport::default() };
        let taken = self.take_all(examined, &mut report).await;
        if taken.is_err() {
            // What was read came to nothing, so it is as new as before.
            inbox.start_over();
        }
        taken.map(|()| report)
    }

    async fn take_all(
        &self,
        examined: Vec<(String, Result<Candidate, String>)>,
        report: &mut ScanReport,
    ) -> Result<(), ConnectorError> {
        if examined.is_empty() {
            return self.refresh().await;
        }
        let pins = Pins::read(&self.0.store).await?;
        let mut fresh = HashMap::new();
        for (file, outcome) in examined {
            self.shelf_mut().forgive(&file);
            let taken = match outcome {
                Ok(candidate) => {
                    self.take_in(candidate, &pins, &mut fresh).await?.map_err(|error| error.to_string())
                }
                Err(reason) => Err(reason),
            };
            self.tell(report, file, taken);
        }
        self.renew(fresh).await
    }

    /// Like [`Connectors::scan`], and once more after a while when files were still changing.
    pub async fn scan_settled(&self) -> Result<ScanReport, ConnectorError> {
        let mut report = self.scan().await?;
        if report.unsettled {
            tokio::time::sleep(self.0.settings.settle()).await;
            let later = self.scan().await?;
            report.loaded.extend(later.loaded);
            report.waiting.extend(later.waiting);
            report.refused.extend(later.refused);
            report.removed.extend(later.removed);
            report.unsettled = later.unsettled;
        }
        Ok(report)
    }

    fn tell(&self, report: &mut ScanReport, file: String, taken: Result<(Release, Admission), String>) {
        match taken {
            Ok((release, Admission::Serving)) => report.loaded.push(title(&release)),
            Ok((release, Admission::Waiting(asks))) => {
                let asks: Vec<_> = asks.iter().map(ToString::to_string).collect();
                report.waiting.push((title(&release), asks.join(", ")));
            }
            Ok((_, Admission::Known(_))) => {}
            Err(reason) => {
                self.shelf_mut().refuse(file.clone(), reason.clone());
                report.refused.push((file, reason));
            }
        }
    }

    /// Everything that is asked of a file before it may become a release. The reason of a refusal is its answer.
    fn examine(&self, arrival: Arrival, known: &[Release]) -> (String, Result<Candidate, String>) {
        let Arrival { file, stamp, content } = arrival;
        let content = content.map_err(|error| format!("it cannot be read: {error}"));
        let candidate = content.and_then(|(bytes, signature)| {
            let candidate = self.candidate(&file, &bytes, signature, known)?;
            Ok(Candidate { release: Release { stamp, ..candidate.release }, ..candidate })
        });
        (file, candidate)
    }

    /// Cheap questions come first, and nothing is compiled that is not trusted. The host's copy is made here, so that
    /// no release is noted whose bytes could be lost.
    pub(crate) fn candidate(
        &self,
        file: &str,
        bytes: &[u8],
        signature: Option<String>,
        known: &[Release],
    ) -> Result<Candidate, String> {
        let digest = digest(bytes);
        self.0.keys.check(&digest, signature.as_deref()).map_err(|error| error.to_string())?;
        let digest = hexadecimal(&digest);
        let (found, connector) = match known.iter().find(|release| release.digest == digest) {
            Some(known) => (known.clone(), None),
            None => {
                let connector = self.sound(file, bytes)?;
                (release(&connector), Some(connector))
            }
        };
        let kept = self.0.archive.put(&digest, bytes);
        kept.map_err(|error| format!("the host cannot keep its own copy of it: {error}"))?;
        Ok(Candidate { release: Release { file: file.to_owned(), signature, ..found }, connector })
    }

    /// Whether these bytes are a connector that may be called: well-formed, within the world, described, versioned,
    /// and keeping the contract in a quick conformance run.
    fn sound(&self, file: &str, bytes: &[u8]) -> Result<Connector, String> {
        let connector = self.0.sandbox.load(file, bytes).map_err(|error| error.reason.to_string())?;
        let version = &connector.description().version;
        Version::parse(version)
            .map_err(|error| format!("its version `{version}` is not a semantic version: {error}"))?;
        conformance::quick(&connector).map_err(|breach| breach.to_string())?;
        Ok(connector)
    }

    /// Lets a candidate in, if the rules allow it, and forgets releases that nothing needs any more.
    pub(crate) async fn take_in(
        &self,
        candidate: Candidate,
        pins: &Pins,
        fresh: &mut HashMap<String, Connector>,
    ) -> Result<Result<(Release, Admission), StandingError>, ConnectorError> {
        let Candidate { release, connector } = candidate;
        let decided = self.decide(&release, pins).await?;
        let forgotten = match &decided {
            Ok((_, forgotten)) => forgotten.clone(),
            Err(_) if connector.is_some() => vec![release.digest.clone()],
            Err(_) => Vec::new(),
        };
        self.forget(forgotten).await?;
        if let Some(connector) = connector {
            fresh.insert(release.digest.clone(), connector);
        }
        Ok(decided.map(|(admission, _)| (release, admission)))
    }

    async fn decide(
        &self,
        release: &Release,
        pins: &Pins,
    ) -> Result<Result<(Admission, Vec<String>), StandingError>, StoreError> {
        let kept = self.0.settings.kept_releases;
        self.0
            .store
            .change_releases(&release.name, |known| {
                let admission = admit(known, release.clone())?;
                let pinned = pins.digests(&release.name, known);
                let forgotten =
                    prune(known, kept, |one| one.digest == release.digest || pinned.contains(&one.digest));
                Ok((admission, forgotten))
            })
            .await
    }

    /// Removes the host's copies of these digests.
    pub(crate) async fn forget(&self, digests: Vec<String>) -> Result<(), ConnectorError> {
        if digests.is_empty() {
            return Ok(());
        }
        let this = self.clone();
        let removed = tokio::task::spawn_blocking(move || {
            digests.iter().try_for_each(|digest| this.0.archive.remove(digest))
        });
        removed.await?.map_err(ConnectorError::Archive)
    }
}

/// What is noted of a connector that is let in.
fn release(connector: &Connector) -> Release {
    let description = connector.description();
    let now = Timestamp::now().as_millisecond();
    Release {
        digest: connector.digest().to_owned(),
        name: description.name.clone(),
        version: description.version.clone(),
        summary: description.summary.clone(),
        state: ReleaseState::Waiting,
        reason: None,
        asks: Asks::of(connector).to_json(),
        approved: None,
        file: String::new(),
        stamp: String::new(),
        signature: None,
        admitted_at: now,
        changed_at: now,
        served_at: None,
    }
}

fn title(release: &Release) -> String {
    format!("{} {}", release.name, release.version)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}
