//! What comes back from Vendure: orders and stock, and whether the settings fit.

use serde_json::{Value as Json, json};
use vendure::Vendure;
use wharf_sdk::{
    Connector, Decimal, Fetch, Page, Position, Puller, Reason, Rest,
    inbound::{Entry, Money, Order, OrderState},
};

use crate::shop::*;

const ORDERS: u32 = 0;
const STOCK: u32 = 1;

/// 2026-01-31T12:00:00.250Z
const NOON: i64 = 1_769_860_800_250;

fn first(stream: u32, since: Option<i64>) -> Fetch {
    Vendure::request(&context(), stream, &Position { cursor: None, since, until: NOON })
}

fn page(stream: u32, fetch: &Fetch, answer: &Json) -> Page {
    Vendure::digest(&context(), stream, &fetch.memo, &data(answer))
}

fn asked(fetch: &Fetch) -> Json {
    body_of(&fetch.request, None)["variables"].clone()
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

fn purchase() -> Json {
    json!({
        "id": "17", "code": "ABC", "state": "PartiallyShipped", "orderPlacedAt": "2026-01-31T11:00:00.000Z",
        "createdAt": "2026-01-30T11:00:00.000Z", "updatedAt": "2026-01-31T12:00:00.250Z", "currencyCode": "EUR",
        "totalWithTax": 5770, "shippingWithTax": 500,
        "customer": {"firstName": "Ada", "lastName": "L", "emailAddress": "ada@shop.example", "phoneNumber": null},
        "shippingAddress": {
            "fullName": "Ada L", "company": "", "streetLine1": "Weg 1", "streetLine2": "", "city": "Berlin",
            "province": "", "postalCode": "10115", "countryCode": "DE"
        },
        "lines": [{
            "id": "3", "quantity": 3, "orderPlacedQuantity": 4, "unitPriceWithTax": 1990, "linePriceWithTax": 5970,
            "proratedLinePriceWithTax": 5270, "lineTax": 841,
            "productVariant": {"id": "v-S", "sku": "S", "name": "Shirt S"},
            "fulfillmentLines": [
                {"quantity": 1, "fulfillment": {"state": "Shipped"}}, {"quantity": 1, "fulfillment": {"state": "Pending"}}
            ]
        }]
    })
}

fn euros(cents: i64) -> Money {
    Money::new(Decimal::new(cents, -2), "EUR")
}

fn order(order: &Json) -> Order {
    let page = page(ORDERS, &first(ORDERS, None), &json!({"orders": {"items": [order], "totalItems": 1}}));
    assert_eq!(page.problems, []);
    let Entry::Order(order) = only(page.entries) else { panic!("no order") };
    order
}

#[test]
fn an_order_says_what_was_sold_cancelled_and_shipped() {
    let order = order(&purchase());
    assert_eq!(
        (order.remote_id.as_str(), order.number.as_str(), order.state),
        ("17", "ABC", OrderState::Paid)
    );
    assert_eq!((order.changed_at, order.tax_included), (NOON, true));
    assert_eq!((order.total, order.shipping), (euros(5_770), Some(euros(500))));
    assert_eq!(order.buyer.unwrap().name.as_deref(), Some("Ada L"));
    let address = order.ship_to.unwrap();
    assert_eq!(
        (address.lines, address.country.as_str(), address.region),
        (vec!["Weg 1".to_owned()], "DE", None)
    );
    let line = only(order.lines);
    assert_eq!((line.sku.as_deref(), line.listing_id.as_deref()), (Some("S"), Some("v-S")));
    assert_eq!((line.quantity, line.cancelled, line.shipped), (4, 1, 1));
    assert_eq!(
        (line.unit_price, line.tax, line.discount),
        (euros(1_990), Some(euros(841)), Some(euros(700)))
    );
}

#[test]
fn states_that_vendure_does_not_have_by_itself_are_open() {
    for (name, state) in [
        ("PaymentAuthorized", OrderState::Open),
        ("Shipped", OrderState::Shipped),
        ("Delivered", OrderState::Completed),
        ("Cancelled", OrderState::Cancelled),
        ("WaitingForEngraving", OrderState::Open),
    ] {
        let mut purchase = purchase();
        purchase["state"] = name.into();
        assert_eq!(order(&purchase).state, state, "{name}");
    }
}

#[test]
fn orders_are_read_by_time_of_change_page_by_page() {
    let start = first(ORDERS, Some(NOON));
    let filter =
        json!({"orderPlacedAt": {"isNull": false}, "updatedAt": {"after": "2026-01-31T12:00:00.249Z"}});
    assert_eq!(asked(&start), json!({"filter": filter, "skip": 0, "take": 100}));
    let next = more(page(ORDERS, &start, &json!({"orders": {"items": [purchase()], "totalItems": 101}})));
    assert_eq!(asked(&next), json!({"filter": filter, "skip": 100, "take": 100}));
    let last = page(ORDERS, &next, &json!({"orders": {"items": [], "totalItems": 101}}));
    assert!(!complete(&last), "only what changed was read");
}

#[test]
fn an_order_that_cannot_be_read_costs_itself_only() {
    let mut broken = purchase();
    broken["lines"][0]["quantity"] = "many".into();
    let answer = json!({"orders": {"items": [broken, purchase()], "totalItems": 2}});
    let page = page(ORDERS, &first(ORDERS, None), &answer);
    assert_eq!((page.entries.len(), page.problems.len()), (1, 1));
    assert!(page.problems[0].message.contains("ABC"), "{}", page.problems[0].message);
}

#[test]
fn stock_is_what_open_orders_leave_at_the_operators_places() {
    let level = |location: &str, on_hand: i64, allocated: i64| json!({"stockLocationId": location, "stockOnHand": on_hand, "stockAllocated": allocated});
    let items = json!([
        {"id": "v-S", "sku": "S", "stockLevels": [level("1", 7, 2), level("2", 1, 3), level("99", 5, 0)]},
        {"id": "v-M", "sku": "M", "stockLevels": [{"stockLocationId": "1"}]}
    ]);
    let page =
        page(STOCK, &first(STOCK, None), &json!({"productVariants": {"items": items, "totalItems": 2}}));
    assert!(complete(&page));
    let levels: Vec<_> = page
        .entries
        .iter()
        .map(|entry| match entry {
            Entry::Stock(level) => {
                (level.key.sku.as_deref().unwrap(), level.location.as_str(), level.quantity)
            }
            other => panic!("no stock: {other:?}"),
        })
        .collect();
    assert_eq!(levels, [("S", "berlin", 5), ("S", "hamburg", 0)]);
    assert_eq!(only(page.problems).code, "unreadable-entry");
}

#[test]
fn a_pass_waits_or_stops_as_vendure_says() {
    let rest = |response| Vendure::digest(&context(), STOCK, &first(STOCK, None).memo, &response).rest;
    assert!(matches!(rest(error("INTERNAL_SERVER_ERROR")), Rest::Retry(_)));
    assert!(matches!(rest(response(503, "")), Rest::Retry(_)));
    let Rest::Failed(problem) = rest(error("FORBIDDEN")) else { panic!("the right is missing") };
    assert_eq!(problem.reason, Reason::Permission);
    for body in ["<html>", "", "[]", r#"{"data":{"productVariants":{}}}"#] {
        assert!(matches!(rest(response(200, body)), Rest::Failed(_)), "{body}");
    }
}

#[test]
fn the_probe_finds_what_the_channel_does_not_have() {
    let request =
        Vendure::probe(&with_settings(json!({"stock_locations": {"a": "1"}, "channel_token": "tok"})))
            .unwrap();
    assert_eq!(request.headers, [("vendure-token".to_owned(), "tok".to_owned())]);
    let answer = |currency: &str, language: &str, locations: &[&str]| {
        let locations: Vec<Json> = locations.iter().map(|id| json!({"id": id, "name": id})).collect();
        data(&json!({
            "activeChannel": {"code": "x", "defaultCurrencyCode": currency, "availableLanguageCodes": [language]},
            "stockLocations": {"items": locations}
        }))
    };
    let probed = |response| -> Vec<String> {
        Vendure::probed(&context(), &response).into_iter().map(|problem| problem.code).collect()
    };
    assert_eq!(probed(answer("EUR", "de", &["1", "2"])), Vec::<String>::new());
    assert_eq!(probed(answer("USD", "en", &["1"])), ["other-currency", "other-language", "unknown-location"]);
    assert_eq!(probed(error("FORBIDDEN")), ["FORBIDDEN"]);
    assert_eq!(probed(response(200, "<html>")), ["unreadable-answer"]);
}

#[test]
fn two_places_cannot_be_one_location() {
    let context = with_settings(json!({"stock_locations": {"a": "1", "b": "1"}}));
    assert_eq!(Vendure::probe(&context), None);
    assert_eq!(only(Vendure::probed(&context, &response(200, ""))).code, "location-twice");
}
