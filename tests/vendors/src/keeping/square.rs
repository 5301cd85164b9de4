//! A seller at Square: keeps what it is sent, with ids and versions of its own, and gives it back by the operations
//! that read.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::{list, texts};

/// Counts of one page, so that a few make a second.
const PAGE: usize = 3;

/// What one seller has.
#[derive(Debug, Default)]
pub struct Seller {
    /// Items without their variations, which stand by themselves.
    items: BTreeMap<String, Json>,
    variations: BTreeMap<String, Json>,
    /// By variation and location.
    counts: BTreeMap<(String, String), Json>,
    version: i64,
}

impl Seller {
    /// Status and body of the answer to a request.
    pub fn answer(&mut self, path: &str, body: &Json) -> (u16, Json) {
        match path {
            "/v2/catalog/search" => (200, self.search(body)),
            "/v2/catalog/batch-upsert" => self.upsert(body),
            "/v2/catalog/batch-retrieve" => {
                (200, json!({"objects": self.objects(texts(&body["object_ids"]))}))
            }
            "/v2/catalog/batch-delete" => (200, self.delete(body)),
            "/v2/inventory/changes/batch-create" => (200, self.count(body)),
            "/v2/inventory/counts/batch-retrieve" => (200, self.counted(body)),
            _ => (404, json!({"errors": [{"category": "INVALID_REQUEST_ERROR", "code": "NOT_FOUND"}]})),
        }
    }

    /// Name and description of the item that the variation belongs to, and the variation's amount.
    pub fn shown(&self, variation: &str) -> Option<(&str, Option<&str>, i64)> {
        let variation = &self.variations.get(variation)?["item_variation_data"];
        let item = &self.items.get(variation["item_id"].as_str()?)?["item_data"];
        let amount = variation["price_money"]["amount"].as_i64()?;
        Some((item["name"].as_str()?, item["description_html"].as_str(), amount))
    }

    /// The variation of this SKU.
    pub fn variation(&self, sku: &str) -> Option<&str> {
        let of_sku = |variation: &Json| variation["item_variation_data"]["sku"] == sku;
        self.variations.iter().find(|(_, variation)| of_sku(variation)).map(|(id, _)| id.as_str())
    }

    /// Somebody counts what lies at a location.
    pub fn recount(&mut self, sku: &str, location: &str, units: i64) {
        let key = self.variation(sku).map(|id| (id.to_owned(), location.to_owned()));
        if let Some(count) = key.and_then(|key| self.counts.get_mut(&key)) {
            count["quantity"] = units.to_string().into();
            count["calculated_at"] = "2099-01-01T00:00:00Z".into();
        }
    }

    /// Of every variation.
    pub fn skus(&self) -> Vec<&str> {
        let variations = self.variations.values();
        variations.filter_map(|variation| variation["item_variation_data"]["sku"].as_str()).collect()
    }

    fn search(&self, body: &Json) -> Json {
        let wanted = texts(&body["query"]["set_query"]["attribute_values"]);
        let data = |variation: &Json| variation["item_variation_data"].clone();
        let found = self.variations.values();
        let found: Vec<&Json> =
            found.filter(|it| data(it)["sku"].as_str().is_some_and(|sku| wanted.contains(&sku))).collect();
        let items =
            found.iter().filter_map(|it| data(it)["item_id"].as_str().map(str::to_owned)).collect::<Vec<_>>();
        json!({"objects": found, "related_objects": self.objects(items.iter().map(String::as_str).collect())})
    }

    /// All batches or none, as far as versions go.
    fn upsert(&mut self, body: &Json) -> (u16, Json) {
        let objects: Vec<Json> =
            list(&body["batches"]).flat_map(|batch| list(&batch["objects"])).cloned().collect();
        if objects.iter().any(|object| self.is_overtaken(object)) {
            let error =
                json!({"category": "INVALID_REQUEST_ERROR", "code": "VERSION_MISMATCH", "field": "version"});
            return (400, json!({"errors": [error]}));
        }
        self.version += 1;
        let mut mappings = Vec::new();
        let written: Vec<String> =
            objects.into_iter().map(|object| self.write(object, &mut mappings)).collect();
        let objects = self.objects(written.iter().map(String::as_str).collect());
        (200, json!({"objects": objects, "id_mappings": mappings}))
    }

