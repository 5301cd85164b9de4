//! Operations into requests.

use serde_json::json;
use wharf_sdk::{Action, Connector, Idempotency, Method, Reach, Reason, testing::Value};

use crate::fixture::*;
use shopify::Shopify;

#[test]
fn a_group_is_set_as_one_product() {
    let operations = [shirt("S-2", "Red", "M"), shirt("S-1", "Red", "S")];
    let operations = operations.map(|item| operation(Action::Upsert, item));
    let exchange = only_exchange(&plain(), &operations);
    assert_eq!((exchange.request.method, exchange.covers.as_slice()), (Method::Post, [1, 0].as_slice()));
    assert_eq!(exchange.request.target, "/admin/api/2026-10/graphql.json");
    let variant = |sku: &str, size: &str| {
        json!({
            "sku": sku, "price": "29.90", "compareAtPrice": null, "inventoryPolicy": "DENY",
            "optionValues": [{"optionName": "Size", "name": size}],
            "inventoryItem": {"tracked": true},
            "inventoryQuantities": [
                {"locationId": "gid://shopify/Location/70", "name": "available", "quantity": 5},
                {"locationId": "gid://shopify/Location/71", "name": "available", "quantity": 0},
            ],
        })
    };
    let handle = variables(&exchange)["identifier"]["handle"].clone();
    assert!(handle.as_str().unwrap().starts_with("shirt-"), "{handle}");
    assert_eq!(
        variables(&exchange),
        json!({
            "identifier": {"handle": handle},
            "synchronous": true,
            "first": 2,
            "input": {
                "handle": handle, "title": "Shirt", "status": "ACTIVE",
                "productOptions": [{"name": "Size", "values": [{"name": "S"}, {"name": "M"}]}],
                "variants": [variant("S-1", "S"), variant("S-2", "M")],
            },
        })
    );
}

#[test]
fn an_item_by_itself_is_a_product_without_options() {
    let input = &variables(&only_exchange(&plain(), &[operation(Action::Upsert, table())]))["input"];
    assert_eq!(input["productOptions"], json!([{"name": "Title", "values": [{"name": "Default Title"}]}]));
    let option = json!([{"optionName": "Title", "name": "Default Title"}]);
    assert_eq!(input["variants"][0]["optionValues"], option);
}

#[test]
fn what_is_listed_is_named_by_its_ids_and_keeps_its_pictures() {
    let image = |url: &str| shirt("S-1", "Red", "S").with(field("files"), Value::images([url]));
    let item = image("https://shop.example/1.jpg");
    let first = only_exchange(&plain(), &[operation(Action::Upsert, item.clone())]);
    assert_eq!(variables(&first)["input"]["files"][0]["originalSource"], "https://shop.example/1.jpg");
    let outcome = only(taken(&plain(), std::slice::from_ref(&item)));
    let again = variables(&only_exchange(&plain(), &[listed(operation(Action::Upsert, item), &outcome)]));
    assert_eq!(again["identifier"], json!({"id": "gid://shopify/Product/1"}));
    assert_eq!(again["input"]["variants"][0]["id"], "gid://shopify/ProductVariant/100");
    assert_eq!((again["input"].get("files"), again["input"].get("handle")), (None, None));

    let changed = operation(Action::Upsert, image("https://shop.example/2.jpg"));
    let changed = variables(&only_exchange(&plain(), &[listed(changed, &outcome)]));
    assert_eq!(changed["input"]["files"][0]["originalSource"], "https://shop.example/2.jpg");
}

#[test]
fn only_what_wharf_filled_is_cleared() {
    let item = table().with(field("vendor"), Value::text("Oak & Co"));
    let outcome = only(taken(&plain(), &[item]));
    let emptied =
        variables(&only_exchange(&plain(), &[listed(operation(Action::Upsert, table()), &outcome)]));
    assert_eq!(emptied["input"]["vendor"], "");
    assert_eq!((emptied["input"].get("tags"), emptied["input"].get("productType")), (None, None));
}

