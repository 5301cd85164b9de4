//! Operations into requests for single listings, and Amazon's answers into verdicts.

mod support;

use amazon::Amazon;
use serde_json::{Value as Json, json};
use support::*;
use wharf_sdk::{
    Action, Connector, Context, Decimal, Exchange, Method, Reason, Severity, Verdict, testing::Value,
};

fn submission(status: &str, issues: &Json) -> String {
    json!({"sku": "BAG-1", "status": status, "submissionId": "f1dc2914", "issues": issues}).to_string()
}

fn single(context: &Context, status: u16, body: &str) -> Verdict {
    verdict(context, &only_exchange(context, &[upsert()]), status, body)
}

fn patched(context: &Context, exchange: &Exchange) -> (Json, Json) {
    let _ = context;
    let patch = &body(exchange)["patches"][0];
    assert_eq!(patch["op"], "replace");
    (patch["path"].clone(), patch["value"].clone())
}

#[test]
fn an_upsert_puts_all_attributes_in_amazons_form() {
    let exchange = only_exchange(&plain(), &[upsert()]);
    assert_eq!(exchange.request.method, Method::Put);
    assert_eq!(
        exchange.request.target,
        "/listings/2021-08-01/items/A1SELLER/BAG-1?marketplaceIds=A1PA6795UKMFR9&issueLocale=de_DE"
    );
    let localized = |text: &str| json!([{"value": text, "language_tag": "de_DE", "marketplace_id": GERMANY}]);
    let image = |number: u32| json!([{"media_location": format!("https://shop.example/{number}.jpg"), "marketplace_id": GERMANY}]);
    let expected = json!({
        "productType": "SUITCASE",
        "requirements": "LISTING",
        "attributes": {
            "item_name": localized("Bära Rucksack 24 L"),
            "brand": localized("Bära"),
            "product_description": localized("Leicht & dicht"),
            "bullet_point": [
                {"value": "Wasserdicht", "language_tag": "de_DE", "marketplace_id": GERMANY},
                {"value": "24 Liter", "language_tag": "de_DE", "marketplace_id": GERMANY}
            ],
            "externally_assigned_product_identifier":
                [{"type": "ean", "value": "4006381333931", "marketplace_id": GERMANY}],
            "condition_type": [{"value": "new_new", "marketplace_id": GERMANY}],
            "country_of_origin": [{"value": "SE", "marketplace_id": GERMANY}],
            "color": localized("Ocker"),
            "item_weight": [{"value": 0.85, "unit": "kilograms", "marketplace_id": GERMANY}],
            "batteries_required": [{"value": false, "marketplace_id": GERMANY}],
            "supplier_declared_dg_hz_regulation": [{"value": "not_applicable", "marketplace_id": GERMANY}],
            "main_product_image_locator": image(1),
            "other_product_image_locator_1": image(2),
            "other_product_image_locator_2": image(3),
            "purchasable_offer": [{
                "audience": "ALL", "currency": "EUR", "marketplace_id": GERMANY,
                "our_price": [{"schedule": [{"value_with_tax": 119.00}]}]
            }],
            "fulfillment_availability": [{"fulfillment_channel_code": "DEFAULT", "quantity": 4}]
        }
    });
    assert_eq!(body(&exchange), expected);
}

#[test]
fn price_and_stock_travel_alone() {
    let exchange = only_exchange(&plain(), &[stock()]);
    assert_eq!(exchange.request.method, Method::Patch);
    let value = json!([{"fulfillment_channel_code": "DEFAULT", "quantity": 3}]);
    assert_eq!(patched(&plain(), &exchange), (json!("/attributes/fulfillment_availability"), value));

    let exchange = only_exchange(&plain(), &[price()]);
    let value = json!([{
        "audience": "ALL", "currency": "EUR", "marketplace_id": GERMANY,
        "our_price": [{"schedule": [{"value_with_tax": 99.90}]}]
    }]);
    assert_eq!(patched(&plain(), &exchange), (json!("/attributes/purchasable_offer"), value));
    assert_eq!(body(&exchange)["productType"], "PRODUCT");
}

