//! Contents for one field, within what it declares: an ordinary one, and those that break careless code.

use rust_decimal::Decimal;
use wharf_catalog::{
    Field, FieldKind,
    declaration::{LengthLimit, LengthUnit},
    item::{Content, Level, Measure, Money, Picture},
};

/// What to fill a field with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Style {
    Plain,
    /// The turn shifts which field gets which of the nasty values.
    Nasty(usize),
}

/// Texts are at most so long where the field sets no limit, or a larger one.
const LONG: u32 = 10_000;

/// Fields that may get a text of that length; a description may have any number.
const LONG_FIELDS: usize = 200;

/// The values in a list where the field sets no limit.
const SEVERAL: usize = 5;

const NASTY: [&str; 8] = [
    "👩‍👩‍👧‍👦 Schuh 🇩🇪 e\u{301} ﬁ \u{1d54f}",
    "\u{202e}شاحن سريع\u{200f} مع كابل\u{2066}",
    "tab\there\r\nline \u{0}\u{7}\u{1b}[31m\u{7f}\u{85}\u{2028}\u{feff}\u{fffe}",
    "\"double\" 'single' `tick` \\ / , ; | \t]]> </item> <b>&amp;&#0; %s %n {0} ${x} --",
    "=1+1",
    "@SUM(A1:A9)|cmd",
    "  ",
    "",
];

/// The content of the field at this index of the description.
pub(super) fn content(field: &Field, index: usize, style: Style) -> Content {
    match style {
        Style::Plain => plain(field),
        Style::Nasty(turn) => nasty(field, index + turn),
    }
}

fn plain(field: &Field) -> Content {
    match field.kind {
        FieldKind::Text => Content::Text(fitting("Trail shoe Vidda", field.length)),
        FieldKind::Html => Content::Text(fitting("<p>Light &amp; dry.</p>", field.length)),
        FieldKind::Texts => Content::Texts(vec![fitting("waterproof", field.length)]),
        FieldKind::Number => Content::Number(within(field, Decimal::new(125, 1))),
        FieldKind::Quantity => Content::Quantity(7),
        FieldKind::Levels => Content::Levels(vec![level("main", 7)]),
        FieldKind::Money => money(1_290, 2, "EUR"),
        FieldKind::Measure => measure(field, Decimal::new(125, 2)),
        FieldKind::Flag => Content::Flag(true),
        FieldKind::Url => Content::Text("https://shop.example/p/vidda".into()),
        FieldKind::Images => Content::Images(vec![picture(Some("A shoe"))]),
        FieldKind::Gtin => Content::Text("4006381333931".into()),
        FieldKind::Date => Content::Text("2026-01-31".into()),
        FieldKind::Choice => Content::Text(field.choices.first().cloned().unwrap_or_default()),
    }
}

fn nasty(field: &Field, turn: usize) -> Content {
    let several = field.maximum_values.map_or(SEVERAL, |maximum| (maximum as usize).min(SEVERAL));
    match field.kind {
        FieldKind::Text => Content::Text(nasty_text(turn, field.length)),
        FieldKind::Html => Content::Text(nasty_text(turn, field.length)),
        FieldKind::Texts => {
            Content::Texts((turn..turn + several).map(|turn| nasty_text(turn, field.length)).collect())
        }
        FieldKind::Number => Content::Number(within(field, odd(turn))),
        FieldKind::Measure => measure(field, odd(turn)),
        FieldKind::Levels => Content::Levels(vec![level("Ä \"1\"", 0), level("", i64::MAX)]),
        FieldKind::Quantity => Content::Quantity(if turn.is_multiple_of(2) { 0 } else { i64::MAX }),
        FieldKind::Money => match turn % 3 {
            0 => money(1_299, 0, "JPY"),
            1 => money(1_255, 3, "KWD"),
            _ => money(0, 2, "EUR"),
        },
        FieldKind::Flag => Content::Flag(false),
        FieldKind::Url => Content::Text("https://shop.example/p/a%20b?x=1&y=%C3%BC&z=%22'()#top".into()),
        FieldKind::Images => {
            Content::Images((turn..turn + several).map(|turn| picture(Some(NASTY[turn % 8]))).collect())
        }
        FieldKind::Gtin => Content::Text("00000096385074".into()),
        FieldKind::Date => Content::Text("2024-02-29".into()),
        FieldKind::Choice => Content::Text(field.choices.last().cloned().unwrap_or_default()),
    }
}

