//! Amazon's Selling Partner API, by its Swagger models, the schemas of its feeds, and definitions of product types.
//!
//! The definitions at hand are written after Amazon's, for six product types. An attribute that a definition names has to
//! have its form; which ones are required differs by marketplace and is not asked here.

use std::{collections::BTreeMap, path::Path};

use jsonschema::{Draft, Validator};
use serde_json::Value;

use crate::{
    request::{Contract, Judged, Refusal, Sent},
    rest::Rest,
    schema, shared,
};

const MODELS: [&str; 7] = [
    "listingsItems_2021-08-01",
    "feeds_2021-06-30",
    "orders_2026-01-01",
    "ordersV0",
    "fbaInventory",
    "definitionsProductTypes_2020-09-01",
    "sellers",
];

/// Product types whose definitions are at hand.
pub const PRODUCT_TYPES: [&str; 6] = ["CHAIR", "COOKWARE", "PRODUCT", "SUITCASE", "TOY_FIGURE", "UMBRELLA"];

/// The name of a feed's document among operations.
pub const DOCUMENT: &str = "JSON_LISTINGS_FEED";

/// What Amazon takes.
pub struct Amazon {
    models: Vec<Rest>,
    feed: Validator,
    message: Validator,
    /// Each attribute's form, by product type and name.
    attributes: BTreeMap<&'static str, BTreeMap<String, Validator>>,
}

impl std::fmt::Debug for Amazon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Amazon").finish_non_exhaustive()
    }
}

impl Amazon {
    /// Nothing, when the contracts are not there.
    pub fn shared() -> anyhow::Result<Option<Self>> {
        let mut models = Vec::new();
        for model in MODELS {
            let Some(document) = shared::json(&format!("amazon/models/{model}.json"))? else {
                return Ok(None);
            };
            models.push(Rest::new(document));
        }
        let mut attributes = BTreeMap::new();
        for product_type in PRODUCT_TYPES {
            attributes.insert(product_type, forms(product_type)?);
        }
        let (feed, message) =
            (of_feed("listings-feed-schema-v2")?, of_feed("listings-feed-message-schema-v2")?);
        Ok(Some(Self { models, feed, message, attributes }))
    }

    /// The definition of one of [`PRODUCT_TYPES`].
    pub fn definition(product_type: &str) -> anyhow::Result<Option<Value>> {
        shared::json(&format!("amazon/product-types-derived/{product_type}.json"))
    }

    /// A feed's document: its head, and every message.
    pub fn judge_document(&self, document: &[u8]) -> Judged {
        let refused = |error: serde_json::Error| Refusal::new(DOCUMENT, "body", error.to_string());
        let document: Value = serde_json::from_slice(document).map_err(refused)?;
        schema::check(&self.feed, DOCUMENT, &document)?;
        for (position, message) in document["messages"].as_array().into_iter().flatten().enumerate() {
            schema::check(&self.message, DOCUMENT, message)
                .and_then(|()| self.judge_attributes(message))
                .map_err(|refusal| within(refusal, position, message))?;
        }
        Ok(DOCUMENT.to_owned())
    }

    /// The attributes of a listing, or of the patches of one.
    pub fn judge_attributes(&self, body: &Value) -> Result<(), Refusal> {
        let product_type = body["productType"].as_str().unwrap_or_default();
        let Some(forms) = self.attributes.get(product_type) else { return Ok(()) };
        let whole = body["attributes"].as_object().into_iter().flatten();
        let whole = whole.map(|(name, value)| (format!("/attributes/{name}"), name.as_str(), value));
        let patches = body["patches"].as_array().into_iter().flatten().enumerate();
        let patched = patches.filter(|(_, patch)| patch["op"] != "delete").filter_map(|(position, patch)| {
            let name = patch["path"].as_str()?.strip_prefix("/attributes/")?;
            Some((format!("/patches/{position}/value"), name, &patch["value"]))
        });
        for (place, name, value) in whole.chain(patched) {
            if let Some(form) = forms.get(name) {
                schema::check(form, product_type, value)
                    .map_err(|refusal| Refusal { place: format!("{place}{}", refusal.place), ..refusal })?;
            }
        }
        Ok(())
    }
}

fn within(refusal: Refusal, position: usize, message: &Value) -> Refusal {
    let sku = message["sku"].as_str().map(str::to_owned);
    Refusal {
        operation: DOCUMENT.into(),
        place: format!("/messages/{position}{}", refusal.place),
        sku,
        ..refusal
    }
}

fn of_feed(name: &str) -> anyhow::Result<Validator> {
    let schema = shared::json(&format!("amazon/schemas/feeds/{name}.json"))?.unwrap_or_default();
    schema::compile(&schema, &[], Draft::Draft7)
}

fn forms(product_type: &str) -> anyhow::Result<BTreeMap<String, Validator>> {
    let definition = Amazon::definition(product_type)?.unwrap_or_default();
    let shared = ("$defs", &definition["$defs"]);
    let properties = definition["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, schema)| Ok((name.clone(), schema::compile(schema, &[shared], Draft::Draft201909)?)))
        .collect()
}

impl Contract for Amazon {
    fn judge(&self, sent: &Sent) -> Judged {
        let mut judged = Err(Refusal::new(&sent.method, "path", format!("no model has {}", sent.path())));
        for model in &self.models {
            judged = model.judge(sent);
            if !matches!(&judged, Err(refusal) if refusal.place == "path") {
                break;
            }
        }
        let body = || serde_json::from_slice::<Value>(&sent.body).unwrap_or_default();
        judged
            .and_then(|operation| self.judge_attributes(&body()).map(|()| operation))
            .map_err(|refusal| Refusal { sku: refusal.sku.or_else(|| listing(sent.path())), ..refusal })
    }
}

/// The SKU in the path of a single listing.
fn listing(path: &str) -> Option<String> {
    let is_listing = Path::new(path).starts_with("/listings/2021-08-01/items");
    is_listing.then(|| Sent::new("GET", path, b"").segments().get(4).cloned()).flatten()
}
