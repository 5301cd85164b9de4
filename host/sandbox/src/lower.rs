//! The host's items and answers as the contract's parameters.
//!
//! A batch crosses as a few flat lists: every text is copied once into one long text, and all else are numbers. So
//! lowering allocates in the guest a few times a call, whatever the call holds.

use rust_decimal::Decimal;
use wharf_catalog::{
    Context, Description, FieldValue, Item, Operation, Problem,
    item::{self, Content},
    shipment::Shipment,
};

use crate::{
    bindings::{
        exports::wharf::connector::{fulfiller, publisher},
        wharf::connector::{
            exchanges, http,
            items::{self, Span},
            types,
        },
    },
    exchange::{Answer, Rejection, Response},
};

pub(crate) fn context(context: &Context) -> types::Context<'_> {
    let Context { settings, locale, country, currency } = context;
    types::Context { settings, locale, country, currency }
}

/// Numbers of one value in `items.batch.values`.
const VALUE_WORDS: usize = 4;

/// Which case a value is, as the table at `items.batch.values` numbers them.
#[derive(Clone, Copy)]
enum Case {
    Text,
    Texts,
    Number,
    Quantity,
    Money,
    Measure,
    Flag,
    Levels,
    Images,
}

/// Items and what is to be done about them, packed for one call.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    text: String,
    texts: Vec<Span>,
    images: Vec<items::Image>,
    levels: Vec<items::Level>,
    amounts: Vec<items::Amount>,
    values: Vec<u32>,
    items: Vec<items::Item>,
    pub(crate) operations: Vec<publisher::Operation>,
}

impl Packed {
    pub(crate) fn operations(operations: &[Operation]) -> Self {
        let mut packed = Self::with_room(operations.iter().map(|operation| &operation.item));
        packed.operations.reserve_exact(operations.len());
        for operation in operations {
            packed.push(&operation.item);
            let remote_id = operation.remote_id.as_deref().map(|id| packed.span(id));
            let note = operation.note.as_deref().map(|note| packed.span(note));
            let action = action(operation.action);
            let Operation { revision, attempt, as_of, .. } = *operation;
            let operation = publisher::Operation { action, remote_id, note, revision, attempt, as_of };
            packed.operations.push(operation);
        }
        packed
    }

    pub(crate) fn items(items: &[Item]) -> Self {
        let mut packed = Self::with_room(items.iter());
        items.iter().for_each(|item| packed.push(item));
        packed
    }

    pub(crate) fn batch(&self) -> items::Batch<'_> {
        let Self { text, texts, images, levels, amounts, values, items, .. } = self;
        items::Batch { text, texts, images, levels, amounts, values, items }
    }

    /// Room for most batches without growing; identifiers and addresses of pictures are guessed.
    fn with_room<'a>(items: impl ExactSizeIterator<Item = &'a Item>) -> Self {
        let count = items.len();
        let (mut values, mut bytes) = (0, 0);
        for item in items {
            values += item.values.len();
            bytes += 64 + item.values.iter().map(|value| length(&value.content)).sum::<usize>();
        }
        Self {
            text: String::with_capacity(bytes),
            values: Vec::with_capacity(values * VALUE_WORDS),
            items: Vec::with_capacity(count),
            ..Self::default()
        }
    }

    fn push(&mut self, item: &Item) {
        let sku = self.span(&item.sku);
        let group = item.group.as_deref().map(|group| self.span(group));
        let first = self.values.len() / VALUE_WORDS;
        for FieldValue { field, content } in &item.values {
            let (case, [third, fourth]) = self.value(content);
            self.values.extend_from_slice(&[*field, case as u32, third, fourth]);
        }
        self.items.push(items::Item { sku, group, values: range(first, item.values.len()) });
    }

    /// The value's case, and its third and fourth number.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the two halves of 64 bits")]
    fn value(&mut self, content: &Content) -> (Case, [u32; 2]) {
        match content {
            Content::Text(text) => (Case::Text, words(self.span(text))),
            Content::Texts(list) => {
                let first = self.texts.len();
                for text in list {
                    let span = self.span(text);
                    self.texts.push(span);
                }
                (Case::Texts, extent(first, list.len()))
            }
            Content::Number(number) => (Case::Number, self.amount(*number, "")),
            Content::Quantity(quantity) => (Case::Quantity, [*quantity as u32, (*quantity >> 32) as u32]),
            Content::Money(money) => (Case::Money, self.amount(money.amount, &money.currency)),
            Content::Measure(measure) => (Case::Measure, self.amount(measure.amount, &measure.unit)),
            Content::Flag(flag) => (Case::Flag, [u32::from(*flag), 0]),
            Content::Levels(list) => {
                let first = self.levels.len();
                for level in list {
                    let location = self.span(&level.location);
                    self.levels.push(items::Level { location, quantity: level.quantity });
                }
                (Case::Levels, extent(first, list.len()))
            }
            Content::Images(list) => {
                let first = self.images.len();
                for picture in list {
                    let url = self.span(&picture.url);
                    let alt = picture.alt.as_deref().map(|alt| self.span(alt));
                    self.images.push(items::Image { url, alt });
                }
                (Case::Images, extent(first, list.len()))
            }
        }
    }

    fn amount(&mut self, number: Decimal, unit: &str) -> [u32; 2] {
        let unit = self.span(unit);
        self.amounts.push(items::Amount { number: decimal(number), unit });
        extent(self.amounts.len() - 1, 0)
    }

    /// A batch beyond 4 GiB does not fit into a guest's memory either, so a wrapped position is never read.
    #[expect(clippy::cast_possible_truncation, reason = "lowering fails on the text before anyone reads it")]
    fn span(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Span { start, length: text.len() as u32 }
    }
}

