//! Operations into documents for Vendure, and its answers into outcomes.

use serde_json::json;
use wharf_sdk::{
    Action, Body, Reason, Verdict,
    testing::{Item, Operation, Value},
};

use crate::shop::*;

#[test]
fn a_new_product_is_looked_for_then_made_with_options_and_variants() {
    let find = only_exchange(&[upsert(shirt("S")), upsert(shirt("M"))]);
    assert_eq!((name_of(&find).as_str(), &find.covers[..]), ("Find", &[1, 0][..]));
    assert_eq!(variables(&find), json!({"skus": ["M", "S"], "slug": "shirt-shirt"}));

    let mut product = further(&find, &nothing());
    assert_eq!(product.request.body, Body::Document);
    product.document = find.document;
    assert_eq!(name_of(&product), "CreateProduct");
    let translation =
        json!({"languageCode": "de", "name": "Shirt", "description": "", "slug": "shirt-shirt"});
    assert_eq!(variables(&product), json!({"input": {"translations": [translation]}}));

    let made = json!({"createProduct": {"id": "9", "optionGroups": [], "variants": []}});
    let options = further(&product, &made);
    assert_eq!(name_of(&options), "CreateOptions");
    let named = |name: &str| json!([{"languageCode": "de", "name": name}]);
    let group = json!({"code": "shirt-size", "translations": named("Size"), "options": [
        {"code": "M", "translations": named("M")}, {"code": "S", "translations": named("S")}
    ]});
    assert_eq!(variables(&options), json!({"g0": group}));

    let group =
        json!({"g0": {"id": "g-size", "options": [{"id": "o-M", "code": "M"}, {"id": "o-S", "code": "S"}]}});
    let variants = further(&options, &group);
    assert_eq!(name_of(&variants), "CreateVariants");
    let sent = variables(&variants);
    assert_eq!(sent["a0"], "g-size");
    assert_eq!(
        sent["create"][1],
        json!({
            "productId": "9", "sku": "S", "price": 1990, "optionIds": ["o-S"],
            "translations": [{"languageCode": "de", "name": "Shirt S"}],
            "stockLevels": [{"stockLocationId": "1", "stockOnHand": 5}]
        })
    );
    let answer = json!({"createProductVariants": [written("M", 1_990), written("S", 1_990)]});
    let outcomes = outcomes(&variants, data(&answer));
    for (outcome, id) in outcomes.iter().zip(["v-M", "v-S"]) {
        assert_eq!((&outcome.verdict, outcome.remote_id.as_deref()), (&Verdict::accepted(), Some(id)));
        assert_eq!(outcome.note.as_deref(), Some("9"));
    }
}

#[test]
fn what_is_there_already_is_adopted() {
    let find = only_exchange(&[upsert(shirt("S")), upsert(shirt("M"))]);
    let found =
        json!({"productVariants": {"items": [{"id": "v-S", "sku": "S", "productId": "9"}]}, "product": null});
    let outcomes = outcomes(&find, data(&found));
    assert!(outcomes.iter().all(|outcome| retried(outcome) == ("already-listed", Reason::Conflict)));
    assert!(outcomes.iter().all(|outcome| outcome.note.as_deref() == Some("9")));
    assert_eq!((outcomes[0].remote_id.as_deref(), outcomes[1].remote_id.as_deref()), (None, Some("v-S")));
    let next = Operation { note: Some("9".into()), ..again(upsert(shirt("M"))) };
    assert_eq!(name_of(&only_exchange(&[next])), "UpdateProduct");
}

#[test]
fn a_product_that_was_only_begun_goes_on_but_another_of_its_name_does_not() {
    let find = only_exchange(&[upsert(thing("MUG"))]);
    let begun = json!({"productVariants": {"items": []}, "product": {"id": "8", "variants": []}});
    assert_eq!(only(outcomes(&find, data(&begun))).note.as_deref(), Some("8"));
    let other = json!({"productVariants": {"items": []}, "product": {"id": "8", "variants": [{"id": "1", "sku": "X"}]}});
    assert_eq!(further(&find, &other).request.body, Body::Document);
}