#[test]
fn a_sale_has_a_first_and_a_last_day() {
    let mut values = vec![
        ("purchasable_offer.our_price", euros(9_990)),
        ("purchasable_offer.discounted_price", euros(7_990)),
    ];
    let problems = only_rejection(&plain(), operation(Action::Price, item(values.clone())));
    let fields: Vec<_> = problems.iter().map(|problem| problem.field.unwrap()).collect();
    let days = ["start_at", "end_at"].map(|day| format!("purchasable_offer.discounted_price.{day}"));
    assert_eq!(fields, days.each_ref().map(|day| field(day)));
    values.extend([(days[0].as_str(), text("2026-11-27")), (days[1].as_str(), text("2026-11-30"))]);
    let exchange = only_exchange(&plain(), &[operation(Action::Price, item(values))]);
    let (_, value) = patched(&plain(), &exchange);
    let schedule = json!([{"value_with_tax": 79.90, "start_at": "2026-11-27", "end_at": "2026-11-30"}]);
    assert_eq!(value[0]["discounted_price"], json!([{"schedule": schedule}]));
}

#[test]
fn an_item_without_its_offer_leaves_the_offer_alone_and_deletes_what_is_empty_now() {
    let first = only_exchange(&plain(), &[upsert()]);
    let settlement = settled(&plain(), &first, 200, &submission("ACCEPTED", &json!([])));
    let note = settlement.outcomes[0].note.clone();
    assert!(note.is_some());

    let mut values = content();
    values.retain(|(name, _)| *name != "color");
    let mut change = operation(Action::Upsert, item(values));
    change.note = note;
    let exchange = only_exchange(&plain(), &[change]);
    assert_eq!(exchange.request.method, Method::Patch);
    let body = body(&exchange);
    let patches = body["patches"].as_array().unwrap();
    let paths: Vec<_> = patches.iter().map(|patch| patch["path"].as_str().unwrap()).collect();
    assert!(paths.contains(&"/attributes/item_name"));
    assert!(!paths.contains(&"/attributes/purchasable_offer"), "{paths:?}");
    let selector = json!([{"language_tag": "de_DE", "marketplace_id": GERMANY}]);
    let deletions: Vec<_> = patches.iter().filter(|patch| patch["op"] == "delete").collect();
    assert_eq!(deletions, [&json!({"op": "delete", "path": "/attributes/color", "value": selector})]);
    assert_eq!(body["productType"], "SUITCASE");
}

#[test]
fn every_marketplace_gets_its_own_entries() {
    let context = with(&json!({"marketplaces": [GERMANY, IRELAND]}));
    let exchange = only_exchange(&context, &[price()]);
    assert!(exchange.request.target.contains(&format!("?marketplaceIds={GERMANY},{IRELAND}&")));
    let (_, value) = patched(&context, &exchange);
    let marketplaces: Vec<_> =
        value.as_array().unwrap().iter().map(|entry| &entry["marketplace_id"]).collect();
    assert_eq!(marketplaces, [GERMANY, IRELAND]);
    // `PUT` and `DELETE` take one marketplace only.
    for operation in [upsert(), deletion()] {
        assert!(only_exchange(&context, &[operation]).request.target.starts_with("/feeds/"));
    }
}

#[test]
fn a_sku_that_breaks_a_path_goes_as_a_feed() {
    let mut change = price();
    change.item.sku = "BAG/1".into();
    let exchange = only_exchange(&plain(), &[change]);
    assert_eq!(document(&exchange)["messages"][0]["sku"], "BAG/1");
}

#[test]
fn amazon_counts_what_it_ships() {
    let context = with(&json!({"fulfillment_channel": "AMAZON_EU"}));
    let exchange = only_exchange(&context, &[upsert()]);
    let availability = &body(&exchange)["attributes"]["fulfillment_availability"];
    assert_eq!(*availability, json!([{"fulfillment_channel_code": "AMAZON_EU"}]));
    assert_eq!(only_rejection(&context, stock())[0].reason, Reason::Settings);
}