fn words(span: Span) -> [u32; 2] {
    [span.start, span.length]
}

#[expect(clippy::cast_possible_truncation, reason = "lists of a batch are bounded as its text is")]
fn extent(first: usize, count: usize) -> [u32; 2] {
    [first as u32, count as u32]
}

fn range(first: usize, count: usize) -> items::Range {
    let [first, count] = extent(first, count);
    items::Range { first, count }
}

fn length(content: &Content) -> usize {
    match content {
        Content::Text(text) => text.len(),
        Content::Texts(texts) => texts.iter().map(String::len).sum(),
        Content::Levels(levels) => levels.iter().map(|level| level.location.len()).sum(),
        Content::Images(images) => images.iter().map(|image| image.url.len()).sum(),
        Content::Number(_) | Content::Quantity(_) | Content::Flag(_) => 0,
        Content::Money(_) | Content::Measure(_) => 4,
    }
}

fn action(action: item::Action) -> publisher::Action {
    match action {
        item::Action::Upsert => publisher::Action::Upsert,
        item::Action::Price => publisher::Action::Price,
        item::Action::Stock => publisher::Action::Stock,
        item::Action::Delete => publisher::Action::Delete,
        item::Action::Keep => publisher::Action::Keep,
    }
}

/// Lowers answers for the time of one call, with only the headers that the connector reads.
pub(crate) fn with_answers<R>(
    answers: &[Answer],
    reads_headers: &[String],
    call: impl FnOnce(&[exchanges::Answer<'_>]) -> R,
) -> R {
    let headers: Vec<_> =
        answers.iter().map(|answer| readable(&answer.response.headers, reads_headers)).collect();
    let lowered: Vec<_> = answers
        .iter()
        .zip(&headers)
        .map(|(answer, headers)| exchanges::Answer {
            memo: &answer.memo,
            covers: answer.covers,
            response: response(&answer.response, headers),
        })
        .collect();
    call(&lowered)
}

/// Lowers shipments for the time of one call.
pub(crate) fn with_shipments<R>(
    shipments: &[Shipment],
    call: impl FnOnce(&[fulfiller::Shipment<'_>]) -> R,
) -> R {
    let lines: Vec<_> = shipments.iter().map(shipped_lines).collect();
    let lowered: Vec<_> =
        shipments.iter().zip(&lines).map(|(shipment, lines)| shipped(shipment, lines)).collect();
    call(&lowered)
}

fn shipped_lines(shipment: &Shipment) -> Vec<fulfiller::ShippedLine<'_>> {
    let lines = shipment.lines.iter().map(|line| fulfiller::ShippedLine {
        remote_id: &line.remote_id,
        sku: line.sku.as_deref(),
        quantity: line.quantity,
    });
    lines.collect()
}

fn shipped<'a>(shipment: &'a Shipment, lines: &'a [fulfiller::ShippedLine<'a>]) -> fulfiller::Shipment<'a> {
    let parcel = &shipment.parcel;
    fulfiller::Shipment {
        id: &shipment.id,
        order: &shipment.order,
        lines,
        carrier: parcel.carrier.as_deref(),
        service: parcel.service.as_deref(),
        tracking_number: parcel.tracking_number.as_deref(),
        tracking_url: parcel.tracking_url.as_deref(),
        location: parcel.location.as_deref(),
        shipped_at: parcel.shipped_at,
        note: shipment.note.as_deref(),
        attempt: shipment.attempt,
    }
}

