//! Operations into requests for the Merchant API, and its answers into verdicts.

use google_merchant::GoogleMerchant;
use serde_json::{Value as Json, json};
use wharf_sdk::{
    Action, Body, BudgetScope, Connector, Context, Decimal, Exchange, Method, Outcome, Preparation, Problem,
    Publisher, Reason, Severity, Verdict,
    testing::{self, Batch, Item, Operation, Value, context, euros, only, response, settled},
};

fn plain() -> Context {
    context(json!({"account": "123", "data_source": "456"}))
}

fn field(name: &str) -> u32 {
    testing::field::<GoogleMerchant>(name)
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn images(count: usize) -> Value {
    Value::images((1..=count).map(|number| format!("https://shop.example/{number}.jpg")))
}

fn item(values: Vec<(&str, Value)>) -> Item {
    values.into_iter().fold(Item::new("OAK/1"), |item, (name, value)| item.with(field(name), value))
}

fn table() -> Vec<(&'static str, Value)> {
    vec![
        ("title", text("Oak table")),
        ("description", text("<p>Solid <b>oak</b></p>")),
        ("link", text("https://shop.example/oak")),
        ("imageLinks", images(3)),
        ("availability", Value::Quantity(4)),
        ("price", euros(12_990)),
        ("gtins", text("4006381333931")),
        ("productTypes", Value::texts(["Home > Tables"])),
        ("condition", text("NEW")),
    ]
}

fn operation(action: Action, item: Item) -> Operation {
    Operation { revision: 7, ..Operation::new(action, item) }
}

fn prepared(context: &Context, operations: &[Operation]) -> Preparation {
    GoogleMerchant::prepare(context, Batch::of_operations(operations).operations())
}

fn only_exchange(context: &Context, operation: Operation) -> Exchange {
    let preparation = prepared(context, &[operation]);
    assert_eq!(preparation.rejections, []);
    assert_eq!(preparation.exchanges.len(), 1);
    let exchange = preparation.exchanges.into_iter().next().unwrap();
    assert_eq!(exchange.covers, [0]);
    exchange
}

fn only_rejection(values: Vec<(&str, Value)>) -> Vec<Problem> {
    let preparation = prepared(&plain(), &[operation(Action::Upsert, item(values))]);
    assert_eq!(preparation.exchanges, []);
    preparation.rejections.into_iter().next().unwrap().problems
}

fn body(exchange: &Exchange) -> Json {
    let Body::Bytes(bytes) = &exchange.request.body else { panic!("no bytes in {exchange:?}") };
    serde_json::from_slice(bytes).unwrap()
}

fn outcome(context: &Context, exchange: &Exchange, status: u16, body: &str) -> Outcome {
    only(settled::<GoogleMerchant>(context, exchange, response(status, body)).outcomes)
}

fn settle(context: &Context, exchange: &Exchange, status: u16, body: &str) -> Verdict {
    outcome(context, exchange, status, body).verdict
}

fn upserted(status: u16, body: &str) -> Verdict {
    settle(&plain(), &only_exchange(&plain(), operation(Action::Upsert, item(table()))), status, body)
}

fn retried(verdict: Verdict) -> (String, Reason) {
    let Verdict::Retry(postponement) = verdict else { panic!("not retried: {verdict:?}") };
    (postponement.problem.code, postponement.problem.reason)
}

fn because(code: &str, reason: Reason) -> (String, Reason) {
    (code.to_owned(), reason)
}

#[test]
fn an_upsert_inserts_the_whole_product() {
    let exchange = only_exchange(&plain(), operation(Action::Upsert, item(table()).group("OAK")));
    assert_eq!(exchange.request.method, Method::Post);
    assert_eq!(
        exchange.request.target,
        "/products/v1/accounts/123/productInputs:insert?dataSource=accounts/123/dataSources/456"
    );
    assert_eq!(
        body(&exchange),
        json!({
            "offerId": "OAK/1",
            "contentLanguage": "de",
            "feedLabel": "DE",
            "productAttributes": {
                "itemGroupId": "OAK",
                "title": "Oak table",
                "description": "Solid oak",
                "link": "https://shop.example/oak",
                "imageLink": "https://shop.example/1.jpg",
                "additionalImageLinks": ["https://shop.example/2.jpg", "https://shop.example/3.jpg"],
                "availability": "IN_STOCK",
                "price": {"amountMicros": "129900000", "currencyCode": "EUR"},
                "gtins": ["4006381333931"],
                "productTypes": ["Home > Tables"],
                "condition": "NEW"
            }
        })
    );
}

#[test]
fn stock_travels_alone() {
    let item = item(vec![("availability", Value::Quantity(0))]);
    let exchange = only_exchange(&plain(), operation(Action::Stock, item));
    assert_eq!(exchange.request.method, Method::Patch);
    assert_eq!(
        exchange.request.target,
        "/products/v1/accounts/123/productInputs/ZGV-REV-T0FLLzE?dataSource=accounts/123/dataSources/456\
         &updateMask=productAttributes.availability"
    );
    assert_eq!(body(&exchange), json!({"productAttributes": {"availability": "OUT_OF_STOCK"}}));
}

#[test]
fn a_price_without_a_sale_ends_the_sale() {
    let exchange = only_exchange(&plain(), operation(Action::Price, item(vec![("price", euros(990))])));
    assert!(
        exchange.request.target.ends_with("&updateMask=productAttributes.price,productAttributes.salePrice")
    );
    let price = json!({"amountMicros": "9900000", "currencyCode": "EUR"});
    assert_eq!(body(&exchange), json!({"productAttributes": {"price": price}}));
}

#[test]
fn an_update_that_would_clear_the_price_is_not_sent() {
    for action in [Action::Price, Action::Stock] {
        let preparation = prepared(&plain(), &[operation(action, item(vec![]))]);
        assert_eq!(preparation.exchanges, []);
        assert_eq!(preparation.rejections[0].problems[0].code, "missing");
    }
}

#[test]
fn a_delete_names_the_product_as_google_did() {
    let renamed = "accounts/123/productInputs/en~US~OAK/1";
    let encoded = "accounts/123/productInputs/ZGV-REV-T0FLLzE";
    for (remote_id, name) in [(renamed, "ZW5-VVN-T0FLLzE"), (encoded, "ZGV-REV-T0FLLzE")] {
        let deletion = operation(Action::Delete, item(vec![]));
        let exchange = only_exchange(&plain(), Operation { remote_id: Some(remote_id.into()), ..deletion });
        assert_eq!((exchange.request.method, exchange.request.body), (Method::Delete, Body::None));
        let expected =
            format!("/products/v1/accounts/123/productInputs/{name}?dataSource=accounts/123/dataSources/456");
        assert_eq!(exchange.request.target, expected);
    }
}

#[test]
fn the_version_is_sent_only_when_asked_for() {
    let settings = json!({"account": "1", "data_source": "2", "versioned": true, "feed_label": "EU", "content_language": "en"});
    let versioned = body(&only_exchange(&context(&settings), operation(Action::Upsert, item(table()))));
    assert_eq!(versioned["versionNumber"], "7");
    assert_eq!((&versioned["feedLabel"], &versioned["contentLanguage"]), (&json!("EU"), &json!("en")));
    let unversioned = body(&only_exchange(&plain(), operation(Action::Upsert, item(table()))));
    assert_eq!(unversioned.get("versionNumber"), None);
}

#[test]
fn what_google_would_refuse_is_rejected_by_field() {
    let mut values = table();
    values.retain(|(name, _)| !["description", "price", "gtins"].contains(name));
    values.extend([
        ("description", text("<p></p>")),
        ("price", Value::money(Decimal::new(1, -7), "EUR")),
        ("gtins", text("4006381333930")),
    ]);
    let problems = only_rejection(values);
    let found: Vec<_> = problems.iter().map(|problem| (problem.code.as_str(), problem.field)).collect();
    let expected = [
        ("empty", Some(field("description"))),
        ("inexact-price", Some(field("price"))),
        ("invalid-gtin", Some(field("gtins"))),
    ];
    assert_eq!(found, expected);
    assert!(problems[2].message.contains("it should be 1"), "{}", problems[2].message);
}

#[test]
fn one_bad_item_does_not_stop_the_others() {
    let bad = item(vec![("gtins", text("12"))]);
    let operations = [
        operation(Action::Upsert, item(table())),
        operation(Action::Upsert, bad),
        operation(Action::Delete, item(vec![])),
    ];
    let preparation = prepared(&plain(), &operations);
    let covers: Vec<_> = preparation.exchanges.iter().map(|exchange| exchange.covers.clone()).collect();
    assert_eq!(covers, [[0], [2]]);
    assert_eq!(preparation.rejections[0].index, 1);
}

#[test]
fn an_accepted_item_says_what_was_left_out() {
    let mut values = table();
    values.retain(|(name, _)| !["description", "imageLinks", "gtins"].contains(name));
    let long = "word ".repeat(2_000);
    values.extend([
        ("description", text(&long)),
        ("imageLinks", images(12)),
        ("gtins", text("2000000000008")),
    ]);
    let exchange = only_exchange(&plain(), operation(Action::Upsert, item(values)));
    let attributes = &body(&exchange)["productAttributes"];
    assert_eq!(attributes["description"].as_str().unwrap().len(), 4_999);
    assert_eq!(attributes["additionalImageLinks"].as_array().unwrap().len(), 10);
    assert_eq!(attributes.get("gtins"), None);

    let answer = r#"{"name":"accounts/123/productInputs/de~DE~OAK","offerId":"OAK"}"#;
    let outcome = outcome(&plain(), &exchange, 200, answer);
    assert_eq!(outcome.remote_id.as_deref(), Some("accounts/123/productInputs/de~DE~OAK"));
    let Verdict::Accepted(warnings) = outcome.verdict else { panic!("not accepted") };
    let codes: Vec<_> = warnings.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["shortened", "restricted-gtin", "too-many-images"]);
    assert!(warnings.iter().all(|problem| problem.severity == Severity::Warning));
}

