//! What should become of each item of a batch.

use std::{collections::BTreeMap, iter::Zip, slice};

use crate::{
    Action, Item,
    bindings::{
        items::{self, Batch},
        publisher,
        types::Timestamp,
    },
    view,
};

/// What to do about one item.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    pub action: Action,
    pub item: Item<'a>,
    /// The channel's own id, as an earlier outcome gave it.
    pub remote_id: Option<&'a str>,
    /// What an earlier outcome noted of the listing.
    pub note: Option<&'a str>,
    /// Grows with every change of this item: orders updates, and with the SKU makes an idempotency key.
    pub revision: u64,
    /// Grows with each retry, but not when a crash repeats the operation.
    pub attempt: u32,
    /// When the host read the item's state; for vendors that want to know.
    pub as_of: Timestamp,
}

/// The operations of one call, or a slice of them.
#[derive(Debug, Clone, Copy)]
pub struct Operations<'a> {
    batch: &'a Batch,
    items: &'a [items::Item],
    operations: &'a [publisher::Operation],
}

impl<'a> Operations<'a> {
    /// The contract promises one operation for each item; what has no partner is left out.
    pub(crate) fn new(batch: &'a Batch, operations: &'a [publisher::Operation]) -> Self {
        let length = batch.items.len().min(operations.len());
        Self { batch, items: &batch.items[..length], operations: &operations[..length] }
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.operations.len()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.operations.is_empty()
    }

    /// The operation at this position.
    pub fn get(self, index: usize) -> Option<Operation<'a>> {
        Some(shown(self.batch, self.items.get(index)?, self.operations.get(index)?))
    }

    /// All of them, in the host's order.
    pub fn iter(self) -> OperationIter<'a> {
        OperationIter { batch: self.batch, entries: self.items.iter().zip(self.operations) }
    }

    /// What belongs to one product each, with its position: the groups in the order of their names, the items of a group
    /// in that of their SKUs, whatever the host's order. An item without a group is one by itself.
    pub fn groups(self) -> impl Iterator<Item = Vec<(u32, Operation<'a>)>> {
        let mut groups: BTreeMap<(bool, &str), Vec<(u32, Operation<'a>)>> = BTreeMap::new();
        for (index, operation) in (0..).zip(self) {
            let group = operation.item.group();
            let key = (group.is_some(), group.unwrap_or(operation.item.sku()));
            groups.entry(key).or_default().push((index, operation));
        }
        groups.into_values().map(|mut members| {
            members.sort_by_key(|(_, operation)| operation.item.sku());
            members
        })
    }

    /// Slices of at most `size` operations, which must not be 0.
    pub fn chunks(self, size: usize) -> impl ExactSizeIterator<Item = Self> + use<'a> {
        let slices = self.items.chunks(size).zip(self.operations.chunks(size));
        slices.map(move |(items, operations)| Self { batch: self.batch, items, operations })
    }
}

impl<'a> IntoIterator for Operations<'a> {
    type Item = Operation<'a>;
    type IntoIter = OperationIter<'a>;

    fn into_iter(self) -> OperationIter<'a> {
        self.iter()
    }
}

/// Operations, in the host's order.
#[derive(Debug, Clone)]
pub struct OperationIter<'a> {
    batch: &'a Batch,
    entries: Zip<slice::Iter<'a, items::Item>, slice::Iter<'a, publisher::Operation>>,
}

impl<'a> Iterator for OperationIter<'a> {
    type Item = Operation<'a>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.entries.next().map(|(item, operation)| shown(self.batch, item, operation))
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl ExactSizeIterator for OperationIter<'_> {}

#[inline]
fn shown<'a>(batch: &'a Batch, item: &'a items::Item, operation: &'a publisher::Operation) -> Operation<'a> {
    Operation {
        action: operation.action,
        item: Item::new(batch, item),
        remote_id: operation.remote_id.map(|span| view::text(batch, span)),
        note: operation.note.map(|span| view::text(batch, span)),
        revision: operation.revision,
        attempt: operation.attempt,
        as_of: operation.as_of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[test]
    fn operations_speak_of_their_items() {
        let drafts = ["A", "B", "C"].map(|sku| {
            let operation = testing::Operation::new(Action::Stock, testing::Item::new(sku));
            testing::Operation { remote_id: Some(format!("id-{sku}")), revision: 7, ..operation }
        });
        let batch = testing::Batch::of_operations(&drafts);
        let operations = batch.operations();
        assert_eq!(operations.len(), 3);
        let slices: Vec<Vec<_>> = operations
            .chunks(2)
            .map(|slice| slice.iter().map(|operation| (operation.item.sku(), operation.remote_id)).collect())
            .collect();
        assert_eq!(slices, [vec![("A", Some("id-A")), ("B", Some("id-B"))], vec![("C", Some("id-C"))]]);
        let last = operations.get(2).unwrap();
        assert_eq!((last.action, last.note, last.revision), (Action::Stock, None, 7));
        assert!(operations.get(3).is_none());
    }

    #[test]
    fn groups_are_in_an_order_of_their_own() {
        let draft = |sku, group: Option<&str>| {
            let item = testing::Item { group: group.map(str::to_owned), ..testing::Item::new(sku) };
            testing::Operation::new(Action::Upsert, item)
        };
        // An item may be named like a group.
        let drafts = [draft("B", Some("G")), draft("G", None), draft("A", Some("G")), draft("C", None)];
        let batch = testing::Batch::of_operations(&drafts);
        let groups: Vec<Vec<(u32, &str)>> = batch
            .operations()
            .groups()
            .map(|group| group.iter().map(|(index, operation)| (*index, operation.item.sku())).collect())
            .collect();
        assert_eq!(groups, [vec![(3, "C")], vec![(1, "G")], vec![(2, "A"), (0, "B")]]);
    }
}
