//! What the brand keeps: products in a tree of models and variants.
//!
//! A *model* holds what its variants share and is not sold; a product without variants is a variant of
//! nothing. Values are looked up through the parents, so a shared value is stored once. An attribute's key
//! is its code, optionally with a locale: `name`, `name@de-DE`.

use std::{borrow::Borrow, collections::BTreeMap, fmt, str::FromStr};

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser::SerializeMap};

use crate::item::Picture;

/// The price list that applies where no other is named.
pub const BASE_PRICE_LIST: &str = "base";

/// The brand's own key of a product or model: 1 to 100 characters, no control characters, no outer blanks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Sku(String);

impl Sku {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Sku {
    type Err = SkuError;

    fn from_str(text: &str) -> Result<Self, SkuError> {
        Self::try_from(text.to_owned())
    }
}

impl TryFrom<String> for Sku {
    type Error = SkuError;

    fn try_from(text: String) -> Result<Self, SkuError> {
        if text.is_empty() {
            Err(SkuError::Empty)
        } else if text.chars().count() > 100 {
            Err(SkuError::TooLong)
        } else if text.chars().any(char::is_control) {
            Err(SkuError::Control)
        } else if text.trim() != text {
            Err(SkuError::Blanks)
        } else {
            Ok(Self(text))
        }
    }
}

impl<'de> Deserialize<'de> for Sku {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Borrow<str> for Sku {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sku {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SkuError {
    #[error("a SKU must not be empty")]
    Empty,
    #[error("a SKU has at most 100 characters")]
    TooLong,
    #[error("a SKU must not hold control characters")]
    Control,
    #[error("a SKU must not begin or end with blanks")]
    Blanks,
}

/// Whether a product may be shown at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    #[default]
    Active,
    /// Kept, but on no channel.
    Disabled,
}

/// One node of the product tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    pub sku: Sku,
    /// The model this is a variant (or a sub-model) of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Sku>,
    /// A model is never listed itself; its variants are.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub model: bool,
    #[serde(default)]
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// By key: `code` or `code@locale`.
    #[serde(default)]
    pub attributes: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<Price>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Picture>,
}

impl Product {
    /// An active product with nothing but its key.
    pub fn new(sku: Sku) -> Self {
        Self {
            sku,
            parent: None,
            model: false,
            status: Status::Active,
            family: None,
            categories: Vec::new(),
            attributes: BTreeMap::new(),
            prices: Vec::new(),
            images: Vec::new(),
        }
    }
}

/// The price of one list in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    #[serde(default = "base_price_list")]
    pub list: String,
    /// ISO 4217.
    pub currency: String,
    pub amount: Decimal,
}

fn base_price_list() -> String {
    BASE_PRICE_LIST.into()
}

/// A typed attribute value.
///
/// In JSON: a string, `true`, a list of strings, `{"number": "12.5"}`, `{"amount": "1.5", "unit": "kg"}`.
/// A bare JSON number is read as well while it is exact, that is with at most 15 digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Number(Decimal),
    Flag(bool),
    List(Vec<String>),
    Measure { amount: Decimal, unit: String },
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::List(list) => list.serialize(serializer),
            Self::Number(number) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("number", number)?;
                map.end()
            }
            Self::Measure { amount, unit } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("amount", amount)?;
                map.serialize_entry("unit", unit)?;
                map.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> de::Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "text, a flag, a list of texts, {\"number\": \"1.5\"} or {\"amount\": \"1.5\", \"unit\": \"kg\"}",
        )
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        let shortest = number.to_string();
        if shortest.bytes().filter(u8::is_ascii_digit).count() > 15 {
            return Err(E::custom(format!(
                "{shortest} may not be exact; write {{\"number\": \"...\"}} instead"
            )));
        }
        Decimal::from_str(&shortest).map(Value::Number).map_err(E::custom)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(text) = seq.next_element()? {
            list.push(text);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let (mut number, mut amount, mut unit) = (None, None, None);
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "number" => number = Some(map.next_value()?),
                "amount" => amount = Some(map.next_value()?),
                "unit" => unit = Some(map.next_value()?),
                other => return Err(de::Error::unknown_field(other, &["number", "amount", "unit"])),
            }
        }
        match (number, amount, unit) {
            (Some(number), None, None) => Ok(Value::Number(number)),
            (None, Some(amount), Some(unit)) => Ok(Value::Measure { amount, unit }),
            _ => Err(de::Error::custom("expected either \"number\", or \"amount\" with \"unit\"")),
        }
    }
}

/// A change to one product, in which *absent*, *cleared* and *set* are three different things.
///
/// In JSON (RFC 7396 merge patch): an absent member stays, `null` clears, anything else is set.
/// Attributes and prices merge by key; categories and images are replaced whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Patch {
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub parent: Option<Option<Sku>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub family: Option<Option<String>>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub categories: Option<Option<Vec<String>>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Option<Value>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prices: Vec<PricePatch>,
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub images: Option<Option<Vec<Picture>>>,
}

/// Sets one price, or clears it when there is no amount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PricePatch {
    #[serde(default = "base_price_list")]
    pub list: String,
    pub currency: String,
    pub amount: Option<Decimal>,
}

/// Tells a member that is `null` from one that is absent.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl Patch {
    /// Brings the change to `product`.
    pub fn apply(self, product: &mut Product) {
        set(&mut product.parent, self.parent);
        set(&mut product.model, self.model);
        set(&mut product.status, self.status);
        set(&mut product.family, self.family);
        set(&mut product.categories, self.categories.map(Option::unwrap_or_default));
        set(&mut product.images, self.images.map(Option::unwrap_or_default));
        for (key, value) in self.attributes {
            match value {
                Some(value) => drop(product.attributes.insert(key, value)),
                None => drop(product.attributes.remove(&key)),
            }
        }
        for patch in self.prices {
            patch.apply(&mut product.prices);
        }
    }
}

impl PricePatch {
    fn apply(self, prices: &mut Vec<Price>) {
        prices.retain(|price| (&price.list, &price.currency) != (&self.list, &self.currency));
        if let Some(amount) = self.amount {
            prices.push(Price { list: self.list, currency: self.currency, amount });
            prices.sort_by(|a, b| (&a.list, &a.currency).cmp(&(&b.list, &b.currency)));
        }
    }
}

fn set<T>(target: &mut T, change: Option<T>) {
    if let Some(value) = change {
        *target = value;
    }
}

/// What is there to sell of one SKU at one location, in whole units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StockLevel {
    pub sku: Sku,
    pub location: String,
    /// May fall below zero when more was promised than was there.
    pub quantity: i64,
}
