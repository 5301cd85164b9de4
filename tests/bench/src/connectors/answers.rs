//! What a vendor answers to a request that it takes, in the forms that its documentation gives and the connector's own
//! tests use. It remembers nothing: every product is new to it.

use anyhow::Context as _;
use serde_json::{Value, json};
use wharf_sandbox::exchange::{Body, Exchange, Response};

/// Who answers.
#[derive(Debug, Clone, Copy)]
pub(super) enum Vendor {
    /// [Merchant API](https://developers.google.com/merchant/api/reference/rest).
    Google,
    /// [Feeds and Listings Items](https://developer-docs.amazon.com/sp-api/docs/feeds-api-v2021-06-30-reference).
    Amazon,
    /// [GraphQL Admin API](https://shopify.dev/docs/api/admin-graphql/2026-10).
    Shopify,
    /// [Catalog and Inventory](https://developer.squareup.com/reference/square/catalog-api).
    Square,
    /// [Admin API](https://docs.vendure.io/reference/graphql-api/admin/mutations/).
    Vendure,
    /// The made-up one of the templates.
    Shop,
}

/// Where a feed's documents are put and read.
const DOCUMENTS: &str = "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/d1?X-Amz-Signature=1";

impl Vendor {
    /// `document` is the large body that the chain carries.
    pub(super) fn answer(self, exchange: &Exchange, document: Option<&[u8]>) -> anyhow::Result<Response> {
        let target = exchange.request.target.as_str();
        let body = match self {
            Self::Amazon => amazon(exchange),
            Self::Google => google(sent(exchange, document)?),
            Self::Shopify => shopify(&sent(exchange, document)?),
            Self::Square => square(target, &sent(exchange, document)?),
            Self::Vendure => vendure(&sent(exchange, document)?),
            Self::Shop => Some(json!({"id": target.rsplit('/').next()})),
        };
        let body = body.with_context(|| format!("{self:?} has no answer to {target}"))?;
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        Ok(Response { status: 200, headers: Vec::new(), body })
    }
}

/// The JSON that goes out.
fn sent(exchange: &Exchange, document: Option<&[u8]>) -> anyhow::Result<Value> {
    let bytes = match &exchange.request.body {
        Body::Text(text) => text.as_bytes(),
        Body::Bytes(bytes) => bytes,
        Body::Document => document.context("the chain carries no document")?,
        other => anyhow::bail!("no JSON in {other:?}"),
    };
    Ok(serde_json::from_slice(bytes)?)
}

/// The product input comes back with its name.
fn google(mut product: Value) -> Option<Value> {
    let name = format!("en~DE~{}", product["offerId"].as_str()?);
    product["name"] = format!("accounts/1/productInputs/{name}").into();
    product["product"] = format!("accounts/1/products/{name}").into();
    Some(product)
}

/// The five steps of a feed, whose report has no issues; or a listing by itself.
fn amazon(exchange: &Exchange) -> Option<Value> {
    const FEEDS: &str = "/feeds/2021-06-30/";
    const LISTINGS: &str = "/listings/2021-08-01/items/A1/";
    use wharf_catalog::declaration::Method;
    let request = &exchange.request;
    if let Some(listing) = request.target.strip_prefix(LISTINGS) {
        let sku = listing.split('?').next();
        return Some(json!({"sku": sku, "status": "ACCEPTED", "submissionId": "1", "issues": []}));
    }
    let Some(step) = request.target.strip_prefix(FEEDS) else {
        return match (&request.method, request.target == DOCUMENTS) {
            (Method::Put, true) => Some(Value::Null),
            (Method::Get, true) => Some(report(exchange.covers.len())),
            _ => None,
        };
    };
    let document = json!({"feedDocumentId": "amzn1.tortuga.4.eu.1", "url": DOCUMENTS});
    match (&request.method, step.split('/').next()?) {
        (_, "documents") => Some(document),
        (Method::Post, "feeds") => Some(json!({"feedId": "1"})),
        (Method::Get, "feeds") => Some(json!({
            "feedId": "1", "feedType": "JSON_LISTINGS_FEED", "createdTime": "2026-01-01T00:00:00Z",
            "processingStatus": "DONE", "resultFeedDocumentId": "amzn1.tortuga.4.eu.2"
        })),
        _ => None,
    }
}

