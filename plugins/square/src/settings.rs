//! What the operator sets for one channel; `settings.schema.json` is the same for the console.

use std::collections::BTreeMap;

use serde::Deserialize;
use wharf_sdk::{Context, Problem, Reason};

/// Which of Square's locations each of the operator's places is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Square's location id by the operator's name of the place.
    pub(crate) locations: BTreeMap<String, String>,
}

impl Settings {
    /// Settings under which a count of Square's belongs to one place only.
    pub(crate) fn of(context: &Context) -> Result<Self, Problem> {
        let settings: Self = context.settings()?;
        let mut places = BTreeMap::new();
        for (place, id) in &settings.locations {
            if let Some(other) = places.insert(id, place) {
                let message = format!(
                    "`{other}` and `{place}` are the same location of Square's, {id}; give each place its own."
                );
                return Err(Problem::error("location-twice", message).reason(Reason::Settings));
            }
        }
        Ok(settings)
    }

    /// The operator's name of one of Square's locations.
    pub(crate) fn place(&self, id: &str) -> Option<&str> {
        self.locations.iter().find(|(_, mapped)| *mapped == id).map(|(place, _)| place.as_str())
    }
}
