//! A shop at Shopify: keeps products, variants and quantities, and answers the queries that read them.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::list;

/// Nodes of one page, so that a few make a second.
const PAGE: usize = 3;

/// What one shop has. Ids are numbers here, and global ids outside.
#[derive(Debug, Default)]
pub struct Shop {
    /// What `productSet` wrote of each, without its variants.
    products: BTreeMap<u64, Json>,
    variants: BTreeMap<u64, Variant>,
    /// Units by inventory item, which has its variant's number, and location.
    available: BTreeMap<(u64, u64), i64>,
    last: u64,
}

#[derive(Debug)]
struct Variant {
    product: u64,
    input: Json,
}

impl Shop {
    /// The body of the answer to a request for `/graphql.json`.
    pub fn answer(&mut self, body: &Json) -> Json {
        let query = body["query"].as_str().unwrap_or_default();
        let variables = &body["variables"];
        let data = match query.split([' ', '(']).nth(1) {
            Some("Set") => self.set(variables),
            Some("Prices") => self.reprice(variables),
            Some("Stock") => self.count(&variables["input"]),
            Some("StockHeld") => self.held(&variables["ids"]),
            Some("Find") => self.find(variables["query"].as_str().unwrap_or_default()),
            Some("Levels") => self.levels(variables),
            Some("Listings") => self.listings(variables["query"].as_str().unwrap_or_default()),
            Some("Orders") => json!({"orders": {"nodes": [], "pageInfo": page_info(None)}}),
            _ => return json!({"errors": [{"message": format!("This shop does not know: {query}")}]}),
        };
        json!({ "data": data })
    }

    /// Title and description of the variant's product.
    pub fn shown(&self, variant: &str) -> Option<(&str, Option<&str>)> {
        let product = self.products.get(&self.variants.get(&number(variant))?.product)?;
        Some((product["title"].as_str()?, product["descriptionHtml"].as_str()))
    }

    /// The global id of the variant of this SKU, and what it costs.
    pub fn variant(&self, sku: &str) -> Option<(String, &str)> {
        let (id, variant) = self.variants.iter().find(|(_, variant)| variant.input["sku"] == sku)?;
        Some((gid("ProductVariant", *id), variant.input["price"].as_str()?))
    }

    /// Somebody counts what lies at a location.
    pub fn recount(&mut self, sku: &str, location: u64, units: i64) {
        if let Some((id, _)) = self.variant(sku) {
            self.available.insert((number(&id), location), units);
        }
    }

    fn set(&mut self, variables: &Json) -> Json {
        let identifier = &variables["identifier"];
        let handle =
            |product: &Json| product["handle"] == identifier["handle"] && identifier["handle"].is_string();
        let known = match identifier["id"].as_str() {
            Some(id) => Some(number(id)).filter(|id| self.products.contains_key(id)),
            None => self.products.iter().find(|(_, product)| handle(product)).map(|(id, _)| *id),
        };
        let id = known.unwrap_or_else(|| self.next());
        let mut input = variables["input"].clone();
        let variants = input.as_object_mut().and_then(|input| input.remove("variants")).unwrap_or_default();
        let product = self.products.entry(id).or_insert_with(|| json!({}));
        for (name, value) in input.as_object().into_iter().flatten() {
            // What is left out stays as it is.
            product[name] = value.clone();
        }
        let kept: Vec<u64> = list(&variants).map(|variant| self.set_variant(id, variant)).collect();
        self.variants.retain(|own, variant| variant.product != id || kept.contains(own));
        let nodes: Vec<Json> = kept.iter().map(|id| self.node(*id)).collect();
        let variants = json!({"nodes": nodes, "pageInfo": page_info(None)});
        let product = json!({"id": gid("Product", id), "variants": variants});
        json!({"productSet": {"product": product, "productSetOperation": null, "userErrors": []}})
    }

    /// A variant that comes without its id is found by its options, as at Shopify.
    fn set_variant(&mut self, product: u64, input: &Json) -> u64 {
        let alike = |variant: &Variant| {
            variant.product == product && variant.input["optionValues"] == input["optionValues"]
        };
        let known = match input["id"].as_str() {
            Some(id) => Some(number(id)),
            None => self.variants.iter().find(|(_, variant)| alike(variant)).map(|(id, _)| *id),
        };
        let id = known.unwrap_or_else(|| self.next());
        for level in list(&input["inventoryQuantities"]) {
            let location = number(level["locationId"].as_str().unwrap_or_default());
            self.available.insert((id, location), level["quantity"].as_i64().unwrap_or_default());
        }
        self.variants.insert(id, Variant { product, input: input.clone() });
        id
    }

    fn reprice(&mut self, variables: &Json) -> Json {
        let mut taken = Vec::new();
        for wanted in list(&variables["variants"]) {
            let id = wanted["id"].as_str().unwrap_or_default();
            if let Some(variant) = self.variants.get_mut(&number(id)) {
                variant.input["price"] = wanted["price"].clone();
                variant.input["compareAtPrice"] = wanted["compareAtPrice"].clone();
                taken.push(json!({ "id": id }));
            }
        }
        json!({"productVariantsBulkUpdate": {"productVariants": taken, "userErrors": []}})
    }

