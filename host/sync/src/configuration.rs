//! A channel as the operator declares it: a connector, put to work for one market.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wharf_catalog::{mapping::Mapping, projection::Scope};
use wharf_gateway::{CredentialsSettings, Grant};
use wharf_sandbox::ChannelLimits;

use crate::{channel_settings::named_secrets, connectors::Pin, inbound::Inbound, schedule::Schedule};

/// Everything about a channel but its name. Holds no secret: credentials are named, not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChannelConfiguration {
    /// Name of the connector.
    pub connector: String,
    /// Which of its releases: a range of versions such as `^1.2`, or `sha256:DIGEST`. Left out, the one that serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Pin>,
    /// Settings under the connector's own schema.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub settings: serde_json::Map<String, serde_json::Value>,
    pub scope: Scope,
    #[serde(default)]
    pub mapping: Mapping,
    #[serde(default)]
    pub schedule: Schedule,
    /// Addresses used instead of the connector's own, by endpoint name: a vendor's sandbox, a proxy.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub endpoints: BTreeMap<String, String>,
    /// Whose account at the vendor it uses. Channels of the same account share its budgets and tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Limits of the connector's calls, where they shall be stricter for this channel.
    #[serde(default, skip_serializing_if = "ChannelLimits::is_empty")]
    pub limits: ChannelLimits,
    /// The hosts that the operator lets this channel reach.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    /// Where the secret is kept; needed when the connector's auth scheme asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<CredentialsSettings>,
    /// How orders, counts and streams are taken in.
    #[serde(default, skip_serializing_if = "Inbound::is_default")]
    pub inbound: Inbound,
}

impl ChannelConfiguration {
    /// The names of the stored secrets that the channel needs, each once.
    pub fn secrets(&self) -> Vec<&str> {
        let credentials = self.credentials.iter().filter_map(|credentials| credentials.secret.as_deref());
        let mut names: Vec<_> = credentials.chain(named_secrets(&self.settings)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
