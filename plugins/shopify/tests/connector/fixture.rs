//! A shop that sells shirts: items, exchanges and Shopify's answers, written short.

use serde_json::{Value as Json, json};
use shopify::Shopify;
pub(crate) use wharf_sdk::testing::{context, euros, further, only, outcomes, response};
use wharf_sdk::{
    Action, Context, Exchange, Outcome, Preparation, Publisher, Reason, Settlement, Verdict,
    testing::{self, Batch, Item, Operation, Value},
};

pub(crate) fn plain() -> Context {
    context(json!({"locations": {"berlin": "70", "hamburg": "71"}}))
}

pub(crate) fn field(name: &str) -> u32 {
    testing::field::<Shopify>(name)
}

pub(crate) fn levels(berlin: i64, hamburg: i64) -> Value {
    testing::levels(&[("berlin", berlin), ("hamburg", hamburg)])
}

/// A variant of the group `SHIRT`.
pub(crate) fn shirt(sku: &str, color: &str, size: &str) -> Item {
    Item::new(sku)
        .group("SHIRT")
        .with(field("title"), Value::text("Shirt"))
        .with(field("option1"), Value::text(color))
        .with(field("option2"), Value::text(size))
        .with(field("price"), euros(2_990))
        .with(field("inventoryQuantities"), levels(5, 0))
}

/// An item by itself.
pub(crate) fn table() -> Item {
    Item::new("TABLE").with(field("title"), Value::text("Table")).with(field("price"), euros(12_900))
}

pub(crate) fn operation(action: Action, item: Item) -> Operation {
    Operation { revision: 7, ..Operation::new(action, item) }
}

/// The same operation on a listing that an outcome spoke of.
pub(crate) fn listed(operation: Operation, outcome: &Outcome) -> Operation {
    Operation { remote_id: outcome.remote_id.clone(), note: outcome.note.clone(), ..operation }
}

pub(crate) fn prepared(context: &Context, operations: &[Operation]) -> Preparation {
    Shopify::prepare(context, Batch::of_operations(operations).operations())
}

pub(crate) fn exchanges(context: &Context, operations: &[Operation]) -> Vec<Exchange> {
    let preparation = prepared(context, operations);
    assert_eq!(preparation.rejections, []);
    preparation.exchanges
}

pub(crate) fn only_exchange(context: &Context, operations: &[Operation]) -> Exchange {
    only(exchanges(context, operations))
}

pub(crate) fn body(exchange: &Exchange) -> Json {
    serde_json::from_slice(testing::sent(exchange)).unwrap()
}

pub(crate) fn variables(exchange: &Exchange) -> Json {
    body(exchange)["variables"].clone()
}

/// The mutation or query that the exchange is.
pub(crate) fn name(exchange: &Exchange) -> String {
    let query = body(exchange)["query"].as_str().unwrap().to_owned();
    query.split([' ', '(']).nth(1).unwrap().to_owned()
}

pub(crate) fn answered(context: &Context, exchange: &Exchange, status: u16, body: &str) -> Settlement {
    testing::settled::<Shopify>(context, exchange, response(status, body))
}

pub(crate) fn settled(context: &Context, exchange: &Exchange, data: &Json) -> Settlement {
    answered(context, exchange, 200, &json!({ "data": data }).to_string())
}

/// A product, with a variant for each SKU; variant 100 has inventory item 200, and so on.
pub(crate) fn product(skus: &[&str]) -> Json {
    let node = |(number, sku): (usize, &&str)| {
        json!({
            "id": format!("gid://shopify/ProductVariant/{}", 100 + number),
            "sku": sku,
            "inventoryItem": {"id": format!("gid://shopify/InventoryItem/{}", 200 + number)},
        })
    };
    let nodes: Vec<Json> = skus.iter().enumerate().map(node).collect();
    let page = json!({"hasNextPage": false, "endCursor": null});
    json!({"id": "gid://shopify/Product/1", "variants": {"nodes": nodes, "pageInfo": page}})
}

pub(crate) fn set(product: &Json) -> Json {
    json!({"productSet": {"product": product, "productSetOperation": null, "userErrors": []}})
}

pub(crate) fn set_refused(errors: &Json) -> Json {
    json!({"productSet": {"product": null, "productSetOperation": null, "userErrors": errors}})
}

/// The outcomes of an upsert of these items that Shopify took.
pub(crate) fn taken(context: &Context, items: &[Item]) -> Vec<Outcome> {
    let operations: Vec<Operation> =
        items.iter().map(|item| operation(Action::Upsert, item.clone())).collect();
    let exchange = only_exchange(context, &operations);
    let skus: Vec<&str> = exchange.covers.iter().map(|index| items[*index as usize].sku.as_str()).collect();
    outcomes(settled(context, &exchange, &set(&product(&skus))))
}

pub(crate) fn accepted(outcome: &Outcome) -> Vec<String> {
    let Verdict::Accepted(warnings) = &outcome.verdict else { panic!("not accepted: {outcome:?}") };
    warnings.iter().map(|problem| problem.code.clone()).collect()
}

pub(crate) fn rejected(outcome: &Outcome) -> Vec<(String, Option<u32>)> {
    let Verdict::Rejected(problems) = &outcome.verdict else { panic!("not rejected: {outcome:?}") };
    problems.iter().map(|problem| (problem.code.clone(), problem.field)).collect()
}

pub(crate) fn retried(outcome: &Outcome) -> (String, Reason) {
    let Verdict::Retry(postponement) = &outcome.verdict else { panic!("not retried: {outcome:?}") };
    (postponement.problem.code.clone(), postponement.problem.reason)
}

pub(crate) fn because(code: &str, reason: Reason) -> (String, Reason) {
    (code.to_owned(), reason)
}