    /// All quantities or none: one that was changed meanwhile is not overwritten.
    fn count(&mut self, input: &Json) -> Json {
        let levels: Vec<((u64, u64), Option<i64>, i64)> = list(&input["quantities"])
            .map(|level| {
                let id = |name: &str| number(level[name].as_str().unwrap_or_default());
                let quantity = level["quantity"].as_i64().unwrap_or_default();
                ((id("inventoryItemId"), id("locationId")), level["changeFromQuantity"].as_i64(), quantity)
            })
            .collect();
        let held = |place| self.available.get(place).copied();
        let stale = levels.iter().position(|(place, from, _)| from.is_some() && *from != held(place));
        let errors: Vec<Json> = stale
            .map(|at| {
                let field = ["input", "quantities", &at.to_string()];
                json!({"code": "CHANGE_FROM_QUANTITY_STALE", "field": field, "message": "It is another by now."})
            })
            .into_iter()
            .collect();
        if errors.is_empty() {
            self.available.extend(levels.into_iter().map(|(place, _, quantity)| (place, quantity)));
        }
        json!({"inventorySetQuantities": {"inventoryAdjustmentGroup": null, "userErrors": errors}})
    }

    fn held(&self, items: &Json) -> Json {
        let level = |((_, location), quantity): (&(u64, u64), &i64)| {
            let quantities = [json!({ "quantity": quantity })];
            json!({"location": {"id": gid("Location", *location)}, "quantities": quantities})
        };
        let item = |id: &Json| {
            let item = number(id.as_str().unwrap_or_default());
            let levels: Vec<Json> = self.available.range((item, 0)..=(item, u64::MAX)).map(level).collect();
            json!({"id": id, "inventoryLevels": {"nodes": levels}})
        };
        json!({"nodes": list(items).map(item).collect::<Vec<_>>()})
    }

    /// `sku:'...'`
    fn find(&self, query: &str) -> Json {
        let sku = query.trim_start_matches("sku:").trim_matches('\'').replace("\\'", "'");
        let found = self.variants.iter().filter(|(_, variant)| variant.input["sku"] == sku.as_str());
        let nodes: Vec<Json> = found
            .map(|(id, variant)| {
                let mut node = self.node(*id);
                node["product"] = json!({"id": gid("Product", variant.product)});
                node
            })
            .collect();
        json!({"productVariants": {"nodes": nodes}})
    }

    fn levels(&self, variables: &Json) -> Json {
        let location = number(variables["location"].as_str().unwrap_or_default());
        let begin = variables["after"].as_str().and_then(|after| after.parse().ok()).unwrap_or(0);
        let all = self
            .available
            .iter()
            .filter(|((item, place), _)| *place == location && self.variants.contains_key(item));
        let node = |((item, _), quantity): (&(u64, u64), &i64)| {
            let quantities = [json!({"quantity": quantity, "updatedAt": "2026-01-31T12:00:01Z"})];
            json!({"item": {"sku": self.variants.get(item).map(|it| &it.input["sku"])}, "quantities": quantities})
        };
        let nodes: Vec<Json> = all.clone().skip(begin).take(PAGE).map(node).collect();
        let end = begin + nodes.len();
        let cursor = (end < all.count()).then_some(end);
        json!({"location": {"inventoryLevels": {"nodes": nodes, "pageInfo": page_info(cursor)}}})
    }

    /// `id:>=N`
    fn listings(&self, query: &str) -> Json {
        let first = query.trim_start_matches("id:>=").parse().unwrap_or(0);
        let nodes: Vec<Json> =
            self.variants.range(first..).take(PAGE).map(|(id, variant)| self.listing(*id, variant)).collect();
        let more = self.variants.range(first..).count() > nodes.len();
        let variants = json!({"nodes": nodes, "pageInfo": page_info(more.then_some(1))});
        json!({"productVariants": variants, "shop": {"currencyCode": "EUR"}})
    }

    fn listing(&self, id: u64, variant: &Variant) -> Json {
        let levels = self.available.range((id, 0)..=(id, u64::MAX));
        let quantity: i64 = levels.map(|(_, quantity)| quantity).sum();
        let status = self.products.get(&variant.product).map(|product| &product["status"]);
        let product = json!({"status": status, "onlineStoreUrl": null});
        let Json::Object(mut node) = self.node(id) else { return Json::Null };
        node.insert("price".into(), variant.input["price"].clone());
        node.insert("inventoryQuantity".into(), quantity.into());
        node.insert("product".into(), product);
        node.into()
    }

    fn node(&self, id: u64) -> Json {
        let sku = self.variants.get(&id).map(|variant| &variant.input["sku"]);
        json!({"id": gid("ProductVariant", id), "sku": sku, "inventoryItem": {"id": gid("InventoryItem", id)}})
    }

    fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }
}

fn page_info(cursor: Option<usize>) -> Json {
    json!({"hasNextPage": cursor.is_some(), "endCursor": cursor.map(|cursor| cursor.to_string())})
}

fn gid(kind: &str, number: u64) -> String {
    format!("gid://shopify/{kind}/{number}")
}

fn number(gid: &str) -> u64 {
    gid.rsplit('/').next().and_then(|number| number.parse().ok()).unwrap_or_default()
}
