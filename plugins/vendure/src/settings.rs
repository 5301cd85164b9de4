//! What the operator sets for one channel; `settings.schema.json` is the same for the console.

use std::collections::BTreeMap;

use serde::Deserialize;
use wharf_sdk::{Context, Problem, Reason, minor_digits};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Vendure's id of the stock location by the operator's name of the place.
    pub(crate) stock_locations: BTreeMap<String, String>,
    /// Without it, Vendure's default channel.
    pub(crate) channel_token: Option<String>,
    /// Vendure's code of the language; filled with that of the channel's locale.
    #[serde(default)]
    pub(crate) language: String,
    /// Without it, the digits of the currency.
    price_digits: Option<u32>,
}

impl Settings {
    /// Settings under which a stock level of Vendure's belongs to one place only.
    pub(crate) fn of(context: &Context) -> Result<Self, Problem> {
        let mut settings: Self = context.settings()?;
        if settings.language.is_empty() {
            settings.language = context.language().to_owned();
        }
        let mut places = BTreeMap::new();
        for (place, id) in &settings.stock_locations {
            if let Some(other) = places.insert(id, place) {
                let message = format!(
                    "`{other}` and `{place}` are the same stock location of Vendure's, {id}; give each place its own."
                );
                return Err(Problem::error("location-twice", message).reason(Reason::Settings));
            }
        }
        Ok(settings)
    }

    /// Digits after the point in which Vendure counts prices of this currency.
    pub(crate) fn digits(&self, currency: &str) -> u32 {
        self.price_digits.unwrap_or_else(|| minor_digits(currency))
    }

    /// The operator's name of one of Vendure's stock locations.
    pub(crate) fn place(&self, id: &str) -> Option<&str> {
        self.stock_locations.iter().find(|(_, mapped)| *mapped == id).map(|(place, _)| place.as_str())
    }
}
