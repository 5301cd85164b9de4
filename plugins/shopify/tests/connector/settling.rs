//! Answers to prices and deletions, and what is wrong with any answer.

use std::time::Duration;

use serde_json::{Value as Json, json};
use wharf_sdk::{Action, Exchange, Outcome, Reason, Verdict, testing::Item};

use crate::fixture::*;

fn prices() -> Exchange {
    let items = [shirt("S-1", "Red", "S"), shirt("S-2", "Red", "M")];
    let before = taken(&plain(), &items);
    let item = |sku: &str| Item::new(sku).group("SHIRT").with(field("price"), euros(990));
    let operations = [
        listed(operation(Action::Price, item("S-1")), &before[0]),
        listed(operation(Action::Price, item("S-2")), &before[1]),
    ];
    only_exchange(&plain(), &operations)
}

fn upserted(status: u16, body: &str) -> Outcome {
    let exchange = only_exchange(&plain(), &[operation(Action::Upsert, table())]);
    only(outcomes(answered(&plain(), &exchange, status, body)))
}

#[test]
fn each_price_is_taken_or_refused_by_itself() {
    let answer = json!({"productVariantsBulkUpdate": {
        "productVariants": [{"id": "gid://shopify/ProductVariant/101"}],
        "userErrors": [{"code": "GREATER_THAN_OR_EQUAL_TO", "field": ["variants", "0", "price"], "message": "too low"}],
    }});
    let outcomes = outcomes(settled(&plain(), &prices(), &answer));
    assert_eq!(rejected(&outcomes[0]), [("GREATER_THAN_OR_EQUAL_TO".to_owned(), Some(field("price")))]);
    assert_eq!(accepted(&outcomes[1]), [] as [&str; 0]);
}

#[test]
fn a_price_that_nobody_speaks_of_is_not_accepted() {
    let answer = json!({"productVariantsBulkUpdate": {"productVariants": null, "userErrors": []}});
    for outcome in outcomes(settled(&plain(), &prices(), &answer)) {
        assert_eq!(retried(&outcome), because("no-outcome", Reason::Contract));
    }
}

#[test]
fn prices_of_a_lost_product_call_for_the_whole_item() {
    let errors = json!([{"code": "PRODUCT_DOES_NOT_EXIST", "field": ["productId"], "message": "gone"}]);
    let answer = json!({"productVariantsBulkUpdate": {"productVariants": null, "userErrors": errors}});
    for outcome in outcomes(settled(&plain(), &prices(), &answer)) {
        assert_eq!((retried(&outcome).1, outcome.note.as_deref()), (Reason::Missing, Some("")));
    }
}

fn deletion(item: Item, group: Option<&str>) -> Exchange {
    let before = only(taken(&plain(), std::slice::from_ref(&item)));
    let deleted = Item { group: group.map(str::to_owned), ..Item::new(item.sku) };
    only_exchange(&plain(), &[listed(operation(Action::Delete, deleted), &before)])
}

#[test]
fn the_last_variant_takes_the_product_along() {
    let exchange = deletion(shirt("S-1", "Red", "S"), Some("SHIRT"));
    let answer = |errors: Json| json!({"productVariantsBulkDelete": {"product": null, "userErrors": errors}});
    let last = json!([{"code": "CANNOT_DELETE_LAST_VARIANT", "field": null, "message": "last"}]);
    let next = further(settled(&plain(), &exchange, &answer(last)));
    assert_eq!(
        (name(&next).as_str(), &variables(&next)["input"]["id"]),
        ("Delete", &json!("gid://shopify/Product/1"))
    );
    assert_eq!(accepted(&only(outcomes(settled(&plain(), &exchange, &answer(json!([])))))), [] as [&str; 0]);
    let unknown = json!([{"code": "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT", "field": null, "message": "?"}]);
    let outcome = only(outcomes(settled(&plain(), &exchange, &answer(unknown))));
    assert_eq!((retried(&outcome).1, outcome.note.as_deref()), (Reason::Conflict, Some("")));
}

#[test]
fn a_variant_that_has_left_its_group_does_not_take_the_product_along() {
    assert_eq!(name(&deletion(shirt("S-1", "Red", "S"), None)), "DeleteVariants");
}

#[test]
fn a_product_that_is_gone_already_is_deleted() {
    let exchange = deletion(table(), None);
    let refused = json!({"productDelete": {"deletedProductId": null, "userErrors": [{"field": ["id"], "message": "?"}]}});
    let exists = further(settled(&plain(), &exchange, &refused));
    assert_eq!(name(&exists), "Exists");
    let asked = |data: Json| only(outcomes(settled(&plain(), &exists, &data)));
    assert_eq!(accepted(&asked(json!({"product": null}))), [] as [&str; 0]);
    assert_eq!(rejected(&asked(json!({"product": {"id": "gid://shopify/Product/1"}})))[0].0, "not-deleted");
    assert_eq!(retried(&asked(json!({}))), because("unreadable-answer", Reason::Contract));
}

