//! What is remembered of a listing from one operation to the next: whose part it is, at which versions, and what else
//! Square holds of it.
//!
//! An upsert clears what it leaves out, so what others have set (taxes, modifiers, pictures, prices by location) is
//! kept here and sent back. It cannot be stale: Square refuses a write whose version is not the latest.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::catalog::images::Known;

/// Members of an object's wrapper that others may set.
const WRAPPER: [&str; 4] = [
    "present_at_all_locations",
    "present_at_location_ids",
    "absent_at_location_ids",
    "custom_attribute_values",
];

/// Members of `item_data` that are ours, or that Square makes and does not take.
const ITEM: [&str; 7] = [
    "name",
    "description",
    "description_html",
    "description_plaintext",
    "variations",
    "ecom_uri",
    "ecom_image_uris",
];

/// The same of `item_variation_data`.
const VARIATION: [&str; 8] =
    ["item_id", "name", "sku", "upc", "ordinal", "pricing_type", "price_money", "track_inventory"];

/// Stands for a listing that Square no longer has; an outcome cannot take a remote id back.
const GONE: &str = "gone";

/// Where a listing is at Square.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Note {
    /// Id of the item.
    pub(crate) item: String,
    /// Version of the item; nothing when only the variation was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) item_version: Option<i64>,
    /// Version of the variation.
    pub(crate) version: i64,
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub(crate) item_kept: Kept,
    #[serde(default, skip_serializing_if = "Kept::is_empty")]
    pub(crate) kept: Kept,
    /// The item's images that are ours; only with the listing that carries them.
    #[serde(default, skip_serializing_if = "Known::is_empty")]
    pub(crate) pictures: Known,
}

/// What is not ours of an object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Of its wrapper.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) wrapper: Map<String, Value>,
    /// Of `item_data` or `item_variation_data`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(crate) data: Map<String, Value>,
}

impl Kept {
    fn is_empty(&self) -> bool {
        self.wrapper.is_empty() && self.data.is_empty()
    }

    fn of(object: &Value, data: &str, ours: &[&str]) -> Self {
        let foreign = |name: &str| !ours.contains(&name);
        Self {
            wrapper: members(object, |name| WRAPPER.contains(&name)),
            data: members(&object[data], foreign),
        }
    }
}

/// The members of this name that hold something.
fn members(object: &Value, wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let all = object.as_object().into_iter().flatten();
    let wanted = all.filter(|(name, value)| wanted(name) && !value.is_null());
    wanted.map(|(name, value)| (name.clone(), value.clone())).collect()
}

impl Note {
    /// What an earlier outcome noted; nothing if Square does not have the listing, as far as is known.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    pub(crate) fn to_text(&self) -> String {
        // Maps with text keys and plain values always have a JSON form.
        serde_json::to_string(self).unwrap_or_else(|_| GONE.to_owned())
    }

    /// The note of a listing that is gone.
    pub(crate) fn gone() -> &'static str {
        GONE
    }

    /// Of a variation, and of its item where that is known too.
    pub(crate) fn of(item: Option<&Value>, variation: &Value) -> Option<Self> {
        let data = &variation["item_variation_data"];
        let id = item.map_or(&data["item_id"], |item| &item["id"]);
        Some(Self {
            item: id.as_str()?.to_owned(),
            item_version: item.and_then(|item| item["version"].as_i64()),
            version: variation["version"].as_i64()?,
            item_kept: item.map(|item| Kept::of(item, "item_data", &ITEM)).unwrap_or_default(),
            kept: Kept::of(variation, "item_variation_data", &VARIATION),
            pictures: Known::new(),
        })
    }
}
