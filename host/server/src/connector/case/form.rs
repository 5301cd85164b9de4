//! A case as its file has it: readable for whoever knows the vendor's manual and not Wharf's contract.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, value::RawValue};
use wharf_catalog::{Action, Context, declaration::Method};

/// What the connector is handed. What it is expected to make of it is compared as it was written; it is read here too, so
/// that a misspelt member is told.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Form {
    /// What the case shows, in one sentence.
    pub(super) about: String,
    pub(super) channel: Channel,
    /// For a connector that publishes.
    #[serde(default)]
    pub(super) operations: Vec<Operation>,
    /// For a connector that writes a feed.
    #[serde(default)]
    pub(super) items: Vec<Item>,
    #[serde(default)]
    pub(super) exchanges: Vec<Exchange>,
    #[serde(default, rename = "file")]
    pub(super) _file: Option<Box<RawValue>>,
    #[serde(default, rename = "outcomes")]
    pub(super) _outcomes: Option<Box<RawValue>>,
}

/// The channel that the connector works for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Channel {
    #[serde(default = "no_settings")]
    pub(super) settings: Value,
    pub(super) locale: String,
    pub(super) country: String,
    pub(super) currency: String,
}

impl From<&Channel> for Context {
    fn from(channel: &Channel) -> Self {
        Self {
            settings: channel.settings.to_string(),
            locale: channel.locale.clone(),
            country: channel.country.clone(),
            currency: channel.currency.clone(),
        }
    }
}

/// An item, its fields by name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Item {
    pub(super) sku: String,
    #[serde(default)]
    pub(super) group: Option<String>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, Value>,
}

/// What should happen to an item.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Operation {
    pub(super) action: Action,
    pub(super) sku: String,
    #[serde(default)]
    pub(super) group: Option<String>,
    #[serde(default)]
    pub(super) values: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) remote_id: Option<String>,
    #[serde(default)]
    pub(super) note: Option<String>,
    #[serde(default = "first")]
    pub(super) revision: u64,
    #[serde(default)]
    pub(super) attempt: u32,
    #[serde(default)]
    pub(super) as_of: i64,
}

/// A request and its response.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Exchange {
    #[serde(default, rename = "covers")]
    pub(super) _covers: Vec<String>,
    #[serde(default, rename = "delay-ms")]
    pub(super) _delay_ms: u64,
    #[serde(default, rename = "document")]
    pub(super) _document: Option<Box<RawValue>>,
    pub(super) request: Option<Request>,
    /// What the channel answers. Without it the case ends with the request.
    pub(super) response: Option<Response>,
}

/// Of a request, only the form of its body is used: what is seen is shown in the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Request {
    #[serde(rename = "method")]
    pub(super) _method: Method,
    #[serde(rename = "endpoint")]
    pub(super) _endpoint: String,
    #[serde(rename = "target")]
    pub(super) _target: String,
    #[serde(default, rename = "headers")]
    pub(super) _headers: BTreeMap<String, String>,
    #[serde(default, rename = "cost")]
    pub(super) _cost: u32,
    #[serde(default, rename = "unpack")]
    pub(super) _unpack: bool,
    #[serde(default, rename = "document")]
    pub(super) _document: bool,
    #[serde(default, rename = "asset")]
    pub(super) _asset: Option<String>,
    #[serde(default, rename = "form")]
    pub(super) _form: Vec<Part>,
    #[serde(default, rename = "json")]
    pub(super) _json: Option<Box<RawValue>>,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) base64: Option<String>,
}

/// A part of a request's form; its content in one form.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Part {
    #[serde(rename = "name")]
    _name: String,
    #[serde(default, rename = "filename")]
    _filename: Option<String>,
    #[serde(default, rename = "content-type")]
    _content_type: Option<String>,
    #[serde(default, rename = "document")]
    _document: bool,
    #[serde(default, rename = "picture")]
    _picture: Option<String>,
    #[serde(default, rename = "json")]
    _json: Option<Box<RawValue>>,
    #[serde(default, rename = "text")]
    _text: Option<String>,
    #[serde(default, rename = "base64")]
    _base64: Option<String>,
}

/// What the channel answers; its body in one form at most.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Response {
    #[serde(default = "success")]
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) json: Option<Box<RawValue>>,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) base64: Option<String>,
}

fn no_settings() -> Value {
    Value::Object(serde_json::Map::new())
}

fn first() -> u64 {
    1
}

fn success() -> u16 {
    200
}
