//! The host's items and answers as the previous contract's parameters: borrowed, with no text copied.
//!
//! The parameters nest slices in slices. Each level of a whole batch lies in one vector, and the level
//! above borrows its parts in the same order: three allocations for a batch, whatever it holds.

use rust_decimal::Decimal;
use wharf_catalog::{Context, FieldValue, Item, Operation, item};

use super::bindings::{
    exports::wharf::connector::publisher,
    wharf::connector::types::{self, Image, Value},
};
use crate::{
    exchange::Answer,
    lower::{exact, readable},
};

pub(crate) fn context(context: &Context) -> types::Context<'_> {
    let Context { settings, locale, country, currency } = context;
    types::Context { settings, locale, country, currency }
}

/// Lowers operations for the time of one call.
pub(crate) fn with_operations<R>(
    operations: &[Operation],
    call: impl FnOnce(&[publisher::Operation<'_>]) -> R,
) -> R {
    let leaves = Leaves::of(operations.iter().map(|operation| &operation.item));
    let values = leaves.values(operations.iter().map(|operation| &operation.item));
    let mut rest = &values[..];
    let lowered: Vec<_> = operations
        .iter()
        .map(|operation| publisher::Operation {
            action: action(operation.action),
            item: lower_item(&operation.item, &mut rest),
            remote_id: operation.remote_id.as_deref(),
            revision: operation.revision,
        })
        .collect();
    call(&lowered)
}

/// Lowers items for the time of one call.
pub(crate) fn with_items<R>(items: &[Item], call: impl FnOnce(&[types::Item<'_>]) -> R) -> R {
    let leaves = Leaves::of(items.iter());
    let values = leaves.values(items.iter());
    let mut rest = &values[..];
    let lowered: Vec<_> = items.iter().map(|item| lower_item(item, &mut rest)).collect();
    call(&lowered)
}

/// Lowers answers for the time of one call, with only the headers that the connector reads.
pub(crate) fn with_answers<R>(
    answers: &[Answer],
    reads_headers: &[String],
    call: impl FnOnce(&[publisher::Answer<'_>]) -> R,
) -> R {
    let headers: Vec<_> =
        answers.iter().map(|answer| readable(&answer.response.headers, reads_headers)).collect();
    let lowered: Vec<_> = answers
        .iter()
        .zip(&headers)
        .map(|(answer, headers)| publisher::Answer {
            memo: &answer.memo,
            covers: answer.covers,
            response: publisher::Response {
                status: answer.response.status,
                headers,
                body: &answer.response.body,
            },
        })
        .collect();
    call(&lowered)
}

fn decimal(number: Decimal) -> types::Decimal {
    let (coefficient, exponent) =
        exact(number).expect("items with other numbers are rejected before they are lowered");
    types::Decimal { coefficient, exponent }
}

/// What the values of a batch borrow.
struct Leaves<'a> {
    texts: Vec<&'a str>,
    images: Vec<Image<'a>>,
}

impl<'a> Leaves<'a> {
    fn of(items: impl Iterator<Item = &'a Item>) -> Self {
        let mut leaves = Self { texts: Vec::new(), images: Vec::new() };
        for value in items.flat_map(|item| &item.values) {
            match &value.content {
                item::Content::Texts(texts) => leaves.texts.extend(texts.iter().map(String::as_str)),
                item::Content::Images(images) => leaves.images.extend(images.iter().map(image)),
                _ => {}
            }
        }
        leaves
    }

    /// The values of the same items, in the same order.
    fn values(&'a self, items: impl Iterator<Item = &'a Item> + Clone) -> Vec<types::FieldValue<'a>> {
        let (mut texts, mut images) = (&self.texts[..], &self.images[..]);
        let mut values = Vec::with_capacity(items.clone().map(|item| item.values.len()).sum());
        for FieldValue { field, content } in items.flat_map(|item| &item.values) {
            let value = match content {
                item::Content::Text(text) => Value::Text(text),
                item::Content::Texts(list) => Value::Texts(next(&mut texts, list.len())),
                item::Content::Number(number) => Value::Number(decimal(*number)),
                item::Content::Quantity(quantity) => Value::Quantity(*quantity),
                item::Content::Money(money) => {
                    Value::Money(types::Money { amount: decimal(money.amount), currency: &money.currency })
                }
                // This version declares no such fields.
                item::Content::Levels(levels) => {
                    Value::Quantity(levels.iter().map(|level| level.quantity).sum())
                }
                item::Content::Measure(measure) => Value::Number(decimal(measure.amount)),
                item::Content::Flag(flag) => Value::Flag(*flag),
                item::Content::Images(list) => Value::Images(next(&mut images, list.len())),
            };
            values.push(types::FieldValue { field: *field, value });
        }
        values
    }
}

fn lower_item<'a>(item: &'a Item, values: &mut &'a [types::FieldValue<'a>]) -> types::Item<'a> {
    types::Item { sku: &item.sku, group: item.group.as_deref(), values: next(values, item.values.len()) }
}

fn image(picture: &item::Picture) -> Image<'_> {
    Image { url: &picture.url, alt: picture.alt.as_deref() }
}

fn action(action: item::Action) -> publisher::Action {
    match action {
        item::Action::Upsert => publisher::Action::Upsert,
        item::Action::Price => publisher::Action::Price,
        item::Action::Stock => publisher::Action::Stock,
        item::Action::Delete => publisher::Action::Delete,
        // Only for connectors that want groups whole, which this version cannot declare.
        item::Action::Keep => publisher::Action::Upsert,
    }
}

/// Takes the next entries off a slice.
fn next<'a, T>(rest: &mut &'a [T], count: usize) -> &'a [T] {
    let (taken, left) = rest.split_at(count);
    *rest = left;
    taken
}
