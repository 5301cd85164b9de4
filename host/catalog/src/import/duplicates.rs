//! Finds a SKU's second row in a file. Remembers 64 bits of each SKU, not the text: one wrongly refused row is
//! to be expected in more than ten thousand files of a million rows.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
};

#[derive(Debug)]
pub(super) struct SeenSkus {
    /// Keyed at random, so that nobody can write a file of colliding SKUs.
    hash: RandomState,
    rows: HashMap<u64, u32, BuildHasherDefault<Hashed>>,
    capacity: usize,
}

/// What is known of a SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    First,
    /// In this row.
    Before(u64),
    /// Not met, and there is no room to remember it.
    Forgotten,
}

impl SeenSkus {
    pub(super) fn new(capacity: usize) -> Self {
        Self { hash: RandomState::new(), rows: HashMap::default(), capacity }
    }

    /// Compares a SKU with those before it, and remembers its row while there is room.
    pub(super) fn meet(&mut self, sku: &str, row: u64) -> Met {
        let full = self.rows.len() >= self.capacity;
        match self.rows.entry(self.hash.hash_one(sku)) {
            Entry::Occupied(first) => Met::Before(u64::from(*first.get())),
            Entry::Vacant(_) if full => Met::Forgotten,
            Entry::Vacant(slot) => {
                slot.insert(u32::try_from(row).unwrap_or(u32::MAX));
                Met::First
            }
        }
    }

    pub(super) fn contains(&self, sku: &str) -> bool {
        self.rows.contains_key(&self.hash.hash_one(sku))
    }
}

/// The keys are hashes already.
#[derive(Debug, Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
