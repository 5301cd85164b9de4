//! What is kept with a listing for the next operation on it, as the listing's note.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wharf_sdk::{Item, Operation};

use crate::ids;

/// Short names, since there is one for every SKU.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// Digest of the group that the variant was listed in: a variant that moves is another one at Shopify.
    #[serde(rename = "g")]
    pub(crate) group: u64,
    #[serde(rename = "p")]
    pub(crate) product: u64,
    #[serde(rename = "i")]
    pub(crate) inventory_item: u64,
    /// Units that were set last, by Shopify's location.
    #[serde(rename = "s", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) stock: BTreeMap<u64, i64>,
    /// Digest of the pictures that the product was given.
    #[serde(rename = "m", default)]
    pub(crate) media: u64,
    /// Digest of the publications that it was published to.
    #[serde(rename = "c", default)]
    pub(crate) publications: u64,
    /// Bits of the fields that were filled: what is empty now and was filled then has to be cleared.
    #[serde(rename = "f", default)]
    pub(crate) filled: u32,
}

impl Note {
    /// What is known of the operation's listing. An empty note means that Shopify has lost it.
    pub(crate) fn of(operation: &Operation<'_>) -> Option<Self> {
        serde_json::from_str(operation.note?).ok()
    }

    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("numbers and a map of numbers have a JSON form")
    }
}

/// The number of the variant that a remote id names.
pub(crate) fn variant(operation: &Operation<'_>) -> Option<u64> {
    operation.remote_id.and_then(ids::number)
}

/// Stands for the group that an item belongs to; an item without one is a group by itself.
pub(crate) fn group_digest(item: Item<'_>) -> u64 {
    ids::digest(item.group().unwrap_or(item.sku()))
}
