//! Stock alone.

use serde_json::{Value as Json, json};
use wharf_sdk::{
    Action, Body, Context, Exchange, Reason,
    testing::{Item, Operation, Value},
};

use crate::fixture::*;

fn stock(sku: &str, value: Value, attempt: u32) -> Operation {
    let before = only(taken(&plain(), &[shirt(sku, "Red", "S")]));
    let item = Item::new(sku).group("SHIRT").with(field("inventoryQuantities"), value);
    Operation { attempt, ..listed(operation(Action::Stock, item), &before) }
}

fn answer(errors: &Json) -> Json {
    json!({"inventorySetQuantities": {"inventoryAdjustmentGroup": null, "userErrors": errors}})
}

fn error(code: &str, position: usize) -> Json {
    let path = ["input", "quantities", &position.to_string(), "changeFromQuantity"];
    json!({"code": code, "field": path, "message": code})
}

fn two(context: &Context) -> Exchange {
    only_exchange(context, &[stock("S-1", levels(4, 0), 0), stock("S-2", levels(3, 1), 0)])
}

#[test]
fn stock_is_set_against_what_was_set_last() {
    let exchange = two(&plain());
    assert_eq!(exchange.request.body, Body::Document);
    let variables = variables(&exchange);
    assert_eq!(
        (&variables["input"]["name"], &variables["input"]["reason"]),
        (&json!("available"), &json!("correction"))
    );
    let quantities: Vec<_> = variables["input"]["quantities"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["quantity"].as_i64().unwrap(), it["changeFromQuantity"].as_i64().unwrap()))
        .collect();
    assert_eq!(quantities, [(4, 5), (0, 0), (3, 5), (1, 0)]);
    let outcomes = outcomes(settled(&plain(), &exchange, &answer(&json!([]))));
    assert!(outcomes[0].note.as_ref().unwrap().contains(r#""s":{"70":4,"71":0}"#));
}

#[test]
fn comparing_can_be_switched_off() {
    let locations = json!({"berlin": "70", "hamburg": "71"});
    let context = context(json!({"locations": locations, "compare_stock": false}));
    assert_eq!(variables(&two(&context))["input"]["quantities"][0]["changeFromQuantity"], json!(null));
}

#[test]
fn a_retry_has_another_key_and_a_repeat_the_same() {
    let key =
        |attempt| variables(&only_exchange(&plain(), &[stock("S-1", levels(4, 0), attempt)]))["key"].clone();
    assert_eq!(key(0), key(0));
    assert_ne!(key(0), key(1));
}

#[test]
fn a_sale_in_between_is_read_and_the_operation_prepared_again() {
    let settlement =
        settled(&plain(), &two(&plain()), &answer(&json!([error("CHANGE_FROM_QUANTITY_STALE", 2)])));
    assert_eq!(retried(&only(settlement.outcomes)), because("not-set", Reason::Conflict));
    let read = only(settlement.further);
    assert_eq!((name(&read).as_str(), read.covers.as_slice()), ("StockHeld", [1].as_slice()));
    let level = json!({"location": {"id": "gid://shopify/Location/70"}, "quantities": [{"quantity": 2}]});
    let held =
        json!({"nodes": [{"id": "gid://shopify/InventoryItem/200", "inventoryLevels": {"nodes": [level]}}]});
    let outcome = only(outcomes(settled(&plain(), &read, &held)));
    assert_eq!(retried(&outcome), because("CHANGE_FROM_QUANTITY_STALE", Reason::Conflict));
    let again = Operation { note: outcome.note, ..stock("S-2", levels(3, 1), 1) };
    let quantities = variables(&only_exchange(&plain(), &[again]))["input"]["quantities"].clone();
    let from: Vec<_> =
        quantities.as_array().unwrap().iter().map(|it| it["changeFromQuantity"].clone()).collect();
    assert_eq!(from, [json!(2), json!(null)]);

    let gone = only(outcomes(settled(&plain(), &read, &json!({"nodes": [null]}))));
    assert_eq!((retried(&gone), gone.note.as_deref()), (because("not-found", Reason::Missing), Some("")));
}

#[test]
fn a_request_that_is_under_way_is_sent_again_as_it_was() {
    let concurrent =
        answer(&json!([{"code": "IDEMPOTENCY_CONCURRENT_REQUEST", "field": null, "message": "busy"}]));
    let mut exchange = two(&plain());
    for _ in 0..5 {
        let next = further(settled(&plain(), &exchange, &concurrent));
        assert_eq!(
            (&next.request.body, next.document.as_ref(), next.delay_ms),
            (&Body::Document, None, 2_000)
        );
        exchange = next;
    }
    let given_up = outcomes(settled(&plain(), &exchange, &concurrent));
    assert_eq!(retried(&given_up[0]), because("IDEMPOTENCY_CONCURRENT_REQUEST", Reason::Conflict));
}

#[test]
fn each_error_is_read_for_what_it_is() {
    let judged = |code: &str| {
        let exchange = only_exchange(&plain(), &[stock("S-1", levels(4, 0), 0)]);
        only(outcomes(settled(&plain(), &exchange, &answer(&json!([error(code, 0)])))))
    };
    assert_eq!(retried(&judged("INVALID_LOCATION")).1, Reason::Settings);
    let lost = judged("INVALID_INVENTORY_ITEM");
    assert_eq!((retried(&lost).1, lost.note.as_deref()), (Reason::Missing, Some("")));
    assert_eq!(retried(&judged("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")).1, Reason::Conflict);
    let field = Some(field("inventoryQuantities"));
    assert_eq!(
        rejected(&judged("NON_MUTABLE_INVENTORY_ITEM")),
        [("NON_MUTABLE_INVENTORY_ITEM".to_owned(), field)]
    );
}

#[test]
fn stock_at_unknown_locations_is_told() {
    let elsewhere = Value::Levels(vec![("berlin".into(), 4), ("paris".into(), 1)]);
    let exchange = only_exchange(&plain(), &[stock("S-1", elsewhere, 0)]);
    let outcome = only(outcomes(settled(&plain(), &exchange, &answer(&json!([])))));
    assert_eq!(accepted(&outcome), ["unknown-location"]);
    let nowhere = stock("S-1", Value::Levels(vec![("paris".into(), 1)]), 0);
    assert_eq!(only(prepared(&plain(), &[nowhere]).rejections).problems[0].reason, Reason::Settings);
    let high = stock("S-1", levels(1_000_000_001, 0), 0);
    assert_eq!(only(prepared(&plain(), &[high]).rejections).problems[0].code, "quantity-too-high");
}

#[test]
fn what_nothing_is_noted_of_is_looked_for_by_sku() {
    let item = Item::new("S-1").group("SHIRT").with(field("inventoryQuantities"), levels(4, 0));
    let exchange = only_exchange(&plain(), &[operation(Action::Stock, item.clone())]);
    let node = |number: u32, sku: &str| {
        json!({
            "id": format!("gid://shopify/ProductVariant/{number}"), "sku": sku,
            "product": {"id": "gid://shopify/Product/1"}, "inventoryItem": {"id": "gid://shopify/InventoryItem/200"},
        })
    };
    let found = |nodes: Json| {
        only(outcomes(settled(&plain(), &exchange, &json!({"productVariants": {"nodes": nodes}}))))
    };
    let outcome = found(json!([node(99, "s-1"), node(100, "S-1")]));
    assert_eq!(retried(&outcome), because("found", Reason::Conflict));
    let next = only_exchange(&plain(), &[listed(operation(Action::Stock, item), &outcome)]);
    assert_eq!(variables(&next)["input"]["quantities"][0]["changeFromQuantity"], json!(null));
    assert_eq!(retried(&found(json!([]))), because("not-found", Reason::Missing));
    assert_eq!(rejected(&found(json!([node(1, "S-1"), node(2, "S-1")])))[0].0, "ambiguous-sku");
}

#[test]
fn many_quantities_are_divided() {
    let operations: Vec<_> = (0..51).map(|number| stock(&format!("S-{number}"), levels(1, 2), 0)).collect();
    let covers: Vec<_> =
        exchanges(&plain(), &operations).iter().map(|exchange| exchange.covers.len()).collect();
    assert_eq!(covers, [50, 1]);
}
