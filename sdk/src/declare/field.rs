//! Fields: what the channel takes, and its rules for each.

use super::owned;
use crate::{Bounds, Decimal, Field, FieldKind, Grammar, ImageRules, Lane, LengthLimit, LengthUnit};

impl Field {
    /// An optional content field of this kind.
    pub fn new(name: &str, kind: FieldKind) -> Self {
        Self {
            name: name.to_owned(),
            description: String::new(),
            kind,
            lane: Lane::Content,
            required: false,
            length: None,
            bounds: None,
            maximum_values: None,
            choices: Vec::new(),
            units: Vec::new(),
            grammar: None,
            images: None,
            source: None,
        }
    }

    /// One line or paragraph of plain text.
    pub fn text(name: &str) -> Self {
        Self::new(name, FieldKind::Text)
    }

    /// Text that may hold markup: any, unless [`Field::grammar`] says which. [`crate::Markup`] brings text to it; see
    /// [`crate::strip_html`] for channels that show none.
    pub fn html(name: &str) -> Self {
        Self::new(name, FieldKind::Html)
    }

    /// A list of texts, such as categories or selling points.
    pub fn texts(name: &str) -> Self {
        Self::new(name, FieldKind::Texts)
    }

    /// An exact number without a unit.
    pub fn number(name: &str) -> Self {
        Self::new(name, FieldKind::Number)
    }

    /// Whole units that may be sold; travels in the stock lane.
    pub fn quantity(name: &str) -> Self {
        Self { lane: Lane::Stock, ..Self::new(name, FieldKind::Quantity) }
    }

    /// The same by location; travels in the stock lane.
    pub fn levels(name: &str) -> Self {
        Self { lane: Lane::Stock, ..Self::new(name, FieldKind::Levels) }
    }

    /// An amount with its currency; travels in the price lane.
    pub fn money(name: &str) -> Self {
        Self { lane: Lane::Price, ..Self::new(name, FieldKind::Money) }
    }

    /// A number with one of these units; without any, with whichever the catalog has.
    pub fn measure(name: &str, units: &[&str]) -> Self {
        Self { units: owned(units), ..Self::new(name, FieldKind::Measure) }
    }

    /// Yes or no.
    pub fn flag(name: &str) -> Self {
        Self::new(name, FieldKind::Flag)
    }

    /// An absolute address.
    pub fn url(name: &str) -> Self {
        Self::new(name, FieldKind::Url)
    }

    /// Pictures by address; the first is the main one.
    pub fn images(name: &str) -> Self {
        Self::new(name, FieldKind::Images)
    }

    /// A Global Trade Item Number, see [`crate::gtin`].
    pub fn gtin(name: &str) -> Self {
        Self::new(name, FieldKind::Gtin)
    }

    /// A day or moment in ISO 8601.
    pub fn date(name: &str) -> Self {
        Self::new(name, FieldKind::Date)
    }

    /// One of these values.
    pub fn choice(name: &str, choices: &[&str]) -> Self {
        Self { choices: owned(choices), ..Self::new(name, FieldKind::Choice) }
    }

    /// What it means to the shopper, and the channel's rule with its source.
    pub fn about(self, description: &str) -> Self {
        Self { description: description.to_owned(), ..self }
    }

    /// An item without it is not sent.
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The catalog source that fills it by default: an attribute's code, or `sku`, `categories`, `price`, ...
    pub fn source(self, source: &str) -> Self {
        Self { source: Some(source.to_owned()), ..self }
    }

    /// Which lane a change of the field travels in, where the kind's own does not fit.
    pub fn lane(self, lane: Lane) -> Self {
        Self { lane, ..self }
    }

    /// The most Unicode characters it takes.
    pub fn characters(self, maximum: u32) -> Self {
        self.limit(maximum, LengthUnit::Characters)
    }

    /// The most bytes of UTF-8 it takes.
    pub fn bytes(self, maximum: u32) -> Self {
        self.limit(maximum, LengthUnit::Bytes)
    }

    /// The most UTF-16 code units it takes.
    pub fn utf16(self, maximum: u32) -> Self {
        self.limit(maximum, LengthUnit::Utf16)
    }

    /// The host cuts longer text at a word boundary and warns, instead of rejecting the item.
    pub fn truncate(mut self) -> Self {
        if let Some(length) = &mut self.length {
            length.truncate = true;
        }
        self
    }

    /// The most values a list takes.
    pub fn at_most(self, values: u32) -> Self {
        Self { maximum_values: Some(values), ..self }
    }

    /// The smallest number it takes.
    pub fn minimum(self, minimum: Decimal) -> Self {
        let maximum = self.bounds.and_then(|bounds| bounds.maximum);
        Self { bounds: Some(Bounds { minimum: Some(minimum), maximum }), ..self }
    }

    /// The largest number it takes.
    pub fn maximum(self, maximum: Decimal) -> Self {
        let minimum = self.bounds.and_then(|bounds| bounds.minimum);
        Self { bounds: Some(Bounds { minimum, maximum: Some(maximum) }), ..self }
    }

    /// The markup it takes, for whoever writes it. The connector brings text to it and says what was lost.
    pub fn grammar(self, grammar: Grammar) -> Self {
        Self { grammar: Some(grammar), ..self }
    }

    /// What its pictures have to be.
    pub fn image_rules(self, rules: ImageRules) -> Self {
        Self { images: Some(rules), ..self }
    }

    fn limit(self, maximum: u32, unit: LengthUnit) -> Self {
        Self { length: Some(LengthLimit { maximum, unit, truncate: false }), ..self }
    }
}