#[test]
fn a_variant_names_its_parent_once_parents_exist() {
    let mut variant = upsert();
    variant.item = variant.item.group("BAG").with(field("variation_theme"), text("COLOR"));
    let attributes = |more: Json| {
        let exchange = only_exchange(&with(&more), std::slice::from_ref(&variant));
        (body(&exchange)["attributes"].clone(), exchange)
    };
    let (child, _) = attributes(json!({"variations": true}));
    assert_eq!(child["variation_theme"], json!([{"name": "COLOR"}]));
    assert_eq!(child["parentage_level"][0]["value"], "child");
    assert_eq!(child["child_parent_sku_relationship"][0]["parent_sku"], "BAG");

    let (alone, exchange) = attributes(json!({}));
    assert!(alone.get("parentage_level").is_none() && alone.get("variation_theme").is_none());
    let Verdict::Accepted(warnings) = verdict(&plain(), &exchange, 200, &submission("ACCEPTED", &json!([])))
    else {
        panic!("not accepted")
    };
    assert_eq!(warnings[0].code, "variation-left-out");
}

#[test]
fn what_amazon_would_refuse_is_rejected_by_field() {
    let mut values = backpack();
    values.retain(|(name, _)| {
        !["product_description", "item_weight"].contains(name) && !name.contains("price")
    });
    values.extend([
        ("product_description", text("<p></p>")),
        ("item_weight", Value::measure(Decimal::new(1, 0), "st")),
        ("purchasable_offer.our_price", Value::money(Decimal::new(1_001, -3), "EUR")),
    ]);
    values.retain(|(name, _)| *name != "externally_assigned_product_identifier");
    values.push(("externally_assigned_product_identifier", text("4006381333930")));
    let problems = only_rejection(&plain(), operation(Action::Upsert, item(values)));
    let found: Vec<_> = problems.iter().map(|problem| (problem.code.as_str(), problem.field)).collect();
    let expected = [
        ("empty", Some(field("product_description"))),
        ("invalid-gtin", Some(field("externally_assigned_product_identifier"))),
        ("unknown-unit", Some(field("item_weight"))),
        ("inexact-price", Some(field("purchasable_offer.our_price"))),
    ];
    assert_eq!(found, expected);
}

#[test]
fn an_accepted_item_says_what_was_left_out() {
    let mut values = backpack();
    let replaced =
        ["product_description", "externally_assigned_product_identifier", "main_product_image_locator"];
    values.retain(|(name, _)| !replaced.contains(name));
    let long = "wort ".repeat(500);
    values.extend([
        ("product_description", text(&long)),
        ("externally_assigned_product_identifier", text("2000000000008")),
        ("main_product_image_locator", images(10)),
        ("item_package_dimensions.length", Value::measure(Decimal::new(30, 0), "cm")),
    ]);
    let exchange = only_exchange(&plain(), &[operation(Action::Upsert, item(values))]);
    let attributes = &body(&exchange)["attributes"];
    assert!(attributes.get("externally_assigned_product_identifier").is_none());
    assert!(attributes.get("item_package_dimensions").is_none());
    let issue =
        json!([{"code": "18448", "message": "Add a theme.", "severity": "WARNING", "categories": []}]);
    let Verdict::Accepted(warnings) = verdict(&plain(), &exchange, 200, &submission("ACCEPTED", &issue))
    else {
        panic!("not accepted")
    };
    let codes: Vec<_> = warnings.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["18448", "shortened", "restricted-gtin", "too-many-images", "dimensions-left-out"]);
    assert!(warnings.iter().all(|problem| problem.severity == Severity::Warning));
}