#[test]
fn variants_in_two_products_are_left_to_a_person() {
    let find = only_exchange(&[upsert(shirt("S")), upsert(shirt("M"))]);
    let items = json!([{"id": "1", "sku": "S", "productId": "8"}, {"id": "2", "sku": "M", "productId": "9"}]);
    let found = json!({"productVariants": {"items": items}, "product": null});
    assert_eq!(rejected(&outcomes(&find, data(&found))[0]), [("split-product", None)]);
    let split =
        [listed(upsert(shirt("S"))), Operation { note: Some("8".into()), ..listed(upsert(shirt("M"))) }];
    assert_eq!(prepared(&split).rejections[1].problems[0].code, "split-product");
}

#[test]
fn an_update_adds_what_open_orders_wait_for_and_keeps_the_slug() {
    let update = only_exchange(&[listed(upsert(shirt("S"))), listed(operation(Action::Keep, shirt("M")))]);
    assert_eq!(name_of(&update), "UpdateProduct");
    let translation = &variables(&update)["input"]["translations"][0];
    assert_eq!((&variables(&update)["input"]["id"], translation.get("slug")), (&json!("9"), None));
    let variants = further(&update, &json!({"updateProduct": state(&[("S", 2), ("M", 0)])}));
    let sent = variables(&variants);
    assert_eq!((sent["update"].as_array().unwrap().len(), &sent["deletes"]), (2, &json!(false)));
    assert_eq!(
        sent["update"][1],
        json!({
            "id": "v-S", "sku": "S", "prices": [{"currencyCode": "EUR", "price": 1990}], "optionIds": ["o-S"],
            "translations": [{"languageCode": "de", "name": "Shirt S"}],
            "stockLevels": [{"stockLocationId": "1", "stockOnHand": 7}]
        })
    );
}

#[test]
fn a_new_variant_gets_its_option_and_a_deleted_one_goes() {
    let operations = [
        listed(upsert(shirt("S"))),
        Operation { note: Some("9".into()), ..upsert(shirt("XL")) },
        listed(operation(Action::Delete, Item::new("M").group("SHIRT"))),
    ];
    let update = only_exchange(&operations);
    let options = further(&update, &json!({"updateProduct": state(&[("M", 0), ("S", 0)])}));
    let option = json!({"code": "XL", "productOptionGroupId": "g-size", "translations": [{"languageCode": "de", "name": "XL"}]});
    assert_eq!(variables(&options), json!({"o0": option}));
    let update_variants =
        further(&options, &json!({"o0": {"id": "o-XL", "code": "XL", "groupId": "g-size"}}));
    let sent = variables(&update_variants);
    assert_eq!((&sent["delete"], sent.get("create")), (&json!(["v-M"]), None));
    let answer = json!({
        "deleteProductVariants": [{"result": "NOT_DELETED", "message": "in use"}],
        "updateProductVariants": [written("S", 1_990)],
    });
    assert_eq!(update.covers, [2, 0, 1]);
    let settlement = settled(&update_variants, data(&answer));
    assert_eq!(rejected(&settlement.outcomes[0]), [("not-deleted", None)]);
    // Vendure would take the ids of an update for those of a creation in the same document.
    let create = only(settlement.further);
    assert_eq!((name_of(&create).as_str(), &create.covers[..]), ("CreateVariants", &[1, 2][..]));
    assert_eq!(variables(&create)["create"][0]["optionIds"], json!(["o-XL"]));
    let done = outcomes(&create, data(&json!({"createProductVariants": [written("XL", 1_990)]})));
    assert_eq!((warned(&done[0]).len(), warned(&done[1]).len()), (0, 0));
    assert_eq!(done[0].remote_id.as_deref(), Some("v-S"));
    let refused = outcomes(&create, error("USER_INPUT_ERROR"));
    assert_eq!((warned(&refused[0]).len(), rejected(&refused[1])), (0, vec![("USER_INPUT_ERROR", None)]));
}

#[test]
fn options_of_others_stay_with_their_variant() {
    let mut there = state(&[("S", 0)]);
    there["variants"][0]["options"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "o-cotton", "groupId": "g-fabric"}));
    let variants = further(&only_exchange(&[listed(upsert(shirt("S")))]), &json!({"updateProduct": there}));
    assert_eq!(variables(&variants)["update"][0]["optionIds"], json!(["o-S", "o-cotton"]));
}

