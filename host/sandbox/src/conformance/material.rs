//! What a connector's author adds to the samples that the kit makes up: settings that work, and answers, pages,
//! deliveries and files as the channel really gives them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    exchange::Response,
    inbound::{Delivery, Source},
};

/// Everything may be left out: the kit then makes it up, or skips what it cannot make up and says so. As JSON:
///
/// ```json
/// {
///   "settings": { "shop": "main" },
///   "answers": [{ "status": 202, "body": "{\"job\": 7}" }, { "body": "{\"state\": \"done\"}" }],
///   "pages": { "stock": [{ "body": "{\"levels\": [], \"next\": null}" }] },
///   "deliveries": [{ "headers": { "x-topic": "stock" }, "body": "{\"sku\": \"A\"}" }],
///   "files": [{ "name": "products.csv", "media-type": "text/csv", "text": "sku,name\nA,Shoe\n" }]
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Material {
    /// Settings under the connector's schema; without them, those that the schema itself gives rise to.
    pub settings: Option<Value>,
    /// Answers to requests for items. The kit follows them from step to step, and tries its own at every step that is
    /// reached.
    pub answers: Vec<Reaction>,
    /// Pages of each stream by its name, in the order in which one pass reads them, the last one last.
    pub pages: BTreeMap<String, Vec<Reaction>>,
    /// Calls of the channel's webhook, with the headers that the connector reads.
    pub deliveries: Vec<Call>,
    pub files: Vec<File>,
}

/// A response of the channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reaction {
    #[serde(default = "success")]
    pub status: u16,
    /// Lower-case names.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    #[serde(default)]
    pub body: String,
}

/// A call of the channel's webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Call {
    /// Path below the webhook's address, and query.
    #[serde(default)]
    pub target: String,
    /// Lower-case names.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

/// A file for an intake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct File {
    pub name: String,
    #[serde(default)]
    pub media_type: String,
    /// The member of a zip file that this is.
    #[serde(default)]
    pub member: String,
    pub text: String,
}

fn success() -> u16 {
    200
}

impl Reaction {
    pub(super) fn response(&self) -> Response {
        Response { status: self.status, headers: pairs(&self.headers), body: self.body.clone().into() }
    }
}

impl Call {
    pub(super) fn delivery(&self) -> Delivery {
        let (target, headers, body) = (self.target.clone(), pairs(&self.headers), self.body.clone().into());
        Delivery { method: "POST".into(), target, headers, body }
    }
}

impl File {
    pub(super) fn source(&self) -> Source {
        let Self { name, media_type, member, .. } = self.clone();
        Source { file_name: name, media_type, member }
    }
}

fn pairs(headers: &BTreeMap<String, String>) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}