#[test]
fn a_variant_that_cannot_be_listed_does_not_hold_the_others() {
    let twin = shirt("S-3", "Red", "M");
    let operations = [shirt("S-1", "Red", "S"), shirt("S-2", "Red", "M"), twin];
    let preparation = prepared(&plain(), &operations.map(|item| operation(Action::Upsert, item)));
    assert_eq!(only(preparation.exchanges).covers, [0, 1]);
    let rejection = only(preparation.rejections);
    assert_eq!((rejection.index, rejection.problems[0].code.as_str()), (2, "duplicate-variant"));
}

#[test]
fn a_listed_variant_that_cannot_be_sent_is_not_deleted_by_leaving_it_out() {
    let items = [shirt("S-1", "Red", "S"), shirt("S-2", "Red", "M")];
    let outcomes = taken(&plain(), &items);
    let unpriced = items[0].clone().with(field("price"), euros(-1));
    let operations = [
        listed(operation(Action::Upsert, unpriced), &outcomes[0]),
        listed(operation(Action::Keep, items[1].clone()), &outcomes[1]),
    ];
    let preparation = prepared(&plain(), &operations);
    assert_eq!(preparation.exchanges, []);
    let codes: Vec<_> = preparation.rejections.iter().map(|it| it.problems[0].code.as_str()).collect();
    assert_eq!(codes, ["negative-price", "held"]);
}

#[test]
fn nothing_is_set_while_content_of_a_group_is_missing() {
    let stock = shirt("S-2", "Red", "M");
    let operations = [operation(Action::Upsert, shirt("S-1", "Red", "S")), operation(Action::Stock, stock)];
    let preparation = prepared(&plain(), &operations);
    let rejection = only(preparation.rejections);
    assert_eq!((rejection.index, rejection.problems[0].reason), (0, Reason::Contract));
    assert_eq!(name(&only(preparation.exchanges)), "Find");
}

#[test]
fn prices_of_a_product_travel_together() {
    let items = [shirt("S-1", "Red", "S"), shirt("S-2", "Red", "M")];
    let outcomes = taken(&plain(), &items);
    let reduced = |sku: &str| {
        let item = wharf_sdk::testing::Item::new(sku).group("SHIRT");
        item.with(field("price"), euros(2_990)).with(field("salePrice"), euros(1_990))
    };
    let operations = [
        listed(operation(Action::Price, reduced("S-1")), &outcomes[0]),
        listed(operation(Action::Price, reduced("S-2").without(field("salePrice"))), &outcomes[1]),
    ];
    let exchange = only_exchange(&plain(), &operations);
    assert_eq!((name(&exchange).as_str(), exchange.covers.as_slice()), ("Prices", [0, 1].as_slice()));
    assert_eq!(
        variables(&exchange),
        json!({
            "product": "gid://shopify/Product/1",
            "variants": [
                {"id": "gid://shopify/ProductVariant/100", "price": "19.90", "compareAtPrice": "29.90"},
                {"id": "gid://shopify/ProductVariant/101", "price": "29.90", "compareAtPrice": null},
            ],
        })
    );
}

#[test]
fn a_variant_leaves_while_its_group_stays() {
    let items = [shirt("S-1", "Red", "S"), shirt("S-2", "Red", "M")];
    let outcomes = taken(&plain(), &items);
    let deleted = wharf_sdk::testing::Item::new("S-1").group("SHIRT");
    let operations = [
        listed(operation(Action::Delete, deleted), &outcomes[0]),
        listed(operation(Action::Keep, items[1].clone()), &outcomes[1]),
    ];
    let exchange = only_exchange(&plain(), &operations);
    assert_eq!((name(&exchange).as_str(), exchange.covers.as_slice()), ("Set", [1, 0].as_slice()));
    let variants = variables(&exchange)["input"]["variants"].clone();
    assert_eq!((variants.as_array().unwrap().len(), &variants[0]["sku"]), (1, &json!("S-2")));
    assert_eq!(variants[0].get("inventoryQuantities"), None);
}

