//! The rules a mapping is made of. Where a rule is mostly a column's name, the name alone is enough.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, value::MapAccessDeserializer},
};

use crate::{import::number::Numbers, product::BASE_PRICE_LIST};

/// How one column (or constant) becomes one value. In short: the column's name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColumnRule(pub ValueRule);

/// The same for a rule whose column is known from elsewhere. In short: the type's name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TypeRule(pub ValueRule);

/// The long form of [`ColumnRule`] and [`TypeRule`].
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ValueRule {
    pub column: Option<String>,
    /// The same for every row, instead of a column.
    pub value: Option<String>,
    /// Taken where the cell is empty.
    pub default: Option<String>,
    /// The file may lack the column.
    pub optional: bool,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Between the entries of a list. `,`.
    pub separator: Option<String>,
    /// Of a measure, such as `kg`.
    pub unit: Option<String>,
    /// The column that holds a measure's unit.
    pub unit_column: Option<String>,
    /// Replaces whole values (and units, and entries of lists), such as `GRAM = "g"`.
    pub translate: BTreeMap<String, String>,
    /// The only values taken, after `translate`; empty: any.
    pub choices: Vec<String>,
    /// What stands for true, in any case. `true`, `yes`, `1`.
    #[serde(rename = "true")]
    pub truths: Vec<String>,
    /// What stands for false. `false`, `no`, `0`.
    #[serde(rename = "false")]
    pub falsehoods: Vec<String>,
    /// How dates are written, in strftime's notation. `%Y-%m-%d`.
    pub date_format: Option<String>,
    pub numbers: Option<Numbers>,
    pub on_error: Option<OnError>,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Without outer blanks.
    #[default]
    Text,
    /// Exactly as it stands.
    Html,
    Number,
    Flag,
    /// Kept as ISO 8601.
    Date,
    List,
    Measure,
    /// A global trade item number with a right check digit.
    Gtin,
}

/// What a bad value costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnError {
    /// The whole row.
    #[default]
    RejectRow,
    /// The value alone: the row goes in without it, with a warning.
    DropValue,
}

/// A price of one list in one currency.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PriceRule {
    pub column: String,
    /// ISO 4217.
    pub currency: String,
    #[serde(default = "base_price_list")]
    pub list: String,
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub numbers: Option<Numbers>,
    #[serde(default)]
    pub on_error: Option<OnError>,
}

fn base_price_list() -> String {
    BASE_PRICE_LIST.into()
}

/// Pictures of one column.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ImageRule {
    pub column: String,
    /// Between several addresses in one cell; left out, the cell holds one.
    #[serde(default)]
    pub separator: Option<String>,
    /// Put before addresses that do not begin with `http://` or `https://`.
    #[serde(default)]
    pub base_url: Option<String>,
    /// The column that says what the picture shows.
    #[serde(default)]
    pub alt_column: Option<String>,
    #[serde(default)]
    pub optional: bool,
    #[serde(default)]
    pub on_error: Option<OnError>,
}

/// A column of pairs such as `size=M,color=Blue`, each an attribute.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PackedRule {
    pub column: String,
    #[serde(default = "comma")]
    pub pair_separator: String,
    #[serde(default = "equals")]
    pub key_separator: String,
    /// Types by key; keys not listed are text.
    #[serde(default)]
    pub types: BTreeMap<String, TypeRule>,
    /// Keys to leave out.
    #[serde(default)]
    pub ignore: Vec<String>,
    #[serde(default)]
    pub optional: bool,
}

fn comma() -> String {
    ",".into()
}

fn equals() -> String {
    "=".into()
}

/// A column that names variants, for files that keep the link at the model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VariantsRule {
    pub column: String,
    /// Between variants.
    pub separator: String,
    /// When a variant is described by pairs (`sku=A-1,size=M`): the key that holds its SKU.
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default = "comma")]
    pub pair_separator: String,
    #[serde(default = "equals")]
    pub key_separator: String,
    #[serde(default)]
    pub optional: bool,
}