#[test]
fn a_lost_variant_is_found_and_deleted_or_gone() {
    let exchange = only_exchange(&plain(), &[operation(Action::Delete, Item::new("S-1"))]);
    let node = json!({
        "id": "gid://shopify/ProductVariant/100", "sku": "S-1",
        "product": {"id": "gid://shopify/Product/1"}, "inventoryItem": {"id": "gid://shopify/InventoryItem/200"},
    });
    let answer = |nodes: Json| settled(&plain(), &exchange, &json!({"productVariants": {"nodes": nodes}}));
    assert_eq!(name(&further(answer(json!([node])))), "DeleteVariants");
    assert_eq!(accepted(&only(outcomes(answer(json!([]))))), [] as [&str; 0]);
}

#[test]
fn a_throttled_answer_says_exactly_how_long_to_wait() {
    let body = json!({
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {
            "requestedQueryCost": 101, "actualQueryCost": null,
            "throttleStatus": {"maximumAvailable": 1000.0, "currentlyAvailable": 26.0, "restoreRate": 50.0},
        }},
    });
    let settlement = answered(&plain(), &prices(), 200, &body.to_string());
    assert_eq!(settlement.allowances[0].wait_ms, Some(1_500));
    assert_eq!(settlement.allowances[0].remaining, Some(26));
    for outcome in settlement.outcomes {
        let Verdict::Retry(postponement) = outcome.verdict else { panic!("not retried") };
        assert_eq!(
            postponement.after_ms,
            Some(u64::try_from(Duration::from_millis(1_500).as_millis()).unwrap())
        );
        assert_eq!(postponement.problem.reason, Reason::Budget);
    }
}

#[test]
fn every_answer_tells_what_the_bucket_holds() {
    let exchange = only_exchange(&plain(), &[operation(Action::Upsert, table())]);
    let status = json!({"maximumAvailable": 2000.0, "currentlyAvailable": 1987.0, "restoreRate": 100.0});
    let cost = json!({"requestedQueryCost": 17, "actualQueryCost": 13, "throttleStatus": status});
    let body = json!({"data": set(&product(&["TABLE"])), "extensions": {"cost": cost}});
    let settlement = answered(&plain(), &exchange, 200, &body.to_string());
    assert_eq!((settlement.allowances[0].remaining, settlement.allowances[0].wait_ms), (Some(1_987), None));
}

#[test]
fn errors_beside_the_data_are_read() {
    let errors = |code: &str| {
        json!({"errors": [{"message": "m", "extensions": {"code": code}}], "data": null}).to_string()
    };
    for (code, reason) in [
        ("ACCESS_DENIED", Reason::Permission),
        ("SHOP_INACTIVE", Reason::Permission),
        ("INTERNAL_SERVER_ERROR", Reason::Outage),
        ("undefinedField", Reason::Contract),
    ] {
        assert_eq!(retried(&upserted(200, &errors(code))), because(code, reason));
    }
    let problem = json!({"path": ["variants", 0, "price"], "explanation": "bad"});
    let extensions = json!({"code": "INVALID_VARIABLE", "problems": [problem]});
    let body = json!({"errors": [{"message": "m", "extensions": extensions}]}).to_string();
    assert_eq!(rejected(&upserted(200, &body)), [("INVALID_VARIABLE".to_owned(), Some(field("price")))]);
}

#[test]
fn a_status_never_blames_the_item() {
    for (status, reason) in [
        (401, Reason::Credentials),
        (402, Reason::Permission),
        (403, Reason::Permission),
        (404, Reason::Settings),
        (418, Reason::Contract),
        (423, Reason::Permission),
        (429, Reason::Budget),
        (503, Reason::Outage),
        (302, Reason::Contract),
    ] {
        assert_eq!(retried(&upserted(status, "<html>")).1, reason, "{status}");
    }
}

#[test]
fn an_answer_that_is_not_shopifys_is_never_success() {
    let bodies = [
        "",
        "<html>Welcome</html>",
        "{}",
        "[]",
        r#"{"data":null}"#,
        r#"{"data":{}}"#,
        r#"{"errors":"no"}"#,
        r#"{"data":{"productSet":null}}"#,
        r#"{"data":{"productSet":{"userErrors":[]}}}"#,
        r#"{"data":{"productSet":"#,
        r#"{"data":{"productSet":{"product":{"id":"remote"},"userErrors":[]}}}"#,
    ];
    for body in bodies {
        assert_eq!(retried(&upserted(200, body)), because("unreadable-answer", Reason::Contract), "{body}");
    }
}
