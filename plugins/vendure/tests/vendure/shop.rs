//! Short ways to hand operations to the connector and answers back to it.

use serde_json::{Value as Json, json};
use vendure::Vendure;
use wharf_sdk::{
    Action, Answer, Body, Connector, Context, Decimal, Exchange, Outcome, Preparation, Publisher, Reason,
    Request, Response, Settlement, Verdict,
    testing::{Batch, Item, Operation, Value},
};

pub(crate) fn context() -> Context {
    with_settings(&json!({"stock_locations": {"berlin": "1", "hamburg": "2"}}))
}

pub(crate) fn with_settings(settings: &Json) -> Context {
    Context {
        settings: settings.to_string(),
        locale: "de-DE".into(),
        country: "DE".into(),
        currency: "EUR".into(),
    }
}

pub(crate) fn field(name: &str) -> u32 {
    let position = Vendure::describe().fields.iter().position(|field| field.name == name);
    u32::try_from(position.unwrap()).unwrap()
}

pub(crate) fn euros(cents: i64) -> Value {
    Value::money(Decimal::new(cents, -2), "EUR")
}

pub(crate) fn levels(levels: &[(&str, i64)]) -> Value {
    Value::Levels(levels.iter().map(|(place, quantity)| ((*place).to_owned(), *quantity)).collect())
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

pub(crate) fn only<T: std::fmt::Debug>(list: Vec<T>) -> T {
    let [one] = <[T; 1]>::try_from(list).unwrap();
    one
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

pub(crate) fn response(status: u16, body: &str) -> Response {
    Response { status, headers: vec![], body: body.into() }
}

pub(crate) fn data(data: &Json) -> Response {
    response(200, &json!({ "data": data }).to_string())
}

pub(crate) fn error(code: &str) -> Response {
    let error = json!({"message": "No.", "path": ["x"], "extensions": {"code": code}});
    response(200, &json!({"data": null, "errors": [error]}).to_string())
}

/// Also checks that every operation has one outcome or one further exchange.
pub(crate) fn settled(exchange: &Exchange, response: Response) -> Settlement {
    let covers = u32::try_from(exchange.covers.len()).unwrap();
    let answer = Answer { memo: exchange.memo.clone(), covers, response };
    let settlement = only(Vendure::settle(&context(), vec![answer]));
    let further = settlement.further.iter().flat_map(|further| further.covers.iter().copied());
    let mut all: Vec<u32> = settlement.outcomes.iter().map(|outcome| outcome.index).chain(further).collect();
    all.sort_unstable();
    assert_eq!(all, (0..covers).collect::<Vec<_>>());
    settlement
}

/// The one further exchange of an answer that decides nothing yet.
pub(crate) fn further(exchange: &Exchange, answer: &Json) -> Exchange {
    let settlement = settled(exchange, data(answer));
    assert_eq!(settlement.outcomes, []);
    only(settlement.further)
}

/// The outcomes of an answer that decides all.
pub(crate) fn outcomes(exchange: &Exchange, response: Response) -> Vec<Outcome> {
    let settlement = settled(exchange, response);
    assert_eq!(settlement.further, []);
    let mut outcomes = settlement.outcomes;
    outcomes.sort_by_key(|outcome| outcome.index);
    outcomes
}

pub(crate) fn retried(outcome: &Outcome) -> (&str, Reason) {
    let Verdict::Retry(postponement) = &outcome.verdict else { panic!("not retried: {outcome:?}") };
    (&postponement.problem.code, postponement.problem.reason)
}

/// Code and field of each problem.
pub(crate) fn rejected(outcome: &Outcome) -> Vec<(&str, Option<u32>)> {
    let Verdict::Rejected(problems) = &outcome.verdict else { panic!("not rejected: {outcome:?}") };
    problems.iter().map(|problem| (problem.code.as_str(), problem.field)).collect()
}

/// The codes of an accepted listing's warnings.
pub(crate) fn warned(outcome: &Outcome) -> Vec<&str> {
    let Verdict::Accepted(problems) = &outcome.verdict else { panic!("not accepted: {outcome:?}") };
    problems.iter().map(|problem| problem.code.as_str()).collect()
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