/// Makes attributes of the columns that no other rule names.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct HeaderRule {
    pub style: HeaderStyle,
    /// Akeneo's channels of which values are taken, the preferred first. Columns of other channels stay unmapped.
    pub channels: Vec<String>,
    /// Types by attribute code; codes not listed are text.
    pub types: BTreeMap<String, TypeRule>,
    /// Price lists by the code of a price attribute. `price` is the base list; others have a list of their name.
    pub price_lists: BTreeMap<String, String>,
    /// Units as the file writes them.
    pub units: BTreeMap<String, String>,
}

/// How headers are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderStyle {
    /// The header is the attribute's key.
    #[default]
    Plain,
    /// `CODE`, then any of `-LOCALE`, `-CHANNEL`, `-CURRENCY` (a price) and `-unit` (of a measure).
    Akeneo,
}

/// Lets rows pass by one column.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FilterRule {
    pub column: String,
    /// The cell holds one of these; `""` is an empty cell.
    pub is: Vec<String>,
}

/// Which rows are models: `true`, `false`, or `{ column = "product_type", is = ["configurable"] }`.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelRule {
    All(bool),
    Where(FilterRule),
}

/// A rule that may be written as one word.
trait Short: Sized {
    const EXPECTED: &'static str;
    fn from_word<E: de::Error>(word: &str) -> Result<Self, E>;
    fn from_map<'de, A: de::MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
    fn from_flag<E: de::Error>(flag: bool) -> Result<Self, E> {
        Err(E::invalid_type(de::Unexpected::Bool(flag), &Self::EXPECTED))
    }
}

impl Short for ColumnRule {
    const EXPECTED: &'static str =
        "a column's name or a table such as { column = \"weight\", type = \"number\" }";

    fn from_word<E: de::Error>(word: &str) -> Result<Self, E> {
        Ok(Self(ValueRule { column: Some(word.into()), ..ValueRule::default() }))
    }

    fn from_map<'de, A: de::MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        ValueRule::deserialize(MapAccessDeserializer::new(map)).map(Self)
    }
}

impl Short for TypeRule {
    const EXPECTED: &'static str = "a type's name or a table such as { type = \"list\", separator = \"|\" }";

    fn from_word<E: de::Error>(word: &str) -> Result<Self, E> {
        let kind = Kind::deserialize(de::value::StrDeserializer::new(word))?;
        Ok(Self(ValueRule { kind, ..ValueRule::default() }))
    }

    fn from_map<'de, A: de::MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        ValueRule::deserialize(MapAccessDeserializer::new(map)).map(Self)
    }
}

impl Short for ModelRule {
    const EXPECTED: &'static str = "true, false or { column = \"...\", is = [\"...\"] }";

    fn from_word<E: de::Error>(word: &str) -> Result<Self, E> {
        Err(E::invalid_type(de::Unexpected::Str(word), &Self::EXPECTED))
    }

    fn from_map<'de, A: de::MapAccess<'de>>(map: A) -> Result<Self, A::Error> {
        FilterRule::deserialize(MapAccessDeserializer::new(map)).map(Self::Where)
    }

    fn from_flag<E: de::Error>(flag: bool) -> Result<Self, E> {
        Ok(Self::All(flag))
    }
}

struct ShortVisitor<T>(PhantomData<T>);

impl<'de, T: Short> de::Visitor<'de> for ShortVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<T, E> {
        T::from_word(word)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<T, E> {
        T::from_flag(flag)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::from_map(map)
    }
}

macro_rules! deserialize_short {
    ($($rule:ty),*) => {$(
        impl<'de> Deserialize<'de> for $rule {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(ShortVisitor(PhantomData))
            }
        }
    )*};
}

deserialize_short!(ColumnRule, TypeRule, ModelRule);