#[test]
fn an_invalid_item_is_rejected_by_amazons_code_and_field() {
    let issues = json!([
        {"code": "90220", "message": "'brand' is required but not supplied.", "severity": "ERROR",
         "attributeNames": ["brand"], "categories": ["MISSING_ATTRIBUTE"]},
        {"code": "18299", "message": "You need approval.", "severity": "ERROR",
         "attributeNames": ["unheard_of"], "categories": ["QUALIFICATION_REQUIRED"]}
    ]);
    let expected =
        [("90220".into(), Reason::Data, Some(field("brand"))), ("18299".into(), Reason::Policy, None)];
    assert_eq!(rejected(single(&plain(), 200, &submission("INVALID", &issues))), expected);
    assert_eq!(rejected(single(&plain(), 200, &submission("INVALID", &json!([]))))[0].0, "invalid");
}

#[test]
fn amazons_own_internal_error_is_tried_again() {
    let issues = json!([{"code": "4000000", "message": "An internal error has occurred. Try again.",
                         "severity": "ERROR", "categories": []}]);
    let retried = retried(single(&plain(), 200, &submission("INVALID", &issues)));
    assert_eq!(retried, because("4000000", Reason::Outage));
}

#[test]
fn a_preview_never_counts_as_listed() {
    let context = with(&json!({"validation_preview": true, "feed_from": 1}));
    for operation in [upsert(), price(), stock()] {
        let exchange = only_exchange(&context, &[operation]);
        assert!(exchange.request.target.ends_with("&mode=VALIDATION_PREVIEW"), "{}", exchange.request.target);
        let verdict = |status| verdict(&context, &exchange, 200, &submission(status, &json!([])));
        assert_eq!(rejected(verdict("VALID")), [("previewed".into(), Reason::Settings, None)]);
        assert_eq!(rejected(verdict("INVALID"))[0].1, Reason::Data);
        // It was not to be carried out.
        assert_eq!(retried(verdict("ACCEPTED")).1, Reason::Contract);
    }
    assert_eq!(only_rejection(&context, deletion())[0].code, "not-previewed");
}

#[test]
fn what_passes_is_retried() {
    let error =
        |code: &str, message: &str| json!({"errors": [{"code": code, "message": message}]}).to_string();
    for (status, body, reason) in [
        (401, String::new(), Reason::Credentials),
        (403, error("Unauthorized", "Access to requested resource is denied."), Reason::Permission),
        (403, error("Unauthorized", "The access token you provided has expired."), Reason::Credentials),
        (429, error("QuotaExceeded", "You exceeded your quota."), Reason::Budget),
        (400, error("QuotaExceeded", "You exceeded your quota."), Reason::Budget),
        (400, error("InvalidInput", "Invalid 'marketplaceIds' provided."), Reason::Settings),
        (500, error("InternalFailure", "Sorry."), Reason::Outage),
        (503, String::new(), Reason::Outage),
        (404, error("NOT_FOUND", "No seller."), Reason::Settings),
        (302, String::new(), Reason::Contract),
        (400, "<html>Bad request</html>".into(), Reason::Contract),
    ] {
        assert_eq!(retried(single(&plain(), status, &body)).1, reason, "{status} {body}");
    }
}

#[test]
fn a_price_of_a_listing_that_is_not_there_asks_for_the_whole_item() {
    let missing = json!({"errors": [{"code": "NOT_FOUND", "message": "SKU not found"}]}).to_string();
    for operation in [price(), stock()] {
        let exchange = only_exchange(&plain(), &[operation]);
        assert_eq!(
            retried(verdict(&plain(), &exchange, 404, &missing)),
            because("NOT_FOUND", Reason::Missing)
        );
    }
    let exchange = only_exchange(&plain(), &[deletion()]);
    assert_eq!(exchange.request.method, Method::Delete);
    assert_eq!(verdict(&plain(), &exchange, 404, &missing), Verdict::accepted());
    assert_eq!(verdict(&plain(), &exchange, 200, &submission("ACCEPTED", &json!([]))), Verdict::accepted());
}

