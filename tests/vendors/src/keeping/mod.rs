//! Vendors that keep what they are sent and give it back: what a connector sends and reads is held against each other
//! here, natively with any catalog and through the whole host.
//!
//! They know the operations that connectors call, take them at their word, and check no more than what would lose data.

mod goods;
pub mod shopify;
pub mod square;

use serde_json::Value as Json;

pub use goods::{Article, PLACES, UNKNOWN_PLACE, catalog, shown, words};

fn list(array: &Json) -> impl Iterator<Item = &Json> + Clone {
    array.as_array().into_iter().flatten()
}

fn texts(array: &Json) -> Vec<&str> {
    list(array).filter_map(Json::as_str).collect()
}
