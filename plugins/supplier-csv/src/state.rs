//! What is remembered between two calls: notes, a workbook's strings, and the bytes that are not read yet.
//!
//! Three lengths of four bytes, the notes as JSON, then the other parts as they are, so that a call looks at the
//! strings without copying them.

use serde::{Serialize, de::DeserializeOwned};

const PARTS: usize = 4;

/// A state in its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts<'a> {
    pub(crate) notes: &'a [u8],
    /// Where each string of a workbook ends.
    pub(crate) ends: &'a [u8],
    /// A workbook's strings, one after the other.
    pub(crate) strings: &'a [u8],
    /// What the calls before have left over.
    pub(crate) rest: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Nothing when the bytes are not from [`join`](Self::join).
    pub(crate) fn split(state: &'a [u8]) -> Option<Self> {
        let (lengths, mut remaining) = state.split_at_checked(4 * (PARTS - 1))?;
        let (lengths, _) = lengths.as_chunks::<4>();
        let mut part = |index: usize| {
            let length = u32::from_le_bytes(*lengths.get(index)?);
            let (part, rest) = remaining.split_at_checked(usize::try_from(length).ok()?)?;
            remaining = rest;
            Some(part)
        };
        let (notes, ends, strings) = (part(0)?, part(1)?, part(2)?);
        Some(Self { notes, ends, strings, rest: remaining })
    }

    /// One list of bytes, allocated once.
    pub(crate) fn join(self) -> Vec<u8> {
        let Self { notes, ends, strings, rest } = self;
        let mut state = Vec::with_capacity(16 + notes.len() + ends.len() + strings.len() + rest.len());
        for part in [notes, ends, strings] {
            let length = u32::try_from(part.len()).expect("a component's memory is smaller than 4 GiB");
            state.extend_from_slice(&length.to_le_bytes());
        }
        for part in [notes, ends, strings, rest] {
            state.extend_from_slice(part);
        }
        state
    }

    /// The notes, if they are what this version writes.
    pub(crate) fn notes<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(self.notes).ok()
    }
}

/// Notes as bytes.
pub(crate) fn notes(notes: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(notes).expect("notes have names for keys and no number that JSON lacks")
}
