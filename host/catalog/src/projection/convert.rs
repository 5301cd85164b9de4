//! From what a source holds to what a field takes, with every loss said.

use std::{borrow::Cow, collections::BTreeMap, str::FromStr};

use rust_decimal::Decimal;

use crate::{
    declaration::{Field, FieldKind, LengthLimit, LengthUnit},
    item::{Content, Measure, Money, Picture, Problem},
};

/// What a source holds, before it becomes a field's content.
#[derive(Debug, Clone)]
pub(super) enum Raw<'a> {
    Nothing,
    Text(Cow<'a, str>),
    Number(Decimal),
    Quantity(i64),
    Flag(bool),
    List(&'a [String]),
    Measure { amount: Decimal, unit: &'a str },
    Images(&'a [Picture]),
}

impl<'a> Raw<'a> {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Images(images) => images.is_empty(),
            Self::Number(_) | Self::Quantity(_) | Self::Flag(_) | Self::Measure { .. } => false,
        }
    }

    /// The plain text of the value; a list is joined by commas, numbers keep their digits.
    fn into_text(self) -> Option<Cow<'a, str>> {
        Some(match self {
            Self::Nothing | Self::Images(_) => return None,
            Self::Text(text) => text,
            Self::Number(number) => number.to_string().into(),
            Self::Quantity(units) => units.to_string().into(),
            Self::Flag(flag) => if flag { "true" } else { "false" }.into(),
            Self::List([single]) => single.as_str().into(),
            Self::List(list) => list.join(", ").into(),
            Self::Measure { amount, unit } => format!("{amount} {unit}").into(),
        })
    }

    pub(super) fn into_template(self) -> minijinja::Value {
        match self {
            Self::List(list) => minijinja::Value::from(list.to_vec()),
            Self::Images(images) => images.iter().map(|image| image.url.as_str()).collect(),
            Self::Flag(flag) => flag.into(),
            Self::Quantity(units) => units.into(),
            other => other.into_text().map_or(minijinja::Value::UNDEFINED, |text| text.as_ref().into()),
        }
    }
}

/// The field's content, or `None` when there is nothing (fit) to fill it; then `problems` says why.
pub(super) fn convert(
    field: &Field,
    raw: Raw<'_>,
    translate: &BTreeMap<String, String>,
    currency: &str,
    problems: &mut Vec<Problem>,
) -> Option<Content> {
    if raw.is_empty() {
        return None;
    }
    let mut refuse = |code: &str, message: String| {
        problems.push(Problem::error(code, Some(&field.name), message));
        None
    };
    match field.kind {
        FieldKind::Text | FieldKind::Html | FieldKind::Gtin | FieldKind::Date => {
            let text = translated(raw.into_text()?, translate);
            limited(field, text, problems).map(Content::Text)
        }
        FieldKind::Url => {
            let text = translated(raw.into_text()?, translate);
            if is_web_address(&text) {
                return limited(field, text, problems).map(Content::Text);
            }
            refuse(
                "not-an-address",
                format!("`{}` takes an http or https address, not {}", field.name, quoted(&text)),
            )
        }
        FieldKind::Choice => {
            let text = translated(raw.into_text()?, translate);
            // `new` in the catalog is `NEW` to one channel and `New` to another; each gets its own spelling.
            if let Some(choice) = field.choices.iter().find(|choice| choice.eq_ignore_ascii_case(&text)) {
                return Some(Content::Text(choice.clone()));
            }
            let choices = field.choices.join(", ");
            refuse(
                "unknown-choice",
                format!(
                    "`{}` takes one of {choices}, not {}: add a `translate` entry",
                    field.name,
                    quoted(&text)
                ),
            )
        }
        FieldKind::Texts => {
            let texts = match raw {
                Raw::List(list) => {
                    list.iter().map(|text| translated(text.as_str().into(), translate).into_owned()).collect()
                }
                other => vec![translated(other.into_text()?, translate).into_owned()],
            };
            Some(Content::Texts(capped(field, texts, problems)))
        }
        FieldKind::Images => match raw {
            Raw::Images(images) => Some(Content::Images(capped(field, images.to_vec(), problems))),
            other => {
                let url = other.into_text()?;
                if is_web_address(&url) {
                    return Some(Content::Images(vec![Picture { url: url.into_owned(), alt: None }]));
                }
                refuse(
                    "not-an-address",
                    format!("`{}` takes http or https addresses, not {}", field.name, quoted(&url)),
                )
            }
        },
        FieldKind::Measure => measure(field, &raw).map(Content::Measure).or_else(|| {
            let text = raw.into_text()?;
            let units = if field.units.is_empty() { "such as kg".into() } else { field.units.join(", ") };
            refuse(
                "not-a-measure",
                format!("`{}` takes a number and a unit ({units}), not {}", field.name, quoted(&text)),
            )
        }),
        FieldKind::Number | FieldKind::Money | FieldKind::Quantity => match number(&raw) {
            Some(number) if !within(field, number) => {
                refuse("out-of-bounds", format!("`{}` takes {}, not {number}", field.name, bounds(field)))
            }
            Some(number) => numeric(field, number, currency).or_else(|| {
                refuse("not-whole-units", format!("`{}` takes whole units, not {number}", field.name))
            }),
            None => {
                let text = raw.into_text()?;
                refuse("not-a-number", format!("`{}` takes a number, not {}", field.name, quoted(&text)))
            }
        },
        // Filled from stock before it comes here.
        FieldKind::Levels => None,
        FieldKind::Flag => match flag(&raw) {
            Some(flag) => Some(Content::Flag(flag)),
            None => {
                let text = raw.into_text()?;
                refuse("not-a-flag", format!("`{}` takes true or false, not {}", field.name, quoted(&text)))
            }
        },
    }
}

