//! Orders, stock and product types as they come back, page by page.

mod support;

use amazon::Amazon;
use serde_json::{Value as Json, json};
use support::*;
use wharf_sdk::{
    Connector, Context, Decimal, Fetch, Page, Position, Puller, Reason, Rest,
    inbound::{Entry, Order, OrderState},
    rfc3339,
};

const ORDERS: u32 = 0;
const STOCK: u32 = 1;
const PRODUCT_TYPES: u32 = 2;

/// 2026-01-31T12:00:00Z
const NOW: i64 = 1_769_860_800_000;

fn position(cursor: Option<&str>, since: Option<i64>) -> Position {
    Position { cursor: cursor.map(Into::into), since, until: NOW }
}

fn first(stream: u32) -> Fetch {
    Amazon::request(&plain(), stream, &position(None, None))
}

fn digest(context: &Context, stream: u32, fetch: &Fetch, status: u16, body: &Json) -> Page {
    let body = if body.is_string() { body.as_str().unwrap().to_owned() } else { body.to_string() };
    Amazon::digest(context, stream, &fetch.memo, &response(status, &body))
}

fn query<'a>(fetch: &'a Fetch, name: &str) -> Option<&'a str> {
    let (_, query) = fetch.request.target.split_once('?')?;
    query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

fn amazon_order() -> Json {
    let money = |amount: &str| json!({"amount": amount, "currencyCode": "EUR"});
    json!({
        "orderId": "028-1",
        "createdTime": "2026-01-30T10:00:00Z",
        "lastUpdatedTime": "2026-01-30T11:00:00Z",
        "salesChannel": {"channelName": "AMAZON"},
        "buyer": {"buyerName": "Ada", "buyerEmail": "a@marketplace.amazon.de"},
        "recipient": {"deliveryAddress": {
            "name": "Ada L.", "companyName": "", "addressLine1": "Hof 1", "addressLine2": "Hinterhaus",
            "city": "Kiel", "postalCode": "24103", "countryCode": "DE", "phone": "+49 1"
        }},
        "proceeds": {"grandTotal": money("243.90"), "breakdowns": [
            {"type": "ITEM", "subtotal": money("238.00")}, {"type": "SHIPPING", "subtotal": money("5.90")}
        ]},
        "fulfillment": {"fulfillmentStatus": "PARTIALLY_SHIPPED", "fulfilledBy": "MERCHANT"},
        "orderItems": [{
            "orderItemId": "7", "quantityOrdered": 4,
            "product": {"asin": "B0", "title": "Rucksack", "sellerSku": "BAG-1",
                        "price": {"unitPrice": money("119.00")}},
            "proceeds": {"breakdowns": [{"type": "DISCOUNT", "subtotal": money("-1.50")}]},
            "fulfillment": {"quantityFulfilled": 1, "quantityUnfulfilled": 2}
        }]
    })
}

fn read(order: &Json) -> (Vec<Order>, Vec<String>) {
    let page = digest(&plain(), ORDERS, &first(ORDERS), 200, &json!({"orders": [order]}));
    let orders = page.entries.into_iter().map(|entry| match entry {
        Entry::Order(order) => order,
        other => panic!("not an order: {other:?}"),
    });
    (orders.collect(), page.problems.into_iter().map(|problem| problem.code).collect())
}

fn only(order: &Json) -> Order {
    let (mut orders, problems) = read(order);
    assert_eq!((orders.len(), problems), (1, vec![]));
    orders.remove(0)
}

#[test]
fn the_first_look_goes_back_as_far_as_the_settings_say() {
    let fetch = Amazon::request(&with(&json!({"first_orders_days": 2})), ORDERS, &position(None, None));
    assert_eq!(query(&fetch, "lastUpdatedAfter"), Some("2026-01-29T12%3A00%3A00.000Z"));
    assert_eq!(query(&fetch, "marketplaceIds"), Some(GERMANY));
    assert_eq!(query(&fetch, "fulfilledBy"), Some("MERCHANT"));
    assert_eq!(query(&fetch, "includedData"), Some("BUYER,RECIPIENT,PROCEEDS,FULFILLMENT"));
    let bare = Amazon::request(&with(&json!({"personal_data": false})), ORDERS, &position(None, Some(NOW)));
    assert_eq!(query(&bare, "includedData"), Some("PROCEEDS,FULFILLMENT"));
    assert_eq!(query(&bare, "lastUpdatedAfter"), Some("2026-01-31T12%3A00%3A00.000Z"));
}

