//! What comes back from Square: stock and orders by stream and by webhook, and whether the settings fit.

use crate::till::*;
use serde_json::{Value as Json, json};
use square::Square;
use wharf_sdk::{
    Body, Connector, Decimal, Delivery, Fetch, Page, Placement, Position, Puller, Reason, Receipt, Receiver,
    Rest,
    inbound::{Entry, Money, Order, OrderState, StockLevel},
};

const STOCK: u32 = 0;
const ORDERS: u32 = 1;

fn first(stream: u32, since: Option<i64>) -> Fetch {
    Square::request(&context(), stream, &Position { cursor: None, since, until: NOON })
}

fn body(fetch: &Fetch) -> Json {
    let Body::Bytes(bytes) = &fetch.request.body else { panic!("no bytes in {fetch:?}") };
    serde_json::from_slice(bytes).unwrap()
}

fn page(stream: u32, fetch: &Fetch, status: u16, answer: &Json) -> Page {
    Square::digest(&context(), stream, &fetch.memo, &response(status, answer))
}

fn more(page: Page) -> Fetch {
    let Rest::More(fetch) = page.rest else { panic!("no more: {:?}", page.rest) };
    fetch
}

/// Whether a pass that has ended saw everything.
fn complete(page: &Page) -> bool {
    let Rest::End(pass) = &page.rest else { panic!("not at its end: {:?}", page.rest) };
    pass.complete
}

fn count(id: &str, location: &str, quantity: &str) -> Json {
    json!({
        "catalog_object_id": id, "catalog_object_type": "ITEM_VARIATION", "state": "IN_STOCK",
        "location_id": location, "quantity": quantity, "calculated_at": "2026-01-31T12:00:00.25Z"
    })
}

fn stock(entries: Vec<Entry>) -> Vec<(String, String, i64)> {
    let level = |entry| match entry {
        Entry::Stock(StockLevel { key, location, quantity, observed_at }) => {
            assert_eq!(observed_at, Some(NOON));
            (key.remote_id.unwrap(), location, quantity)
        }
        other => panic!("no stock: {other:?}"),
    };
    entries.into_iter().map(level).collect()
}

fn level(id: &str, place: &str, quantity: i64) -> (String, String, i64) {
    (id.into(), place.into(), quantity)
}

#[test]
fn stock_is_read_page_by_page_at_the_operators_places() {
    let start = first(STOCK, Some(NOON));
    assert_eq!(start.request.target, "/v2/inventory/counts/batch-retrieve");
    let query = json!({
        "location_ids": ["LBER", "LHAM"], "states": ["IN_STOCK"], "updated_after": "2026-01-31T12:00:00.250Z",
        "limit": 1_000
    });
    assert_eq!(body(&start), query);
    let counts = json!([count("V-1", "LBER", "3"), count("V-1", "LOTHER", "9"), count("V-2", "LHAM", "-2")]);
    let page_one = page(STOCK, &start, 200, &json!({"counts": counts, "cursor": "next"}));
    assert_eq!(stock(page_one.entries.clone()), [level("V-1", "berlin", 3), level("V-2", "hamburg", 0)]);
    let next = more(page_one);
    assert_eq!(
        (&body(&next)["cursor"], &body(&next)["updated_after"]),
        (&json!("next"), &query["updated_after"])
    );
    let last = page(STOCK, &next, 200, &json!({}));
    assert!(!complete(&last), "only what changed was read");
    assert!(complete(&page(STOCK, &first(STOCK, None), 200, &json!({"counts": []}))));
}

#[test]
fn a_count_that_cannot_be_read_costs_itself_only() {
    let sold = json!({"catalog_object_id": "V-3", "state": "SOLD", "location_id": "LBER", "quantity": "1"});
    let counts = json!([
        count("V-1", "LBER", "2.50000"), count("V-2", "LBER", "many"), {"quantity": 3}, sold, count("V-4", "LBER", "1")
    ]);
    let page = page(STOCK, &first(STOCK, None), 200, &json!({"counts": counts}));
    assert_eq!(stock(page.entries), [level("V-1", "berlin", 2), level("V-4", "berlin", 1)]);
    let codes: Vec<_> = page.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["fraction", "unreadable-entry", "unreadable-entry"]);
}

fn sale() -> Json {
    json!({
        "id": "O-1", "location_id": "LBER", "state": "COMPLETED", "ticket_name": "7",
        "created_at": "2026-01-31T11:00:00Z", "updated_at": "2026-01-31T12:00:00.250Z",
        "line_items": [{
            "uid": "L-1", "name": "Shirt", "variation_name": "S", "quantity": "2", "catalog_object_id": "V-S",
            "base_price_money": {"amount": 1990, "currency": "EUR"},
            "total_tax_money": {"amount": 635, "currency": "EUR"},
            "total_discount_money": {"amount": 0, "currency": "EUR"}
        }],
        "taxes": [{"type": "INCLUSIVE"}],
        "total_money": {"amount": 3980, "currency": "EUR"}
    })
}

