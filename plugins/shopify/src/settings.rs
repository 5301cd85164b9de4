//! The channel's settings; what they mean stands in `settings.schema.json`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::ids;

#[derive(Debug, Deserialize)]
pub(crate) struct Settings {
    pub(crate) locations: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) publications: Vec<String>,
    #[serde(default = "option_names")]
    pub(crate) option_names: Vec<String>,
    #[serde(default = "active")]
    pub(crate) status: String,
    #[serde(default = "deny")]
    pub(crate) inventory_policy: String,
    #[serde(default = "yes")]
    pub(crate) compare_stock: bool,
    #[serde(default)]
    pub(crate) notify_customer: bool,
}

fn option_names() -> Vec<String> {
    ["Color", "Size", "Material"].map(str::to_owned).to_vec()
}

fn active() -> String {
    "ACTIVE".to_owned()
}

fn deny() -> String {
    "DENY".to_owned()
}

fn yes() -> bool {
    true
}

impl Settings {
    /// The number of Shopify's location for one of the channel's.
    pub(crate) fn location(&self, name: &str) -> Option<u64> {
        self.locations.get(name)?.parse().ok()
    }

    /// The location at this place in the order of names, by its number and its name.
    pub(crate) fn location_at(&self, position: usize) -> Option<(u64, &str)> {
        let (name, number) = self.locations.iter().nth(position)?;
        Some((number.parse().ok()?, name))
    }

    /// Stands for the publications in notes; 0 for none.
    pub(crate) fn publications_digest(&self) -> u64 {
        if self.publications.is_empty() { 0 } else { ids::digest(&self.publications.join(",")) }
    }
}
