//! `square`: catalog batches, prices, counts by location both ways, deletions, orders.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::{Value, json};
use wharf_vendors::{Contract as _, Refusal, Sent, square::Square};

use crate::{
    catalog::{Catalog, ICECAT, MAGENTO},
    receiver::{Answer, Vendor},
    shop::{Shop, some},
};

const CHANNEL: &str = "square";

const OPERATIONS: [&str; 8] = [
    "SearchCatalogObjects",
    "BatchUpsertCatalogObjects",
    "BatchRetrieveCatalogObjects",
    "BatchDeleteCatalogObjects",
    "BatchChangeInventory",
    "BatchRetrieveInventoryCounts",
    "SearchOrders",
    "ListLocations",
];

#[derive(Default)]
struct Library {
    /// Items and variations by id; an item does not hold its variations.
    objects: BTreeMap<String, Value>,
    /// The last count of each variation.
    counts: BTreeMap<String, Value>,
    writes: u64,
}

struct Till {
    contract: Arc<Square>,
    library: Mutex<Library>,
}

impl Vendor for Till {
    fn judge(&self, sent: &Sent) -> Option<Result<String, Refusal>> {
        Some(self.contract.judge(sent))
    }

    fn answer(&self, operation: &str, sent: &Sent) -> Answer {
        let body: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
        let mut library = self.library.lock().unwrap_or_else(PoisonError::into_inner);
        Answer::json(&match operation {
            "BatchUpsertCatalogObjects" => library.upsert(&body),
            "BatchRetrieveCatalogObjects" => {
                let objects: Vec<Value> =
                    list(&body["object_ids"]).filter_map(|id| library.shown(id.as_str()?)).collect();
                json!({ "objects": objects })
            }
            "BatchDeleteCatalogObjects" => library.delete(&body),
            "BatchChangeInventory" => library.count(&body),
            "BatchRetrieveInventoryCounts" => json!({"counts": library.counts.values().collect::<Vec<_>>()}),
            "ListLocations" => {
                json!({"locations": [{"id": "L1", "status": "ACTIVE"}, {"id": "L2", "status": "ACTIVE"}]})
            }
            // Nothing is found, and nothing was ordered.
            _ => json!({}),
        })
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

impl Library {
    fn upsert(&mut self, body: &Value) -> Value {
        let (mut written, mut mappings) = (Vec::new(), Vec::new());
        for object in list(&body["batches"]).flat_map(|batch| list(&batch["objects"])) {
            let mut object = object.clone();
            let id = self.keep(&mut object, None, &mut mappings);
            written.extend(self.shown(&id));
        }
        json!({"objects": written, "id_mappings": mappings})
    }

    /// Gives the object an id and its next version, and puts it away with its parts.
    fn keep(&mut self, object: &mut Value, item: Option<&str>, mappings: &mut Vec<Value>) -> String {
        self.writes += 1;
        let called = object["id"].as_str().unwrap_or_default().to_owned();
        let id = if called.starts_with('#') { format!("OBJECT{}", self.writes) } else { called.clone() };
        if id != called {
            mappings.push(json!({"client_object_id": called, "object_id": id}));
        }
        object["id"] = id.clone().into();
        object["version"] = self.writes.into();
        if let Some(item) = item {
            object["item_variation_data"]["item_id"] = item.into();
        }
        let parts = object.pointer_mut("/item_data/variations").map(Value::take);
        if let Some(Value::Array(variations)) = parts {
            let written = |variation: &Value| variation["item_variation_data"]["item_id"] == id.as_str();
            self.objects.retain(|_, object| !written(object));
            for mut variation in variations {
                self.keep(&mut variation, Some(&id), mappings);
            }
        }
        self.objects.insert(id.clone(), object.clone());
        id
    }

    fn shown(&self, id: &str) -> Option<Value> {
        let mut object = self.objects.get(id)?.clone();
        if object["type"] == "ITEM" {
            let parts = self.objects.values().filter(|part| part["item_variation_data"]["item_id"] == id);
            object["item_data"]["variations"] = parts.cloned().collect();
        }
        Some(object)
    }

    fn delete(&mut self, body: &Value) -> Value {
        let ids: Vec<&str> = list(&body["object_ids"]).filter_map(Value::as_str).collect();
        let goes = |id: &str, object: &Value| {
            ids.contains(&id) || ids.iter().any(|id| object["item_variation_data"]["item_id"] == *id)
        };
        let gone: Vec<String> =
            self.objects.iter().filter(|(id, object)| goes(id, object)).map(|(id, _)| id.clone()).collect();
        gone.iter().for_each(|id| drop(self.objects.remove(id)));
        json!({ "deleted_object_ids": gone })
    }

    fn count(&mut self, body: &Value) -> Value {
        let mut counts = Vec::new();
        for change in list(&body["changes"]) {
            let mut count = change["physical_count"].clone();
            count["calculated_at"] = count["occurred_at"].take();
            count["catalog_object_type"] = "ITEM_VARIATION".into();
            let place = format!("{} {}", count["catalog_object_id"], count["location_id"]);
            self.counts.insert(place, count.clone());
            counts.push(count);
        }
        json!({ "counts": counts })
    }
}

async fn take(catalog: &'static Catalog) -> anyhow::Result<()> {
    let Some(contract) = Square::shared()?.map(Arc::new) else { return Ok(()) };
    let till = Arc::new(Till { contract: Arc::clone(&contract), library: Mutex::default() });
    let Some(shop) = Shop::open(catalog, "plugins/square", |_| Ok(till)).await? else { return Ok(()) };
    shop.add_channel(
        CHANNEL,
        json!({
            "connector": "square",
            "settings": {"locations": {"berlin": "L1", "hamburg": "L2"}},
            "mapping": {"name": {"template": "{{ name }}"}},
            "endpoints": {"api": format!("http://{}", shop.address)},
            "inbound": {"counts": {"berlin": "berlin"}},
        }),
    )
    .await?;
    shop.sync_whole(CHANNEL).await?;
    let listed = shop.accepted(CHANNEL).await?;
    let [titled, stocked, priced, gone] = some(shop.singles(&listed))?;
    shop.rename(titled, "Another name").await?;
    shop.restock(stocked, 0).await?;
    shop.reprice(priced, 4_990).await?;
    shop.delete(std::slice::from_ref(gone)).await?;
    shop.sync(CHANNEL).await?;
    shop.read_back(CHANNEL).await?;
    shop.receiver.conclude(catalog.name, &OPERATIONS)?;
    shop.receiver.bites(&*contract, |_, _| false)
}

#[tokio::test(flavor = "multi_thread")]
async fn square_takes_every_request_for_the_icecat_catalog() -> anyhow::Result<()> {
    take(&ICECAT).await
}

#[tokio::test(flavor = "multi_thread")]
async fn square_takes_every_request_for_the_magento_catalog() -> anyhow::Result<()> {
    take(&MAGENTO).await
}
