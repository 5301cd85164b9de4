//! Which release of a connector serves, and which state may follow which. Pure: every rule takes all releases of one
//! name, in the order of admission, and changes them; the store runs it inside its transaction.
//!
//! ```text
//! a new file ──► serving ◄──► previous        a newer one serves; rollback
//!     │             │  ▲
//!     ▼             ▼  │ resume
//!  waiting     quarantined                    asks for more; fails too often
//!     └─ approve ─► serving ── rollback ─► held ── approve ─► serving
//! ```

use jiff::Timestamp;
use wharf_store::{Release, ReleaseState};

use super::{asks::Asks, pin::version};

/// Why a release is not let in, or not put where the operator wants it. Every message names the way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    #[error(
        "its version {offered} goes backwards: `{connector}` {serving} serves; `wharf connector rollback {connector}` goes back to a release that served before"
    )]
    Backwards { connector: String, offered: String, serving: String },
    #[error(
        "`{connector}` {version} was admitted with other bytes (sha256:{digest}), and a version names one content: raise the version, or mark a build under development, such as `{version}-dev`"
    )]
    OtherBytes { connector: String, version: String, digest: String },
    #[error("there is no connector `{0}`; see `wharf connector list`")]
    Unknown(String),
    #[error("`{wanted}` names not one release of `{connector}`; there is {}", .known.join(", "))]
    NoRelease { connector: String, wanted: String, known: Vec<String> },
    #[error("no release of `{0}` waits for approval or is held back")]
    NothingToApprove(String),
    #[error("`{0}` has no earlier release to go back to")]
    NothingBefore(String),
    #[error("`{connector}` {version} serves already")]
    Serves { connector: String, version: String },
    #[error("no release of `{0}` is quarantined")]
    NothingToResume(String),
    #[error("`{connector}` {version} is {state}: {remedy}")]
    NotReady { connector: String, version: String, state: &'static str, remedy: String },
}

/// Everything that was approved for the connector.
pub(crate) fn approved(known: &[Release]) -> Asks {
    known.iter().filter_map(|release| release.approved.as_deref()).flat_map(Asks::stored).collect()
}

pub(crate) fn approve_asks(known: &mut [Release], index: usize) {
    let mut all = approved(known);
    all.extend(Asks::stored(&known[index].asks));
    known[index].approved = Some(all.to_json());
}

pub(crate) fn serve(known: &mut [Release], index: usize) {
    for release in known.iter_mut().filter(|release| release.state == ReleaseState::Serving) {
        release.state = ReleaseState::Previous;
    }
    known[index].state = ReleaseState::Serving;
    known[index].reason = None;
}

/// Lets a release through that waits or is held: `wanted`, or else the newest of them. It serves, unless a newer one
/// does; then channels may pin it.
pub(crate) fn approve<'r>(
    known: &'r mut [Release],
    connector: &str,
    wanted: Option<&str>,
) -> Result<&'r Release, StandingError> {
    let may_be = |release: &Release| matches!(release.state, ReleaseState::Waiting | ReleaseState::Held);
    let index = match wanted {
        Some(wanted) => find(known, connector, wanted)?,
        None => known
            .iter()
            .enumerate()
            .filter(|(_, release)| may_be(release))
            .max_by_key(|(_, release)| (version(release), release.admitted_at))
            .map(|(index, _)| index)
            .ok_or_else(|| unknown_or(known, connector, StandingError::NothingToApprove))?,
    };
    if !may_be(&known[index]) {
        return Err(not_ready(&known[index]));
    }
    approve_asks(known, index);
    let newer = known.iter().find(|release| release.state == ReleaseState::Serving);
    if newer.is_some_and(|serving| version(serving) > version(&known[index])) {
        known[index].state = ReleaseState::Previous;
        known[index].reason = None;
    } else {
        serve(known, index);
    }
    Ok(&known[index])
}

/// Goes back to `wanted`, or else to the release that served last before the present one, which is held.
pub(crate) fn roll_back<'r>(
    known: &'r mut [Release],
    connector: &str,
    wanted: Option<&str>,
    now: Timestamp,
) -> Result<&'r Release, StandingError> {
    let to = match wanted {
        Some(wanted) => find(known, connector, wanted)?,
        None => known
            .iter()
            .enumerate()
            .filter(|(_, release)| release.state == ReleaseState::Previous)
            .max_by_key(|(_, release)| release.served_at)
            .map(|(index, _)| index)
            .ok_or_else(|| unknown_or(known, connector, StandingError::NothingBefore))?,
    };
    match known[to].state {
        ReleaseState::Previous | ReleaseState::Held => {}
        _ => return Err(not_ready(&known[to])),
    }
    let from = known.iter().position(|release| release.state == ReleaseState::Serving);
    serve(known, to);
    if let Some(from) = from.filter(|from| version(&known[*from]) >= version(&known[to])) {
        known[from].reason = Some(format!("rolled back to {} at {now:.0}", known[to].version));
        known[from].state = ReleaseState::Held;
    }
    Ok(&known[to])
}

