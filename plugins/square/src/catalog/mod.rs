//! The item library: items with their variations
//! ([Catalog API](https://developer.squareup.com/reference/square/catalog-api)).
//!
//! - `content`, `object`: an item checked, and written as Square's object.
//! - `upsert`, `search`, `versions`: from a group to the library, without doubles and without overwriting others.
//! - `images`: the pictures of an item, after all else.
//! - `price`, `delete`: read first, then write or delete no more than was meant.

mod content;
pub(crate) mod delete;
pub(crate) mod description;
pub(crate) mod images;
pub(crate) mod object;
pub(crate) mod price;
pub(crate) mod search;
pub(crate) mod upsert;
pub(crate) mod versions;

use serde_json::Value;
use wharf_sdk::{Json, Request};

use crate::API;

pub(crate) const UPSERT: &str = "/v2/catalog/batch-upsert";
pub(crate) const DELETE: &str = "/v2/catalog/batch-delete";
const IMAGES: &str = "/v2/catalog/images";
const RETRIEVE: &str = "/v2/catalog/batch-retrieve";
const SEARCH: &str = "/v2/catalog/search";

/// Ids of one `batch-delete`
/// ([CatalogInfo](https://developer.squareup.com/reference/square/catalog-api/catalog-info), as are the next).
const DELETED_AT_ONCE: usize = 200;

/// Variations whose price changes in one request. `batch-retrieve` takes 1,000 ids, but the answer holds the objects
/// whole, and all of them are sent back.
const PRICED_AT_ONCE: usize = 250;

/// Objects of one page of `search`.
const FOUND_AT_ONCE: i64 = 1_000;

fn retrieve<'a>(ids: impl IntoIterator<Item = &'a str>) -> Request {
    let mut json = Json::with_capacity(256);
    json.begin_object().texts("object_ids", ids).end_object();
    Request::post(API, RETRIEVE).json(json)
}

/// The object of this id.
fn find<'a>(objects: &'a [Value], id: &str) -> Option<&'a Value> {
    objects.iter().find(|object| object["id"] == id && object["is_deleted"] != true)
}

/// The variations of an item that are there.
fn variations(item: &Value) -> impl Iterator<Item = &Value> {
    let all = item["item_data"]["variations"].as_array().into_iter().flatten();
    all.filter(|variation| variation["is_deleted"] != true)
}

/// The variation of this id, with its item.
fn variation<'a>(items: &'a [Value], id: &str) -> Option<(&'a Value, &'a Value)> {
    items.iter().find_map(|item| Some((item, variations(item).find(|variation| variation["id"] == id)?)))
}
