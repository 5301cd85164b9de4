//! Which release a channel gets: the one that serves, or what it pins.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize, de};
use wharf_store::{Release, ReleaseState};

/// A channel's wish for a release other than the one that serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pin {
    /// Exactly these bytes: SHA-256 in lower-case hexadecimal.
    Digest(String),
    /// The newest release in this range of semantic versions.
    Range(VersionReq),
}

/// A text that pins nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` pins no release: write a range of versions such as `^1.2`, or `sha256:` and 64 hexadecimal digits"
)]
pub struct PinError {
    text: String,
}

impl FromStr for Pin {
    type Err = PinError;

    fn from_str(text: &str) -> Result<Self, PinError> {
        let error = || PinError { text: text.to_owned() };
        match text.strip_prefix("sha256:") {
            Some(digest) if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Ok(Self::Digest(digest.to_ascii_lowercase()))
            }
            Some(_) => Err(error()),
            None => VersionReq::parse(text).map(Self::Range).map_err(|_| error()),
        }
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(digest) => write!(f, "sha256:{digest}"),
            Self::Range(range) => range.fmt(f),
        }
    }
}

impl Serialize for Pin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Why there is no release for a channel, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    #[error(
        "no connector `{connector}` is loaded: put its component into the drop folder, or see `wharf connector list`"
    )]
    Unknown { connector: String },
    #[error(
        "connector `{connector}` {version} is quarantined since {since}: {reason}; `wharf connector resume {connector}` lets it serve again, `wharf connector rollback {connector}` goes back to the one before"
    )]
    Quarantined { connector: String, version: String, since: Timestamp, reason: String },
    #[error("no release of connector `{connector}` serves: {}; see `wharf connector show {connector}`", .standing.join(", "))]
    NoneServes { connector: String, standing: Vec<String> },
    #[error("no release of connector `{connector}` fits the channel's version `{pin}`: there is {}", .standing.join(", "))]
    NoneFits { connector: String, pin: String, standing: Vec<String> },
    #[error("connector `{connector}` {version} cannot serve: {reason}")]
    Unusable { connector: String, version: String, reason: String },
}

/// Picks from all releases of one connector, in the order of admission.
///
/// # Errors
/// When none may serve the channel.
pub fn choose<'r>(
    releases: &'r [Release],
    connector: &str,
    pin: Option<&Pin>,
) -> Result<&'r Release, Unavailable> {
    if releases.is_empty() {
        return Err(Unavailable::Unknown { connector: connector.to_owned() });
    }
    let found = match pin {
        None => releases.iter().find(|release| release.state == ReleaseState::Serving),
        Some(pin) => releases
            .iter()
            .filter(|release| matches!(release.state, ReleaseState::Serving | ReleaseState::Previous))
            .filter(|release| fits(pin, release))
            .max_by_key(|release| (version(release), release.served_at)),
    };
    found.ok_or_else(|| missing(releases, connector, pin))
}

fn missing(releases: &[Release], connector: &str, pin: Option<&Pin>) -> Unavailable {
    let wanted = || releases.iter().filter(|release| pin.is_none_or(|pin| fits(pin, release)));
    let quarantined = wanted()
        .filter(|release| release.state == ReleaseState::Quarantined)
        .max_by_key(|release| release.served_at);
    let connector = connector.to_owned();
    if let Some(release) = quarantined {
        return Unavailable::Quarantined {
            connector,
            version: release.version.clone(),
            since: Timestamp::from_millisecond(release.changed_at).unwrap_or(Timestamp::UNIX_EPOCH),
            reason: release.reason.clone().unwrap_or_default(),
        };
    }
    let standing =
        releases.iter().map(|release| format!("{} ({})", release.version, release.state.as_str())).collect();
    match pin {
        None => Unavailable::NoneServes { connector, standing },
        Some(pin) => Unavailable::NoneFits { connector, pin: pin.to_string(), standing },
    }
}

fn fits(pin: &Pin, release: &Release) -> bool {
    match pin {
        Pin::Digest(digest) => release.digest == *digest,
        Pin::Range(range) => version(release).is_some_and(|version| range.matches(&version)),
    }
}

/// The release's version; only sound ones are admitted.
pub(crate) fn version(release: &Release) -> Option<Version> {
    Version::parse(&release.version).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::standing::tests::release;

    fn pin(text: &str) -> Pin {
        text.parse().unwrap()
    }

    #[test]
    fn a_pin_is_written_as_it_was_read() {
        let digest = format!("sha256:{}", "0f".repeat(32));
        for text in ["^1.2", ">=1.0.0, <1.4.0", digest.as_str()] {
            assert_eq!(pin(text).to_string(), text);
        }
        for text in ["", "newest", "sha256:12", "1.2.x.y"] {
            assert!(text.parse::<Pin>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_gets_the_newest_that_may_serve() {
        let releases = [
            release("1.1.0", ReleaseState::Previous),
            release("1.2.0", ReleaseState::Serving),
            release("1.3.0", ReleaseState::Held),
            release("1.10.0", ReleaseState::Waiting),
        ];
        let version =
            |wanted: Option<Pin>| choose(&releases, "shop", wanted.as_ref()).map(|one| one.version.as_str());
        assert_eq!(version(None), Ok("1.2.0"));
        assert_eq!(version(Some(pin("^1"))), Ok("1.2.0"));
        assert_eq!(version(Some(pin("~1.1"))), Ok("1.1.0"));
        assert_eq!(version(Some(Pin::Digest(releases[0].digest.clone()))), Ok("1.1.0"));
        let error = version(Some(pin("^1.3"))).unwrap_err().to_string();
        assert!(error.contains("`^1.3`") && error.contains("1.3.0 (held)"), "{error}");
    }

    #[test]
    fn a_quarantine_is_told_with_its_reason() {
        let mut release = release("1.0.0", ReleaseState::Quarantined);
        release.changed_at = 1_000;
        release.reason = Some("trapped in `publisher.prepare`".into());
        let error = choose(&[release], "shop", None).unwrap_err().to_string();
        assert!(error.contains("since 1970-01-01T00:00:01Z: trapped in `publisher.prepare`"), "{error}");
        assert!(error.contains("`wharf connector resume shop`"), "{error}");
    }
}