#[test]
fn a_pass_goes_on_where_amazon_says_the_last_one_was_complete() {
    let fetch = first(ORDERS);
    let page = json!({"orders": [], "pagination": {"nextToken": "t+/="}, "lastUpdatedBefore": "2026-01-31T11:58:00Z"});
    let Rest::More(next) = digest(&plain(), ORDERS, &fetch, 200, &page).rest else { panic!("no next page") };
    assert_eq!(query(&next, "paginationToken"), Some("t%2B%2F%3D"));
    assert_eq!(query(&next, "lastUpdatedAfter"), query(&fetch, "lastUpdatedAfter"));

    // The last page was asked for later; what changed meanwhile may be on none.
    let page = json!({"orders": [], "lastUpdatedBefore": "2026-01-31T12:30:00Z"});
    let Rest::End(pass) = digest(&plain(), ORDERS, &next, 200, &page).rest else { panic!("no end") };
    let cursor = String::from_utf8(pass.cursor.unwrap()).unwrap();
    assert_eq!((cursor.as_str(), pass.complete), ("2026-01-31T11:58:00Z", false));
    let following = Amazon::request(&plain(), ORDERS, &position(Some(&cursor), None));
    assert_eq!(query(&following, "lastUpdatedAfter"), Some("2026-01-31T11%3A58%3A00Z"));
}

#[test]
fn a_pass_that_amazon_says_nothing_of_is_repeated() {
    let fetch = Amazon::request(&plain(), ORDERS, &position(Some("2026-01-01T00:00:00Z"), None));
    for body in [json!({"orders": []}), json!({"orders": [], "lastUpdatedBefore": "soon"})] {
        let Rest::End(pass) = digest(&plain(), ORDERS, &fetch, 200, &body).rest else { panic!("no end") };
        assert_eq!(pass.cursor.unwrap(), b"2026-01-01T00:00:00Z");
    }
}

#[test]
fn an_order_comes_with_its_lines() {
    let order = only(&amazon_order());
    assert_eq!((order.remote_id.as_str(), order.state), ("028-1", OrderState::Paid));
    assert_eq!(rfc3339(order.changed_at), "2026-01-30T11:00:00.000Z");
    let amount =
        |money: &wharf_sdk::inbound::Money| (money.amount.scaled(2).unwrap(), money.currency.clone());
    assert_eq!(amount(&order.total), (24_390, "EUR".into()));
    assert_eq!(amount(order.shipping.as_ref().unwrap()), (590, "EUR".into()));
    let line = &order.lines[0];
    assert_eq!((line.quantity, line.shipped, line.cancelled, line.returned), (4, 1, 1, 0));
    assert_eq!((line.sku.as_deref(), line.listing_id.as_deref()), (Some("BAG-1"), Some("B0")));
    assert_eq!(line.unit_price.amount, Decimal::new(11_900, -2));
    assert_eq!(amount(line.discount.as_ref().unwrap()), (150, "EUR".into()));
    assert_eq!(line.tax, None);
    let address = order.ship_to.unwrap();
    assert_eq!((address.lines, address.country), (vec!["Hof 1".into(), "Hinterhaus".into()], "DE".into()));
    let buyer = order.buyer.unwrap();
    assert_eq!((buyer.name.as_deref(), buyer.phone.as_deref()), (Some("Ada"), Some("+49 1")));
}

#[test]
fn tax_is_on_top_where_the_total_says_so() {
    assert!(only(&amazon_order()).tax_included);
    let mut american = amazon_order();
    let tax = json!({"type": "TAX", "subtotal": {"amount": "20.00", "currencyCode": "EUR"}});
    american["proceeds"]["breakdowns"].as_array_mut().unwrap().push(tax);
    american["proceeds"]["grandTotal"]["amount"] = json!("263.90");
    assert!(!only(&american).tax_included);
}

#[test]
fn every_status_has_a_state() {
    let state = |status: &str| {
        let mut order = amazon_order();
        order["fulfillment"]["fulfillmentStatus"] = json!(status);
        order
    };
    for (status, expected) in [
        ("PENDING_AVAILABILITY", OrderState::Open),
        ("PENDING", OrderState::Open),
        ("UNSHIPPED", OrderState::Paid),
        ("PARTIALLY_SHIPPED", OrderState::Paid),
        ("SHIPPED", OrderState::Shipped),
        ("CANCELLED", OrderState::Cancelled),
        ("UNFULFILLABLE", OrderState::Cancelled),
    ] {
        assert_eq!(only(&state(status)).state, expected, "{status}");
    }
    assert_eq!(only(&state("CANCELLED")).lines[0].cancelled, 3, "one was shipped before");
    let (orders, problems) = read(&state("TELEPORTED"));
    assert_eq!((orders[0].state, problems), (OrderState::Open, vec!["odd-order".to_owned()]));
}

#[test]
fn a_pending_order_has_no_prices_yet() {
    let mut pending = amazon_order();
    pending["fulfillment"]["fulfillmentStatus"] = json!("PENDING");
    pending.as_object_mut().unwrap().remove("proceeds");
    pending["orderItems"][0].as_object_mut().unwrap().remove("proceeds");
    pending["orderItems"][0]["product"].as_object_mut().unwrap().remove("price");
    let order = only(&pending);
    assert_eq!((order.total.amount.coefficient, order.lines[0].quantity), (0, 4));
}

