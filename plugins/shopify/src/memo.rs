//! What an exchange is about, handed back with its answer.
//!
//! A memo may have 64 KiB, and a product 2,048 variants, so lists are written as arrays without names.

use serde::{Deserialize, Serialize};
use wharf_sdk::{Action, Losses, Problem};

use crate::{fields, note::Note};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Memo {
    /// A product is being set.
    Set(Set),
    /// The numbers of the variants whose prices are set.
    Prices(Vec<u64>),
    Stock(Stock),
    /// Quantities that turned out to be others are read.
    Held(Vec<Held>),
    /// A variant is looked for by its SKU, since nothing was noted of it.
    Find(Find),
    /// Variants of this product are deleted.
    DeleteVariants(u64),
    /// This product is deleted.
    Delete(u64),
    /// This product could not be deleted, with Shopify's words; is it there at all?
    Exists(String),
}

impl Memo {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("memos hold numbers, texts and lists of them")
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Set {
    pub(crate) step: Step,
    /// One for each operation that the exchange covers.
    pub(crate) variants: Vec<Variant>,
    pub(crate) group: u64,
    /// What the notes will say of pictures, publications and filled fields.
    pub(crate) media: u64,
    pub(crate) publications: u64,
    pub(crate) filled: u32,
    /// Whether the product still has to be published.
    pub(crate) publish: bool,
    /// From which the keys of later steps are made.
    pub(crate) seed: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    Set,
    /// Shopify works on it; asked so many times before.
    Operation(String, u32),
    Publish,
    /// Further variants of the product are read back.
    Variants,
}

/// One operation on a variant.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "(u64, u8, Vec<Level>)", into = "(u64, u8, Vec<Level>)")]
pub(crate) struct Variant {
    /// Digest of the SKU, by which answers are matched.
    pub(crate) sku: u64,
    pub(crate) flags: Flags,
    pub(crate) levels: Vec<Level>,
}

/// Units at one of Shopify's locations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, i64, Option<i64>)", into = "(u64, i64, Option<i64>)")]
pub(crate) struct Level {
    pub(crate) location: u64,
    pub(crate) quantity: i64,
    /// What was set last.
    pub(crate) from: Option<i64>,
}

impl Level {
    pub(crate) fn is_changed(&self) -> bool {
        self.from != Some(self.quantity)
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stock {
    pub(crate) entries: Vec<StockEntry>,
    pub(crate) key: String,
    /// How often the same request was found under way.
    pub(crate) repeats: u32,
}

/// One operation on stock.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StockEntry {
    /// As it is now; accepted, the levels are added.
    #[serde(rename = "n")]
    pub(crate) note: Note,
    #[serde(rename = "l")]
    pub(crate) levels: Vec<Level>,
    #[serde(rename = "f")]
    pub(crate) flags: Flags,
    /// Of a variant that was set in the step before, the number.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub(crate) variant: Option<u64>,
}

/// An operation whose quantities are read back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Held {
    #[serde(rename = "n")]
    pub(crate) note: Note,
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub(crate) variant: Option<u64>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Find {
    pub(crate) sku: String,
    pub(crate) group: u64,
    pub(crate) delete: bool,
}

/// The action, and what was left out of the listing, which the operator hears of when the listing is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "u8", into = "u8")]
pub(crate) struct Flags {
    action: u8,
    losses: Losses<Loss>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// Pictures past the last that Shopify takes.
    Images,
    /// Stock at locations that the settings do not name.
    Locations,
    /// The variant's own text for the product, as a product has one.
    Shared,
}

impl wharf_sdk::Loss for Loss {
    const ALL: &'static [Self] = &[Self::Images, Self::Locations, Self::Shared];

    fn number(self) -> u8 {
        self as u8
    }

    fn warning(self) -> Problem {
        match self {
            Self::Images => Problem::warning(
                "too-many-images",
                format!("Pictures past the {}th of the product were left out.", fields::MAXIMUM_MEDIA),
            )
            .at(fields::IMAGES),
            Self::Locations => Problem::warning(
                "unknown-location",
                "Stock at locations that the settings do not name was left out; add them to `locations`.",
            )
            .at(fields::QUANTITIES),
            Self::Shared => Problem::warning(
                "shared-text",
                "Variants of a product share its texts, and this one's differ; those of the first SKU are shown.",
            )
            .at(fields::TITLE),
        }
    }
}

impl Flags {
    /// The bits of the action; those of the losses follow.
    const ACTION: u8 = 0b11;

    pub(crate) fn new(action: Action) -> Self {
        let action = match action {
            Action::Keep => 1,
            Action::Delete => 2,
            Action::Upsert | Action::Price | Action::Stock => 0,
        };
        Self { action, losses: Losses::default() }
    }

    pub(crate) fn is_kept(self) -> bool {
        self.action == 1
    }

    pub(crate) fn is_deleted(self) -> bool {
        self.action == 2
    }

    pub(crate) fn add(&mut self, loss: Loss) {
        self.losses.add(loss);
    }

    pub(crate) fn warnings(self) -> Vec<Problem> {
        self.losses.warnings()
    }
}

impl From<u8> for Flags {
    fn from(byte: u8) -> Self {
        let losses = Losses::from_bits(byte >> Self::ACTION.count_ones());
        Self { action: byte & Self::ACTION, losses }
    }
}

impl From<Flags> for u8 {
    fn from(flags: Flags) -> Self {
        flags.action | flags.losses.bits() << Flags::ACTION.count_ones()
    }
}

impl From<(u64, u8, Vec<Level>)> for Variant {
    fn from((sku, flags, levels): (u64, u8, Vec<Level>)) -> Self {
        Self { sku, flags: flags.into(), levels }
    }
}

impl From<Variant> for (u64, u8, Vec<Level>) {
    fn from(Variant { sku, flags, levels }: Variant) -> Self {
        (sku, flags.into(), levels)
    }
}

impl From<(u64, i64, Option<i64>)> for Level {
    fn from((location, quantity, from): (u64, i64, Option<i64>)) -> Self {
        Self { location, quantity, from }
    }
}

impl From<Level> for (u64, i64, Option<i64>) {
    fn from(Level { location, quantity, from }: Level) -> Self {
        (location, quantity, from)
    }
}
