//! What the operator sets for one channel; `settings.schema.json` is the same for the console.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The account and data source that products go to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Number of the Merchant Center account.
    pub(crate) account: String,
    /// Number of a primary data source of the kind `API`.
    pub(crate) data_source: String,
    /// Without it, the channel's country.
    pub(crate) feed_label: Option<String>,
    /// Without it, the language of the channel's locale.
    pub(crate) content_language: Option<String>,
    /// Whether inserts carry the revision as `versionNumber`.
    ///
    /// Google refuses an insert whose version is lower than the one it holds. That keeps a delayed repeat from
    /// replacing a newer insert, but a catalog restored from a backup counts from an older revision and would be
    /// refused until it has caught up. The host never reorders the requests of one SKU, so the default is off.
    #[serde(default)]
    pub(crate) versioned: bool,
    /// Google's store codes by the operator's names of the places.
    #[serde(default)]
    pub(crate) stores: BTreeMap<String, String>,
}