/// Takes a release out of service. Whether it was in service.
pub(crate) fn quarantine(known: &mut [Release], digest: &str, reason: &str) -> bool {
    let in_service = |release: &&mut Release| {
        release.digest == digest && matches!(release.state, ReleaseState::Serving | ReleaseState::Previous)
    };
    let Some(release) = known.iter_mut().find(in_service) else { return false };
    release.state = ReleaseState::Quarantined;
    release.reason = Some(reason.to_owned());
    true
}

/// Ends every quarantine of the connector. The one that served last serves again, unless another does by now.
pub(crate) fn resume<'r>(known: &'r mut [Release], connector: &str) -> Result<&'r Release, StandingError> {
    let last = known
        .iter()
        .enumerate()
        .filter(|(_, release)| release.state == ReleaseState::Quarantined)
        .max_by_key(|(_, release)| release.served_at)
        .map(|(index, _)| index)
        .ok_or_else(|| unknown_or(known, connector, StandingError::NothingToResume))?;
    for release in known.iter_mut().filter(|release| release.state == ReleaseState::Quarantined) {
        release.state = ReleaseState::Previous;
        release.reason = None;
    }
    if known.iter().all(|release| release.state != ReleaseState::Serving) {
        serve(known, last);
    }
    Ok(&known[last])
}

/// Forgets the oldest releases that nothing needs, so that `kept` of these are left. Answers with their digests. What is
/// held stays: its file may still lie in the drop folder, and would come in anew.
pub(crate) fn prune(known: &mut Vec<Release>, kept: usize, pinned: impl Fn(&Release) -> bool) -> Vec<String> {
    let needless = |release: &Release| release.state == ReleaseState::Previous && !pinned(release);
    let mut oldest: Vec<(i64, String)> = known
        .iter()
        .filter(|release| needless(release))
        .map(|release| (release.served_at.unwrap_or(release.admitted_at), release.digest.clone()))
        .collect();
    oldest.sort_unstable();
    oldest.truncate(oldest.len().saturating_sub(kept));
    let gone: Vec<String> = oldest.into_iter().map(|(_, digest)| digest).collect();
    if !gone.is_empty() {
        // What was approved for the connector outlives the releases that it was approved for.
        let all = approved(known).to_json();
        known.retain(|release| !gone.contains(&release.digest));
        if let Some(last) = known.iter_mut().rev().find(|release| release.approved.is_some()) {
            last.approved = Some(all);
        }
    }
    gone
}

/// The release that the operator names by its version or the beginning of its digest.
fn find(known: &[Release], connector: &str, wanted: &str) -> Result<usize, StandingError> {
    const SHORTEST: usize = 6;
    let digest = wanted.strip_prefix("sha256:").unwrap_or(wanted).to_ascii_lowercase();
    let named = |release: &Release| {
        release.version == wanted || (digest.len() >= SHORTEST && release.digest.starts_with(&digest))
    };
    let mut found = known.iter().enumerate().filter(|(_, release)| named(release));
    match (found.next(), found.next()) {
        (Some((index, _)), None) => Ok(index),
        _ if known.is_empty() => Err(StandingError::Unknown(connector.to_owned())),
        _ => Err(StandingError::NoRelease {
            connector: connector.to_owned(),
            wanted: wanted.to_owned(),
            known: known
                .iter()
                .map(|release| format!("{} (sha256:{:.12})", release.version, release.digest))
                .collect(),
        }),
    }
}

fn unknown_or(
    known: &[Release],
    connector: &str,
    otherwise: impl FnOnce(String) -> StandingError,
) -> StandingError {
    if known.is_empty() {
        StandingError::Unknown(connector.to_owned())
    } else {
        otherwise(connector.to_owned())
    }
}

fn not_ready(release: &Release) -> StandingError {
    let name = &release.name;
    let remedy = match release.state {
        ReleaseState::Serving => {
            return StandingError::Serves { connector: name.clone(), version: release.version.clone() };
        }
        ReleaseState::Quarantined => format!("`wharf connector resume {name}` ends that"),
        ReleaseState::Waiting | ReleaseState::Held => {
            format!("`wharf connector approve {name}` lets it serve")
        }
        ReleaseState::Previous => {
            format!("`wharf connector rollback {name} --to {}` lets it serve", release.version)
        }
    };
    StandingError::NotReady {
        connector: name.clone(),
        version: release.version.clone(),
        state: release.state.as_str(),
        remedy,
    }
}

#[cfg(test)]
pub(crate) mod tests;