#[test]
fn an_order_that_cannot_be_read_is_named_and_the_others_come() {
    let mut broken = amazon_order();
    broken["orderId"] = json!("028-2");
    broken["proceeds"]["grandTotal"]["amount"] = json!("1,5");
    let page = json!({"orders": [broken, amazon_order(), {"orderItems": 7}]});
    let page = digest(&plain(), ORDERS, &first(ORDERS), 200, &page);
    assert_eq!(page.entries.len(), 1);
    assert!(page.problems[0].message.contains("028-2"), "{:?}", page.problems);
    assert!(page.problems[1].message.contains("number 3"), "{:?}", page.problems);
    assert!(page.problems.iter().all(|problem| !problem.message.contains("Ada")));
}

fn summaries(list: &Json, token: Option<&str>) -> Json {
    json!({"payload": {"granularity": {}, "inventorySummaries": list}, "pagination": {"nextToken": token}})
}

#[test]
fn stock_is_read_whole_or_since() {
    let whole = first(STOCK);
    assert_eq!(query(&whole, "granularityId"), Some(GERMANY));
    assert_eq!(query(&whole, "startDateTime"), None);
    let list = json!([{
        "sellerSku": "BAG-1", "lastUpdatedTime": "2026-01-31T11:00:00Z", "totalQuantity": 9,
        "inventoryDetails": {"fulfillableQuantity": 5}
    }, {"sellerSku": "BAG-2", "totalQuantity": 3}]);
    let page = digest(&plain(), STOCK, &whole, 200, &summaries(&list, None));
    let [Entry::Stock(level)] = &page.entries[..] else { panic!("{:?}", page.entries) };
    assert_eq!((level.key.sku.as_deref(), level.quantity), (Some("BAG-1"), 5));
    assert_eq!((level.location.as_str(), level.observed_at), ("FBA", Some(NOW - 3_600_000)));
    assert!(page.problems[0].message.contains("BAG-2"));
    assert!(matches!(page.rest, Rest::End(pass) if pass.complete));

    let changed = Amazon::request(&plain(), STOCK, &position(None, Some(NOW)));
    assert_eq!(query(&changed, "startDateTime"), Some("2026-01-31T12%3A00%3A00.000Z"));
    let Rest::More(next) = digest(&plain(), STOCK, &changed, 200, &summaries(&json!([]), Some("t"))).rest
    else {
        panic!("no next page")
    };
    assert_eq!(
        (query(&next, "nextToken"), query(&next, "startDateTime")),
        (Some("t"), query(&changed, "startDateTime"))
    );
    let page = digest(&plain(), STOCK, &next, 200, &summaries(&json!([]), None));
    assert!(matches!(page.rest, Rest::End(pass) if !pass.complete));
}

#[test]
fn a_page_whose_token_expired_begins_the_pass_anew() {
    let Rest::More(next) =
        digest(&plain(), STOCK, &first(STOCK), 200, &summaries(&json!([]), Some("t"))).rest
    else {
        panic!("no next page")
    };
    let refused = json!({"errors": [{"code": "InvalidInput", "message": "Next token is invalid"}]});
    assert!(matches!(digest(&plain(), STOCK, &next, 400, &refused).rest, Rest::Restart(_)));
    assert!(matches!(digest(&plain(), STOCK, &first(STOCK), 400, &refused).rest, Rest::Failed(_)));
}

#[test]
fn product_types_are_categories() {
    let body = json!({"productTypes": [{"name": "LUGGAGE", "displayName": "Luggage", "marketplaceIds": []}],
                      "productTypeVersion": "1"});
    let page = digest(&plain(), PRODUCT_TYPES, &first(PRODUCT_TYPES), 200, &body);
    let [Entry::Category(category)] = &page.entries[..] else { panic!("{:?}", page.entries) };
    assert_eq!(
        (category.id.as_str(), category.name.as_str(), category.selectable),
        ("LUGGAGE", "Luggage", true)
    );
}

#[test]
fn pages_that_bring_nothing_say_why() {
    for stream in 0..u32::try_from(Amazon::describe().streams.len()).unwrap() {
        let failed = |status, body: &str| {
            let page = digest(&plain(), stream, &first(stream), status, &json!(body));
            assert_eq!(page.entries, []);
            match page.rest {
                Rest::Retry((_, problem)) => (true, problem.reason),
                Rest::Failed(problem) => (false, problem.reason),
                other => panic!("{status} {body}: {other:?}"),
            }
        };
        for body in ["<html>", "", "{}", "[]", r#"{"orders":7,"payload":7,"productTypes":7}"#] {
            assert_eq!(failed(200, body), (false, Reason::Contract), "{body}");
        }
        let denied =
            r#"{"errors":[{"code":"Unauthorized","message":"Access to requested resource is denied."}]}"#;
        assert_eq!(failed(403, denied), (false, Reason::Permission));
        assert_eq!(failed(503, ""), (true, Reason::Outage));
        assert_eq!(failed(429, "{}"), (true, Reason::Budget));
        assert_eq!(failed(302, ""), (false, Reason::Contract));
    }
}

#[test]
fn settings_that_cannot_be_read_end_the_pass() {
    let unreadable = context(json!({}));
    let fetch = Amazon::request(&unreadable, ORDERS, &position(None, None));
    let page = digest(&unreadable, ORDERS, &fetch, 200, &json!({}));
    assert!(matches!(page.rest, Rest::Failed(problem) if problem.reason == Reason::Settings));
}
