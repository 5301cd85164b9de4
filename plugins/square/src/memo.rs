//! What an exchange has to remember until its answer comes, as JSON.
//!
//! Entries stand in the order of `covers`. Locations are listed once and counts point at them, so that the memo of
//! hundreds of variations with their stock stays below what a host stores.

use serde::{Deserialize, Serialize};
use wharf_sdk::{Answer, Problem, inbound::Timestamp};

use crate::{
    catalog::images::{Listed, Pictures},
    note::Note,
};

/// Bytes of a request's memo at which the next request begins. Hosts keep 64 KiB.
pub(crate) const BYTES: usize = 40 << 10;

/// The step of a chain, and what it needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Memo {
    /// Whether Square has SKUs that were never sent; the upsert waits as the document.
    Search(Upsert),
    Upsert(Upsert),
    /// Versions are read after a conflict.
    Versions(Upsert),
    /// Variations are read whose price changes.
    Prices(Prices),
    Priced(Prices),
    /// Items are read of which variations are to go.
    Doomed(Deletions),
    Deleted(Deletions),
    Counts(Counts),
    /// A picture is on its way.
    Image(Listed),
    /// The item is read, with its images.
    Imaged(Listed),
}

/// Groups on their way to the item library.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Upsert {
    /// Items that Square has already, by batch; empty for new ones.
    pub(crate) items: Vec<String>,
    pub(crate) entries: Vec<Variation>,
    /// Square's ids of the locations that counts point at.
    pub(crate) locations: Vec<String>,
    pub(crate) as_of: Timestamp,
    /// Of the work as a whole; later steps make their idempotency keys of it.
    pub(crate) key: String,
}

/// One operation of an upsert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Variation {
    pub(crate) sku: String,
    /// Position of its batch.
    pub(crate) batch: usize,
    /// Square's id, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// Left out of the item on purpose.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) deleted: bool,
    /// Location and units.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) counts: Vec<(usize, i64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) losses: Vec<Loss>,
    /// Of its item, if it carries them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pictures: Option<Pictures>,
}

/// What a listing lacks, told when it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Loss {
    /// Another variant's name stands for all.
    Name,
    /// Another variant's description stands for all.
    Description,
    /// The first element or attribute of the description that Square does not take.
    Markup(String),
    /// The end of the description.
    DescriptionEnd,
    /// The end of the variation's name.
    VariationName,
    /// Stock at a place that is none of Square's locations.
    Place(String),
    /// More pictures than a memo has room for.
    Pictures,
}

/// New prices by variation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Prices {
    pub(crate) entries: Vec<Price>,
    pub(crate) key: String,
}

/// A new price; none for an item that only came along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Price {
    pub(crate) id: String,
    /// In the currency's smallest unit.
    pub(crate) money: Option<(i64, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<Note>,
}

/// Variations that are to go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deletions {
    pub(crate) entries: Vec<Deletion>,
}

/// One variation that is to go; without an id, an item that only came along.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Deletion {
    pub(crate) id: Option<String>,
    /// Its item, as far as is known.
    pub(crate) item: Option<String>,
}

/// Stock counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) entries: Vec<Count>,
}

/// The stock of one variation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Count {
    /// Square's id of the variation; none for an item that only came along.
    pub(crate) id: Option<String>,
    /// How many physical counts of the request are its own.
    pub(crate) changes: usize,
    /// After an upsert, what the listing is to remember.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<Note>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) losses: Vec<Loss>,
    /// After an upsert, those of its item, if it carries them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pictures: Option<Pictures>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl Memo {
    /// The memo of an answered exchange, if it fits what the exchange covers.
    pub(crate) fn of(answer: &Answer) -> Option<Self> {
        let memo: Self = serde_json::from_slice(&answer.memo).ok()?;
        let entries = match &memo {
            Self::Search(upsert) | Self::Upsert(upsert) | Self::Versions(upsert) => upsert.entries.len(),
            Self::Prices(prices) | Self::Priced(prices) => prices.entries.len(),
            Self::Doomed(deletions) | Self::Deleted(deletions) => deletions.entries.len(),
            Self::Counts(counts) => counts.entries.len(),
            Self::Image(_) | Self::Imaged(_) => 1,
        };
        (entries == answer.covers as usize).then_some(memo)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // Lists, texts and numbers always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl Upsert {
    /// Roughly the bytes it takes to write it.
    pub(crate) fn length(&self) -> usize {
        self.entries.iter().map(Variation::length).sum::<usize>()
            + self.items.iter().map(|item| item.len() + 4).sum::<usize>()
            + self.locations.iter().map(|id| id.len() + 4).sum::<usize>()
            + 160
    }
}

impl Variation {
    fn length(&self) -> usize {
        // Counts can take 24 bytes, and a text twice its length once escaped; ids of new listings come with the answer.
        let pictures = self.pictures.as_ref().map_or(0, Pictures::length);
        2 * self.sku.len() + 26 * self.counts.len() + 64 * self.losses.len() + 96 + pictures
    }
}

impl Loss {
    pub(crate) fn problem(&self) -> Problem {
        use crate::fields::{
            DESCRIPTION, DESCRIPTION_LENGTH, NAME, PICTURES, STOCK, VARIATION_NAME, VARIATION_NAME_LENGTH,
        };
        match self {
            Self::Name => Problem::warning(
                "name-differs",
                "Square has one name for all variations, and another variant's was sent; give all variants the same.",
            )
            .at(NAME),
            Self::Description => Problem::warning(
                "description-differs",
                "Square has one description for all variations, and another variant's was sent.",
            )
            .at(DESCRIPTION),
            Self::Markup(name) => Problem::warning(
                "markup-dropped",
                format!("Square takes no `{name}`; it was left out of the description, with others like it."),
            )
            .at(DESCRIPTION),
            Self::DescriptionEnd => Problem::shortened("description", DESCRIPTION_LENGTH).at(DESCRIPTION),
            Self::VariationName => {
                Problem::shortened("variation's name", VARIATION_NAME_LENGTH).at(VARIATION_NAME)
            }
            Self::Place(place) => Problem::warning(
                "unknown-location",
                format!("The stock of `{place}` was left out; name its location in the channel's `locations`."),
            )
            .at(STOCK),
            Self::Pictures => Problem::warning(
                "too-many-pictures",
                "The product has more pictures than can be remembered until Square answers; the last were left out.",
            )
            .at(PICTURES),
        }
    }
}

/// What was lost, as warnings.
pub(crate) fn warnings(losses: &[Loss]) -> Vec<Problem> {
    losses.iter().map(Loss::problem).collect()
}
