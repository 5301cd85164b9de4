//! The host's items and answers as the contract's parameters: borrowed, with no text copied.
//!
//! The parameters nest slices in slices. Each level of a whole batch lies in one vector, and the level
//! above borrows its parts in the same order: three allocations for a batch, whatever it holds.

use rust_decimal::Decimal;
use wharf_catalog::{Context, Description, FieldValue, Item, Operation, Problem, item};

use crate::{
    bindings::{
        exports::wharf::connector::publisher,
        wharf::connector::types::{self, Image, Value},
    },
    exchange::{Answer, Rejection},
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
    let read = |answer| headers(answer, reads_headers);
    let headers: Vec<_> = answers.iter().flat_map(read).collect();
    let mut rest = &headers[..];
    let lowered: Vec<_> = answers
        .iter()
        .map(|answer| publisher::Answer {
            memo: &answer.memo,
            covers: answer.covers,
            response: publisher::Response {
                status: answer.response.status,
                headers: next(&mut rest, read(answer).count()),
                body: &answer.response.body,
            },
        })
        .collect();
    call(&lowered)
}

/// The headers of an answer that are read, under the names by which they are read.
fn headers<'a>(answer: &'a Answer, reads: &'a [String]) -> impl Iterator<Item = (&'a str, &'a str)> {
    answer.response.headers.iter().filter_map(|(name, value)| {
        let read = reads.iter().find(|read| read.eq_ignore_ascii_case(name))?;
        Some((read.as_str(), value.as_str()))
    })
}

/// Rejects items with numbers that the contract cannot carry, in ascending order.
pub(crate) fn unfit<'a>(items: impl Iterator<Item = &'a Item>, description: &Description) -> Vec<Rejection> {
    let unfit = |(index, item): (u32, &Item)| {
        let problems: Vec<_> = item.values.iter().filter_map(|value| problem(value, description)).collect();
        (!problems.is_empty()).then_some(Rejection { index, problems })
    };
    (0..).zip(items).filter_map(unfit).collect()
}

fn problem(value: &FieldValue, description: &Description) -> Option<Problem> {
    let number = match &value.content {
        item::Content::Number(number) => number,
        item::Content::Money(money) => &money.amount,
        _ => return None,
    };
    if exact(*number).is_some() {
        return None;
    }
    let field = description.fields.get(value.field as usize).map(|field| field.name.as_str());
    let message = format!("{number} has more digits than a connector can take (18); round it");
    Some(Problem::error("too-many-digits", field, message))
}

/// The same number as the contract writes it, if it has no more digits than that takes.
fn exact(number: Decimal) -> Option<types::Decimal> {
    let plain = |number: Decimal| {
        let exponent = -i32::try_from(number.scale()).ok()?;
        Some(types::Decimal { coefficient: i64::try_from(number.mantissa()).ok()?, exponent })
    };
    plain(number).or_else(|| plain(number.normalize()))
}

fn decimal(number: Decimal) -> types::Decimal {
    exact(number).expect("items with other numbers are rejected before they are lowered")
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
    }
}

/// Takes the next entries off a slice.
fn next<'a, T>(rest: &mut &'a [T], count: usize) -> &'a [T] {
    let (taken, left) = rest.split_at(count);
    *rest = left;
    taken
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use item::{Content, Money, Picture};

    use super::*;
    use crate::{contract::sample::publisher, exchange::Response};

    fn item(sku: &str, contents: Vec<Content>) -> Item {
        let values = (0..).zip(contents).map(|(field, content)| FieldValue { field, content }).collect();
        Item { sku: sku.into(), group: None, values }
    }

    fn number(text: &str) -> Content {
        Content::Number(Decimal::from_str(text).unwrap())
    }

    #[test]
    fn every_item_keeps_its_own_values() {
        let picture = |url: &str| Picture { url: url.into(), alt: None };
        let items = [
            item(
                "a",
                vec![Content::Texts(vec!["1".into(), "2".into()]), Content::Images(vec![picture("p")])],
            ),
            item("b", vec![]),
            item(
                "c",
                vec![Content::Images(vec![picture("q"), picture("r")]), Content::Texts(vec!["3".into()])],
            ),
        ];
        let shown = with_items(&items, |lowered| format!("{lowered:?}").replace(' ', ""));
        let positions: Vec<_> =
            ["\"a\"", "[\"1\",\"2\"]", "\"p\"", "\"b\"", "\"c\"", "\"q\"", "\"r\"", "[\"3\"]"]
                .iter()
                .map(|text| shown.find(text).unwrap_or_else(|| panic!("{text} in {shown}")))
                .collect();
        assert!(positions.is_sorted(), "{shown}");
    }

    #[test]
    fn numbers_are_exact() {
        let written =
            |text: &str| exact(Decimal::from_str(text).unwrap()).map(|it| (it.coefficient, it.exponent));
        assert_eq!(written("12.90"), Some((1290, -2)));
        assert_eq!(written("-0.005"), Some((-5, -3)));
        assert_eq!(written("1.00000000000000000000"), Some((1, 0)), "zeros at the end are no digits");
        assert_eq!(written("12345678901234567890.1"), None);
    }

    #[test]
    fn an_item_with_too_many_digits_is_rejected_with_the_field() {
        let amount = Decimal::from_str("12345678901234567890.1").unwrap();
        let money = Content::Money(Money { amount, currency: "EUR".into() });
        let items = [item("a", vec![number("1")]), item("b", vec![money])];
        let rejections = unfit(items.iter(), &publisher());
        assert_eq!(rejections.len(), 1);
        assert_eq!(rejections[0].index, 1);
        assert_eq!(rejections[0].problems[0].field.as_deref(), Some("title"));
    }

    #[test]
    fn only_headers_that_are_read_are_handed_in() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let answer = |headers| Answer {
            memo: vec![],
            covers: 1,
            response: Response { status: 200, headers, body: vec![] },
        };
        let answers = [
            answer(vec![header("Retry-After", "1"), header("set-cookie", "secret")]),
            answer(vec![header("retry-after", "2")]),
        ];
        with_answers(&answers, &["retry-after".into()], |lowered| {
            assert_eq!(lowered[0].response.headers, [("retry-after", "1")]);
            assert_eq!(lowered[1].response.headers, [("retry-after", "2")]);
        });
    }
}