fn order(order: &Json) -> Order {
    let page = page(ORDERS, &first(ORDERS, None), 200, &json!({"orders": [order]}));
    assert_eq!(page.problems, []);
    let Entry::Order(order) = only(page.entries) else { panic!("no order") };
    order
}

fn euros(cents: i64) -> Money {
    Money::new(Decimal::new(cents, -2), "EUR")
}

#[test]
fn a_sale_at_the_till_is_an_order_handed_over() {
    let order = order(&sale());
    assert_eq!(
        (order.remote_id.as_str(), order.number.as_str(), order.state),
        ("O-1", "7", OrderState::Completed)
    );
    assert_eq!((order.changed_at, order.tax_included, &order.total), (NOON, true, &euros(3_980)));
    let line = only(order.lines);
    assert_eq!((line.title.as_str(), line.listing_id.as_deref()), ("Shirt, S", Some("V-S")));
    assert_eq!((line.quantity, line.shipped, line.cancelled), (2, 2, 0));
    assert_eq!((line.unit_price, line.tax, line.discount), (euros(1_990), Some(euros(635)), None));
}

#[test]
fn an_online_order_says_who_where_and_what_has_left() {
    let mut online = sale();
    online["state"] = "OPEN".into();
    online["net_amount_due_money"] = json!({"amount": 0, "currency": "EUR"});
    online["fulfillments"] = json!([{
        "state": "COMPLETED", "line_item_application": "ENTRY_LIST",
        "entries": [{"line_item_uid": "L-1", "quantity": "1"}, {"line_item_uid": "L-2", "quantity": "5"}],
        "shipment_details": {"recipient": {"display_name": "Ada", "email_address": "ada@shop.example", "address": {
            "address_line_1": "Weg 1", "locality": "Berlin", "postal_code": "10115", "country": "DE"
        }}}
    }]);
    let order = order(&online);
    assert_eq!((order.state, order.lines[0].shipped), (OrderState::Paid, 1));
    assert_eq!(order.buyer.unwrap().email.as_deref(), Some("ada@shop.example"));
    let address = order.ship_to.unwrap();
    assert_eq!(
        (address.lines, address.city.as_str(), address.country.as_str()),
        (vec!["Weg 1".into()], "Berlin", "DE")
    );
}

#[test]
fn orders_are_read_by_time_of_change_ten_locations_a_search() {
    let locations: serde_json::Map<_, _> =
        (0..12).map(|n| (format!("p{n:02}"), json!(format!("L{n}")))).collect();
    let context = with_settings(json!({"locations": locations}));
    let position = Position { cursor: None, since: Some(NOON), until: NOON + 1 };
    let start = Square::request(&context, ORDERS, &position);
    assert_eq!(body(&start)["location_ids"].as_array().unwrap().len(), 10);
    assert_eq!(
        body(&start)["query"],
        json!({
            "filter": {
                "state_filter": {"states": ["OPEN", "COMPLETED", "CANCELED"]},
                "date_time_filter": {"updated_at": {
                    "start_at": "2026-01-31T12:00:00.250Z", "end_at": "2026-01-31T12:00:00.251Z"
                }}
            },
            "sort": {"sort_field": "UPDATED_AT", "sort_order": "ASC"}
        })
    );
    let digest =
        |fetch: &Fetch, answer: Json| Square::digest(&context, ORDERS, &fetch.memo, &response(200, &answer));
    let second = more(digest(&start, json!({"orders": [sale()], "cursor": "c"})));
    assert_eq!((&body(&second)["cursor"], &body(&second)["location_ids"][0]), (&json!("c"), &json!("L0")));
    let third = more(digest(&second, json!({})));
    assert_eq!((&body(&third)["location_ids"], body(&third).get("cursor")), (&json!(["L10", "L11"]), None));
    assert!(!complete(&digest(&third, json!({}))));
}

#[test]
fn an_order_that_cannot_be_read_is_told_and_a_return_is_none() {
    let mut weighed = sale();
    weighed["line_items"][0]["quantity"] = "1.25".into();
    let mut priceless = sale();
    priceless["line_items"][0]["base_price_money"] = Json::Null;
    let giveback = json!({"id": "O-9", "returns": [{"source_order_id": "O-1"}]});
    let answer = json!({"orders": [weighed, priceless, giveback, {"line_items": 5}]});
    let page = page(ORDERS, &first(ORDERS, None), 200, &answer);
    let Entry::Order(order) = only(page.entries) else { panic!("no order") };
    assert_eq!(order.lines[0].quantity, 2);
    let codes: Vec<_> = page.problems.iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["fraction", "unreadable-entry", "unreadable-entry"]);
}

