//! Looking up what fills a field.
//!
//! Values are ascending by field, so one look-up is a binary search. A mapping that visits most fields is
//! faster as a walk over `item.values` with a `match` on the field.

use crate::{Decimal, Image, Item, Money, Value};

impl Item {
    /// What fills the field, if anything does.
    pub fn value(&self, field: u32) -> Option<&Value> {
        let position = self.values.binary_search_by_key(&field, |value| value.field).ok()?;
        self.values.get(position).map(|filled| &filled.value)
    }

    /// Roughly the bytes it takes to write all values with their names, for reserving a buffer.
    pub fn expected_length(&self) -> usize {
        self.values.iter().map(|filled| filled.value.expected_length() + 32).sum()
    }

    /// Of a `text`, `html`, `url`, `gtin`, `date` or `choice` field.
    pub fn text(&self, field: u32) -> Option<&str> {
        self.value(field)?.as_text()
    }

    /// Of a `texts` field; empty when nothing fills it.
    pub fn texts(&self, field: u32) -> &[String] {
        match self.value(field) {
            Some(Value::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// Of a `number` field.
    pub fn number(&self, field: u32) -> Option<Decimal> {
        match self.value(field)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// Whole units that may be sold.
    pub fn quantity(&self, field: u32) -> Option<i64> {
        match self.value(field)? {
            Value::Quantity(quantity) => Some(*quantity),
            _ => None,
        }
    }

    /// Of a `money` field.
    pub fn money(&self, field: u32) -> Option<&Money> {
        match self.value(field)? {
            Value::Money(money) => Some(money),
            _ => None,
        }
    }

    /// Of a `flag` field.
    pub fn flag(&self, field: u32) -> Option<bool> {
        match self.value(field)? {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// Of an `images` field, the main picture first; empty when nothing fills it.
    pub fn images(&self, field: u32) -> &[Image] {
        match self.value(field) {
            Some(Value::Images(images)) => images,
            _ => &[],
        }
    }
}

impl Value {
    /// The text, if this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn expected_length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Texts(texts) => texts.iter().map(|text| text.len() + 3).sum(),
            Self::Images(images) => images.iter().map(|image| image.url.len() + 3).sum(),
            _ => 24,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FieldValue;

    #[test]
    fn values_are_found_by_field_and_kind() {
        let text = |text: &str| Value::Text(text.into());
        let values = [(1, text("one")), (4, Value::Quantity(4)), (9, Value::Texts(vec!["a".into()]))];
        let values = values.into_iter().map(|(field, value)| FieldValue { field, value }).collect();
        let item = Item { sku: "A".into(), group: None, values };
        assert_eq!(item.text(1), Some("one"));
        assert_eq!(item.quantity(4), Some(4));
        assert_eq!(item.texts(9), ["a"]);
        assert_eq!((item.text(4), item.text(0), item.text(10)), (None, None, None));
        assert!(item.images(9).is_empty());
    }
}
