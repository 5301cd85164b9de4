//! Every kind of request against Amazon's own models and schemas, and for each one that they must refuse.
//!
//! `tests/vendors` does the same with whole catalogs; here are the kinds that those do not bring about.

mod support;

use amazon::Amazon;
use serde_json::{Value as Json, json};
use support::*;
use wharf_sdk::{
    Action, Body, Connector, Context, Decimal, Exchange, FieldKind, Method, Position, Puller, Request,
    testing::{Item, Operation, Value},
};
use wharf_vendors::{
    Contract as _, Sent,
    amazon::{Amazon as Contract, PRODUCT_TYPES},
};

fn sent(request: &Request) -> Sent {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    match &request.body {
        Body::Bytes(bytes) => Sent::new(method, &request.target, bytes),
        _ => Sent::new(method, &request.target, b""),
    }
}

/// One of each kind, with the context it was made in.
fn requests() -> Vec<Request> {
    let two = with(&json!({"marketplaces": [GERMANY, IRELAND]}));
    let preview = with(&json!({"validation_preview": true}));
    // The definitions at hand are those of the United States.
    let amazon_ships = with(&json!({"fulfillment_channel": "AMAZON_NA", "personal_data": false}));
    let mut partial = operation(Action::Upsert, item(content()));
    partial.note = Some("aff".into());
    let single = |context: &Context, operation: &Operation| {
        only_exchange(context, std::slice::from_ref(operation)).request
    };
    let mut requests = vec![
        single(&plain(), &upsert()),
        single(&plain(), &partial),
        single(&plain(), &price()),
        single(&two, &stock()),
        single(&plain(), &deletion()),
        single(&preview, &upsert()),
        single(&preview, &price()),
        single(&amazon_ships, &upsert()),
        Amazon::probe(&plain()).unwrap(),
    ];
    let of_feed = steps(&with(&json!({"feed_from": 1, "marketplaces": [GERMANY, IRELAND]})), &[upsert()]);
    requests.extend([0, 2, 3, 4].map(|step: usize| of_feed[step].request.clone()));
    for context in [&plain(), &two, &amazon_ships] {
        for stream in 0..3 {
            let position =
                Position { cursor: None, since: Some(1_769_860_800_000), until: 1_769_860_800_000 };
            requests.push(Amazon::request(context, stream, &position).request);
        }
    }
    requests
}

#[test]
fn amazon_takes_every_request_and_the_wrong_one_is_refused() {
    let Some(contract) = Contract::shared().unwrap() else { return };
    for request in requests() {
        let mut sent = sent(&request);
        contract.judge(&sent).unwrap_or_else(|refusal| panic!("{refusal}"));
        match &request.body {
            Body::Bytes(_) => sent.body = br#"{"patches":[],"marketplaceIds":7}"#.to_vec(),
            _ => sent.target = format!("{}?marketplace=DE", sent.path()),
        }
        contract.judge(&sent).expect_err(&sent.target);
    }
}

fn feed() -> Exchange {
    let named = |sku: &str, operation: Operation| {
        let item = Item { sku: sku.into(), ..operation.item };
        Operation { item, ..operation }
    };
    let mut partial = operation(Action::Upsert, item(content()));
    partial.note = Some("affffffffff".into());
    let operations = [
        named("A", upsert()),
        named("B", price()),
        named("C", stock()),
        named("D", deletion()),
        named("E", partial),
    ];
    only_exchange(&bulk(), &operations)
}

#[test]
fn a_feeds_document_fits_amazons_schema() {
    let Some(contract) = Contract::shared().unwrap() else { return };
    let document = document(&feed());
    let judged = |document: &Json| contract.judge_document(document.to_string().as_bytes());
    judged(&document).unwrap_or_else(|refusal| panic!("{refusal}"));
    for position in 0..document["messages"].as_array().unwrap().len() {
        for (member, wrong) in
            [("messageId", json!(0)), ("operationType", json!("UPSERT")), ("sku", json!(""))]
        {
            let mut broken = document.clone();
            broken["messages"][position][member] = wrong;
            let refusal = judged(&broken).unwrap_err();
            assert_eq!(refusal.place, format!("/messages/{position}/{member}"));
        }
    }
    judged(&json!({"header": {"sellerId": "A"}, "messages": []})).unwrap_err();
}

/// An item that fills every field.
fn full() -> Item {
    let fill = |item: Item, (index, field): (u32, wharf_sdk::Field)| {
        let value = match field.kind {
            FieldKind::Html => Value::text("<p>text</p>"),
            FieldKind::Texts => Value::texts(["one", "two"]),
            FieldKind::Number => Value::Number(Decimal::new(2, 0)),
            FieldKind::Quantity => Value::Quantity(3),
            FieldKind::Money => euros(1_990),
            FieldKind::Measure => Value::measure(Decimal::new(15, -1), &field.units[0]),
            FieldKind::Flag => Value::Flag(true),
            FieldKind::Images => images(9),
            FieldKind::Gtin => Value::text("4006381333931"),
            FieldKind::Date => Value::text("2026-11-27"),
            FieldKind::Choice => Value::text(field.choices[0].as_str()),
            _ if field.name == "merchant_suggested_asin" => Value::text("B000000000"),
            _ => Value::text("text"),
        };
        item.with(index, value)
    };
    (0..).zip(Amazon::describe().fields).fold(Item::new("BAG-1").group("BAG"), fill)
}

/// Attributes of marketplaces other than that of the definitions at hand.
const ELSEWHERE: [&str; 1] = ["recommended_browse_nodes"];

/// Every attribute stands in a product type's definition, in that form.
#[test]
fn attributes_fit_the_product_types_that_have_them() {
    let Some(contract) = Contract::shared().unwrap() else { return };
    let context = with(&json!({"variations": true}));
    let exchange = only_exchange(&context, &[operation(Action::Upsert, full())]);
    let mut body = body(&exchange);
    let mut unchecked: Vec<String> = body["attributes"].as_object().unwrap().keys().cloned().collect();
    for product_type in PRODUCT_TYPES {
        let definition = Contract::definition(product_type).unwrap().unwrap();
        unchecked.retain(|name| definition["properties"].get(name).is_none());
        body["productType"] = product_type.into();
        contract.judge_attributes(&body).unwrap_or_else(|refusal| panic!("{refusal}"));
        let mut broken = body.clone();
        broken["attributes"]["item_name"] = json!([{"value": "no language"}]);
        contract.judge_attributes(&broken).expect_err(product_type);
    }
    unchecked.retain(|name| !ELSEWHERE.contains(&name.as_str()));
    assert_eq!(unchecked, [""; 0]);
}

/// What a product type requires, the connector declares or the operator is told.
#[test]
fn requirements_are_those_of_the_definitions() {
    let description = Amazon::describe();
    let categories = description.categories.unwrap();
    for product_type in PRODUCT_TYPES {
        let Some(definition) = Contract::definition(product_type).unwrap() else { return };
        for required in definition["required"].as_array().unwrap() {
            let index = field(required.as_str().unwrap());
            let of_type =
                |it: &wharf_sdk::Requirement| it.category == product_type && it.field == index && it.required;
            let declared =
                description.fields[index as usize].required || categories.requirements.iter().any(of_type);
            // Required in the United States only, whose definitions these are.
            assert!(declared || required == "item_type_keyword", "{product_type} requires {required}");
        }
    }
}