fn translated<'a>(text: Cow<'a, str>, translate: &BTreeMap<String, String>) -> Cow<'a, str> {
    match translate.get(text.as_ref()) {
        Some(replacement) => replacement.clone().into(),
        None => text,
    }
}

fn number(raw: &Raw<'_>) -> Option<Decimal> {
    match raw {
        Raw::Number(number) | Raw::Measure { amount: number, .. } => Some(*number),
        Raw::Quantity(units) => Some((*units).into()),
        Raw::Text(text) => Decimal::from_str(text.trim()).ok(),
        _ => None,
    }
}

fn within(field: &Field, number: Decimal) -> bool {
    field.bounds.is_none_or(|bounds| bounds.contain(number))
}

fn bounds(field: &Field) -> String {
    let Some(bounds) = field.bounds else { return "any number".into() };
    match (bounds.minimum, bounds.maximum) {
        (Some(minimum), Some(maximum)) => format!("{minimum} to {maximum}"),
        (Some(minimum), None) => format!("{minimum} or more"),
        (None, Some(maximum)) => format!("at most {maximum}"),
        (None, None) => "any number".into(),
    }
}

/// A number with a unit that the field takes, as the catalog keeps it or as text such as `1.2 kg`.
fn measure(field: &Field, raw: &Raw<'_>) -> Option<Measure> {
    let (amount, unit) = match raw {
        Raw::Measure { amount, unit } => (*amount, *unit),
        Raw::Text(text) => {
            let (amount, unit) = text.trim().split_once(char::is_whitespace)?;
            (Decimal::from_str(amount).ok()?, unit.trim())
        }
        _ => return None,
    };
    let known = |known: &&String| known.eq_ignore_ascii_case(unit);
    let unit = match field.units.iter().find(known) {
        Some(known) => known.clone(),
        None if field.units.is_empty() && !unit.is_empty() => unit.to_owned(),
        None => return None,
    };
    within(field, amount).then_some(Measure { amount, unit })
}

fn numeric(field: &Field, number: Decimal, currency: &str) -> Option<Content> {
    match field.kind {
        FieldKind::Quantity => {
            let whole = number.is_integer().then(|| i64::try_from(number).ok()).flatten()?;
            Some(Content::Quantity(whole.max(0)))
        }
        FieldKind::Money => Some(Content::Money(Money { amount: number, currency: currency.into() })),
        _ => Some(Content::Number(number)),
    }
}

fn flag(raw: &Raw<'_>) -> Option<bool> {
    match raw {
        Raw::Flag(flag) => Some(*flag),
        Raw::Text(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" => Some(true),
            "false" | "no" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}

fn capped<T>(field: &Field, mut list: Vec<T>, problems: &mut Vec<Problem>) -> Vec<T> {
    let maximum = field.maximum_values.map_or(usize::MAX, |maximum| maximum as usize);
    if list.len() > maximum {
        let message = format!(
            "`{}` takes {maximum} values; the other {} are left out",
            field.name,
            list.len() - maximum
        );
        problems.push(Problem::warning("too-many-values", Some(&field.name), message));
        list.truncate(maximum);
    }
    list
}

fn limited(field: &Field, text: Cow<'_, str>, problems: &mut Vec<Problem>) -> Option<String> {
    // HTML is measured by the connector, after it has been brought to the channel's grammar.
    let Some(limit) = field.length.filter(|_| field.kind != FieldKind::Html) else {
        return Some(text.into_owned());
    };
    // A text of this many bytes is within the limit in every unit, which spares counting it.
    if text.len() <= limit.maximum as usize {
        return Some(text.into_owned());
    }
    let length = limit.unit.measure(&text);
    if length <= limit.maximum as usize {
        return Some(text.into_owned());
    }
    let unit = match limit.unit {
        LengthUnit::Characters => "characters",
        LengthUnit::Bytes => "bytes",
        LengthUnit::Utf16 => "UTF-16 units",
    };
    let message = format!("`{}` takes {} {unit} and has {length}", field.name, limit.maximum);
    if limit.truncate {
        problems.push(Problem::warning(
            "truncated",
            Some(&field.name),
            format!("{message}: the end is cut off"),
        ));
        Some(cut(&text, limit).to_owned())
    } else {
        problems.push(Problem::error("too-long", Some(&field.name), format!("{message}: shorten it")));
        None
    }
}

/// The longest beginning within the limit, ended at a word if one ends in its second half.
fn cut(text: &str, limit: LengthLimit) -> &str {
    let mut used = 0;
    let end = text
        .char_indices()
        .find_map(|(position, character)| {
            used += match limit.unit {
                LengthUnit::Characters => 1,
                LengthUnit::Bytes => character.len_utf8(),
                LengthUnit::Utf16 => character.len_utf16(),
            };
            (used > limit.maximum as usize).then_some(position)
        })
        .unwrap_or(text.len());
    let within = &text[..end];
    if text[end..].starts_with(char::is_whitespace) {
        return within.trim_end();
    }
    match within.rfind(char::is_whitespace) {
        Some(space) if space >= within.len() / 2 => within[..space].trim_end(),
        _ => within,
    }
}

/// The value as a message shows it: quoted, and short even when it is not.
fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(40).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}