#[test]
fn variants_that_differ_in_nothing_else_differ_by_name() {
    let alike = |sku: &str| upsert(shirt(sku).with(field("size"), Value::text("M")));
    let find = only_exchange(&[alike("A"), alike("B")]);
    let product = further(&find, &nothing());
    let made = json!({"createProduct": {"id": "9", "optionGroups": [], "variants": []}});
    let options = variables(&further(&product, &made));
    assert_eq!(options["g0"]["options"].as_array().unwrap().len(), 1);
    assert_eq!(options["g1"]["code"], "shirt-variant");
    let codes: Vec<_> =
        options["g1"]["options"].as_array().unwrap().iter().map(|option| &option["code"]).collect();
    assert_eq!(codes, ["A", "B"]);
}

#[test]
fn a_product_without_variants_has_no_options() {
    let update = only_exchange(&[listed(upsert(thing("MUG").with(field("size"), Value::text("L"))))]);
    let state = json!({"id": "9", "optionGroups": [], "variants": [{"id": "v-MUG", "sku": "MUG"}]});
    let variants = further(&update, &json!({"updateProduct": state}));
    assert_eq!(variables(&variants)["update"][0]["optionIds"], json!([]));
}

#[test]
fn a_product_that_is_gone_is_looked_for_anew() {
    let update = only_exchange(&[listed(upsert(thing("MUG")))]);
    let outcome = only(outcomes(&update, error("ENTITY_NOT_FOUND")));
    assert_eq!((retried(&outcome).1, outcome.note.as_deref()), (Reason::Missing, Some("")));
    let next = Operation { note: outcome.note, ..listed(upsert(thing("MUG"))) };
    assert_eq!(name_of(&only_exchange(&[next])), "Find");
}

#[test]
fn a_price_in_a_currency_that_the_channel_does_not_keep_is_told() {
    let update = only_exchange(&[listed(upsert(shirt("S")))]);
    let variants = further(&update, &json!({"updateProduct": state(&[("S", 0)])}));
    let mut other = written("S", 1_990);
    other["prices"][0]["currencyCode"] = "USD".into();
    let outcome = only(outcomes(&variants, data(&json!({"updateProductVariants": [other]}))));
    assert_eq!(rejected(&outcome), [("other-currency", Some(field("price")))]);
    assert_eq!(outcome.remote_id.as_deref(), Some("v-S"));
}

#[test]
fn prices_travel_together_and_alone_once_refused() {
    let price = |sku: &str| listed(operation(Action::Price, Item::new(sku).with(field("price"), euros(990))));
    let exchange = only_exchange(&[price("A"), price("B")]);
    let update =
        |sku: &str| json!({"id": format!("v-{sku}"), "prices": [{"currencyCode": "EUR", "price": 990}]});
    assert_eq!(variables(&exchange), json!({"input": [update("A"), update("B")]}));
    let half = outcomes(&exchange, data(&json!({"updateProductVariants": [written("B", 990), null]})));
    assert_eq!((retried(&half[0]).0, warned(&half[1]).len()), ("no-outcome", 0));
    for outcome in outcomes(&exchange, error("ENTITY_NOT_FOUND")) {
        assert_eq!(retried(&outcome), ("sent-alone-next", Reason::Conflict));
    }
    let alone = exchanges(&[again(price("A")), again(price("B"))]);
    assert_eq!(alone.len(), 2);
    let missing = only(outcomes(&alone[0], error("ENTITY_NOT_FOUND")));
    assert_eq!(retried(&missing), ("ENTITY_NOT_FOUND", Reason::Missing));
    assert_eq!(rejected(&only(outcomes(&alone[0], error("USER_INPUT_ERROR")))), [("USER_INPUT_ERROR", None)]);
}

