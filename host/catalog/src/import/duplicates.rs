//! Finds a SKU's second row in a file. Remembers 64 bits of each SKU, not the text: one wrongly refused row is
//! to be expected in more than ten million files of a million rows.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState},
};

/// A table that grows is held twice for a moment; of many small ones, one at a time is.
const TABLES: usize = 64;

/// A SKU's hash in two halves, which packs better than one number beside a row.
type Key = [u32; 2];

#[derive(Debug)]
pub(super) struct SeenSkus {
    /// Keyed at random, so that nobody can write a file of colliding SKUs.
    hash: RandomState,
    rows: Vec<HashMap<Key, u32, BuildHasherDefault<Hashed>>>,
    room: usize,
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
        let rows = (0..TABLES).map(|_| HashMap::default()).collect();
        Self { hash: RandomState::new(), rows, room: capacity }
    }

    /// Compares a SKU with those before it, and remembers its row while there is room.
    pub(super) fn meet(&mut self, sku: &str, row: u64) -> Met {
        let (table, key) = self.place(sku);
        match self.rows[table].entry(key) {
            Entry::Occupied(first) => Met::Before(u64::from(*first.get())),
            Entry::Vacant(_) if self.room == 0 => Met::Forgotten,
            Entry::Vacant(slot) => {
                slot.insert(u32::try_from(row).unwrap_or(u32::MAX));
                self.room -= 1;
                Met::First
            }
        }
    }

    pub(super) fn contains(&self, sku: &str) -> bool {
        let (table, key) = self.place(sku);
        self.rows[table].contains_key(&key)
    }

    fn place(&self, sku: &str) -> (usize, Key) {
        let hash = self.hash.hash_one(sku);
        // Bits from the middle: a table's own order uses those at the ends.
        ((hash >> 32) as usize % TABLES, [hash as u32, (hash >> 32) as u32])
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
}
