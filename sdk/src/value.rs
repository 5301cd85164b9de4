//! What fills a field.

use crate::{
    Decimal,
    bindings::items::{self, Amount, Batch, Range, Span},
    view,
};

/// What fills one field of one item. The case always fits the field's declared kind.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// `text`, `html`, `url`, `gtin`, `date` (ISO 8601) and `choice` fields.
    Text(&'a str),
    /// `texts` fields, in the catalog's order.
    Texts(Texts<'a>),
    /// `number` fields.
    Number(Decimal),
    /// `quantity` fields: whole units that may be sold, never negative.
    Quantity(i64),
    /// `money` fields.
    Money(Money<'a>),
    /// `measure` fields.
    Measure(Measure<'a>),
    /// `flag` fields.
    Flag(bool),
    /// `levels` fields: units by location.
    Levels(Levels<'a>),
    /// `images` fields; the first is the main picture.
    Images(Images<'a>),
}

/// An exact amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Money<'a> {
    pub amount: Decimal,
    /// ISO 4217 code in capitals, such as `EUR`.
    pub currency: &'a str,
}

/// A number with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure<'a> {
    pub number: Decimal,
    /// The unit's symbol, such as `kg`.
    pub unit: &'a str,
}

/// Units that may be sold from one place, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level<'a> {
    /// The operator's name of the place.
    pub location: &'a str,
    pub quantity: i64,
}

/// A picture the channel may fetch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image<'a> {
    /// Absolute `http` or `https` address.
    pub url: &'a str,
    /// What the picture shows, in the channel's locale.
    pub alt: Option<&'a str>,
}

view::iterator! {
    /// The texts of one value, in the catalog's order.
    Texts: Span => &'a str, text
}

view::iterator! {
    /// The pictures of one value, the main one first.
    Images: items::Image => Image<'a>, image
}

view::iterator! {
    /// The units of one value, by location.
    Levels: items::Level => Level<'a>, level
}

#[inline]
fn level<'a>(batch: &'a Batch, level: &items::Level) -> Level<'a> {
    Level { location: view::text(batch, level.location), quantity: level.quantity }
}

#[inline]
fn text<'a>(batch: &'a Batch, span: &Span) -> &'a str {
    view::text(batch, *span)
}

#[inline]
fn image<'a>(batch: &'a Batch, image: &items::Image) -> Image<'a> {
    Image { url: view::text(batch, image.url), alt: image.alt.map(|alt| view::text(batch, alt)) }
}

/// One value as it lies in `batch.values`: field, case, and two numbers that the case reads.
pub(crate) type Words = [u32; 4];

/// The cases, as the contract's table numbers them.
pub(crate) mod case {
    pub(crate) const TEXT: u32 = 0;
    pub(crate) const TEXTS: u32 = 1;
    pub(crate) const NUMBER: u32 = 2;
    pub(crate) const QUANTITY: u32 = 3;
    pub(crate) const MONEY: u32 = 4;
    pub(crate) const MEASURE: u32 = 5;
    pub(crate) const FLAG: u32 = 6;
    pub(crate) const LEVELS: u32 = 7;
    pub(crate) const IMAGES: u32 = 8;
}

impl<'a> Value<'a> {
    /// A case that the contract does not know reads as an empty text: the host's fault shall not be a trap.
    #[inline]
    pub(crate) fn new(batch: &'a Batch, [_, case, third, fourth]: Words) -> Self {
        let range = Range { first: third, count: fourth };
        match case {
            case::TEXTS => Self::Texts(Texts { batch, entries: view::entries(&batch.texts, range).iter() }),
            case::NUMBER => Self::Number(amount(batch, third).0),
            case::QUANTITY => Self::Quantity((u64::from(fourth) << 32 | u64::from(third)).cast_signed()),
            case::MONEY => {
                let (amount, currency) = amount(batch, third);
                Self::Money(Money { amount, currency })
            }
            case::MEASURE => {
                let (number, unit) = amount(batch, third);
                Self::Measure(Measure { number, unit })
            }
            case::FLAG => Self::Flag(third != 0),
            case::LEVELS => {
                Self::Levels(Levels { batch, entries: view::entries(&batch.levels, range).iter() })
            }
            case::IMAGES => {
                Self::Images(Images { batch, entries: view::entries(&batch.images, range).iter() })
            }
            _ => Self::Text(view::text(batch, Span { start: third, length: fourth })),
        }
    }
}

#[inline]
fn amount(batch: &Batch, entry: u32) -> (Decimal, &str) {
    match batch.amounts.get(entry as usize) {
        Some(Amount { number, unit }) => (*number, view::text(batch, *unit)),
        None => (Decimal { coefficient: 0, exponent: 0 }, ""),
    }
}

/// Roughly the bytes it takes to write the value; the spans say so without a look at the text.
#[inline]
pub(crate) fn expected_length(batch: &Batch, [_, case, third, fourth]: Words) -> usize {
    let range = Range { first: third, count: fourth };
    match case {
        case::TEXT => fourth as usize,
        case::TEXTS => view::entries(&batch.texts, range).iter().map(|text| text.length as usize + 3).sum(),
        case::LEVELS => {
            view::entries(&batch.levels, range).iter().map(|level| level.location.length as usize + 24).sum()
        }
        case::IMAGES => {
            view::entries(&batch.images, range).iter().map(|image| image.url.length as usize + 3).sum()
        }
        _ => 24,
    }
}
