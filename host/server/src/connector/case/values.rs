//! Field values as a case writes them: `"129.90 EUR"`, `"1.25 kg"`, `4`, `["a", "b"]`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use wharf_catalog::{
    Decimal, Description, Field, FieldKind, FieldValue, Money,
    item::{Content, Measure, Picture},
};

/// Why a value does not fill its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    #[error("the connector has no field `{0}`")]
    NoField(String),
    #[error("the field `{field}` is of the kind `{kind}`: write {form}")]
    Form { field: String, kind: String, form: &'static str },
}

/// A picture by its address alone, or with what it shows.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Url(String),
    Picture(Picture),
}

/// The values in the order of their fields.
pub(super) fn fill(
    description: &Description,
    values: &BTreeMap<String, Value>,
) -> Result<Vec<FieldValue>, ValueError> {
    let mut filled = Vec::with_capacity(values.len());
    for (name, value) in values {
        let place = description.fields.iter().zip(0..).find(|(field, _)| field.name == *name);
        let (field, index) = place.ok_or_else(|| ValueError::NoField(name.clone()))?;
        let content = content(field.kind, value).ok_or_else(|| misfit(field))?;
        filled.push(FieldValue { field: index, content });
    }
    filled.sort_unstable_by_key(|value| value.field);
    Ok(filled)
}

/// The values as [`fill`] reads them, by their fields' names.
pub(super) fn write(description: &Description, values: &[FieldValue]) -> Vec<(String, Value)> {
    let name =
        |value: &FieldValue| description.fields.get(value.field as usize).map(|field| field.name.clone());
    values.iter().filter_map(|value| Some((name(value)?, written(&value.content)))).collect()
}

fn written(content: &Content) -> Value {
    match content {
        Content::Text(text) => json!(text),
        Content::Texts(texts) => json!(texts),
        Content::Number(number) => json!(number.to_string()),
        Content::Quantity(quantity) => json!(quantity),
        Content::Money(money) => json!(format!("{} {}", money.amount, money.currency)),
        Content::Measure(measure) => json!(format!("{} {}", measure.amount, measure.unit)),
        Content::Flag(flag) => json!(flag),
        Content::Images(pictures) => json!(pictures),
        Content::Levels(levels) => json!(levels),
    }
}

fn content(kind: FieldKind, value: &Value) -> Option<Content> {
    Some(match kind {
        FieldKind::Text
        | FieldKind::Html
        | FieldKind::Url
        | FieldKind::Gtin
        | FieldKind::Date
        | FieldKind::Choice => Content::Text(value.as_str()?.to_owned()),
        FieldKind::Texts => Content::Texts(read(value)?),
        FieldKind::Number => Content::Number(decimal(value.as_str()?)?),
        FieldKind::Quantity => Content::Quantity(value.as_i64()?),
        FieldKind::Levels => Content::Levels(read(value)?),
        FieldKind::Money => {
            let (amount, currency) = value.as_str()?.split_once(' ')?;
            Content::Money(Money { amount: decimal(amount)?, currency: currency.to_owned() })
        }
        FieldKind::Measure => {
            let (amount, unit) = value.as_str()?.split_once(' ')?;
            Content::Measure(Measure { amount: decimal(amount)?, unit: unit.to_owned() })
        }
        FieldKind::Flag => Content::Flag(value.as_bool()?),
        FieldKind::Images => {
            let written: Vec<Written> = read(value)?;
            let picture = |written| match written {
                Written::Url(url) => Picture { url, alt: None },
                Written::Picture(picture) => picture,
            };
            Content::Images(written.into_iter().map(picture).collect())
        }
    })
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

fn decimal(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).ok()
}

fn misfit(field: &Field) -> ValueError {
    let form = match field.kind {
        FieldKind::Texts => "`[\"one\", \"two\"]`",
        FieldKind::Number => "`\"12.5\"`, digits in quotes",
        FieldKind::Quantity => "`4`",
        FieldKind::Levels => "`[{ \"location\": \"berlin\", \"quantity\": 4 }]`",
        FieldKind::Money => "`\"129.90 EUR\"`",
        FieldKind::Measure => "`\"1.25 kg\"`",
        FieldKind::Flag => "`true` or `false`",
        FieldKind::Images => "`[\"https://...\"]` or `[{ \"url\": \"https://...\", \"alt\": \"...\" }]`",
        FieldKind::Text
        | FieldKind::Html
        | FieldKind::Url
        | FieldKind::Gtin
        | FieldKind::Date
        | FieldKind::Choice => "`\"text\"`",
    };
    let kind = serde_json::to_value(field.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
    ValueError::Form { field: field.name.clone(), kind: kind.unwrap_or_default(), form }
}

#[cfg(test)]
mod tests {
    use wharf_catalog::item::Level;

    use super::*;

    #[test]
    fn every_kind_has_a_form_that_is_read_exactly() {
        let digits = |number: i64, scale| Decimal::new(number, scale);
        let cases = [
            (FieldKind::Text, json!("Oak"), Content::Text("Oak".into())),
            (FieldKind::Texts, json!(["a", "b"]), Content::Texts(vec!["a".into(), "b".into()])),
            (FieldKind::Number, json!("12.50"), Content::Number(digits(1_250, 2))),
            (FieldKind::Quantity, json!(4), Content::Quantity(4)),
            (
                FieldKind::Money,
                json!("129.90 EUR"),
                Content::Money(Money { amount: digits(12_990, 2), currency: "EUR".into() }),
            ),
            (
                FieldKind::Measure,
                json!("1.25 fl oz"),
                Content::Measure(Measure { amount: digits(125, 2), unit: "fl oz".into() }),
            ),
            (FieldKind::Flag, json!(true), Content::Flag(true)),
            (
                FieldKind::Levels,
                json!([{"location": "berlin", "quantity": 4}]),
                Content::Levels(vec![Level { location: "berlin".into(), quantity: 4 }]),
            ),
            (
                FieldKind::Images,
                json!(["https://a.example/1.jpg"]),
                Content::Images(vec![Picture { url: "https://a.example/1.jpg".into(), alt: None }]),
            ),
        ];
        for (kind, written, expected) in cases {
            assert_eq!(content(kind, &super::written(&expected)), Some(expected.clone()), "{kind:?}");
            assert_eq!(content(kind, &written), Some(expected), "{kind:?}");
            assert_eq!(content(kind, &json!(null)), None, "{kind:?}");
        }
        assert_eq!(
            content(FieldKind::Money, &json!(129.9)),
            None,
            "a price is never a floating point number"
        );
    }
}
