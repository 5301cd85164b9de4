//! Operations into requests for Square, and its answers into outcomes.

use crate::till::*;
use serde_json::json;
use wharf_sdk::{
    Action, Body, Reason, Response, Verdict,
    testing::{Operation, Value},
};

#[test]
fn a_new_product_is_searched_for_then_listed_then_counted() {
    let s = shirt("S").with(field("inventory"), levels(&[("berlin", 3), ("hamburg", 0)]));
    let search = only_exchange(&[upsert(s), upsert(shirt("M"))]);
    assert_eq!(search.request.target, SEARCH);
    assert_eq!(json_of(&search)["query"]["set_query"]["attribute_values"], json!(["M", "S"]));
    assert_eq!(search.covers, [1, 0]);
    let document = search.document.clone().unwrap();

    let listing = further(&search, 200, &json!({}));
    assert_eq!((listing.request.target.as_str(), &listing.request.body), (UPSERT, &Body::Document));
    let body: serde_json::Value = serde_json::from_slice(&document).unwrap();
    let object = &body["batches"][0]["objects"][0];
    assert_eq!((&object["type"], &object["id"]), (&json!("ITEM"), &json!("#item SHIRT")));
    assert_eq!(
        object["item_data"]["variations"][1],
        json!({
            "type": "ITEM_VARIATION",
            "id": "#S",
            "item_variation_data": {
                "name": "S",
                "sku": "S",
                "pricing_type": "FIXED_PRICING",
                "price_money": {"amount": 1990, "currency": "EUR"},
                "track_inventory": true
            }
        })
    );

    let mut sent = listing.clone();
    sent.request.body = Body::Bytes(document);
    let settlement = settled(&listing, 200, &taken(&sent, 5));
    let uncounted = only(settlement.outcomes);
    assert_eq!((uncounted.index, uncounted.remote_id.as_deref()), (0, Some("V-M")));
    assert_eq!(uncounted.verdict, Verdict::accepted());

    let count = only(settlement.further);
    assert_eq!((count.request.target.as_str(), &count.covers[..]), (CHANGE, &[1][..]));
    let physical = |location: &str, quantity: &str| {
        json!({"type": "PHYSICAL_COUNT", "physical_count": {
            "catalog_object_id": "V-S", "state": "IN_STOCK", "location_id": location, "quantity": quantity,
            "occurred_at": "2026-01-31T12:00:00.250Z"
        }})
    };
    assert_eq!(json_of(&count)["changes"], json!([physical("LBER", "3"), physical("LHAM", "0")]));
    let outcome = only(outcomes(&count, 200, &json!({"counts": [{"catalog_object_id": "V-S"}]})));
    assert_eq!((outcome.remote_id.as_deref(), &outcome.verdict), (Some("V-S"), &Verdict::accepted()));
    assert_eq!(outcome.note.as_deref(), Some(r#"{"item":"I-SHIRT","item_version":5,"version":5}"#));
}

#[test]
fn what_the_seller_has_listed_already_is_adopted() {
    let search = only_exchange(&[upsert(shirt("S")), upsert(shirt("M"))]);
    let variation = |sku: &str| {
        json!({"type": "ITEM_VARIATION", "id": "V-9", "version": 8, "item_variation_data": {
            "item_id": "I-9", "sku": sku, "name": "Small", "location_overrides": [{"location_id": "LBER"}]
        }})
    };
    let item =
        json!({"type": "ITEM", "id": "I-9", "version": 9, "item_data": {"name": "Old", "tax_ids": ["T-1"]}});
    let found = outcomes(&search, 200, &json!({"objects": [variation("S")], "related_objects": [item]}));
    assert!(found.iter().all(|outcome| retried(outcome) == ("already-listed", Reason::Conflict)));
    assert_eq!((found[0].remote_id.clone(), found[0].note.clone()), (None, None), "M is not at Square");
    assert_eq!(found[1].remote_id.as_deref(), Some("V-9"));

    let known = Operation {
        remote_id: found[1].remote_id.clone(),
        note: found[1].note.clone(),
        ..again(upsert(shirt("S")))
    };
    let update = only_exchange(&[known]);
    let object = &json_of(&update)["batches"][0]["objects"][0];
    assert_eq!((&object["id"], &object["version"]), (&json!("I-9"), &json!(9)));
    assert_eq!(
        (&object["item_data"]["name"], &object["item_data"]["tax_ids"]),
        (&json!("Shirt"), &json!(["T-1"]))
    );
    let variation = &object["item_data"]["variations"][0];
    assert_eq!((&variation["id"], &variation["version"]), (&json!("V-9"), &json!(8)));
    assert_eq!(variation["item_variation_data"]["location_overrides"], json!([{"location_id": "LBER"}]));
    assert_eq!(variation["item_variation_data"]["name"], "S");
}

#[test]
fn a_sku_in_other_letters_is_another_sku() {
    let search = only_exchange(&[upsert(thing("Mug"))]);
    let other = json!({"id": "V-1", "version": 1, "item_variation_data": {"item_id": "I-1", "sku": "MUG"}});
    assert_eq!(further(&search, 200, &json!({"objects": [other]})).request.target, UPSERT);
}

#[test]
fn what_others_set_at_the_till_survives_the_next_update() {
    let first = only_exchange(&[listed(upsert(thing("MUG")))]);
    let mut answer = taken(&first, 2);
    answer["objects"][0]["item_data"]["image_ids"] = json!(["IMG-1"]);
    answer["objects"][0]["item_data"]["description_plaintext"] = json!("made by Square");
    answer["objects"][0]["present_at_location_ids"] = json!(["LBER"]);
    answer["objects"][0]["item_data"]["variations"][0]["item_variation_data"]["sellable"] = json!(false);
    let outcome = only(outcomes(&first, 200, &answer));
    let next = Operation { note: outcome.note, ..listed(upsert(thing("MUG"))) };
    let object = &json_of(&only_exchange(&[next]))["batches"][0]["objects"][0];
    assert_eq!(object["item_data"]["image_ids"], json!(["IMG-1"]));
    assert_eq!(object["item_data"].get("description_plaintext"), None);
    assert_eq!(object["present_at_location_ids"], json!(["LBER"]));
    assert_eq!(object["item_data"]["variations"][0]["item_variation_data"]["sellable"], false);
    assert_eq!(object["version"], 2);
}

#[test]
fn an_overtaken_version_is_read_for_the_next_try() {
    let update = only_exchange(&[listed(upsert(shirt("M"))), listed(upsert(shirt("S")))]);
    let reading = further(&update, 400, &invalid("VERSION_MISMATCH", "version"));
    assert_eq!(
        (reading.request.target.as_str(), json_of(&reading)),
        (RETRIEVE, json!({"object_ids": ["I-SHIRT"]}))
    );
    let variation =
        json!({"id": "V-M", "version": 6, "item_variation_data": {"item_id": "I-SHIRT", "sku": "M"}});
    let now = json!({"objects": [{"id": "I-SHIRT", "version": 7, "item_data": {"variations": [variation]}}]});
    let outcomes = outcomes(&reading, 200, &now);
    assert!(outcomes.iter().all(|outcome| retried(outcome) == ("newer-version", Reason::Conflict)));
    assert_eq!(outcomes[0].note.as_deref(), Some(r#"{"item":"I-SHIRT","item_version":7,"version":6}"#));
    assert_eq!(outcomes[1].note.as_deref(), Some("gone"), "S was deleted at the till");
}

#[test]
fn what_was_deleted_at_the_till_is_looked_for_and_listed_anew() {
    let update = only_exchange(&[listed(upsert(thing("MUG")))]);
    let outcome = only(outcomes(&update, 404, &invalid("NOT_FOUND", "batches[0].objects[0].id")));
    assert_eq!((retried(&outcome), outcome.note.as_deref()), (("NOT_FOUND", Reason::Missing), Some("gone")));
    let next = Operation { note: outcome.note, ..again(listed(upsert(thing("MUG")))) };
    assert_eq!(only_exchange(&[next]).request.target, SEARCH);
}

#[test]
fn a_bad_product_does_not_stop_the_others() {
    let batch: Vec<_> = ["A", "B", "C"].into_iter().map(|sku| listed(upsert(thing(sku)))).collect();
    let exchange = only_exchange(&batch);
    assert_eq!(json_of(&exchange)["batches"].as_array().unwrap().len(), 3);
    let mut answer = taken(&exchange, 2);
    answer["objects"].as_array_mut().unwrap().remove(1);
    answer["errors"] = invalid("VALUE_TOO_LONG", "batches[1].objects[0].item_data.name")["errors"].clone();
    let outcomes = outcomes(&exchange, 200, &answer);
    assert_eq!((warned(&outcomes[0]).len(), warned(&outcomes[2]).len()), (0, 0));
    assert_eq!(rejected(&outcomes[1]), [("VALUE_TOO_LONG", Some(field("name")))]);
}

#[test]
fn a_refusal_that_names_nobody_sends_each_alone() {
    let batch: Vec<_> = ["A", "B"].into_iter().map(|sku| listed(upsert(thing(sku)))).collect();
    let refusal = invalid("INVALID_VALUE", "");
    for outcome in outcomes(&only_exchange(&batch), 400, &refusal) {
        assert_eq!(retried(&outcome), ("sent-alone-next", Reason::Conflict));
    }
    let alone = exchanges(&batch.into_iter().map(again).collect::<Vec<_>>());
    assert_eq!(alone.len(), 2);
    assert_eq!(rejected(&only(outcomes(&alone[0], 400, &refusal))), [("INVALID_VALUE", None)]);
}

#[test]
fn the_variant_that_is_refused_is_told_from_those_that_wait_for_it() {
    let exchange = only_exchange(&[listed(upsert(shirt("S"))), listed(upsert(shirt("M")))]);
    let place = "batches[0].objects[0].item_data.variations[1].item_variation_data.price_money.amount";
    let outcomes = outcomes(&exchange, 400, &invalid("VALUE_TOO_HIGH", place));
    assert_eq!(exchange.covers, [1, 0]);
    assert_eq!(rejected(&outcomes[0]), [("group-waits", None)]);
    assert_eq!(rejected(&outcomes[1]), [("VALUE_TOO_HIGH", Some(field("price_money")))]);
}

#[test]
fn a_product_is_written_without_its_deleted_variant() {
    let operations = [listed(upsert(shirt("S"))), listed(operation(Action::Delete, shirt("M")))];
    let exchange = only_exchange(&operations);
    let answer = taken(&exchange, 2);
    assert_eq!(answer["objects"][0]["item_data"]["variations"].as_array().unwrap().len(), 1);
    assert_eq!(outcomes(&exchange, 200, &answer)[0].verdict, Verdict::accepted());

    let mut kept = answer.clone();
    let variations = kept["objects"][0]["item_data"]["variations"].as_array_mut().unwrap();
    variations.push(json!({"id": "V-M", "version": 2, "item_variation_data": {}}));
    assert_eq!(retried(&outcomes(&exchange, 200, &kept)[0]).0, "not-removed");
}

#[test]
fn the_last_variation_goes_with_its_item() {
    let delete = |sku: &str| listed(operation(Action::Delete, shirt(sku)));
    let keep = listed(operation(Action::Keep, shirt("L")));
    let item = |ids: &[&str]| {
        let variations: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
        json!({"objects": [{"id": "I-SHIRT", "item_data": {"variations": variations}}]})
    };
    let reading = only_exchange(&[delete("S"), keep, delete("M")]);
    assert_eq!(
        (reading.request.target.as_str(), json_of(&reading)),
        (RETRIEVE, json!({"object_ids": ["I-SHIRT"]}))
    );

    let settlement = settled(&reading, 200, &item(&["V-L", "V-M", "V-S"]));
    assert_eq!(only(settlement.outcomes).verdict, Verdict::accepted(), "what stays is as it was");
    let deletion = only(settlement.further);
    assert_eq!(deletion.request.target, DELETE);
    assert_eq!(json_of(&deletion), json!({"object_ids": ["V-M", "V-S"]}));
    let done = outcomes(&deletion, 200, &json!({"deleted_object_ids": ["V-M"]}));
    assert_eq!((&done[0].verdict, retried(&done[1]).0), (&Verdict::accepted(), "no-outcome"));

    let last = settled(&reading, 200, &item(&["V-M", "V-S"])).further;
    assert_eq!(json_of(&only(last)), json!({"object_ids": ["I-SHIRT"]}));
    let gone = outcomes(&reading, 200, &json!({}));
    assert!(gone.iter().all(|outcome| outcome.verdict == Verdict::accepted()));
}

#[test]
fn a_price_changes_nothing_else() {
    let price = wharf_sdk::testing::Item::new("S").group("SHIRT").with(field("price_money"), euros(990));
    let reading = only_exchange(&[listed(operation(Action::Price, price))]);
    assert_eq!(
        (reading.request.target.as_str(), json_of(&reading)),
        (RETRIEVE, json!({"object_ids": ["V-S"]}))
    );
    let variation = |amount: i64| {
        json!({"type": "ITEM_VARIATION", "id": "V-S", "version": 3, "item_variation_data": {
            "item_id": "I-SHIRT", "sku": "S", "ordinal": 2, "pricing_type": "FIXED_PRICING",
            "price_money": {"amount": amount, "currency": "EUR"}
        }})
    };
    let writing = further(&reading, 200, &json!({"objects": [variation(1_990)]}));
    assert_eq!(json_of(&writing)["batches"], json!([{"objects": [variation(990)]}]));
    let outcome = only(outcomes(&writing, 200, &taken(&writing, 4)));
    assert_eq!(outcome.note.as_deref(), Some(r#"{"item":"I-SHIRT","item_version":1,"version":4}"#));

    let same = outcomes(&reading, 200, &json!({"objects": [variation(990)]}));
    assert_eq!(only(same).verdict, Verdict::accepted());
    let missing = only(outcomes(&reading, 200, &json!({})));
    assert_eq!(retried(&missing), ("not-found", Reason::Missing));
    let overtaken = only(outcomes(&writing, 400, &invalid("VERSION_MISMATCH", "version")));
    assert_eq!(retried(&overtaken), ("VERSION_MISMATCH", Reason::Conflict));
}

fn stock(sku: &str, places: &[(&str, i64)]) -> Operation {
    let item = wharf_sdk::testing::Item::new(sku).with(field("inventory"), levels(places));
    listed(operation(Action::Stock, item))
}

#[test]
fn stock_travels_alone_a_hundred_counts_a_request() {
    let many: Vec<_> = (0..60).map(|sku| stock(&sku.to_string(), &[("berlin", 1), ("hamburg", 2)])).collect();
    let exchanges = exchanges(&many);
    let counts: Vec<_> =
        exchanges.iter().map(|it| json_of(it)["changes"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [100, 20]);
    let keys: Vec<_> = exchanges.iter().map(|it| json_of(it)["idempotency_key"].clone()).collect();
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn a_refused_count_is_its_own_variations() {
    let exchange =
        only_exchange(&[stock("A", &[("berlin", 1), ("hamburg", 1)]), stock("B", &[("berlin", 1)])]);
    let outcomes = outcomes(&exchange, 400, &invalid("INVALID_VALUE", "changes[2].physical_count.quantity"));
    assert_eq!(retried(&outcomes[0]).0, "sent-alone-next");
    assert_eq!(rejected(&outcomes[1]), [("INVALID_VALUE", Some(field("inventory")))]);
}

#[test]
fn stock_of_what_square_lost_or_of_an_old_day_comes_again() {
    let exchange = only_exchange(&[stock("A", &[("berlin", 1)])]);
    let of = |code| only(outcomes(&exchange, 400, &invalid(code, "")));
    assert_eq!(retried(&of("NOT_FOUND")), ("NOT_FOUND", Reason::Missing));
    assert_eq!(retried(&of("INVALID_TIME")), ("count-too-old", Reason::Conflict));
}

#[test]
fn stock_at_a_place_that_square_does_not_have_is_told() {
    let exchange = only_exchange(&[stock("A", &[("berlin", 1), ("munich", 4)])]);
    assert_eq!(json_of(&exchange)["changes"].as_array().unwrap().len(), 1);
    let outcome = only(outcomes(&exchange, 200, &json!({"counts": [{"catalog_object_id": "V-A"}]})));
    assert_eq!(warned(&outcome), ["unknown-location"]);
    let nowhere = prepared(&[stock("A", &[("munich", 4)])]);
    assert_eq!(nowhere.rejections[0].problems[0].reason, Reason::Settings);
}

#[test]
fn listed_without_stock_is_still_remembered() {
    let item = thing("MUG").with(field("inventory"), levels(&[("berlin", 3)]));
    let update = only_exchange(&[listed(upsert(item))]);
    let count = further(&update, 200, &taken(&update, 2));
    let outcome =
        only(outcomes(&count, 400, &invalid("INVALID_VALUE", "changes[0].physical_count.location_id")));
    assert_eq!(rejected(&outcome), [("INVALID_VALUE", Some(field("inventory")))]);
    assert_eq!(outcome.remote_id.as_deref(), Some("V-MUG"));
    assert!(outcome.note.unwrap().contains(r#""version":2"#));
}

#[test]
fn what_square_would_refuse_is_rejected_by_field() {
    let bad = thing("MUG")
        .with(field("name"), Value::text("  "))
        .with(field("upc"), Value::text("4006381333930"))
        .with(field("price_money"), Value::money(wharf_sdk::Decimal::new(1, -3), "EUR"));
    let preparation = prepared(&[upsert(bad), upsert(thing("CUP"))]);
    assert_eq!(preparation.exchanges.len(), 1);
    let problems = &only(preparation.rejections).problems;
    let found: Vec<_> = problems.iter().map(|problem| (problem.code.as_str(), problem.field)).collect();
    let expected = [
        ("empty", Some(field("name"))),
        ("invalid-gtin", Some(field("upc"))),
        ("inexact-price", Some(field("price_money"))),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_product_waits_for_a_listed_variant_but_not_for_a_new_one() {
    let bad = || shirt("M").with(field("upc"), Value::text("1"));
    let new = prepared(&[listed(upsert(shirt("S"))), upsert(bad())]);
    assert_eq!((new.exchanges.len(), new.rejections.len()), (1, 1));
    let listed_one = prepared(&[listed(upsert(shirt("S"))), listed(upsert(bad()))]);
    assert_eq!((listed_one.exchanges.len(), listed_one.rejections.len()), (0, 2));
    assert_eq!(listed_one.rejections[1].problems[0].code, "group-waits");
}

#[test]
fn content_of_half_a_product_is_never_written() {
    let price = wharf_sdk::testing::Item::new("M").group("SHIRT").with(field("price_money"), euros(1));
    let preparation = prepared(&[listed(upsert(shirt("S"))), listed(operation(Action::Price, price))]);
    assert_eq!(preparation.exchanges.len(), 1, "the price can go");
    assert_eq!(only(preparation.rejections).problems[0].code, "group-not-whole");
}

#[test]
fn what_the_variants_say_differently_is_told() {
    let s = shirt("S").with(field("description_html"), Value::text("<p>Soft <blink>now</blink></p>"));
    let m = shirt("M").with(field("name"), Value::text("Chemise"));
    let exchange = only_exchange(&[listed(upsert(m)), listed(upsert(s))]);
    let outcomes = outcomes(&exchange, 200, &taken(&exchange, 2));
    assert_eq!(json_of(&exchange)["batches"][0]["objects"][0]["item_data"]["name"], "Chemise");
    assert_eq!(warned(&outcomes[0]), Vec::<&str>::new());
    assert_eq!(warned(&outcomes[1]), ["name-differs", "description-differs", "markup-dropped"]);
}

#[test]
fn a_description_is_brought_to_the_markup_that_square_takes() {
    let html = "<section><h1 class=\"big\">Oak</h1><table><tr><td>120 cm</td></tr></table><p>&amp; more";
    let described =
        |html: &str| listed(upsert(thing("MUG").with(field("description_html"), Value::text(html))));
    let exchange = only_exchange(&[described(html)]);
    let sent = &json_of(&exchange)["batches"][0]["objects"][0]["item_data"]["description_html"];
    assert_eq!(sent, "<h1>Oak</h1>120 cm<p>&amp; more</p>");
    let outcome = only(outcomes(&exchange, 200, &taken(&exchange, 2)));
    assert_eq!(warned(&outcome), ["markup-dropped"]);
    let long = format!("<p>{}</p>", "ä ".repeat(40_000));
    let exchange = only_exchange(&[described(&long)]);
    let sent = &json_of(&exchange)["batches"][0]["objects"][0]["item_data"]["description_html"];
    assert_eq!(sent.as_str().unwrap().chars().count(), 65_534);
    assert_eq!(warned(&only(outcomes(&exchange, 200, &taken(&exchange, 2)))), ["shortened"]);
}

#[test]
fn the_same_work_has_the_same_bytes_and_another_try_another_key() {
    let once = listed(upsert(thing("MUG")));
    let key = |operation: Operation| json_of(&only_exchange(&[operation]))["idempotency_key"].clone();
    let work = [once.clone(), listed(upsert(shirt("S")))];
    assert_eq!(exchanges(&work), exchanges(&work));
    let backwards = [work[1].clone(), work[0].clone()];
    assert_eq!(only_exchange(&work).request, only_exchange(&backwards).request);
    assert_ne!(key(once.clone()), key(again(once.clone())));
    assert_ne!(key(once.clone()), key(Operation { revision: 8, ..once }));
}

#[test]
fn nonsense_is_never_success() {
    let mug = || thing("MUG").with(field("inventory"), levels(&[("berlin", 3)]));
    let update = only_exchange(&[listed(upsert(mug()))]);
    let chain = [
        only_exchange(&[upsert(mug())]),
        further(&update, 200, &taken(&update, 2)),
        update.clone(),
        only_exchange(&[listed(operation(Action::Price, thing("MUG")))]),
        only_exchange(&[stock("A", &[("berlin", 1)])]),
        only_exchange(&[listed(operation(Action::Delete, thing("MUG")))]),
    ];
    for exchange in &chain {
        for (status, body) in
            [(200, "<html>"), (200, ""), (200, "[]"), (400, "<html>"), (302, ""), (500, "{")]
        {
            let settlement = answered(exchange, Response { status, headers: vec![], body: body.into() });
            assert!(settlement.further.is_empty(), "{} {status} {body}", exchange.request.target);
            retried(&settlement.outcomes[0]);
        }
        let mut lost = exchange.clone();
        lost.memo = b"not a memo".to_vec();
        assert_eq!(retried(&only(outcomes(&lost, 200, &json!({})))).0, "unreadable-answer");
    }
    assert_eq!(retried(&only(outcomes(&update, 200, &json!({})))), ("no-outcome", Reason::Contract));
}

#[test]
fn errors_say_whose_turn_it_is() {
    let update = only_exchange(&[listed(upsert(thing("MUG")))]);
    for (category, code, reason) in [
        ("AUTHENTICATION_ERROR", "ACCESS_TOKEN_REVOKED", Reason::Credentials),
        ("AUTHENTICATION_ERROR", "INSUFFICIENT_SCOPES", Reason::Permission),
        ("RATE_LIMIT_ERROR", "RATE_LIMITED", Reason::Budget),
        ("API_ERROR", "INTERNAL_SERVER_ERROR", Reason::Outage),
        ("INVALID_REQUEST_ERROR", "IDEMPOTENCY_KEY_REUSED", Reason::Conflict),
        ("NEW_CATEGORY", "WHATEVER", Reason::Contract),
    ] {
        assert_eq!(retried(&only(outcomes(&update, 400, &error(category, code, "")))), (code, reason));
    }
}
