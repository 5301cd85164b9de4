//! What the operator sets for one channel, and what follows from it for every request.
//!
//! `settings.schema.json` is the same for the console.

use std::time::Duration;

use serde::Deserialize;
use wharf_sdk::{Context, Problem, Reason};

/// The seller, the marketplaces and how items get there.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// The merchant token.
    pub(crate) seller_id: String,
    /// Ids of marketplaces that share language and currency; never empty.
    pub(crate) marketplaces: Vec<String>,
    /// Who ships: [`MERCHANT`], or one of Amazon's networks.
    #[serde(default = "merchant")]
    pub(crate) fulfillment_channel: String,
    /// From so many operations on, a batch goes as a feed.
    #[serde(default = "feed_from")]
    pub(crate) feed_from: usize,
    /// Seconds before the first look at a feed; every further one waits so much longer.
    #[serde(default = "poll_seconds")]
    poll_seconds: u32,
    /// Whether variants name their parent.
    #[serde(default)]
    pub(crate) variations: bool,
    /// Whether Amazon only checks.
    #[serde(default)]
    pub(crate) validation_preview: bool,
    /// Whether orders come with buyer and address.
    #[serde(default = "yes")]
    pub(crate) personal_data: bool,
    /// How far back the first look for orders goes.
    #[serde(default = "first_orders_days")]
    pub(crate) first_orders_days: u32,
    /// A test system's host of documents.
    pub(crate) document_host: Option<String>,
}

/// The fulfillment channel of a seller who ships.
pub(crate) const MERCHANT: &str = "DEFAULT";

fn merchant() -> String {
    MERCHANT.to_owned()
}

fn feed_from() -> usize {
    50
}

fn poll_seconds() -> u32 {
    30
}

fn yes() -> bool {
    true
}

fn first_orders_days() -> u32 {
    30
}

impl Settings {
    pub(crate) fn poll(&self) -> Duration {
        Duration::from_secs(self.poll_seconds.into())
    }
}

/// The settings, and the channel's language as Amazon writes it.
#[derive(Debug, Clone)]
pub(crate) struct Market {
    pub(crate) settings: Settings,
    /// Such as `de_DE`.
    pub(crate) language_tag: String,
    /// ISO 4217 code the channel sells in.
    pub(crate) currency: String,
}

impl Market {
    pub(crate) fn of(context: &Context) -> Result<Self, Problem> {
        let settings: Settings = context.settings()?;
        if settings.marketplaces.is_empty() {
            let message = "No marketplace is set; name at least one in `marketplaces`.";
            return Err(Problem::error("invalid-settings", message).reason(Reason::Settings));
        }
        Ok(Self { settings, language_tag: language_tag(context), currency: context.currency.clone() })
    }

    /// The first marketplace, which stands for the channel where Amazon takes only one.
    pub(crate) fn marketplace(&self) -> &str {
        self.settings.marketplaces.first().map(String::as_str).unwrap_or_default()
    }

    /// Whether Amazon ships, and so counts.
    pub(crate) fn is_fulfilled_by_amazon(&self) -> bool {
        self.settings.fulfillment_channel != MERCHANT
    }
}

/// Language and region, with the channel's country where the locale names no region.
fn language_tag(context: &Context) -> String {
    let is_region = |subtag: &&str| subtag.len() == 2 && subtag.bytes().all(|byte| byte.is_ascii_uppercase());
    let region = context.locale.split(['-', '_']).skip(1).find(is_region).unwrap_or(&context.country);
    format!("{}_{region}", context.language())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_tagged_as_amazon_does() {
        for (locale, tag) in
            [("de-DE", "de_DE"), ("en", "en_AT"), ("zh-Hans-CN", "zh_CN"), ("fr_BE", "fr_BE")]
        {
            let context = Context {
                settings: "{}".into(),
                locale: locale.into(),
                country: "AT".into(),
                currency: "EUR".into(),
            };
            assert_eq!(language_tag(&context), tag);
        }
    }
}
