//! Whether a release that was found sound is let in: a version names one content and goes forward, and a new one asks
//! for no more than was approved. Pure, like `standing`.

use wharf_store::{Release, ReleaseState};

use super::{
    asks::{Ask, Asks},
    pin::version,
    standing::{StandingError, approve_asks, approved, serve},
};

/// What became of a file that was let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It serves from now on.
    Serving,
    /// It waits for `wharf connector approve`, since it asks for this beyond what was approved.
    Waiting(Vec<Ask>),
    /// It was known before, and stands as it stood.
    Known(ReleaseState),
}

/// Lets a release in: at once, or once a person has approved what it asks for beyond the others.
pub(crate) fn admit(known: &mut Vec<Release>, new: Release) -> Result<Admission, StandingError> {
    if let Some(index) = known.iter().position(|release| release.digest == new.digest) {
        return admit_again(known, index, &new);
    }
    check_version(known, &new)?;
    let asks = Asks::stored(&new.asks);
    let approved = approved(known);
    let more: Vec<Ask> = asks.beyond(&approved).cloned().collect();
    let first = known.is_empty();
    known.push(new);
    let index = known.len() - 1;
    if first || more.is_empty() {
        approve_asks(known, index);
        serve(known, index);
        return Ok(Admission::Serving);
    }
    let more_text: Vec<String> = more.iter().map(ToString::to_string).collect();
    known[index].state = ReleaseState::Waiting;
    known[index].reason = Some(format!("it asks for more than was approved: {}", more_text.join(", ")));
    Ok(Admission::Waiting(more))
}

/// A file with bytes that are known: it says where they lie now. Only a build under development may return this way.
fn admit_again(known: &mut [Release], index: usize, new: &Release) -> Result<Admission, StandingError> {
    let state = known[index].state;
    if state == ReleaseState::Previous {
        check_version(known, new)?;
        serve(known, index);
    }
    let release = &mut known[index];
    release.file.clone_from(&new.file);
    release.stamp.clone_from(&new.stamp);
    release.signature.clone_from(&new.signature);
    Ok(if state == ReleaseState::Previous { Admission::Serving } else { Admission::Known(state) })
}

fn check_version(known: &[Release], new: &Release) -> Result<(), StandingError> {
    let Some(offered) = version(new) else { return Ok(()) };
    if let Some(serving) = incumbent(known)
        && version(serving).is_some_and(|serving| offered.cmp_precedence(&serving).is_lt())
    {
        return Err(StandingError::Backwards {
            connector: new.name.clone(),
            offered: new.version.clone(),
            serving: serving.version.clone(),
        });
    }
    let same = known.iter().find(|release| {
        release.digest != new.digest
            && version(release).is_some_and(|known| offered.cmp_precedence(&known).is_eq())
    });
    match same {
        Some(same) if offered.pre.is_empty() => Err(StandingError::OtherBytes {
            connector: new.name.clone(),
            version: same.version.clone(),
            digest: same.digest.clone(),
        }),
        _ => Ok(()),
    }
}

/// The release that serves, or the last one that did and is quarantined.
fn incumbent(known: &[Release]) -> Option<&Release> {
    let state = |state| move |release: &&Release| release.state == state;
    known.iter().find(state(ReleaseState::Serving)).or_else(|| {
        known.iter().filter(state(ReleaseState::Quarantined)).max_by_key(|release| release.served_at)
    })
}