/// One of the nasty texts, or one that is as long as the field allows.
fn nasty_text(turn: usize, limit: Option<LengthLimit>) -> String {
    let text = match NASTY[turn % NASTY.len()] {
        "" if turn > LONG_FIELDS => "Lång text".into(),
        "" => "Lång text – ".repeat(LONG as usize / 12),
        text => text.to_owned(),
    };
    let unlimited = LengthLimit { maximum: LONG, unit: LengthUnit::Characters, truncate: false };
    fitting(&text, Some(limit.unwrap_or(unlimited)))
}

/// As much of the text as the field takes.
fn fitting(text: &str, limit: Option<LengthLimit>) -> String {
    let Some(LengthLimit { maximum, unit, .. }) = limit else { return text.into() };
    let mut left = maximum as usize;
    let fits = |character: &char| {
        let length = unit.measure(character.encode_utf8(&mut [0; 4]));
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    };
    text.chars().take_while(fits).collect()
}

fn odd(turn: usize) -> Decimal {
    match turn % 3 {
        0 => Decimal::ZERO,
        1 => Decimal::new(999_999_999_999_999_999, 0),
        _ => Decimal::new(-1, 18),
    }
}

/// The number, or the bound that it goes beyond.
fn within(field: &Field, number: Decimal) -> Decimal {
    let Some(bounds) = field.bounds else { return number };
    let number = bounds.minimum.map_or(number, |minimum| number.max(minimum));
    bounds.maximum.map_or(number, |maximum| number.min(maximum))
}

fn measure(field: &Field, number: Decimal) -> Content {
    let unit = field.units.first().cloned().unwrap_or_else(|| "kg".into());
    Content::Measure(Measure { amount: within(field, number), unit })
}

fn level(location: &str, quantity: i64) -> Level {
    Level { location: location.into(), quantity }
}

fn money(mantissa: i64, scale: u32, currency: &str) -> Content {
    Content::Money(Money { amount: Decimal::new(mantissa, scale), currency: currency.into() })
}

fn picture(alt: Option<&str>) -> Picture {
    Picture { url: "https://shop.example/i/vidda.jpg?w=1200&h=1200".into(), alt: alt.map(Into::into) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::contract::sample::field;

    const KINDS: [FieldKind; 3] = [FieldKind::Text, FieldKind::Html, FieldKind::Texts];
    const UNITS: [LengthUnit; 3] = [LengthUnit::Characters, LengthUnit::Bytes, LengthUnit::Utf16];

    proptest! {
        #[test]
        fn a_text_is_never_longer_than_its_field_allows(
            maximum in 1_u32..20_000,
            unit in prop::sample::select(UNITS.to_vec()),
            kind in prop::sample::select(KINDS.to_vec()),
            turn in 0_usize..16,
        ) {
            let length = Some(LengthLimit { maximum, unit, truncate: false });
            let field = Field { kind, length, maximum_values: Some(2), ..field("a") };
            for style in [Style::Plain, Style::Nasty(turn)] {
                let texts = match content(&field, 0, style) {
                    Content::Text(text) => vec![text],
                    Content::Texts(texts) => texts,
                    other => panic!("{other:?} is no text"),
                };
                prop_assert!(texts.len() <= 2);
                prop_assert!(texts.iter().all(|text| unit.measure(text) <= maximum as usize));
            }
        }
    }

    #[test]
    fn three_turns_meet_every_currency() {
        let field = Field { kind: FieldKind::Money, length: None, ..field("price") };
        let currency = |turn| match content(&field, 4, Style::Nasty(turn)) {
            Content::Money(money) => money.currency,
            other => panic!("{other:?} is no money"),
        };
        let mut currencies = [0, 1, 2].map(currency);
        currencies.sort_unstable();
        assert_eq!(currencies, ["EUR", "JPY", "KWD"]);
    }
}