#[test]
fn stock_is_what_may_be_sold_and_what_is_allocated() {
    let stock = |sku: &str, places| {
        listed(operation(Action::Stock, Item::new(sku).with(field("stockLevels"), levels(places))))
    };
    let reading =
        only_exchange(&[stock("A", &[("berlin", 3), ("munich", 1)]), stock("B", &[("hamburg", 0)])]);
    assert_eq!(
        (name_of(&reading).as_str(), variables(&reading)),
        ("Allocated", json!({"ids": ["v-A", "v-B"], "take": 2}))
    );
    let allocated = json!([{"id": "v-A", "stockLevels": [{"stockLocationId": "1", "stockAllocated": 2}]}]);
    let settlement = settled(&reading, data(&json!({"productVariants": {"items": allocated}})));
    assert_eq!(retried(&settlement.outcomes[0]), ("not-found", Reason::Missing), "B is gone");
    let update = only(settlement.further);
    let level = json!({"stockLocationId": "1", "stockOnHand": 5});
    assert_eq!(variables(&update), json!({"input": [{"id": "v-A", "stockLevels": [level]}]}));
    let answer = |levels| data(&json!({"updateProductVariants": [{"id": "v-A", "stockLevels": levels}]}));
    assert_eq!(warned(&only(outcomes(&update, answer(json!([level]))))), ["unknown-location"]);
    let left = json!({"stockLocationId": "1", "stockOnHand": 5, "stockAllocated": 0});
    let left = only(outcomes(&update, answer(json!([left]))));
    assert_eq!(retried(&left), ("allocated-less", Reason::Conflict), "a parcel left in between");
    let hidden = only(outcomes(&update, answer(json!([]))));
    assert_eq!(rejected(&hidden), [("unknown-location", Some(field("stockLevels")))]);
}

#[test]
fn the_last_variant_goes_with_its_product() {
    let delete = |sku: &str| listed(operation(Action::Delete, Item::new(sku).group("SHIRT")));
    let reading = only_exchange(&[delete("S"), delete("M"), listed(operation(Action::Keep, shirt("L")))]);
    assert_eq!(variables(&reading), json!({"id": "9"}));
    let there = |skus: &[&str]| {
        let variants: Vec<_> = skus.iter().map(|sku| json!({"id": format!("v-{sku}")})).collect();
        json!({"product": {"id": "9", "variants": variants}})
    };
    let some = settled(&reading, data(&there(&["L", "M", "S"])));
    assert_eq!(only(some.outcomes).verdict, Verdict::accepted(), "what stays is as it was");
    let deletion = only(some.further);
    assert_eq!(variables(&deletion), json!({"ids": ["v-M", "v-S"]}));
    let answer = json!({"deleteProductVariants": [{"result": "DELETED"}]});
    let done = outcomes(&deletion, data(&answer));
    assert_eq!((&done[0].verdict, retried(&done[1]).0), (&Verdict::accepted(), "no-outcome"));

    let last = only(settled(&reading, data(&there(&["M", "S"]))).further);
    assert_eq!((name_of(&last).as_str(), variables(&last)), ("DeleteProduct", json!({"id": "9"})));
    let done = outcomes(&last, data(&json!({"deleteProduct": {"result": "DELETED"}})));
    assert!(done.iter().all(|outcome| outcome.verdict == Verdict::accepted()));
    let gone = outcomes(&reading, data(&json!({"product": null})));
    assert!(gone.iter().all(|outcome| outcome.verdict == Verdict::accepted()));
}

#[test]
fn what_was_never_confirmed_is_deleted_by_sku() {
    let reading = only_exchange(&[operation(Action::Delete, Item::new("MUG"))]);
    assert_eq!((name_of(&reading).as_str(), variables(&reading)), ("FindVariants", json!({"skus": ["MUG"]})));
    let found = json!({"productVariants": {"items": [{"id": "5", "sku": "MUG", "productId": "9"}]}});
    assert_eq!(variables(&further(&reading, &found)), json!({"ids": ["5"]}));
    let none = only(outcomes(&reading, data(&json!({"productVariants": {"items": []}}))));
    assert_eq!(none.verdict, Verdict::accepted());
}