#[test]
fn deletions_name_variants_of_groups_and_products_by_themselves() {
    let shirts = taken(&plain(), &[shirt("S-1", "Red", "S")]);
    let tables = taken(&plain(), &[table()]);
    let operations = [
        listed(operation(Action::Delete, wharf_sdk::testing::Item::new("S-1").group("SHIRT")), &shirts[0]),
        listed(operation(Action::Delete, wharf_sdk::testing::Item::new("TABLE")), &tables[0]),
        operation(Action::Delete, wharf_sdk::testing::Item::new("O'LOST")),
    ];
    let mut exchanges = exchanges(&plain(), &operations);
    exchanges.sort_by_key(|exchange| exchange.covers[0]);
    let names: Vec<_> = exchanges.iter().map(name).collect();
    assert_eq!(names, ["DeleteVariants", "Delete", "Find"]);
    assert_eq!(variables(&exchanges[0])["variants"], json!(["gid://shopify/ProductVariant/100"]));
    assert_eq!(variables(&exchanges[1])["input"], json!({"id": "gid://shopify/Product/1"}));
    assert_eq!(variables(&exchanges[2])["query"], "sku:'O\\'LOST'");
}

#[test]
fn the_order_of_a_batch_does_not_matter() {
    let items = [shirt("S-1", "Red", "S"), shirt("S-2", "Red", "M"), table()];
    let forwards = items.map(|item| operation(Action::Upsert, item));
    let mut backwards = forwards.clone();
    backwards.reverse();
    let bodies = |operations| exchanges(&plain(), operations).iter().map(body).collect::<Vec<_>>();
    assert_eq!(bodies(&forwards), bodies(&backwards));
}

#[test]
fn a_product_past_a_hundred_variants_is_set_in_the_background() {
    let item = |number: usize| shirt(&format!("S-{number:03}"), "Red", &number.to_string());
    let operations: Vec<_> = (0..101).map(|number| operation(Action::Upsert, item(number))).collect();
    let exchange = only_exchange(&plain(), &operations);
    let variables = variables(&exchange);
    assert_eq!((&variables["synchronous"], &variables["first"]), (&json!(false), &json!(100)));
}

#[test]
fn the_largest_product_fits_a_memo_and_a_query() {
    let item = |number: usize| shirt(&format!("S-{number:04}"), "Red", &number.to_string());
    let operations: Vec<_> = (0..2_048).map(|number| operation(Action::Upsert, item(number))).collect();
    let exchange = only_exchange(&plain(), &operations);
    assert!(exchange.memo.len() <= 65_536, "{}", exchange.memo.len());
    assert!(exchange.request.cost.unwrap() <= 1_000);
    let more: Vec<_> = (0..2_049).map(|number| operation(Action::Upsert, item(number))).collect();
    let rejection = only(prepared(&plain(), &more).rejections);
    assert_eq!(rejection.problems[0].code, "too-many-variants");
}

#[test]
fn settings_that_cannot_be_read_reject_every_operation() {
    let preparation = prepared(&context(json!({})), &[operation(Action::Upsert, table())]);
    assert_eq!(only(preparation.rejections).problems[0].reason, Reason::Settings);
}

#[test]
fn the_description_says_what_shopify_is() {
    let description = Shopify::describe();
    let publishing = description.publishing.unwrap();
    assert!(publishing.whole_groups && publishing.stock_alone && publishing.price_alone);
    assert_eq!(publishing.idempotency, Idempotency::Keyed);
    assert_eq!(description.endpoints[0].reach, Reach::Named);
}

#[test]
fn the_probe_names_what_is_lacking() {
    let probed = |status, body: &str| -> Vec<(String, Reason)> {
        let problems = Shopify::probed(&plain(), &response(status, body)).into_iter();
        problems.map(|problem| (problem.code, problem.reason)).collect()
    };
    let answer = |currency: &str, scopes: &[&str]| {
        let scopes: Vec<_> = scopes.iter().map(|scope| json!({"handle": scope})).collect();
        let app = json!({"accessScopes": scopes});
        json!({"data": {"shop": {"currencyCode": currency}, "currentAppInstallation": app}}).to_string()
    };
    let all = ["write_products", "write_inventory", "read_locations", "read_orders"];
    assert_eq!(probed(200, &answer("EUR", &all)), []);
    assert_eq!(probed(200, &answer("USD", &all)), [because("wrong-currency", Reason::Settings)]);
    assert_eq!(probed(200, &answer("EUR", &all[1..])), [because("missing-scope", Reason::Permission)]);
    assert_eq!(probed(401, ""), [because("unauthorized", Reason::Credentials)]);
    assert_eq!(probed(200, "<html>"), [because("unreadable-answer", Reason::Contract)]);
}