fn report(messages: usize) -> Value {
    json!({
        "header": {"sellerId": "A1", "version": "2.0", "feedId": "1"},
        "summary": {
            "errors": 0, "warnings": 0, "messagesProcessed": messages, "messagesAccepted": messages,
            "messagesInvalid": 0
        },
        "issues": []
    })
}

/// The name of a GraphQL document's operation.
fn operation(sent: &Value) -> Option<&str> {
    sent["query"].as_str()?.split([' ', '(']).nth(1)
}

/// The product with its variants, each with an inventory item.
fn shopify(sent: &Value) -> Option<Value> {
    if operation(sent)? != "Set" {
        return None;
    }
    let variants = sent["variables"]["input"]["variants"].as_array()?.iter().enumerate();
    let nodes: Vec<Value> = variants
        .map(|(number, variant)| {
            json!({
                "id": format!("gid://shopify/ProductVariant/{}", 100 + number),
                "sku": variant["sku"],
                "inventoryItem": {"id": format!("gid://shopify/InventoryItem/{}", 100 + number)},
            })
        })
        .collect();
    let page = json!({"hasNextPage": false, "endCursor": null});
    let product = json!({"id": "gid://shopify/Product/1", "variants": {"nodes": nodes, "pageInfo": page}});
    Some(json!({"data": {"productSet": {"product": product, "productSetOperation": null, "userErrors": []}}}))
}

/// Nothing is found, objects get an id and a version, and counts are as they were sent.
fn square(target: &str, sent: &Value) -> Option<Value> {
    match target {
        "/v2/catalog/search" => Some(json!({})),
        "/v2/catalog/batch-upsert" => {
            let batches = sent["batches"].as_array()?.iter();
            let objects = batches.filter_map(|batch| batch["objects"].as_array()).flatten();
            let mut mappings = Vec::new();
            let objects: Vec<Value> = objects.map(|object| stored(object.clone(), &mut mappings)).collect();
            Some(json!({"objects": objects, "id_mappings": mappings}))
        }
        "/v2/inventory/changes/batch-create" => {
            let changes = sent["changes"].as_array()?.iter();
            let counts: Vec<&Value> = changes.map(|change| &change["physical_count"]).collect();
            Some(json!({"counts": counts}))
        }
        _ => None,
    }
}

fn stored(mut object: Value, mappings: &mut Vec<Value>) -> Value {
    let given = object["id"].as_str().and_then(|id| id.strip_prefix('#')).map(|new| format!("S-{new}"));
    if let Some(given) = given {
        mappings.push(json!({"client_object_id": object["id"], "object_id": given}));
        object["id"] = given.into();
    }
    object["version"] = 1.into();
    object["updated_at"] = "2026-01-31T12:00:01Z".into();
    for variation in object["item_data"]["variations"].as_array_mut().into_iter().flatten() {
        *variation = stored(variation.take(), mappings);
    }
    object
}

/// Nothing is found; product, options and variants are made as they were sent.
fn vendure(sent: &Value) -> Option<Value> {
    let variables = &sent["variables"];
    let data = match operation(sent)? {
        "Find" | "FindVariants" => json!({"productVariants": {"items": []}, "product": null}),
        "CreateProduct" => {
            json!({"createProduct": {"id": "9", "assets": [], "optionGroups": [], "variants": []}})
        }
        "CreateOptions" => {
            let groups = variables.as_object()?.iter();
            Value::Object(groups.map(|(name, input)| (name.clone(), made(name, input))).collect())
        }
        "CreateVariants" => {
            let created: Vec<Value> = variables["create"].as_array()?.iter().map(written).collect();
            json!({"createProductVariants": created})
        }
        _ => return None,
    };
    Some(json!({ "data": data }))
}

/// An option, or a group with its options.
fn made(id: &str, input: &Value) -> Value {
    let options = input["options"].as_array().into_iter().flatten().enumerate();
    let options: Vec<Value> = options
        .map(|(number, option)| json!({"id": format!("{id}-{number}"), "code": option["code"]}))
        .collect();
    json!({"id": id, "code": input["code"], "groupId": input["productOptionGroupId"], "options": options})
}

fn written(variant: &Value) -> Value {
    json!({
        "id": format!("v-{}", variant["sku"].as_str().unwrap_or_default()),
        "sku": variant["sku"],
        "productId": variant["productId"],
        "prices": [{"currencyCode": "EUR", "price": variant["price"]}],
    })
}
