//! Short ways to hand operations to the connector and answers back to it.

use serde_json::{Value as Json, json};
use vendure::Vendure;
pub(crate) use wharf_sdk::testing::{
    context as with_settings, euros, levels, only, rejected, response, retried, warned,
};
use wharf_sdk::{
    Action, Body, Context, Exchange, Outcome, Preparation, Publisher, Request, Response, Settlement,
    testing::{self, Batch, Item, Operation, Value},
};

pub(crate) fn context() -> Context {
    with_settings(json!({"stock_locations": {"berlin": "1", "hamburg": "2"}}))
}

pub(crate) fn field(name: &str) -> u32 {
    testing::field::<Vendure>(name)
}

/// A shirt of this size, which is also its SKU.
pub(crate) fn shirt(size: &str) -> Item {
    Item::new(size)
        .group("SHIRT")
        .with(field("name"), Value::text("Shirt"))
        .with(field("size"), Value::text(size))
        .with(field("price"), euros(1_990))
        .with(field("stockLevels"), levels(&[("berlin", 5)]))
}

/// A thing without variants.
pub(crate) fn thing(sku: &str) -> Item {
    Item { group: None, ..shirt(sku) }.without(field("size"))
}

pub(crate) fn operation(action: Action, item: Item) -> Operation {
    Operation { revision: 7, ..Operation::new(action, item) }
}

pub(crate) fn upsert(item: Item) -> Operation {
    operation(Action::Upsert, item)
}

/// Of a listing that Vendure has as variant `v-SKU` of the product `9`.
pub(crate) fn listed(operation: Operation) -> Operation {
    Operation { remote_id: Some(format!("v-{}", operation.item.sku)), note: Some("9".into()), ..operation }
}

pub(crate) fn again(operation: Operation) -> Operation {
    Operation { attempt: 1, ..operation }
}

pub(crate) fn prepared(operations: &[Operation]) -> Preparation {
    Vendure::prepare(&context(), Batch::of_operations(operations).operations())
}

pub(crate) fn exchanges(operations: &[Operation]) -> Vec<Exchange> {
    let preparation = prepared(operations);
    assert_eq!(preparation.rejections, []);
    preparation.exchanges
}

pub(crate) fn only_exchange(operations: &[Operation]) -> Exchange {
    only(exchanges(operations))
}

/// The body that goes out, be it the chain's document.
pub(crate) fn body_of(request: &Request, document: Option<&[u8]>) -> Json {
    assert_eq!(request.target, "/admin-api");
    let bytes = match &request.body {
        Body::Bytes(bytes) => bytes,
        Body::Document => document.unwrap(),
        other => panic!("no bytes in {other:?}"),
    };
    serde_json::from_slice(bytes).unwrap()
}

pub(crate) fn json_of(exchange: &Exchange) -> Json {
    body_of(&exchange.request, exchange.document.as_deref())
}

/// The name of the GraphQL operation.
pub(crate) fn name_of(exchange: &Exchange) -> String {
    let body = json_of(exchange);
    let name = body["query"].as_str().unwrap().split([' ', '(']).nth(1).unwrap();
    name.to_owned()
}

pub(crate) fn variables(exchange: &Exchange) -> Json {
    json_of(exchange)["variables"].clone()
}

pub(crate) fn data(data: &Json) -> Response {
    response(200, json!({ "data": data }).to_string())
}

pub(crate) fn error(code: &str) -> Response {
    let error = json!({"message": "No.", "path": ["x"], "extensions": {"code": code}});
    response(200, json!({"data": null, "errors": [error]}).to_string())
}

pub(crate) fn settled(exchange: &Exchange, response: Response) -> Settlement {
    testing::settled::<Vendure>(&context(), exchange, response)
}

/// The one further exchange of an answer that decides nothing yet.
pub(crate) fn further(exchange: &Exchange, answer: &Json) -> Exchange {
    testing::further(settled(exchange, data(answer)))
}

/// The outcomes of an answer that decides all.
pub(crate) fn outcomes(exchange: &Exchange, response: Response) -> Vec<Outcome> {
    testing::outcomes(settled(exchange, response))
}

/// Nothing is there.
pub(crate) fn nothing() -> Json {
    json!({"productVariants": {"items": []}, "product": null})
}

/// Product `9` with the option group of sizes, and variants `v-SKU` with so much allocated in `1`.
pub(crate) fn state(variants: &[(&str, i64)]) -> Json {
    let option = |(sku, _): &(&str, i64)| json!({"id": format!("o-{sku}"), "code": sku});
    let variant = |(sku, allocated): &(&str, i64)| {
        json!({
            "id": format!("v-{sku}"), "sku": sku, "options": [{"id": format!("o-{sku}"), "groupId": "g-size"}],
            "stockLevels": [{"stockLocationId": "1", "stockAllocated": allocated}]
        })
    };
    let options: Vec<Json> = variants.iter().map(option).collect();
    let variants: Vec<Json> = variants.iter().map(variant).collect();
    json!({
        "id": "9", "optionGroups": [{"id": "g-size", "code": "shirt-size", "options": options}], "variants": variants
    })
}

/// A variant as it is after it was written.
pub(crate) fn written(sku: &str, cents: i64) -> Json {
    json!({
        "id": format!("v-{sku}"), "sku": sku, "productId": "9", "prices": [{"currencyCode": "EUR", "price": cents}]
    })
}
