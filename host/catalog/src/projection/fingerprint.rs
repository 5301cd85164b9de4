//! Whether a channel already shows an item: a digest per lane over everything that decides the bytes sent.

use crate::{
    declaration::{Field, Lane, Lanes},
    item::{Content, Item, Measure, Money},
};

const WIDTH: usize = 16;

/// What an item's bytes depend on beside the item: connector digest, settings, locale, market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    pub fn new<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            absorb(&mut hasher, part.as_bytes());
        }
        Self(*hasher.finalize().as_bytes())
    }
}

/// One digest for each lane. Two equal fingerprints mean: nothing to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint([[u8; WIDTH]; 3]);

impl Fingerprint {
    /// Of a channel of which nothing is known: no item has these digests.
    pub const UNKNOWN: Self = Self([[0; WIDTH]; 3]);

    pub fn new(seed: &Seed, item: &Item, fields: &[Field]) -> Self {
        Self(Lane::ALL.map(|lane| digest(seed, item, fields, lane)))
    }

    pub fn to_bytes(self) -> [u8; 3 * WIDTH] {
        let mut bytes = [0; 3 * WIDTH];
        for (target, digest) in bytes.chunks_exact_mut(WIDTH).zip(self.0) {
            target.copy_from_slice(&digest);
        }
        bytes
    }

    /// `None` unless the bytes are a fingerprint's; then the item counts as never delivered.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut lanes = [[0; WIDTH]; 3];
        if bytes.len() != 3 * WIDTH {
            return None;
        }
        for (lane, digest) in lanes.iter_mut().zip(bytes.chunks_exact(WIDTH)) {
            lane.copy_from_slice(digest);
        }
        Some(Self(lanes))
    }

    /// The same with some lanes as in `other`: what a channel shows that was told of these alone.
    #[must_use]
    pub fn with(mut self, other: &Self, lanes: Lanes) -> Self {
        lanes.iter().for_each(|lane| self.0[lane as usize] = other.0[lane as usize]);
        self
    }

    /// Whether both agree on what the lane shows.
    pub fn agrees(&self, other: &Self, lane: Lane) -> bool {
        self.0[lane as usize] == other.0[lane as usize]
    }
}

fn digest(seed: &Seed, item: &Item, fields: &[Field], lane: Lane) -> [u8; WIDTH] {
    let mut hasher = blake3::Hasher::new_keyed(&seed.0);
    if lane == Lane::Content {
        absorb(&mut hasher, item.sku.as_bytes());
        absorb(&mut hasher, item.group.as_deref().unwrap_or_default().as_bytes());
    }
    for value in item.values.iter().filter(|value| fields[value.field as usize].lane == lane) {
        hasher.update(&value.field.to_le_bytes());
        absorb_content(&mut hasher, &value.content);
    }
    let mut digest = [0; WIDTH];
    hasher.finalize_xof().fill(&mut digest);
    digest
}

fn absorb_content(hasher: &mut blake3::Hasher, content: &Content) {
    match content {
        Content::Text(text) => absorb_tagged(hasher, 0, text),
        Content::Texts(texts) => {
            hasher.update(&[1]);
            hasher.update(&(texts.len() as u64).to_le_bytes());
            texts.iter().for_each(|text| absorb(hasher, text.as_bytes()));
        }
        // Not normalized: 1.0 and 1.00 may be sent differently, and a repeat is harmless.
        Content::Number(number) => {
            hasher.update(&[2]);
            hasher.update(&number.serialize());
        }
        Content::Quantity(units) => {
            hasher.update(&[3]);
            hasher.update(&units.to_le_bytes());
        }
        Content::Money(Money { amount, currency }) => {
            hasher.update(&[4]);
            hasher.update(&amount.serialize());
            absorb(hasher, currency.as_bytes());
        }
        Content::Measure(Measure { amount, unit }) => {
            hasher.update(&[7]);
            hasher.update(&amount.serialize());
            absorb(hasher, unit.as_bytes());
        }
        Content::Levels(levels) => {
            hasher.update(&[8]);
            hasher.update(&(levels.len() as u64).to_le_bytes());
            for level in levels {
                absorb(hasher, level.location.as_bytes());
                hasher.update(&level.quantity.to_le_bytes());
            }
        }
        Content::Flag(flag) => {
            hasher.update(&[5, u8::from(*flag)]);
        }
        Content::Images(images) => {
            hasher.update(&[6]);
            hasher.update(&(images.len() as u64).to_le_bytes());
            for image in images {
                absorb(hasher, image.url.as_bytes());
                absorb(hasher, image.alt.as_deref().unwrap_or_default().as_bytes());
            }
        }
    }
}

fn absorb_tagged(hasher: &mut blake3::Hasher, tag: u8, text: &str) {
    hasher.update(&[tag]);
    absorb(hasher, text.as_bytes());
}

/// Length first, so that no two different sequences hash the same bytes.
fn absorb(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}
