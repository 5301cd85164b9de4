//! What an exchange has to remember until its answer comes, as JSON. Entries stand in the order of `covers`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wharf_sdk::{Answer, Problem};

use crate::media::{Media, gallery::Gallery};

/// Bytes that a memo may take when it is prepared. Hosts keep 64 KiB, and what is learnt on the way needs room.
pub(crate) const BYTES: usize = 40 << 10;

/// The step of a chain, and what it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Memo {
    /// Whether the product is there; its creation waits as the document.
    Find(Product),
    /// The product is written; its variants are not.
    Product(Product),
    Options(Product, State),
    Variants(Product, State),
    /// A picture is on its way.
    Upload(Gallery),
    /// The product shows its pictures, and its variants do not yet.
    Shown(Gallery),
    VariantsShown(Gallery),
    Prices(Vec<Price>),
    /// What is allocated is read.
    Allocated(Vec<Stock>),
    Stocks(Vec<Stock>),
    /// What the product has left is read.
    Doomed(Deletion),
    Deleted(Deletion),
}

/// A product with its variants as they should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Product {
    /// Begins the codes of its option groups.
    pub(crate) code: String,
    /// Names of the options in which the variants differ.
    pub(crate) axes: Vec<String>,
    pub(crate) variants: Vec<Variant>,
    #[serde(default, skip_serializing_if = "Media::is_empty")]
    pub(crate) media: Media,
}

/// One variant as it should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Variant {
    pub(crate) sku: String,
    /// Vendure's id, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) deleted: bool,
    /// Whether the document before has brought it about, and only what is new is left.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) done: bool,
    pub(crate) name: String,
    /// As Vendure counts, and the currency.
    pub(crate) price: (i64, String),
    /// One for each axis.
    pub(crate) options: Vec<String>,
    /// Vendure's id of the location, and units that may be sold there.
    pub(crate) levels: Vec<(String, i64)>,
    /// Positions in the product's pictures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pictures: Vec<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) losses: Vec<Loss>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// What a listing lacks, told when it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Loss {
    /// Another variant's name stands for all.
    Name,
    /// Another variant's description stands for all.
    Description,
    /// Stock at a place that is none of Vendure's locations.
    Place(String),
    /// More pictures than a memo has room for.
    Pictures,
}

/// What Vendure has of a product.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) product: String,
    /// By axis; nothing where the group is missing.
    pub(crate) groups: Vec<Option<OptionGroup>>,
    pub(crate) known: Vec<Known>,
    /// New option groups, in the order of axes: their ids follow the product when they are made.
    pub(crate) added: Vec<String>,
}

/// An option group, and its options by code.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct OptionGroup {
    pub(crate) id: String,
    pub(crate) options: BTreeMap<String, String>,
}

/// A variant that is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) sku: String,
    /// Its options of groups that are not ours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) foreign: Vec<String>,
    /// By stock location.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) allocated: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Price {
    pub(crate) id: String,
    pub(crate) price: i64,
    pub(crate) currency: String,
}

/// Units that may be sold of one variant by location.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stock {
    pub(crate) id: String,
    pub(crate) levels: Vec<(String, i64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) losses: Vec<Loss>,
}

/// Variants that are to go from one product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deletion {
    /// Nothing when it is not known where they are.
    pub(crate) product: Option<String>,
    pub(crate) entries: Vec<Doomed>,
}

/// One variant that is to go, or that only came along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Doomed {
    pub(crate) sku: String,
    pub(crate) id: Option<String>,
    pub(crate) goes: bool,
}

impl Memo {
    /// The memo of an answered exchange, if it fits what the exchange covers.
    pub(crate) fn of(answer: &Answer) -> Option<Self> {
        let memo: Self = serde_json::from_slice(&answer.memo).ok()?;
        let entries = match &memo {
            Self::Find(product) | Self::Product(product) => product.variants.len(),
            Self::Options(product, _) | Self::Variants(product, _) => product.variants.len(),
            Self::Upload(gallery) | Self::Shown(gallery) | Self::VariantsShown(gallery) => {
                gallery.listings.len()
            }
            Self::Prices(prices) => prices.len(),
            Self::Allocated(stocks) | Self::Stocks(stocks) => stocks.len(),
            Self::Doomed(deletion) | Self::Deleted(deletion) => deletion.entries.len(),
        };
        (entries == answer.covers as usize).then_some(memo)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // Lists, texts and numbers always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Loss {
    pub(crate) fn problem(&self) -> Problem {
        use crate::fields::{DESCRIPTION, NAME, PICTURES, STOCK};
        match self {
            Self::Name => Problem::warning(
                "name-differs",
                "Vendure has one name for the product, and another variant's was sent; give all variants the same.",
            )
            .at(NAME),
            Self::Description => Problem::warning(
                "description-differs",
                "Vendure has one description for the product, and another variant's was sent.",
            )
            .at(DESCRIPTION),
            Self::Place(place) => Problem::warning(
                "unknown-location",
                format!("The stock of `{place}` was left out; name its location in the channel's `stock_locations`."),
            )
            .at(STOCK),
            Self::Pictures => Problem::warning(
                "too-many-pictures",
                "The product has more pictures than can be remembered until Vendure answers; the last were left out.",
            )
            .at(PICTURES),
        }
    }
}

/// What was lost, as warnings.
pub(crate) fn warnings(losses: &[Loss]) -> Vec<Problem> {
    losses.iter().map(Loss::problem).collect()
}
