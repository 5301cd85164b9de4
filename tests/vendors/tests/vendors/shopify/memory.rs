//! As much of a Shopify as its answers need: products with their variants, and a few turns that a real shop takes now and
//! then: work in the background, a stock that was sold in between, a last variant that stays.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use wharf_vendors::{Contract as _, Refusal, Sent, shopify::Shopify};

use crate::receiver::{Answer, Vendor};

pub(super) struct Admin {
    contract: Arc<Shopify>,
    currency: &'static str,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// SKUs of a product's variants, by what it is called.
    products: BTreeMap<String, Vec<String>>,
    /// What was asked for once already, and is taken the second time.
    seen: BTreeSet<&'static str>,
}

impl Admin {
    pub(super) fn new(contract: Arc<Shopify>, currency: &'static str) -> Self {
        Self { contract, currency, memory: Mutex::default() }
    }
}

impl Vendor for Admin {
    fn judge(&self, sent: &Sent) -> Option<Result<String, Refusal>> {
        Some(self.contract.judge(sent))
    }

    fn answer(&self, operation: &str, sent: &Sent) -> Answer {
        let body: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
        let variables = &body["variables"];
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let data = match operation {
            "Set" => memory.set(variables),
            "Operation" => json!({"productOperation": {
                "status": "COMPLETE", "product": memory.product(variables), "userErrors": [],
            }}),
            "Publish" => {
                json!({"publishablePublish": {"publishable": memory.product(variables), "userErrors": []}})
            }
            "Variants" => json!({"product": memory.product(variables)}),
            "Prices" => json!({"productVariantsBulkUpdate": {
                "productVariants": only_ids(&variables["variants"]), "userErrors": [],
            }}),
            "Stock" => memory.stock(variables),
            "StockHeld" => json!({"nodes": list(&variables["ids"]).map(held).collect::<Vec<_>>()}),
            "DeleteVariants" => json!({"productVariantsBulkDelete": {"product": null, "userErrors": [
                {"code": "CANNOT_DELETE_LAST_VARIANT", "field": null, "message": "last"},
            ]}}),
            "Delete" => memory.delete(variables),
            _ => read(operation, self.currency),
        };
        Answer::json(&json!({ "data": data }))
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn only_ids(variants: &Value) -> Vec<Value> {
    list(variants).map(|variant| json!({"id": variant["id"]})).collect()
}

/// Another quantity than any that was set.
fn held(item: &Value) -> Value {
    let level = |location: &str| json!({"location": {"id": location}, "quantities": [{"quantity": 77}]});
    let levels = ["gid://shopify/Location/70", "gid://shopify/Location/71"].map(level);
    json!({"id": item, "inventoryLevels": {"nodes": levels}})
}

/// The number in `gid://shopify/Product/7`.
fn number(id: &Value) -> usize {
    id.as_str().and_then(|id| id.rsplit('/').next()?.parse().ok()).unwrap_or_default()
}

impl Memory {
    /// Whether this is asked for the first time.
    fn is_first(&mut self, what: &'static str) -> bool {
        self.seen.insert(what)
    }

    fn set(&mut self, variables: &Value) -> Value {
        let identifier = &variables["identifier"];
        let called = match identifier["handle"].as_str() {
            Some(handle) => handle.to_owned(),
            None => self.called(number(&identifier["id"])),
        };
        let skus =
            list(&variables["input"]["variants"]).filter_map(|it| Some(it["sku"].as_str()?.to_owned()));
        self.products.insert(called.clone(), skus.collect());
        let id = format!("gid://shopify/Product/{}", self.number_of(&called));
        if variables["synchronous"] == true {
            let product = self.product(&json!({"id": id, "first": variables["first"]}));
            return json!({"productSet": {"product": product, "productSetOperation": null, "userErrors": []}});
        }
        // The work goes by the product's own number.
        let operation = json!({"id": id.replace("Product/", "ProductSetOperation/")});
        json!({"productSet": {"product": null, "productSetOperation": operation, "userErrors": []}})
    }

    fn number_of(&self, called: &str) -> usize {
        self.numbers().find(|(_, name)| *name == called).map(|(number, _)| number).unwrap_or_default()
    }

    fn called(&self, wanted: usize) -> String {
        self.numbers()
            .find(|(number, _)| *number == wanted)
            .map(|(_, name)| name.to_owned())
            .unwrap_or_default()
    }

    /// Names with a number that stays, whatever comes and goes.
    fn numbers(&self) -> impl Iterator<Item = (usize, &str)> {
        self.products.keys().map(|name| (stable(name), name.as_str()))
    }

    /// A page of the product's variants.
    fn product(&self, variables: &Value) -> Value {
        let wanted = number(&variables["id"]);
        let skus = self.products.get(&self.called(wanted)).cloned().unwrap_or_default();
        let after = variables["after"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
        let first = variables["first"].as_u64().and_then(|first| usize::try_from(first).ok()).unwrap_or(10);
        let end = skus.len().min(after + first);
        let node = |sku: &String| {
            let number = stable(sku);
            json!({
                "id": format!("gid://shopify/ProductVariant/{number}"), "sku": sku,
                "inventoryItem": {"id": format!("gid://shopify/InventoryItem/{number}")},
            })
        };
        let nodes: Vec<Value> = skus.get(after..end).unwrap_or_default().iter().map(node).collect();
        let page = json!({"hasNextPage": end < skus.len(), "endCursor": end.to_string()});
        json!({"id": format!("gid://shopify/Product/{wanted}"), "variants": {"nodes": nodes, "pageInfo": page}})
    }

    /// The first time, something was sold in between.
    fn stock(&mut self, variables: &Value) -> Value {
        let compared =
            list(&variables["input"]["quantities"]).any(|entry| entry["changeFromQuantity"].is_i64());
        let errors = if compared && self.is_first("stock") {
            let path = ["input", "quantities", "0", "changeFromQuantity"];
            json!([{"code": "CHANGE_FROM_QUANTITY_STALE", "field": path, "message": "stale"}])
        } else {
            json!([])
        };
        json!({"inventorySetQuantities": {"inventoryAdjustmentGroup": null, "userErrors": errors}})
    }

    /// The first time, it is gone already.
    fn delete(&mut self, variables: &Value) -> Value {
        if self.is_first("delete") {
            return json!({"productDelete": {"deletedProductId": null, "userErrors": [
                {"field": ["id"], "message": "Product does not exist"},
            ]}});
        }
        let called = self.called(number(&variables["input"]["id"]));
        self.products.remove(&called);
        json!({"productDelete": {"deletedProductId": variables["input"]["id"], "userErrors": []}})
    }
}

/// A number for a text, of 40 bits.
fn stable(text: &str) -> usize {
    text.bytes().fold(7_usize, |number, byte| (number * 31 + usize::from(byte)) % (1 << 40))
}

/// What is asked of the whole shop.
fn read(operation: &str, currency: &str) -> Value {
    let end = json!({"hasNextPage": false, "endCursor": null});
    match operation {
        "Orders" => json!({"orders": {"nodes": [order(currency, true)], "pageInfo": end}}),
        "Order" => json!({"order": order(currency, false)}),
        "Levels" => json!({"location": {"inventoryLevels": {"nodes": [], "pageInfo": end}}}),
        "Listings" => json!({
            "productVariants": {"nodes": [], "pageInfo": end}, "shop": {"currencyCode": currency},
        }),
        "Probe" => {
            let scopes =
                ["write_products", "write_inventory", "read_locations", "read_orders", "write_publications"];
            let scopes = scopes.map(|handle| json!({ "handle": handle }));
            json!({"shop": {"currencyCode": currency}, "currentAppInstallation": {"accessScopes": scopes}})
        }
        // `Exists`
        _ => json!({"product": null}),
    }
}

/// An order whose lines do not fit the list of orders.
fn order(currency: &str, is_cut: bool) -> Value {
    let money = json!({"shopMoney": {"amount": "1.00", "currencyCode": currency}});
    let line = json!({
        "id": "gid://shopify/LineItem/1", "sku": null, "title": "Something else", "quantity": 1, "currentQuantity": 1,
        "unfulfilledQuantity": 1, "nonFulfillableQuantity": 0, "variant": null, "originalUnitPriceSet": money,
        "discountedTotalSet": money, "taxLines": [],
    });
    let lines = if is_cut { vec![] } else { vec![line] };
    let page = json!({"hasNextPage": is_cut, "endCursor": if is_cut { Some("l1") } else { None }});
    json!({
        "id": "gid://shopify/Order/1", "name": "#1", "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z", "cancelledAt": null, "closed": false, "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED", "taxesIncluded": true, "email": null, "phone": null,
        "currentTotalPriceSet": money, "totalShippingPriceSet": money, "shippingAddress": null,
        "lineItems": {"nodes": lines, "pageInfo": page},
    })
}
