//! Square's catalog, inventory, orders and locations, by its OpenAPI document.

use serde_json::Value;

use crate::{
    request::{Contract, Judged, Sent},
    rest::Rest,
    shared,
};

/// What Square takes.
pub struct Square(Rest);

impl std::fmt::Debug for Square {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Square").finish_non_exhaustive()
    }
}

impl Square {
    /// Square's own document, for what it says of limits.
    pub fn document() -> anyhow::Result<Option<Value>> {
        shared::json("square/square_catalog_inventory_orders.json")
    }

    /// Nothing, when the contracts are not there.
    pub fn shared() -> anyhow::Result<Option<Self>> {
        Ok(Self::document()?.map(|document| Self(Rest::new(document))))
    }
}

impl Contract for Square {
    fn judge(&self, sent: &Sent) -> Judged {
        self.0.judge(sent)
    }
}
