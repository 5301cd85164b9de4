//! Answers while a product is set.

use serde_json::json;
use wharf_sdk::{Action, Reason, testing::Value};

use crate::fixture::*;

fn two() -> [wharf_sdk::testing::Operation; 2] {
    [shirt("S-1", "Red", "S"), shirt("S-2", "Red", "M")].map(|item| operation(Action::Upsert, item))
}

#[test]
fn every_variant_learns_its_ids() {
    let exchange = only_exchange(&plain(), &two());
    let outcomes = outcomes(settled(&plain(), &exchange, &set(&product(&["S-2", "S-1"]))));
    let ids: Vec<_> = outcomes.iter().map(|outcome| outcome.remote_id.as_deref().unwrap()).collect();
    assert_eq!(ids, ["gid://shopify/ProductVariant/101", "gid://shopify/ProductVariant/100"]);
    assert!(outcomes.iter().all(|outcome| accepted(outcome).is_empty()));
    let note: serde_json::Value = serde_json::from_str(outcomes[0].note.as_ref().unwrap()).unwrap();
    assert_eq!((&note["p"], &note["i"], &note["s"]), (&json!(1), &json!(201), &json!({"70": 5, "71": 0})));
}

#[test]
fn a_variant_that_the_answer_leaves_out_is_not_taken_for_accepted() {
    let exchange = only_exchange(&plain(), &two());
    let outcomes = outcomes(settled(&plain(), &exchange, &set(&product(&["S-1", "FOREIGN"]))));
    assert_eq!(accepted(&outcomes[0]), [] as [&str; 0]);
    assert_eq!(retried(&outcomes[1]), because("no-outcome", Reason::Contract));
}

#[test]
fn work_in_the_background_is_asked_about_until_it_is_done() {
    let exchange = only_exchange(&plain(), &two());
    let begun = json!({"productSet": {
        "product": null, "productSetOperation": {"id": "gid://shopify/ProductSetOperation/9"}, "userErrors": [],
    }});
    let state = |status: &str, product| json!({"productOperation": {"status": status, "product": product, "userErrors": []}});
    let first = further(settled(&plain(), &exchange, &begun));
    assert_eq!((name(&first).as_str(), first.delay_ms), ("Operation", 1_000));
    let second = further(settled(&plain(), &first, &state("ACTIVE", json!(null))));
    assert_eq!((variables(&second), second.delay_ms), (variables(&first), 2_000));
    let done = state("COMPLETE", product(&["S-1", "S-2"]));
    assert!(outcomes(settled(&plain(), &second, &done)).iter().all(|outcome| accepted(outcome).is_empty()));
    let forgotten = outcomes(settled(&plain(), &second, &json!({"productOperation": null})));
    assert_eq!(retried(&forgotten[0]), because("not-found", Reason::Conflict));
}

#[test]
fn a_product_is_published_once() {
    let settings = json!({"locations": {"berlin": "70", "hamburg": "71"}, "publications": ["8", "9"]});
    let context = context(&settings);
    let operation = operation(Action::Upsert, table());
    let exchange = only_exchange(&context, std::slice::from_ref(&operation));
    let publish = further(settled(&context, &exchange, &set(&product(&["TABLE"]))));
    assert_eq!(name(&publish), "Publish");
    let publications = json!([{"publicationId": "gid://shopify/Publication/8"}, {"publicationId": "gid://shopify/Publication/9"}]);
    assert_eq!(variables(&publish)["input"], publications);
    let answer = |publishable, errors| json!({"publishablePublish": {"publishable": publishable, "userErrors": errors}});
    let outcome = only(outcomes(settled(&context, &publish, &answer(product(&["TABLE"]), json!([])))));
    let again = only_exchange(&context, &[listed(operation, &outcome)]);
    let outcome = only(outcomes(settled(&context, &again, &set(&product(&["TABLE"])))));
    assert_eq!(accepted(&outcome), [] as [&str; 0]);

    let errors = json!([{"field": ["input", "0"], "message": "Publication does not exist"}]);
    let unpublished = only(outcomes(settled(&context, &publish, &answer(json!(null), errors))));
    assert_eq!(retried(&unpublished), because("not-published", Reason::Settings));
}

#[test]
fn variants_past_the_first_page_are_read_on() {
    let exchange = only_exchange(&plain(), &two());
    let mut first = product(&["S-1"]);
    first["variants"]["pageInfo"] = json!({"hasNextPage": true, "endCursor": "c1"});
    let settlement = settled(&plain(), &exchange, &set(&first));
    assert_eq!(settlement.outcomes.len(), 1);
    let next = only(settlement.further);
    assert_eq!((next.covers.as_slice(), &variables(&next)["after"]), ([1].as_slice(), &json!("c1")));
    let outcome = only(outcomes(settled(&plain(), &next, &json!({"product": product(&["S-2"])}))));
    assert!(accepted(&outcome).is_empty());
}

