//! Items as the host hands them over: views of one flat batch, so that looking at them copies nothing.
//!
//! Values are ascending by field, so one look-up is a binary search. A mapping that visits most fields is
//! faster as a walk over [`Item::values`] with a `match` on the field.

use crate::{
    Decimal, Images, Levels, Measure, Money, Texts, Value,
    bindings::items::{self, Batch},
    value::{self, Words},
    view,
};

/// The items of one call.
#[derive(Debug, Clone, Copy)]
pub struct Items<'a> {
    batch: &'a Batch,
    items: &'a [items::Item],
}

impl<'a> Items<'a> {
    pub(crate) fn new(batch: &'a Batch) -> Self {
        Self { batch, items: &batch.items }
    }

    /// How many there are.
    pub fn len(self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.items.is_empty()
    }

    /// The item at this position.
    pub fn get(self, index: usize) -> Option<Item<'a>> {
        self.items.get(index).map(|item| Item { batch: self.batch, item })
    }

    /// All of them, in the host's order.
    pub fn iter(self) -> ItemIter<'a> {
        ItemIter { batch: self.batch, entries: self.items.iter() }
    }

    /// Slices of at most `size` items, which must not be 0.
    pub fn chunks(self, size: usize) -> impl ExactSizeIterator<Item = Self> {
        self.items.chunks(size).map(move |items| Self { batch: self.batch, items })
    }
}

impl<'a> IntoIterator for Items<'a> {
    type Item = Item<'a>;
    type IntoIter = ItemIter<'a>;

    fn into_iter(self) -> ItemIter<'a> {
        self.iter()
    }
}

view::iterator! {
    /// Items, in the host's order.
    ItemIter: items::Item => Item<'a>, Item::new
}

view::iterator! {
    /// What fills an item's fields, in the fields' order.
    Values: Words => (u32, Value<'a>), filled
}

#[inline]
fn filled<'a>(batch: &'a Batch, words: &Words) -> (u32, Value<'a>) {
    (words[0], Value::new(batch, *words))
}

/// One SKU as the channel should show it.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    batch: &'a Batch,
    item: &'a items::Item,
}

impl<'a> Item<'a> {
    #[inline]
    pub(crate) fn new(batch: &'a Batch, item: &'a items::Item) -> Self {
        Self { batch, item }
    }

    /// The brand's own stock keeping unit; unique within the channel and stable over time.
    #[inline]
    pub fn sku(self) -> &'a str {
        view::text(self.batch, self.item.sku)
    }

    /// The SKU of the product whose variants belong together, when this item is such a variant.
    #[inline]
    pub fn group(self) -> Option<&'a str> {
        self.item.group.map(|span| view::text(self.batch, span))
    }

    /// What fills the fields, ascending by field.
    #[inline]
    pub fn values(self) -> Values<'a> {
        Values { batch: self.batch, entries: self.filled().iter() }
    }

    /// What fills the field, if anything does.
    pub fn value(self, field: u32) -> Option<Value<'a>> {
        let filled = self.filled();
        let position = filled.binary_search_by_key(&field, |words| words[0]).ok()?;
        filled.get(position).map(|words| Value::new(self.batch, *words))
    }

    /// Roughly the bytes it takes to write all values with their names, for reserving a buffer.
    pub fn expected_length(self) -> usize {
        self.filled().iter().map(|words| value::expected_length(self.batch, *words) + 32).sum()
    }

    /// Of a `text`, `html`, `url`, `gtin`, `date` or `choice` field.
    pub fn text(self, field: u32) -> Option<&'a str> {
        match self.value(field)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Of a `texts` field; empty when nothing fills it.
    pub fn texts(self, field: u32) -> Texts<'a> {
        match self.value(field) {
            Some(Value::Texts(texts)) => texts,
            _ => Texts { batch: self.batch, entries: [].iter() },
        }
    }

    /// Of a `number` field.
    pub fn number(self, field: u32) -> Option<Decimal> {
        match self.value(field)? {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Whole units that may be sold.
    pub fn quantity(self, field: u32) -> Option<i64> {
        match self.value(field)? {
            Value::Quantity(quantity) => Some(quantity),
            _ => None,
        }
    }

    /// Of a `money` field.
    pub fn money(self, field: u32) -> Option<Money<'a>> {
        match self.value(field)? {
            Value::Money(money) => Some(money),
            _ => None,
        }
    }

    /// Of a `measure` field.
    pub fn measure(self, field: u32) -> Option<Measure<'a>> {
        match self.value(field)? {
            Value::Measure(measure) => Some(measure),
            _ => None,
        }
    }

    /// Of a `flag` field.
    pub fn flag(self, field: u32) -> Option<bool> {
        match self.value(field)? {
            Value::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    /// Of a `levels` field: units by location; empty when nothing fills it.
    pub fn levels(self, field: u32) -> Levels<'a> {
        match self.value(field) {
            Some(Value::Levels(levels)) => levels,
            _ => Levels { batch: self.batch, entries: [].iter() },
        }
    }

    /// Of an `images` field, the main picture first; empty when nothing fills it.
    pub fn images(self, field: u32) -> Images<'a> {
        match self.value(field) {
            Some(Value::Images(images)) => images,
            _ => Images { batch: self.batch, entries: [].iter() },
        }
    }

    #[inline]
    fn filled(self) -> &'a [Words] {
        view::entries(self.batch.values.as_chunks().0, self.item.values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn drafts() -> testing::Batch {
        let full = testing::Item::new("A")
            .group("G")
            .with(9, testing::Value::texts(["a", "b"]))
            .with(1, testing::Value::text("öne"))
            .with(4, testing::Value::Quantity(4))
            .with(5, testing::Value::images(["https://shop.example/1.jpg"]));
        testing::Batch::of_items(&[full, testing::Item::new("B")])
    }

    #[test]
    fn values_are_found_by_field_and_kind() {
        let batch = drafts();
        let item = batch.items().get(0).unwrap();
        assert_eq!((item.sku(), item.group()), ("A", Some("G")));
        assert_eq!(item.text(1), Some("öne"));
        assert_eq!(item.quantity(4), Some(4));
        assert!(item.texts(9).eq(["a", "b"]));
        assert_eq!(item.images(5).next().unwrap().url, "https://shop.example/1.jpg");
        assert_eq!((item.text(4), item.text(0), item.text(10)), (None, None, None));
        assert_eq!((item.images(9).len(), item.texts(1).len()), (0, 0));
    }

    #[test]
    fn values_come_in_the_order_of_fields() {
        let batch = drafts();
        let fields: Vec<u32> = batch.items().get(0).unwrap().values().map(|(field, _)| field).collect();
        assert_eq!(fields, [1, 4, 5, 9]);
    }

    #[test]
    fn items_are_told_apart_and_cut_into_slices() {
        let batch = drafts();
        let items = batch.items();
        assert_eq!(items.get(1).unwrap().values().len(), 0);
        assert!(items.get(2).is_none());
        let skus: Vec<&str> = items.chunks(1).flat_map(|slice| slice.into_iter().map(Item::sku)).collect();
        assert_eq!(skus, ["A", "B"]);
    }
}