#[test]
fn an_answer_that_is_not_amazons_is_never_success() {
    for body in ["<html>Welcome</html>", "", "{}", "[]", r#"{"status":"ACCEPTED"}"#, r#"{"status":"ACCEP"#] {
        let retried = retried(single(&plain(), 200, body));
        assert_eq!(retried, because("unreadable-answer", Reason::Contract), "{body}");
    }
    assert_eq!(retried(single(&plain(), 200, &submission("QUEUED", &json!([])))).1, Reason::Contract);
}

#[test]
fn settings_that_cannot_be_read_reject_every_operation() {
    for settings in [json!({}), json!({"seller_id": "A1SELLER", "marketplaces": []})] {
        let unreadable = context(&settings);
        let preparation = prepared(&unreadable, &[upsert(), stock()]);
        assert_eq!(preparation.rejections.len(), 2);
        assert!(preparation.rejections.iter().all(|it| it.problems[0].reason == Reason::Settings));
        assert_eq!(Amazon::probe(&unreadable), None);
    }
}

#[test]
fn the_probe_knows_where_the_seller_sells() {
    let request = Amazon::probe(&plain()).unwrap();
    assert_eq!(
        (request.method, request.target.as_str()),
        (Method::Get, "/sellers/v1/marketplaceParticipations")
    );
    let entry = |id: &str, currency: &str, participating: bool, suspended: bool| {
        json!({"payload": [{
            "marketplace": {"id": id, "defaultCurrencyCode": currency},
            "participation": {"isParticipating": participating, "hasSuspendedListings": suspended}
        }]})
        .to_string()
    };
    let probed = |status, body: &str| -> Vec<(String, Reason)> {
        let problems = Amazon::probed(&plain(), &response(status, body)).into_iter();
        problems.map(|problem| (problem.code, problem.reason)).collect()
    };
    assert_eq!(probed(200, &entry(GERMANY, "EUR", true, false)), []);
    assert_eq!(probed(200, &entry(GERMANY, "EUR", true, true)), [because("suspended", Reason::Policy)]);
    assert_eq!(
        probed(200, &entry(GERMANY, "EUR", false, false)),
        [because("not-participating", Reason::Settings)]
    );
    assert_eq!(
        probed(200, &entry(IRELAND, "EUR", true, false)),
        [because("not-participating", Reason::Settings)]
    );
    assert_eq!(
        probed(200, &entry(GERMANY, "SEK", true, false)),
        [because("other-currency", Reason::Settings)]
    );
    assert_eq!(probed(200, "<html>"), [because("unreadable-answer", Reason::Contract)]);
    assert_eq!(probed(403, "{}")[0].1, Reason::Permission);
}

#[test]
fn each_operation_has_amazons_own_budget() {
    let budgets = Amazon::describe().budgets;
    let of = |exchange: &Exchange| -> Vec<&str> {
        let counts = |rule: &wharf_sdk::BudgetRule| {
            rule.endpoint == exchange.request.endpoint
                && rule.methods.contains(&exchange.request.method)
                && exchange.request.target.starts_with(&rule.path)
        };
        let counting = budgets.iter().filter(|budget| budget.counts.iter().any(counts));
        counting.map(|budget| budget.name.as_str()).collect()
    };
    let found: Vec<_> = steps(&bulk(), &[upsert()]).iter().map(of).collect();
    let expected: [&[&str]; 6] = [
        &["createFeedDocument"],
        &[],
        &["createFeed", "JSON_LISTINGS_FEED"],
        &["getFeed"],
        &["getFeedDocument"],
        &[],
    ];
    assert_eq!(found, expected);
    assert_eq!(of(&only_exchange(&plain(), &[upsert()])), ["putListingsItem"]);
    assert_eq!(of(&only_exchange(&plain(), &[stock()])), ["patchListingsItem"]);
    assert_eq!(of(&only_exchange(&plain(), &[deletion()])), ["deleteListingsItem"]);
}
