//! Pages into orders, stock and listings.

use serde_json::{Value as Json, json};
use shopify::Shopify;
use wharf_sdk::{
    Body, Fetch, Page, Position, Puller, Reason, Rest,
    inbound::{Entry, ListingState, Order, OrderState},
};

use crate::fixture::*;

const ORDERS: u32 = 0;
const STOCK: u32 = 1;
const LISTINGS: u32 = 2;

fn position(cursor: Option<Vec<u8>>) -> Position {
    Position { cursor, since: Some(1_769_860_800_250), until: 1_769_860_900_250 }
}

fn asked(fetch: &Fetch) -> Json {
    let Body::Bytes(bytes) = &fetch.request.body else { panic!("no bytes") };
    serde_json::from_slice::<Json>(bytes).unwrap()["variables"].clone()
}

fn page(stream: u32, fetch: &Fetch, data: &Json) -> Page {
    let body = json!({ "data": data }).to_string();
    Shopify::digest(&plain(), stream, &fetch.memo, &response(200, &body))
}

fn money(amount: &str) -> Json {
    json!({"shopMoney": {"amount": amount, "currencyCode": "EUR"}})
}

fn line(number: u32) -> Json {
    json!({
        "id": format!("gid://shopify/LineItem/{number}"), "sku": format!("S-{number}"), "title": "Shirt",
        "quantity": 3, "currentQuantity": 2, "unfulfilledQuantity": 1, "nonFulfillableQuantity": 1,
        "variant": {"id": "gid://shopify/ProductVariant/100"}, "originalUnitPriceSet": money("10.0"),
        "discountedTotalSet": money("27.50"),
        "taxLines": [{"priceSet": money("3.19")}, {"priceSet": money("0.2")}],
    })
}

fn order(number: u32, lines: &[Json], next: Option<&str>) -> Json {
    json!({
        "id": format!("gid://shopify/Order/{number}"), "name": format!("#{number}"),
        "createdAt": "2026-01-31T12:00:00Z", "updatedAt": "2026-01-31T12:05:00Z", "cancelledAt": null,
        "closed": false, "displayFinancialStatus": "PAID", "displayFulfillmentStatus": "PARTIALLY_FULFILLED",
        "taxesIncluded": true, "email": "ada@example.com", "phone": null,
        "currentTotalPriceSet": money("32.40"), "totalShippingPriceSet": money("4.9"),
        "shippingAddress": {
            "name": "Ada", "address1": "Weg 1", "address2": null, "zip": "10115", "city": "Berlin",
            "province": null, "countryCodeV2": "DE", "phone": "+49",
        },
        "lineItems": {"nodes": lines, "pageInfo": {"hasNextPage": next.is_some(), "endCursor": next}},
    })
}

fn orders(nodes: &[Json], next: Option<&str>) -> Json {
    json!({"orders": {"nodes": nodes, "pageInfo": {"hasNextPage": next.is_some(), "endCursor": next}}})
}

fn read(page: &Page) -> Vec<&Order> {
    let mut orders = Vec::new();
    for entry in &page.entries {
        let Entry::Order(order) = entry else { panic!("no order: {entry:?}") };
        orders.push(order);
    }
    orders
}

#[test]
fn orders_are_asked_for_by_their_change_in_whole_seconds() {
    let fetch = Shopify::request(&plain(), ORDERS, &position(None));
    let query = "updated_at:>='2026-01-31T12:00:00.000Z' AND updated_at:<'2026-01-31T12:01:41.000Z'";
    assert_eq!(asked(&fetch)["query"], query);
}

#[test]
fn an_order_is_read_with_its_counts_and_amounts() {
    let fetch = Shopify::request(&plain(), ORDERS, &position(None));
    let page = page(ORDERS, &fetch, &orders(&[order(1, &[line(1)], None)], None));
    let order = only(read(&page));
    assert_eq!((order.remote_id.as_str(), order.state), ("gid://shopify/Order/1", OrderState::Paid));
    assert_eq!(order.changed_at - order.placed_at, 300_000);
    let line = &order.lines[0];
    assert_eq!(
        (line.sku.as_deref(), line.quantity, line.shipped, line.cancelled, line.returned),
        (Some("S-1"), 3, 1, 1, 0)
    );
    let text = |money: &wharf_sdk::inbound::Money| format!("{} {}", money.amount, money.currency);
    assert_eq!(text(&line.unit_price), "10.0 EUR");
    assert_eq!(line.tax.as_ref().map(text).as_deref(), Some("3.39 EUR"));
    assert_eq!(line.discount.as_ref().map(text).as_deref(), Some("2.50 EUR"));
    assert_eq!(
        (text(&order.total).as_str(), order.ship_to.as_ref().unwrap().country.as_str()),
        ("32.40 EUR", "DE")
    );
    assert!(matches!(&page.rest, Rest::End(pass) if !pass.complete && pass.cursor.is_none()));
}

