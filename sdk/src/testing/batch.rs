//! Items end to end, as they cross the boundary.

use super::{Image, Item, Operation, Value};
use crate::{
    Decimal, Items, Operations,
    bindings::{
        items::{self, Amount, Range, Span},
        publisher,
    },
    value::case,
};

/// The items, and operations, of one call.
#[derive(Debug)]
pub struct Batch {
    batch: items::Batch,
    operations: Vec<publisher::Operation>,
}

impl Batch {
    /// For [`Feed::rows`](crate::Feed::rows).
    pub fn of_items<'a>(items: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut batch = Self::empty();
        for item in items {
            batch.push_item(item);
        }
        batch
    }

    /// For [`Publisher::prepare`](crate::Publisher::prepare).
    pub fn of_operations<'a>(operations: impl IntoIterator<Item = &'a Operation>) -> Self {
        let mut batch = Self::empty();
        for operation in operations {
            batch.push_item(&operation.item);
            let operation = publisher::Operation {
                action: operation.action,
                remote_id: operation.remote_id.as_deref().map(|text| batch.span(text)),
                note: operation.note.as_deref().map(|text| batch.span(text)),
                revision: operation.revision,
                attempt: operation.attempt,
                as_of: operation.as_of,
            };
            batch.operations.push(operation);
        }
        batch
    }

    /// As the host would hand them to [`Feed::rows`](crate::Feed::rows).
    pub fn items(&self) -> Items<'_> {
        Items::new(&self.batch)
    }

    /// As the host would hand them to [`Publisher::prepare`](crate::Publisher::prepare).
    pub fn operations(&self) -> Operations<'_> {
        Operations::new(&self.batch, &self.operations)
    }

    fn empty() -> Self {
        let batch = items::Batch {
            text: String::new(),
            texts: Vec::new(),
            images: Vec::new(),
            levels: Vec::new(),
            amounts: Vec::new(),
            values: Vec::new(),
            items: Vec::new(),
        };
        Self { batch, operations: Vec::new() }
    }

    fn push_item(&mut self, item: &Item) {
        let sku = self.span(&item.sku);
        let group = item.group.as_deref().map(|group| self.span(group));
        let first = self.batch.values.len() / 4;
        let mut values: Vec<_> = item.values.iter().collect();
        values.sort_by_key(|(field, _)| *field);
        for (field, value) in values {
            let (case, [third, fourth]) = self.value(value);
            self.batch.values.extend_from_slice(&[*field, case, third, fourth]);
        }
        let values = range(first, self.batch.values.len() / 4);
        self.batch.items.push(items::Item { sku, group, values });
    }

    fn value(&mut self, value: &Value) -> (u32, [u32; 2]) {
        let of_range = |range: Range| [range.first, range.count];
        match value {
            Value::Text(text) => {
                let Span { start, length } = self.span(text);
                (case::TEXT, [start, length])
            }
            Value::Texts(texts) => (case::TEXTS, of_range(self.texts(texts))),
            Value::Number(number) => (case::NUMBER, self.amount(*number, "")),
            Value::Quantity(quantity) => {
                let bits = quantity.cast_unsigned();
                (case::QUANTITY, [narrow(bits & 0xffff_ffff), narrow(bits >> 32)])
            }
            Value::Money(money) => (case::MONEY, self.amount(money.amount, &money.currency)),
            Value::Measure(measure) => (case::MEASURE, self.amount(measure.number, &measure.unit)),
            Value::Flag(flag) => (case::FLAG, [u32::from(*flag), 0]),
            Value::Levels(levels) => (case::LEVELS, of_range(self.levels(levels))),
            Value::Images(images) => (case::IMAGES, of_range(self.images(images))),
        }
    }

    fn amount(&mut self, number: Decimal, unit: &str) -> [u32; 2] {
        let unit = self.span(unit);
        self.batch.amounts.push(Amount { number, unit });
        [narrow(self.batch.amounts.len() - 1), 0]
    }

    fn texts(&mut self, texts: &[String]) -> Range {
        let first = self.batch.texts.len();
        for text in texts {
            let span = self.span(text);
            self.batch.texts.push(span);
        }
        range(first, self.batch.texts.len())
    }

    fn levels(&mut self, levels: &[(String, i64)]) -> Range {
        let first = self.batch.levels.len();
        for (location, quantity) in levels {
            let location = self.span(location);
            self.batch.levels.push(items::Level { location, quantity: *quantity });
        }
        range(first, self.batch.levels.len())
    }

    fn images(&mut self, images: &[Image]) -> Range {
        let first = self.batch.images.len();
        for image in images {
            let url = self.span(&image.url);
            let alt = image.alt.as_deref().map(|alt| self.span(alt));
            self.batch.images.push(items::Image { url, alt });
        }
        range(first, self.batch.images.len())
    }

    fn span(&mut self, text: &str) -> Span {
        let start = narrow(self.batch.text.len());
        self.batch.text.push_str(text);
        Span { start, length: narrow(text.len()) }
    }
}

fn range(first: usize, end: usize) -> Range {
    Range { first: narrow(first), count: narrow(end - first) }
}

/// The contract counts with 32 bits, as a component's memory does.
fn narrow<N: TryInto<u32>>(number: N) -> u32 {
    number.try_into().ok().expect("a test's batch is smaller than 4 GiB")
}