#[test]
fn what_vendure_would_refuse_is_rejected_by_field_and_the_others_go_on() {
    let bad = shirt("M")
        .with(field("name"), Value::text(" "))
        .with(field("price"), Value::money(wharf_sdk::Decimal::new(1, -3), "EUR"))
        .with(field("stockLevels"), levels(&[("berlin", i64::MAX)]));
    let preparation = prepared(&[listed(upsert(shirt("S"))), listed(upsert(bad))]);
    assert_eq!(preparation.exchanges[0].covers, [0]);
    let problems = &only(preparation.rejections).problems;
    let found: Vec<_> = problems.iter().map(|problem| (problem.code.as_str(), problem.field)).collect();
    let expected = [
        ("empty", Some(field("name"))),
        ("inexact-price", Some(field("price"))),
        ("stock-out-of-range", Some(field("stockLevels"))),
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_the_variants_say_differently_is_told() {
    let other =
        shirt("S").with(field("name"), Value::text("Hemd")).with(field("description"), Value::text("<p>x"));
    let update = only_exchange(&[listed(upsert(shirt("M"))), listed(upsert(other))]);
    assert_eq!(variables(&update)["input"]["translations"][0]["name"], "Shirt");
    let variants = further(&update, &json!({"updateProduct": state(&[("S", 0), ("M", 0)])}));
    let answer = json!({"updateProductVariants": [written("M", 1_990), written("S", 1_990)]});
    let outcomes = outcomes(&variants, data(&answer));
    assert_eq!(warned(&outcomes[0]), Vec::<&str>::new());
    assert_eq!(warned(&outcomes[1]), ["name-differs", "description-differs"]);
}

#[test]
fn the_same_work_has_the_same_bytes_in_any_order() {
    let one = [listed(upsert(shirt("S"))), listed(upsert(shirt("M")))];
    let other = [one[1].clone(), one[0].clone()];
    assert_eq!(only_exchange(&one).request, only_exchange(&other).request);
    assert_eq!(only_exchange(&one), only_exchange(&one));
}

#[test]
fn errors_say_whose_turn_it_is() {
    let update = only_exchange(&[listed(upsert(thing("MUG")))]);
    for (code, reason) in [
        ("FORBIDDEN", Reason::Permission),
        ("UNAUTHORIZED", Reason::Credentials),
        ("CHANNEL_NOT_FOUND", Reason::Settings),
        ("INTERNAL_SERVER_ERROR", Reason::Outage),
        ("GRAPHQL_VALIDATION_FAILED", Reason::Contract),
    ] {
        assert_eq!(retried(&only(outcomes(&update, error(code)))), (code, reason));
    }
    assert_eq!(rejected(&only(outcomes(&update, error("USER_INPUT_ERROR")))), [("USER_INPUT_ERROR", None)]);
    let large = only(outcomes(&update, response(413, "<html>")));
    assert_eq!(rejected(&large), [("request-too-large", None)]);
}

#[test]
fn nonsense_is_never_success() {
    let update = only_exchange(&[listed(upsert(shirt("S")))]);
    let variants = further(&update, &json!({"updateProduct": state(&[("S", 0)])}));
    let stock = only_exchange(&[listed(operation(Action::Stock, shirt("S")))]);
    let found = json!({"productVariants": {"items": [{"id": "v-S", "stockLevels": []}]}});
    let deletion = only_exchange(&[listed(operation(Action::Delete, shirt("S")))]);
    let there = json!({"product": {"id": "9", "variants": [{"id": "v-S"}]}});
    let chain = [
        only_exchange(&[upsert(shirt("S"))]),
        further(&stock, &found),
        further(&deletion, &there),
        only_exchange(&[listed(operation(Action::Price, shirt("S")))]),
        update,
        variants,
        stock,
        deletion,
    ];
    for exchange in &chain {
        for (status, body) in [
            (200, "<html>"),
            (200, ""),
            (200, "[]"),
            (200, "{}"),
            (200, r#"{"data":{}}"#),
            (400, "<html>"),
            (302, ""),
        ] {
            let outcome = only(outcomes(exchange, response(status, body)));
            assert_eq!(retried(&outcome).1, Reason::Contract, "{} {status} {body}", name_of(exchange));
        }
        let mut lost = exchange.clone();
        lost.memo = b"?".to_vec();
        assert_eq!(retried(&only(outcomes(&lost, data(&nothing())))).0, "unreadable-answer");
    }
}