pub(crate) fn response<'a>(response: &'a Response, headers: &'a [(&'a str, &'a str)]) -> http::Response<'a> {
    http::Response { status: response.status, headers, body: &response.body }
}

/// The headers of a response that are read, under the names by which they are read.
pub(crate) fn readable<'a>(headers: &'a [(String, String)], reads: &'a [String]) -> Vec<(&'a str, &'a str)> {
    let read = |(name, value): &'a (String, String)| {
        let read = reads.iter().find(|read| read.eq_ignore_ascii_case(name))?;
        Some((read.as_str(), value.as_str()))
    };
    headers.iter().filter_map(read).collect()
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
        Content::Number(number) => number,
        Content::Money(money) => &money.amount,
        Content::Measure(measure) => &measure.amount,
        _ => return None,
    };
    if exact(*number).is_some() {
        return None;
    }
    let field = description.fields.get(value.field as usize).map(|field| field.name.as_str());
    let message = format!("{number} has more digits than a connector can take (18); round it");
    Some(Problem::error("too-many-digits", field, message))
}

/// Coefficient and exponent of the same number as the contract writes it, if it has no more digits than that takes.
pub(crate) fn exact(number: Decimal) -> Option<(i64, i32)> {
    let plain = |number: Decimal| {
        let exponent = -i32::try_from(number.scale()).ok()?;
        Some((i64::try_from(number.mantissa()).ok()?, exponent))
    };
    plain(number).or_else(|| plain(number.normalize()))
}

fn decimal(number: Decimal) -> types::Decimal {
    let (coefficient, exponent) =
        exact(number).expect("items with other numbers are rejected before they are lowered");
    types::Decimal { coefficient, exponent }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use item::{Money, Picture};

    use super::*;
    use crate::contract::sample::publisher;

    fn item(sku: &str, contents: Vec<Content>) -> Item {
        let values = (0..).zip(contents).map(|(field, content)| FieldValue { field, content }).collect();
        Item { sku: sku.into(), group: None, values }
    }

    fn number(text: &str) -> Content {
        Content::Number(Decimal::from_str(text).unwrap())
    }

    fn read<'a>(packed: &'a Packed, span: &Span) -> &'a str {
        &packed.text[span.start as usize..][..span.length as usize]
    }

    fn entries<'a, T>(list: &'a [T], range: &items::Range) -> &'a [T] {
        &list[range.first as usize..][..range.count as usize]
    }

    #[test]
    fn every_item_keeps_its_own_values() {
        let picture = |url: &str| Picture { url: url.into(), alt: Some("ä".into()) };
        let texts = |texts: &[&str]| Content::Texts(texts.iter().map(|text| (*text).to_owned()).collect());
        let packed = Packed::items(&[
            item("a", vec![texts(&["1", "2"]), Content::Images(vec![picture("p")])]),
            item("b", vec![]),
            item("ü", vec![Content::Images(vec![picture("q"), picture("r")]), texts(&["3"])]),
        ]);
        let skus: Vec<_> = packed.items.iter().map(|item| read(&packed, &item.sku)).collect();
        assert_eq!(skus, ["a", "b", "ü"]);
        let (values, _) = packed.values.as_chunks::<VALUE_WORDS>();
        let shown: Vec<Vec<&str>> = packed
            .items
            .iter()
            .flat_map(|item| entries(values, &item.values))
            .map(|[_, case, first, count]| {
                let range = items::Range { first: *first, count: *count };
                if *case == Case::Texts as u32 {
                    entries(&packed.texts, &range).iter().map(|text| read(&packed, text)).collect()
                } else {
                    assert_eq!(*case, Case::Images as u32);
                    entries(&packed.images, &range).iter().map(|image| read(&packed, &image.url)).collect()
                }
            })
            .collect();
        assert_eq!(shown, [vec!["1", "2"], vec!["p"], vec!["q", "r"], vec!["3"]]);
    }

    #[test]
    fn numbers_are_exact() {
        let written = |text: &str| exact(Decimal::from_str(text).unwrap());
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

    #[test]
    fn a_quantity_crosses_in_two_halves() {
        let quantity = 7 + (3_i64 << 32);
        let packed = Packed::items(&[item("a", vec![Content::Quantity(quantity)])]);
        assert_eq!(packed.values, [0, Case::Quantity as u32, 7, 3]);
    }
}