#[test]
fn a_variant_that_was_left_out_is_deleted() {
    let items = [shirt("S-1", "Red", "S"), shirt("S-2", "Red", "M")];
    let before = taken(&plain(), &items);
    let deleted = wharf_sdk::testing::Item::new("S-1").group("SHIRT");
    let operations = [
        listed(operation(Action::Delete, deleted), &before[0]),
        listed(operation(Action::Keep, items[1].clone()), &before[1]),
    ];
    let exchange = only_exchange(&plain(), &operations);
    let verdicts = outcomes(settled(&plain(), &exchange, &set(&product(&["S-2"]))));
    assert!(verdicts.iter().all(|outcome| accepted(outcome).is_empty()));
    let still_there = outcomes(settled(&plain(), &exchange, &set(&product(&["S-2", "S-1"]))));
    assert_eq!(retried(&still_there[1]), because("not-deleted", Reason::Contract));
}

#[test]
fn an_error_names_the_variant_and_its_field_and_holds_the_others() {
    let exchange = only_exchange(&plain(), &two());
    let errors = json!([{
        "code": "INVALID_VARIANT", "field": ["input", "variants", "1", "price"], "message": "Price is too high",
    }]);
    let outcomes = outcomes(settled(&plain(), &exchange, &set_refused(&errors)));
    assert_eq!(rejected(&outcomes[1]), [("INVALID_VARIANT".to_owned(), Some(field("price")))]);
    assert_eq!(rejected(&outcomes[0]), [("held".to_owned(), None)]);
}

#[test]
fn an_error_of_the_product_concerns_all_that_change() {
    let items = [shirt("S-1", "Red", "S"), shirt("S-2", "Red", "M")];
    let before = taken(&plain(), &items);
    let operations = [
        listed(operation(Action::Upsert, items[0].clone()), &before[0]),
        listed(operation(Action::Keep, items[1].clone()), &before[1]),
    ];
    let exchange = only_exchange(&plain(), &operations);
    let errors = json!([{"code": "INVALID_INPUT", "field": ["input", "title"], "message": "is too long"}]);
    let outcomes = outcomes(settled(&plain(), &exchange, &set_refused(&errors)));
    assert_eq!(rejected(&outcomes[0]), [("INVALID_INPUT".to_owned(), Some(field("title")))]);
    assert_eq!(accepted(&outcomes[1]), [] as [&str; 0]);
}

#[test]
fn a_product_that_shopify_lost_is_made_anew() {
    let before = taken(&plain(), &[table()]);
    let exchange = only_exchange(&plain(), &[listed(operation(Action::Upsert, table()), &before[0])]);
    let errors =
        json!([{"code": "PRODUCT_DOES_NOT_EXIST", "field": ["input"], "message": "Product does not exist"}]);
    let outcome = only(outcomes(settled(&plain(), &exchange, &set_refused(&errors))));
    assert_eq!(retried(&outcome), because("PRODUCT_DOES_NOT_EXIST", Reason::Conflict));
    assert_eq!(outcome.note.as_deref(), Some(""));
    let again = operation(Action::Upsert, table());
    let remembered = wharf_sdk::Outcome { remote_id: before[0].remote_id.clone(), ..outcome };
    let again = variables(&only_exchange(&plain(), &[listed(again, &remembered)]));
    assert!(again["identifier"]["handle"].is_string(), "{again}");
    assert_eq!(again["input"]["variants"][0].get("id"), None);
}

#[test]
fn texts_that_variants_cannot_have_of_their_own_are_told() {
    let other = shirt("S-2", "Red", "M").with(field("title"), Value::text("Shirt, medium"));
    let outcomes = taken(&plain(), &[shirt("S-1", "Red", "S"), other]);
    assert_eq!((accepted(&outcomes[0]), accepted(&outcomes[1])), (vec![], vec!["shared-text".to_owned()]));
}

#[test]
fn stock_of_a_listed_variant_is_compared_and_not_overwritten() {
    let item = shirt("S-1", "Red", "S");
    let before = only(taken(&plain(), std::slice::from_ref(&item)));
    let unchanged = only_exchange(&plain(), &[listed(operation(Action::Upsert, item.clone()), &before)]);
    assert_eq!(outcomes(settled(&plain(), &unchanged, &set(&product(&["S-1"])))).len(), 1);

    let changed = item.with(field("inventoryQuantities"), levels(9, 0));
    let exchange = only_exchange(&plain(), &[listed(operation(Action::Upsert, changed), &before)]);
    assert_eq!(variables(&exchange)["input"]["variants"][0].get("inventoryQuantities"), None);
    let stock = further(settled(&plain(), &exchange, &set(&product(&["S-1"]))));
    assert_eq!(
        variables(&stock)["input"]["quantities"],
        json!([{
            "inventoryItemId": "gid://shopify/InventoryItem/200", "locationId": "gid://shopify/Location/70",
            "quantity": 9, "changeFromQuantity": 5,
        }])
    );
    let done = json!({"inventorySetQuantities": {"inventoryAdjustmentGroup": null, "userErrors": []}});
    let outcome = only(outcomes(settled(&plain(), &stock, &done)));
    assert_eq!(outcome.remote_id.as_deref(), Some("gid://shopify/ProductVariant/100"));
    assert!(outcome.note.unwrap().contains(r#""s":{"70":9,"71":0}"#));
}
