//! What a call may depend on beside its items.

use serde::de::DeserializeOwned;

use crate::{Context, Problem, Reason};

impl Context {
    /// The channel's settings in the connector's own shape.
    ///
    /// The host has checked them against the settings schema, so an error here means that the schema and
    /// the shape disagree.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_str(&self.settings).map_err(|error| {
            let message = format!("The channel's settings cannot be read: {error}. Correct them.");
            Problem::error("invalid-settings", message).reason(Reason::Settings)
        })
    }

    /// The language subtag of the locale: `de` of `de-DE`.
    pub fn language(&self) -> &str {
        self.locale.split(['-', '_']).next().unwrap_or_default()
    }
}