    fn is_overtaken(&self, object: &Json) -> bool {
        let id = object["id"].as_str().unwrap_or_default();
        let known = self.items.get(id).or_else(|| self.variations.get(id));
        let variations = list(&object["item_data"]["variations"]);
        known.is_some_and(|known| known["version"] != object["version"])
            || variations.clone().any(|variation| self.is_overtaken(variation))
    }

    fn write(&mut self, mut object: Json, mappings: &mut Vec<Json>) -> String {
        let id = self.id_of(&object, mappings);
        object["id"] = id.as_str().into();
        object["version"] = self.version.into();
        object["updated_at"] = "2026-01-31T12:00:01Z".into();
        if object["type"] == "ITEM_VARIATION" {
            self.variations.insert(id.clone(), object);
            return id;
        }
        let variations = object["item_data"].as_object_mut().and_then(|data| data.remove("variations"));
        let mut kept = Vec::new();
        for mut variation in variations.iter().flat_map(list).cloned() {
            variation["item_variation_data"]["item_id"] = id.as_str().into();
            kept.push(self.write(variation, mappings));
        }
        // What is left out of an item is removed from it.
        self.variations.retain(|own, variation| {
            variation["item_variation_data"]["item_id"] != *id || kept.contains(own)
        });
        self.items.insert(id.clone(), object);
        id
    }

    fn id_of(&self, object: &Json, mappings: &mut Vec<Json>) -> String {
        let id = object["id"].as_str().unwrap_or_default();
        if !id.starts_with('#') {
            return id.to_owned();
        }
        let number = self.items.len() + self.variations.len() + mappings.len();
        let given = format!("S{}-{number}", self.version);
        mappings.push(json!({"client_object_id": id, "object_id": given}));
        given
    }

    fn objects(&self, ids: Vec<&str>) -> Vec<Json> {
        ids.into_iter().filter_map(|id| self.item(id).or_else(|| self.variations.get(id).cloned())).collect()
    }

    fn item(&self, id: &str) -> Option<Json> {
        let mut item = self.items.get(id)?.clone();
        let own = self.variations.values().filter(|it| it["item_variation_data"]["item_id"] == id);
        item["item_data"]["variations"] = own.cloned().collect();
        Some(item)
    }

    fn delete(&mut self, body: &Json) -> Json {
        let ids = texts(&body["object_ids"]);
        let gone = |variation: &Json, id: &str| {
            ids.contains(&id) || ids.iter().any(|it| variation["item_variation_data"]["item_id"] == **it)
        };
        self.variations.retain(|id, variation| !gone(variation, id));
        self.items.retain(|id, _| !ids.contains(&id.as_str()));
        json!({"deleted_object_ids": ids})
    }

    fn count(&mut self, body: &Json) -> Json {
        let counts: Vec<Json> =
            list(&body["changes"]).map(|change| change["physical_count"].clone()).collect();
        for mut count in counts.clone() {
            let text = |name: &str| count[name].as_str().unwrap_or_default().to_owned();
            let key = (text("catalog_object_id"), text("location_id"));
            count["calculated_at"] = count["occurred_at"].take();
            count["catalog_object_type"] = "ITEM_VARIATION".into();
            self.counts.insert(key, count);
        }
        json!({"counts": counts})
    }

    fn counted(&self, body: &Json) -> Json {
        let places = texts(&body["location_ids"]);
        let begin = body["cursor"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
        let all = self.counts.iter().filter(|((_, place), _)| places.contains(&place.as_str()));
        let page: Vec<&Json> = all.clone().skip(begin).take(PAGE).map(|(_, count)| count).collect();
        let end = begin + page.len();
        let cursor = (end < all.count()).then(|| end.to_string());
        json!({"counts": page, "cursor": cursor})
    }
}
