//! Short ways to hand operations to the connector and answers back to it.

use serde_json::{Value as Json, json};
use square::Square;
pub(crate) use wharf_sdk::testing::{
    context as with_settings, euros, levels, only, rejected, retried, warned,
};
use wharf_sdk::{
    Action, Context, Exchange, Outcome, Preparation, Publisher, Response, Settlement,
    testing::{self, Batch, Item, Operation, Value},
};

pub(crate) const UPSERT: &str = "/v2/catalog/batch-upsert";
pub(crate) const DELETE: &str = "/v2/catalog/batch-delete";
pub(crate) const RETRIEVE: &str = "/v2/catalog/batch-retrieve";
pub(crate) const SEARCH: &str = "/v2/catalog/search";
pub(crate) const CHANGE: &str = "/v2/inventory/changes/batch-create";

/// 2026-01-31T12:00:00.250Z
pub(crate) const NOON: i64 = 1_769_860_800_250;

pub(crate) fn context() -> Context {
    with_settings(json!({"locations": {"berlin": "LBER", "hamburg": "LHAM"}}))
}

pub(crate) fn field(name: &str) -> u32 {
    testing::field::<Square>(name)
}

/// A shirt without stock.
pub(crate) fn shirt(sku: &str) -> Item {
    Item::new(sku)
        .group("SHIRT")
        .with(field("name"), Value::text("Shirt"))
        .with(field("size"), Value::text(sku))
        .with(field("price_money"), euros(1_990))
}

/// A thing without variants or stock.
pub(crate) fn thing(sku: &str) -> Item {
    Item { group: None, ..shirt(sku) }.with(field("name"), Value::text(sku)).without(field("size"))
}

pub(crate) fn operation(action: Action, item: Item) -> Operation {
    Operation { revision: 7, as_of: NOON, ..Operation::new(action, item) }
}

pub(crate) fn upsert(item: Item) -> Operation {
    operation(Action::Upsert, item)
}

/// Of a listing that Square has as variation `V-SKU` of the item `I-SHIRT` or `I-SKU`, all at version 1.
pub(crate) fn listed(operation: Operation) -> Operation {
    let sku = operation.item.sku.clone();
    let item = operation.item.group.clone().unwrap_or(sku.clone());
    let note = json!({"item": format!("I-{item}"), "item_version": 1, "version": 1});
    Operation { remote_id: Some(format!("V-{sku}")), note: Some(note.to_string()), ..operation }
}

pub(crate) fn again(operation: Operation) -> Operation {
    Operation { attempt: 1, ..operation }
}

pub(crate) fn prepared(operations: &[Operation]) -> Preparation {
    Square::prepare(&context(), Batch::of_operations(operations).operations())
}

/// The exchanges of operations that all can be sent.
pub(crate) fn exchanges(operations: &[Operation]) -> Vec<Exchange> {
    let preparation = prepared(operations);
    assert_eq!(preparation.rejections, []);
    preparation.exchanges
}

pub(crate) fn only_exchange(operations: &[Operation]) -> Exchange {
    only(exchanges(operations))
}

pub(crate) fn json_of(exchange: &Exchange) -> Json {
    serde_json::from_slice(testing::sent(exchange)).unwrap()
}

pub(crate) fn response(status: u16, body: &Json) -> Response {
    testing::response(status, body.to_string())
}

pub(crate) fn settled(exchange: &Exchange, status: u16, body: &Json) -> Settlement {
    answered(exchange, response(status, body))
}

pub(crate) fn answered(exchange: &Exchange, response: Response) -> Settlement {
    testing::settled::<Square>(&context(), exchange, response)
}

/// The one further exchange of an answer that decides nothing yet.
pub(crate) fn further(exchange: &Exchange, status: u16, body: &Json) -> Exchange {
    testing::further(settled(exchange, status, body))
}

/// The outcomes of an answer that decides all.
pub(crate) fn outcomes(exchange: &Exchange, status: u16, body: &Json) -> Vec<Outcome> {
    testing::outcomes(settled(exchange, status, body))
}

pub(crate) fn error(category: &str, code: &str, field: &str) -> Json {
    json!({"errors": [{"category": category, "code": code, "detail": "No.", "field": field}]})
}

pub(crate) fn invalid(code: &str, field: &str) -> Json {
    error("INVALID_REQUEST_ERROR", code, field)
}

/// A written item as Square answers with it: real ids, a version, and what Square adds.
pub(crate) fn taken(exchange: &Exchange, version: i64) -> Json {
    let body = json_of(exchange);
    let batches = body["batches"].as_array().unwrap().iter();
    let objects = batches.flat_map(|batch| batch["objects"].as_array().unwrap()).cloned();
    let mut mappings = Vec::new();
    let objects: Vec<Json> = objects.map(|object| stored(object, version, &mut mappings)).collect();
    json!({"objects": objects, "id_mappings": mappings})
}

fn stored(mut object: Json, version: i64, mappings: &mut Vec<Json>) -> Json {
    let id = object["id"].as_str().unwrap().to_owned();
    if let Some(new) = id.strip_prefix('#') {
        let given = new.strip_prefix("item ").map_or(format!("V-{new}"), |item| format!("I-{item}"));
        mappings.push(json!({"client_object_id": id, "object_id": given}));
        object["id"] = given.into();
    }
    object["version"] = version.into();
    object["updated_at"] = "2026-01-31T12:00:01Z".into();
    let variations = object["item_data"]["variations"].as_array_mut();
    for variation in variations.into_iter().flatten() {
        *variation = stored(variation.take(), version, mappings);
    }
    object
}