#[test]
fn a_pass_goes_on_where_it_was_broken_off() {
    let fetch = Shopify::request(&plain(), ORDERS, &position(None));
    let Rest::Checkpoint((cursor, next)) =
        page(ORDERS, &fetch, &orders(&[order(1, &[], None)], Some("c1"))).rest
    else {
        panic!("no checkpoint");
    };
    assert_eq!(asked(&next)["after"], "c1");
    let resumed = Shopify::request(&plain(), ORDERS, &position(Some(cursor)));
    assert_eq!((asked(&resumed), &resumed.memo), (asked(&next), &next.memo));
    let foreign = Shopify::request(&plain(), ORDERS, &position(Some(b"what?".to_vec())));
    assert_eq!(asked(&foreign), asked(&fetch));
}

#[test]
fn an_order_with_many_lines_is_read_by_itself_and_whole() {
    let fetch = Shopify::request(&plain(), ORDERS, &position(None));
    let first = page(
        ORDERS,
        &fetch,
        &orders(&[order(1, &[line(1)], Some("l1")), order(2, &[line(9)], None)], Some("c1")),
    );
    assert_eq!(read(&first).iter().map(|order| order.number.as_str()).collect::<Vec<_>>(), ["#2"]);
    let Rest::More(alone) = first.rest else { panic!("nothing more") };
    assert_eq!(asked(&alone), json!({"id": "gid://shopify/Order/1"}));
    let second = page(ORDERS, &alone, &json!({"order": order(1, &[line(1), line(2)], Some("l2"))}));
    assert_eq!(second.entries, []);
    let Rest::More(more) = second.rest else { panic!("nothing more") };
    assert_eq!(asked(&more)["after"], "l2");
    let third = page(ORDERS, &more, &json!({"order": order(1, &[line(3)], None)}));
    let skus: Vec<_> = only(read(&third)).lines.iter().map(|line| line.sku.clone().unwrap()).collect();
    assert_eq!(skus, ["S-1", "S-2", "S-3"]);
    let Rest::Checkpoint((_, next)) = third.rest else { panic!("no checkpoint") };
    assert_eq!(asked(&next)["after"], "c1");
}

#[test]
fn an_order_that_cannot_be_read_is_told_and_the_others_go_on() {
    let mut broken = order(1, &[], None);
    broken["createdAt"] = json!("yesterday");
    let fetch = Shopify::request(&plain(), ORDERS, &position(None));
    let page = page(ORDERS, &fetch, &orders(&[broken, order(2, &[], None)], None));
    assert_eq!((page.entries.len(), page.problems[0].code.as_str()), (1, "unreadable-order"));
}

#[test]
fn a_cancelled_order_gives_back_what_was_not_shipped() {
    let mut cancelled = order(1, &[line(1)], None);
    cancelled["cancelledAt"] = json!("2026-01-31T12:05:00Z");
    let fetch = Shopify::request(&plain(), ORDERS, &position(None));
    let page = page(ORDERS, &fetch, &orders(&[cancelled], None));
    let order = only(read(&page));
    assert_eq!(
        (order.state, order.lines[0].cancelled, order.lines[0].shipped),
        (OrderState::Cancelled, 2, 1)
    );
}

#[test]
fn stock_is_read_location_by_location() {
    let level = |sku: Json| json!({"item": {"sku": sku}, "quantities": [{"quantity": -2, "updatedAt": "2026-01-31T12:00:00Z"}]});
    let data = |nodes: Json| json!({"location": {"inventoryLevels": {"nodes": nodes, "pageInfo": {"hasNextPage": false, "endCursor": null}}}});
    let fetch = Shopify::request(&plain(), STOCK, &position(None));
    assert_eq!(asked(&fetch)["location"], "gid://shopify/Location/70");
    let first = page(STOCK, &fetch, &data(json!([level(json!("S-1")), level(json!(null))])));
    let Entry::Stock(stock) = &first.entries[0] else { panic!("no stock") };
    assert_eq!((first.entries.len(), stock.location.as_str(), stock.quantity), (1, "berlin", -2));
    assert_eq!(stock.observed_at, Some(1_769_860_800_000));
    let Rest::Checkpoint((_, next)) = first.rest else { panic!("no checkpoint") };
    assert_eq!(asked(&next)["location"], "gid://shopify/Location/71");
    let last = page(STOCK, &next, &data(json!([])));
    assert!(matches!(last.rest, Rest::End(pass) if !pass.complete));
    let unknown = page(STOCK, &next, &json!({"location": null}));
    assert!(matches!(unknown.rest, Rest::Failed(problem) if problem.reason == Reason::Settings));
}

