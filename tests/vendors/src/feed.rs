//! Rows of files for Google and Meta, by what the two say of each attribute.
//!
//! Google's discovery document lists the attributes with their kinds; a file writes them in small letters with underscores,
//! in the singular ([text feeds](https://support.google.com/merchants/answer/160567)). Meta's columns and their forms are
//! written after its business SDK. What every row needs stands in both vendors' specifications
//! ([Google](https://support.google.com/merchants/answer/7052112),
//! [Meta](https://www.facebook.com/business/help/120325381656392)).

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

use crate::{google::Google, request::Refusal, schema, shared};

/// Texts by the column or element that they stand under.
pub type Row = BTreeMap<String, Vec<String>>;

const REQUIRED: [&str; 7] = ["id", "title", "description", "link", "image_link", "availability", "price"];

/// The reader's rules.
pub struct Feed {
    reader: &'static str,
    columns: Columns,
}

enum Columns {
    /// Schemas of Google's attributes, by their letters.
    Google(BTreeMap<String, Value>),
    Meta {
        names: BTreeSet<String>,
        data: Validator,
    },
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Feed").field(&self.reader).finish()
    }
}

impl Feed {
    /// Google's rules; nothing, when the contracts are not there.
    pub fn google() -> anyhow::Result<Option<Self>> {
        let Some(attributes) = Google::attributes()? else { return Ok(None) };
        let mut columns: BTreeMap<_, _> = attributes
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, schema)| (column(name, schema), schema.clone()))
            .collect();
        columns.insert("id".into(), json!({"type": "string"}));
        Ok(Some(Self { reader: "google", columns: Columns::Google(columns) }))
    }

    /// Meta's rules; nothing, when the contracts are not there.
    pub fn meta() -> anyhow::Result<Option<Self>> {
        let Some(mut batch) = shared::json("meta/items_batch.derived.schema.json")? else { return Ok(None) };
        let data = batch["properties"]["requests"]["items"]["properties"]["data"].take();
        let mut names: BTreeSet<String> =
            data["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect();
        if let Some(path) = shared::path("contracts/meta/csv_feed_columns.txt") {
            names.extend(std::fs::read_to_string(path)?.trim().split(',').map(str::to_owned));
        }
        let data = schema::compile(&data, &[], Draft::Draft7)?;
        Ok(Some(Self { reader: "meta", columns: Columns::Meta { names, data } }))
    }

    /// What the reader would refuse of a row.
    pub fn judge(&self, row: &Row) -> Result<(), Refusal> {
        let sku = row.get("id").and_then(|ids| ids.first()).cloned();
        self.check(row)
            .map_err(|(place, message)| Refusal { sku, ..Refusal::new(self.reader, &place, message) })
    }

    fn check(&self, row: &Row) -> Result<(), (String, String)> {
        for name in REQUIRED {
            if row.get(name).is_none_or(|texts| texts.iter().all(|text| text.trim().is_empty())) {
                return Err((name.to_owned(), "it is required".into()));
            }
        }
        match &self.columns {
            Columns::Google(columns) => row.iter().try_for_each(|(name, texts)| {
                of_google(columns, name, texts).map_err(|it| (name.clone(), it))
            }),
            Columns::Meta { names, data } => of_meta(names, data, row),
        }
    }
}

/// An attribute's name as a file has it, without what tells words apart.
fn column(name: &str, schema: &Value) -> String {
    let singular = if schema["type"] == "array" { name.strip_suffix('s').unwrap_or(name) } else { name };
    letters(singular)
}

fn letters(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').map(|letter| letter.to_ascii_lowercase()).collect()
}

fn of_google(columns: &BTreeMap<String, Value>, name: &str, texts: &[String]) -> Result<(), String> {
    let schema = columns.get(&letters(name)).ok_or("Google has no such attribute")?;
    let of_each = if schema["type"] == "array" { &schema["items"] } else { schema };
    if schema["type"] != "array" && texts.len() > 1 {
        return Err("it is given twice".into());
    }
    texts.iter().try_for_each(|text| {
        of_kind(of_each, name, text).map_err(|wanted| format!("`{text}` is no {wanted}"))
    })
}

fn of_kind(schema: &Value, name: &str, text: &str) -> Result<(), &'static str> {
    let choice = || text.to_ascii_uppercase().replace(' ', "_");
    let fits = |fits: bool, wanted| if fits { Ok(()) } else { Err(wanted) };
    match (schema["enum"].as_array(), schema["type"].as_str(), schema["$ref"].as_str()) {
        (Some(choices), ..) => fits(choices.contains(&json!(choice())), "choice of the attribute"),
        (_, Some("boolean"), _) => fits(matches!(text, "yes" | "no" | "true" | "false"), "yes or no"),
        (.., Some("Price")) => fits(is_price(text), "price"),
        _ if name.ends_with("link") => text.split(',').try_for_each(|link| fits(is_link(link), "address")),
        _ => fits(!text.is_empty(), "text"),
    }
}

fn is_link(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Such as `12.90 EUR`.
fn is_price(text: &str) -> bool {
    let Some((amount, currency)) = text.split_once(' ') else { return false };
    let (units, parts) = amount.split_once('.').unwrap_or((amount, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_digit());
    digits(units)
        && digits(parts)
        && currency.len() == 3
        && currency.bytes().all(|letter| letter.is_ascii_uppercase())
}

fn of_meta(names: &BTreeSet<String>, data: &Validator, row: &Row) -> Result<(), (String, String)> {
    if let Some(name) = row.keys().find(|name| !names.contains(*name)) {
        return Err((name.clone(), "Meta has no such column".into()));
    }
    let member = |(name, texts): (&String, &Vec<String>)| {
        let text = texts.join(",");
        let value = match name.as_str() {
            "additional_image_link" => text.split(',').map(Value::from).collect(),
            "quantity_to_sell_on_facebook" => text.parse::<i64>().map_or_else(|_| json!(text), Value::from),
            _ => json!(text),
        };
        (name.clone(), value)
    };
    let body = Value::Object(row.iter().map(member).collect());
    let wrong = data
        .iter_errors(&body)
        .next()
        .map(|error| (error.instance_path().as_str().to_owned(), error.to_string()));
    wrong.map_or(Ok(()), Err)
}