#[test]
fn a_refusal_names_googles_code_and_the_field() {
    let answer = json!({"error": {
        "code": 400, "message": "[productAttributes.gtins] Invalid GTIN", "status": "INVALID_ARGUMENT",
        "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "invalidValue", "domain": "x"},
            {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [
                {"field": "productAttributes.gtins", "description": "Invalid GTIN"}
            ]}
        ]
    }});
    let Verdict::Rejected(problems) = upserted(400, &answer.to_string()) else { panic!("not rejected") };
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].code.as_str(), problems[0].field), ("invalidValue", Some(field("gtins"))));

    let bare = r#"{"error":{"code":400,"message":"Bad","status":"INVALID_ARGUMENT"}}"#;
    let Verdict::Rejected(problems) = upserted(400, bare) else { panic!("not rejected") };
    assert_eq!((problems[0].code.as_str(), problems[0].message.as_str()), ("INVALID_ARGUMENT", "Bad"));
}

#[test]
fn what_passes_is_retried() {
    for (status, body, code, reason) in [
        (401, "{}", "unauthorized", Reason::Credentials),
        (403, r#"{"error":{"message":"No access"}}"#, "forbidden", Reason::Permission),
        (409, r#"{"error":{"status":"ABORTED"}}"#, "conflict", Reason::Conflict),
        (404, r#"{"error":{"message":"No such data source"}}"#, "not-found", Reason::Settings),
        (429, "", "throttled", Reason::Budget),
        (503, "", "unavailable", Reason::Outage),
        (302, "", "unexpected-status", Reason::Contract),
    ] {
        assert_eq!(retried(upserted(status, body)), because(code, reason), "{status}");
    }
}

#[test]
fn an_answer_that_is_not_googles_is_never_success() {
    for body in ["<html>Welcome</html>", "", "{}", "[]", r#"{"name":5}"#, r#"{"name":"accounts"#] {
        assert_eq!(retried(upserted(200, body)), because("unreadable-answer", Reason::Contract), "{body}");
    }
    let refused = upserted(400, "<html>Bad request</html>");
    assert_eq!(retried(refused), because("unreadable-answer", Reason::Contract));
}

#[test]
fn a_product_that_is_gone_is_deleted_but_cannot_be_updated() {
    let missing = r#"{"error":{"code":404,"message":"item not found","status":"NOT_FOUND"}}"#;
    let deletion = only_exchange(&plain(), operation(Action::Delete, item(vec![])));
    assert_eq!(settle(&plain(), &deletion, 404, missing), Verdict::accepted());
    assert_eq!(settle(&plain(), &deletion, 200, "{}"), Verdict::accepted());
    let values = vec![("availability", Value::Quantity(1))];
    let update = only_exchange(&plain(), operation(Action::Stock, item(values)));
    assert_eq!(retried(settle(&plain(), &update, 404, missing)), because("not-found", Reason::Missing));
}

#[test]
fn a_version_that_google_overtook_is_not_repeated_for_ever() {
    let context = context(json!({"account": "1", "data_source": "2", "versioned": true}));
    let exchange = only_exchange(&context, operation(Action::Upsert, item(table())));
    let verdict =
        settle(&context, &exchange, 409, r#"{"error":{"code":409,"status":"ABORTED","message":"old"}}"#);
    let Verdict::Rejected(problems) = verdict else { panic!("not rejected") };
    assert_eq!((problems[0].code.as_str(), problems[0].reason), ("newer-version", Reason::Conflict));
}

#[test]
fn settings_that_cannot_be_read_reject_every_operation() {
    let unreadable = context(json!({}));
    let preparation = prepared(&unreadable, &vec![operation(Action::Upsert, item(table())); 2]);
    let problems: Vec<_> = preparation.rejections.iter().map(|rejection| &rejection.problems[0]).collect();
    assert_eq!(problems.len(), 2);
    let told = |problem: &&Problem| problem.code == "invalid-settings" && problem.reason == Reason::Settings;
    assert!(problems.iter().all(told), "{problems:?}");
    assert_eq!(GoogleMerchant::probe(&unreadable), None);
}

#[test]
fn the_probe_reads_the_data_source_that_products_go_to() {
    let request = GoogleMerchant::probe(&plain()).unwrap();
    assert_eq!(request.method, Method::Get);
    assert_eq!(request.target, "/datasources/v1/accounts/123/dataSources/456");
    let probed = |status, body: &str| -> Vec<(String, Reason)> {
        let problems = GoogleMerchant::probed(&plain(), &response(status, body)).into_iter();
        problems.map(|problem| (problem.code, problem.reason)).collect()
    };
    assert_eq!(probed(200, r#"{"name":"accounts/123/dataSources/456","input":"API"}"#), []);
    assert_eq!(probed(200, r#"{"input":"FILE"}"#), [because("wrong-data-source", Reason::Settings)]);
    assert_eq!(probed(200, "<html>"), [because("unreadable-answer", Reason::Contract)]);
    assert_eq!(probed(403, "{}"), [because("forbidden", Reason::Permission)]);
    assert_eq!(probed(404, "{}"), [because("not-found", Reason::Settings)]);
}

/// The endpoint says so for all requests, so that none carries the header itself.
#[test]
fn bodies_are_json_by_declaration() {
    let endpoints = GoogleMerchant::describe().endpoints;
    assert_eq!(endpoints[0].headers, [("content-type".into(), "application/json".into())]);
    let exchange = only_exchange(&plain(), operation(Action::Upsert, item(table())));
    assert_eq!(exchange.request.headers, []);
}

#[test]
fn a_product_is_inserted_twice_a_day_at_most() {
    let [budget] = GoogleMerchant::describe().budgets.try_into().unwrap();
    assert_eq!((budget.scope, budget.units, budget.per_seconds), (BudgetScope::Listing, 2, 86_400));
    let insert = only_exchange(&plain(), operation(Action::Upsert, item(table()))).request;
    let stock = item(vec![("availability", Value::Quantity(1))]);
    let update = only_exchange(&plain(), operation(Action::Stock, stock)).request;
    let [rule] = budget.counts.try_into().unwrap();
    let counts = |request: &wharf_sdk::Request| {
        rule.endpoint == request.endpoint
            && rule.methods.contains(&request.method)
            && request.target.starts_with(&rule.path)
    };
    assert!(counts(&insert) && !counts(&update));
}

#[test]
fn the_settings_schema_is_json() {
    let schema: Json = serde_json::from_str(&GoogleMerchant::describe().settings_schema).unwrap();
    assert_eq!(schema["required"], json!(["account", "data_source"]));
}