#[test]
fn a_pass_ends_waits_or_begins_anew_as_square_says() {
    let rest = |status, answer: &Json| page(ORDERS, &first(ORDERS, None), status, answer).rest;
    assert!(matches!(rest(400, &invalid("INVALID_CURSOR", "cursor")), Rest::Restart(_)));
    assert!(matches!(rest(400, &error("RATE_LIMIT_ERROR", "RATE_LIMITED", "")), Rest::Retry(_)));
    assert!(matches!(rest(503, &json!({})), Rest::Retry(_)));
    let Rest::Failed(problem) = rest(403, &error("AUTHENTICATION_ERROR", "INSUFFICIENT_SCOPES", "")) else {
        panic!("the right is missing")
    };
    assert_eq!(problem.reason, Reason::Permission);
    for answer in ["<html>", "", "[]"] {
        let response = wharf_sdk::Response { status: 200, headers: vec![], body: answer.into() };
        let page = Square::digest(&context(), STOCK, &first(STOCK, None).memo, &response);
        assert!(matches!(page.rest, Rest::Failed(_)), "{answer}");
    }
    let lost = Square::digest(&context(), STOCK, b"?", &response(200, &json!({"counts": []})));
    assert!(matches!(lost.rest, Rest::Failed(_)));
}

fn delivered(body: &Json) -> Receipt {
    let delivery = Delivery {
        method: "POST".into(),
        target: "/".into(),
        headers: vec![],
        body: body.to_string().into_bytes(),
    };
    Square::receive(&context(), &delivery)
}

#[test]
fn a_webhook_brings_counts_or_calls_for_orders() {
    let mut before = count("V-1", "LBER", "1");
    before["state"] = "SOLD".into();
    let event = json!({"event_id": "E-1", "type": "inventory.count.updated", "data": {"object": {
        "inventory_counts": [count("V-1", "LBER", "90"), before]
    }}});
    let receipt = delivered(&event);
    assert_eq!(receipt.delivery_id.as_deref(), Some("E-1"));
    assert_eq!(stock(receipt.entries), [level("V-1", "berlin", 90)]);

    let receipt = delivered(&json!({"event_id": "E-2", "type": "order.updated", "data": {"id": "O-1"}}));
    assert_eq!((receipt.pull, receipt.entries), (vec![ORDERS], vec![]));
    let other = delivered(&json!({"event_id": "E-3", "type": "customer.created"}));
    assert_eq!((other.pull, other.problems, other.reply), (vec![], vec![], None));
    assert_eq!(delivered(&json!({"type": "order.updated"})).reply.unwrap().status, 400);
}

#[test]
fn the_host_checks_the_signature_over_address_and_body() {
    let (secret, signature) = Square::describe().receiving.unwrap().signature.unwrap();
    let schema: Json = serde_json::from_str(&Square::describe().settings_schema).unwrap();
    assert_eq!(schema["properties"][secret]["writeOnly"], true);
    assert_eq!(signature.over, [wharf_sdk::SignedPart::Address, wharf_sdk::SignedPart::Body]);
    assert_eq!(signature.placed, Placement::header("x-square-hmacsha256-signature"));
}

#[test]
fn the_probe_finds_locations_that_the_seller_does_not_have() {
    assert_eq!(Square::probe(&context()).unwrap().target, "/v2/locations");
    let probed = |status, answer: &Json| -> Vec<(String, Reason)> {
        let problems = Square::probed(&context(), &response(status, answer)).into_iter();
        problems.map(|problem| (problem.code, problem.reason)).collect()
    };
    let locations = |status: &str| json!({"locations": [{"id": "LBER", "status": "ACTIVE"}, {"id": "LHAM", "status": status}]});
    assert_eq!(probed(200, &locations("ACTIVE")), []);
    assert_eq!(probed(200, &locations("INACTIVE")), [("inactive-location".into(), Reason::Settings)]);
    assert_eq!(
        probed(200, &json!({"locations": [{"id": "LBER"}]})),
        [("unknown-location".into(), Reason::Settings)]
    );
    assert_eq!(probed(200, &json!({})), [("unreadable-answer".into(), Reason::Contract)]);
    assert_eq!(probed(401, &json!({})), [("unauthorized".into(), Reason::Credentials)]);
}

#[test]
fn two_places_cannot_be_one_location() {
    let context = with_settings(json!({"locations": {"a": "L1", "b": "L1"}}));
    let problems = Square::probed(&context, &response(200, &json!({"locations": [{"id": "L1"}]})));
    assert_eq!(only(problems).code, "location-twice");
}
