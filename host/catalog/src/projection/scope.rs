//! Which part of the catalog a channel sees, and in which language, currency and places.

use serde::{Deserialize, Serialize};

use super::Candidate;
use crate::{
    item::Level,
    product::{BASE_PRICE_LIST, Product},
};

/// The channel's view on the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scope {
    /// BCP 47 tag of the channel's language.
    pub locale: String,
    /// Locales to fall back to, in order, before a value without a locale.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback_locales: Vec<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// ISO 4217.
    pub currency: String,
    /// The list that the source `price` reads.
    #[serde(default = "base", skip_serializing_if = "is_base")]
    pub price_list: String,
    /// The locations whose stock the channel may sell; empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<String>,
    /// Units held back from the channel.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub stock_buffer: i64,
    /// The most units the channel is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock_maximum: Option<i64>,
    #[serde(default, skip_serializing_if = "Selection::is_everything")]
    pub selection: Selection,
}

/// Which products belong on the channel. Each list that is not empty must name one of the product's own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Selection {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub families: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
}

impl Scope {
    /// The units that the channel may sell, or `None` when no stock is known at its locations.
    pub(super) fn allocate(&self, stock: &[(String, i64)]) -> Option<i64> {
        let mut known = self.known(stock).map(|(_, units)| *units).peekable();
        known.peek()?;
        let available = known.fold(0_i64, i64::saturating_add).saturating_sub(self.stock_buffer).max(0);
        Some(self.stock_maximum.map_or(available, |maximum| available.min(maximum.max(0))))
    }

    /// The same units by location: what is held back or capped is taken from the last locations first, so that the
    /// sum is what a channel without locations is told.
    pub(super) fn levels(&self, stock: &[(String, i64)]) -> Vec<Level> {
        let mut left = self.allocate(stock).unwrap_or(0);
        let level = |(location, units): &(String, i64)| {
            let quantity = (*units).clamp(0, left);
            left -= quantity;
            Level { location: location.clone(), quantity }
        };
        self.known(stock).map(level).collect()
    }

    fn known<'a>(&'a self, stock: &'a [(String, i64)]) -> impl Iterator<Item = &'a (String, i64)> {
        stock.iter().filter(|(location, _)| self.locations.is_empty() || self.locations.contains(location))
    }
}

impl Selection {
    fn is_everything(&self) -> bool {
        self.families.is_empty() && self.categories.is_empty()
    }

    pub(super) fn admits(&self, candidate: Candidate<'_>) -> bool {
        let nearest = || std::iter::once(candidate.product).chain(candidate.ancestors.iter().copied());
        let family = nearest().find_map(|product: &Product| product.family.as_ref());
        let in_family =
            self.families.is_empty() || family.is_some_and(|family| self.families.contains(family));
        let in_category = self.categories.is_empty()
            || nearest()
                .flat_map(|product| &product.categories)
                .any(|category| self.categories.contains(category));
        in_family && in_category
    }
}

fn base() -> String {
    BASE_PRICE_LIST.into()
}

fn is_base(list: &str) -> bool {
    list == BASE_PRICE_LIST
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_zero(units: &i64) -> bool {
    *units == 0
}
