//! What a connector asks for, what was approved for it, and what each channel was granted, side by side.

use std::collections::BTreeMap;

use serde::Serialize;
use wharf_gateway::Grant;
use wharf_store::{Channel, Release, ReleaseState};

use super::{
    Connectors,
    asks::{Ask, Asks},
    entry::ReleaseEntry,
    error::ConnectorError,
    standing::{StandingError, approved},
};
use crate::configuration::ChannelConfiguration;

/// One connector, for a person who has to decide about it.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    pub name: String,
    /// In the order of admission.
    pub releases: Vec<ReleaseEntry>,
    pub asks: Vec<AskEntry>,
}

/// One thing that at least one release asks for.
#[derive(Debug, Clone, Serialize)]
pub struct AskEntry {
    pub ask: Ask,
    /// The ask in words.
    pub text: String,
    /// The versions that ask for it, of those that serve, wait or are held.
    pub asked_by: Vec<String>,
    /// Whether the operator has approved it for the connector.
    pub approved: bool,
    /// By channel of this connector, whether its configuration grants it. Empty where there is nothing to grant.
    pub granted: BTreeMap<String, bool>,
}

impl Connectors {
    /// Reads how a connector stands.
    ///
    /// # Errors
    /// When there is no such connector.
    pub async fn compare(&self, name: &str) -> Result<Comparison, ConnectorError> {
        let mut releases = self.0.store.releases().await?;
        releases.retain(|release| release.name == name);
        if releases.is_empty() {
            return Err(StandingError::Unknown(name.to_owned()).into());
        }
        let mut channels = self.0.store.channels().await?;
        channels.retain(|channel| channel.connector == name);
        let channels: Vec<_> = channels.iter().filter_map(granted).collect();
        let entries = releases.iter().map(|release| self.entry_of(release));
        Ok(Comparison {
            name: name.to_owned(),
            releases: entries.collect(),
            asks: asks(&releases, &channels),
        })
    }
}

/// A channel's name and configuration; one that cannot be read grants nothing.
fn granted(channel: &Channel) -> Option<(String, ChannelConfiguration)> {
    Some((channel.name.clone(), serde_json::from_str(&channel.configuration).ok()?))
}

fn asks(releases: &[Release], channels: &[(String, ChannelConfiguration)]) -> Vec<AskEntry> {
    let approved = approved(releases);
    let mut asked: BTreeMap<Ask, Vec<String>> = BTreeMap::new();
    for release in releases.iter().filter(|release| release.state != ReleaseState::Previous) {
        for ask in Asks::stored(&release.asks) {
            asked.entry(ask).or_default().push(release.version.clone());
        }
    }
    let entry = |(ask, asked_by): (Ask, Vec<String>)| AskEntry {
        text: ask.to_string(),
        asked_by,
        approved: approved.cover(&ask),
        granted: channels
            .iter()
            .filter_map(|(name, channel)| Some((name.clone(), grants(channel, &ask)?)))
            .collect(),
        ask,
    };
    asked.into_iter().map(entry).collect()
}

/// Whether the channel grants this; nothing where the configuration has no say. An endpoint that the channel points
/// elsewhere is granted when that place is.
fn grants(channel: &ChannelConfiguration, ask: &Ask) -> Option<bool> {
    match ask {
        Ask::Ability { .. } => None,
        Ask::Credentials { .. } => Some(channel.credentials.is_some()),
        Ask::Endpoint { endpoint, address, .. } => {
            let address = channel.endpoints.get(endpoint).unwrap_or(address);
            Some(channel.grants.iter().any(|grant| is_granted(grant, address)))
        }
    }
}

/// A grant names a host, with its port unless that is the scheme's own.
fn is_granted(grant: &Grant, address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    let authority = rest.split('/').next().unwrap_or_default();
    let own_port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let bare = |host: &str| host.strip_suffix(own_port).unwrap_or(host).to_ascii_lowercase();
    bare(&grant.host) == bare(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_names_a_host_and_a_port_that_is_not_the_usual_one() {
        let is_granted = |host: &str, address: &str| {
            is_granted(&Grant { host: host.into(), allow_private: false }, address)
        };
        assert!(is_granted("Shop.example", "https://shop.example/v1"));
        assert!(is_granted("shop.example:443", "https://shop.example"));
        assert!(is_granted("127.0.0.1:8080", "http://127.0.0.1:8080"));
        assert!(!is_granted("shop.example", "https://shop.example:8443"));
        assert!(!is_granted("shop.example", "https://shop.example.evil"));
    }
}
