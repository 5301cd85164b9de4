//! Webhooks.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value as Json, json};
use shopify::Shopify;
use wharf_sdk::{
    Delivery, DigestAlgorithm, Receipt, Receiver,
    inbound::{Entry, OrderState},
    signing,
    testing::set_secret,
};

use crate::fixture::*;

fn delivered(topic: &str, body: &str, code: &str) -> Receipt {
    let headers = [("x-shopify-topic", topic), ("x-shopify-hmac-sha256", code)];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let delivery = Delivery { method: "POST".into(), target: "/".into(), headers, body: body.into() };
    Shopify::receive(&plain(), &delivery)
}

fn signed(topic: &str, body: &str) -> Receipt {
    set_secret("webhook_secret", "hush");
    let code = signing::sign("webhook_secret", DigestAlgorithm::HmacSha256, body.as_bytes()).unwrap();
    delivered(topic, body, &STANDARD.encode(code))
}

fn order() -> Json {
    json!({
        "id": 1, "admin_graphql_api_id": "gid://shopify/Order/1", "name": "#1001",
        "created_at": "2026-01-31T13:00:00+01:00", "updated_at": "2026-01-31T13:05:00+01:00",
        "cancelled_at": null, "closed_at": null, "currency": "EUR", "financial_status": "paid",
        "fulfillment_status": null, "taxes_included": true, "current_total_price": "32.40",
        "total_shipping_price_set": {"shop_money": {"amount": "4.90", "currency_code": "EUR"}},
        "email": "", "phone": null, "shipping_address": null,
        "line_items": [{
            "id": 7, "admin_graphql_api_id": "gid://shopify/LineItem/7", "sku": "S-1", "variant_id": 100,
            "title": "Shirt", "quantity": 3, "current_quantity": 2, "price": "10.00",
            "tax_lines": [{"price": "3.19"}], "discount_allocations": [{"amount": "2.00"}, {"amount": "0.50"}],
        }],
        "fulfillments": [
            {"status": "success", "line_items": [{"id": 7, "quantity": 2}]},
            {"status": "cancelled", "line_items": [{"id": 7, "quantity": 1}]},
        ],
        "refunds": [{"refund_line_items": [{"line_item_id": 7, "quantity": 1, "restock_type": "return"}]}],
    })
}

#[test]
fn an_order_comes_under_the_ids_that_the_stream_uses() {
    let receipt = signed("orders/create", &order().to_string());
    assert_eq!(receipt.reply, None);
    let Entry::Order(order) = only(receipt.entries) else { panic!("no order") };
    let line = &order.lines[0];
    assert_eq!((order.remote_id.as_str(), order.state), ("gid://shopify/Order/1", OrderState::Paid));
    assert_eq!((line.listing_id.as_deref(), line.shipped), (Some("gid://shopify/ProductVariant/100"), 2));
    assert_eq!((line.cancelled, line.returned), (0, 1));
    assert_eq!(line.discount.as_ref().unwrap().amount.to_string(), "2.50");
    assert_eq!(order.placed_at, 1_769_860_800_000);
}

#[test]
fn a_cancellation_gives_back_what_was_not_shipped() {
    let mut cancelled = order();
    cancelled["cancelled_at"] = json!("2026-01-31T13:05:00+01:00");
    cancelled["fulfillments"] = json!([]);
    cancelled["refunds"] = json!([]);
    let Entry::Order(order) = only(signed("orders/cancelled", &cancelled.to_string()).entries) else {
        panic!("no order")
    };
    assert_eq!((order.state, order.lines[0].cancelled), (OrderState::Cancelled, 3));
}

#[test]
fn hints_are_followed_by_a_pull() {
    assert_eq!(signed("inventory_levels/update", r#"{"inventory_item_id":200,"available":3}"#).pull, [1]);
    assert_eq!(signed("products/delete", r#"{"id":1}"#).pull, [2]);
    let unreadable = signed("orders/create", r#"{"id":1}"#);
    assert_eq!((unreadable.pull, unreadable.problems.len()), (vec![0], 1));
    let unused = signed("themes/publish", "{}");
    assert_eq!((unused.reply, unused.problems.len(), unused.entries.len()), (None, 1, 0));
}

#[test]
fn only_what_shopify_signed_is_read() {
    set_secret("webhook_secret", "hush");
    let body = order().to_string();
    for code in ["", "???", "aGVsbG8="] {
        let receipt = delivered("orders/create", &body, code);
        assert_eq!((receipt.entries.len(), receipt.reply.unwrap().status), (0, 401), "{code}");
    }
    let code = signing::sign("webhook_secret", DigestAlgorithm::HmacSha256, body.as_bytes()).unwrap();
    let altered = delivered("orders/create", &body.replace("S-1", "S-2"), &STANDARD.encode(code));
    assert_eq!((altered.entries.len(), altered.reply.unwrap().status), (0, 401));
}

#[test]
fn without_a_secret_nothing_is_taken() {
    let code = STANDARD.encode([0; 32]);
    let receipt = std::thread::spawn(move || delivered("products/delete", "{}", &code)).join().unwrap();
    assert_eq!((receipt.pull.len(), receipt.reply.unwrap().status), (0, 500));
}
