//! The terms on which a connector publishes, reads, listens and takes files.

use serde::{Deserialize, Serialize};

use super::{
    access::{Placement, Signature},
    field::Lane,
    lanes::Lanes,
};

/// What the host may rely on when an exchange has to be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Idempotency {
    NaturalKey,
    Keyed,
    None,
}

/// The terms on which a connector publishes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Publishing {
    pub stock_alone: bool,
    pub price_alone: bool,
    pub maximum_operations: u32,
    /// Bytes of one request's body.
    pub maximum_request_bytes: Option<u64>,
    pub idempotency: Idempotency,
    /// Whether all items of a group are wanted when one has changed.
    pub whole_groups: bool,
    /// Whether stock may overtake an upsert of the same listing.
    pub stock_apart: bool,
    /// The same for prices.
    pub price_apart: bool,
}

impl Publishing {
    /// Whether an operation may carry the fields of this lane and no others.
    pub fn alone(&self, lane: Lane) -> bool {
        match lane {
            Lane::Stock => self.stock_alone,
            Lane::Price => self.price_alone,
            Lane::Content => false,
        }
    }

    /// The lanes that upserts of existing listings come without, so that they may overtake them.
    pub fn apart(&self) -> Lanes {
        let apart = [(self.stock_apart, Lane::Stock), (self.price_apart, Lane::Price)];
        apart.into_iter().filter(|(apart, lane)| *apart && self.alone(*lane)).map(|(_, lane)| lane).collect()
    }
}

/// Something that can be read from the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct PullStream {
    pub name: String,
    pub kind: StreamKind,
    /// Best first; never empty.
    pub changes: Vec<ChangeDetection>,
    pub every_seconds: u32,
}

/// What a stream brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StreamKind {
    Orders,
    Stock,
    Listings,
    Products,
    Categories,
    Schemas,
}

/// How the host learns what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeDetection {
    Push,
    Cursor,
    /// Seconds to look further back each time.
    ModifiedSince(u32),
    Digest,
    Full,
}

/// The terms on which webhooks are taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Receiving {
    /// The name of the secret setting, and how it signs.
    pub signature: Option<(String, Signature)>,
    /// Where a delivery's id stands, so that a repeat is dropped.
    pub delivery_id: Option<Placement>,
}

/// The files that are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIntake {
    /// Media types or file name endings.
    pub formats: Vec<String>,
    /// Members of zip files in the order they are read; empty: files are read as they are.
    pub members: Vec<String>,
}