#[test]
fn a_pass_that_shopify_cuts_off_is_not_complete() {
    let level = json!({"item": {"sku": "S-1"}, "quantities": [{"quantity": 1, "updatedAt": null}]});
    let levels = |count: usize| {
        let page = json!({"hasNextPage": true, "endCursor": "c1"});
        json!({"location": {"inventoryLevels": {"nodes": vec![level.clone(); count], "pageInfo": page}}})
    };
    let end = json!({"location": {"inventoryLevels": {
        "nodes": [], "pageInfo": {"hasNextPage": false, "endCursor": null},
    }}});
    for (count, whole) in [(24_999, true), (25_000, false)] {
        let all = Position { since: None, ..position(None) };
        let fetch = Shopify::request(&plain(), STOCK, &all);
        let mut read = page(STOCK, &fetch, &levels(count));
        assert_eq!(read.problems.is_empty(), whole);
        while let Rest::Checkpoint((_, next)) = read.rest {
            read = page(STOCK, &next, &end);
        }
        assert!(matches!(read.rest, Rest::End(pass) if pass.complete == whole), "{count}");
    }
}

#[test]
fn orders_past_the_end_of_paging_are_asked_for_anew() {
    let fetch = Shopify::request(&plain(), ORDERS, &position(None));
    let many = vec![order(1, &[], None); 24_000];
    let Rest::Checkpoint((_, next)) = page(ORDERS, &fetch, &orders(&many, Some("c1"))).rest else {
        panic!("no checkpoint");
    };
    let query = "updated_at:>='2026-01-31T12:05:00Z' AND updated_at:<'2026-01-31T12:01:41.000Z'";
    assert_eq!(asked(&next), json!({ "query": query }));
    let last = page(ORDERS, &next, &orders(&many[..1], Some("c2")));
    let Rest::Checkpoint((_, next)) = last.rest else { panic!("no checkpoint") };
    assert_eq!(asked(&next), json!({"query": query, "after": "c2"}));
}

#[test]
fn a_full_pass_over_listings_is_complete() {
    let variant = json!({
        "id": "gid://shopify/ProductVariant/100", "sku": "S-1", "price": "29.90", "inventoryQuantity": 5,
        "product": {"status": "DRAFT", "onlineStoreUrl": null},
    });
    let data = |next: Option<&str>| {
        let page = json!({"hasNextPage": next.is_some(), "endCursor": next});
        json!({"productVariants": {"nodes": [variant], "pageInfo": page}, "shop": {"currencyCode": "EUR"}})
    };
    let fetch = Shopify::request(&plain(), LISTINGS, &position(None));
    let first = page(LISTINGS, &fetch, &data(Some("c1")));
    let Entry::Listing(listing) = &first.entries[0] else { panic!("no listing") };
    assert_eq!((listing.key.sku.as_deref(), listing.state), (Some("S-1"), ListingState::Draft));
    let Rest::More(next) = first.rest else { panic!("nothing more") };
    assert_eq!((asked(&next)["query"].as_str(), asked(&next).get("after")), (Some("id:>=101"), None));
    assert!(matches!(page(LISTINGS, &next, &data(None)).rest, Rest::End(pass) if pass.complete));
    let stuck = page(LISTINGS, &next, &data(Some("c2")));
    assert!(matches!(stuck.rest, Rest::Failed(problem) if problem.reason == Reason::Contract));
}

#[test]
fn pages_that_are_not_shopifys_end_nothing() {
    for stream in [ORDERS, STOCK, LISTINGS] {
        let fetch = Shopify::request(&plain(), stream, &position(None));
        for (status, body) in [(200, "<html>"), (200, "{}"), (200, r#"{"data":{}}"#), (401, ""), (204, "")] {
            let page = Shopify::digest(&plain(), stream, &fetch.memo, &response(status, body));
            assert!(matches!(page.rest, Rest::Failed(_)), "{stream} {status} {body}");
        }
        let throttled = r#"{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}"#;
        let page = Shopify::digest(&plain(), stream, &fetch.memo, &response(200, throttled));
        assert!(matches!(page.rest, Rest::Retry((Some(2_000), _))));
    }
}
