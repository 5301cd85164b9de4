//! The connector as plain Rust: `cargo test` needs neither a host nor a network.

use connector_name::Shop;
use wharf_sdk::{
    Action, Answer, Body, Connector, Context, Decimal, Exchange, Method, Outcome, Publisher,
    Response, Verdict,
    testing::{Batch, Item, Operation, Value},
};

fn context() -> Context {
    Context {
        settings: r#"{"shop": "corner"}"#.into(),
        locale: "de-DE".into(),
        country: "DE".into(),
        currency: "EUR".into(),
    }
}

fn field(name: &str) -> u32 {
    let position = Shop::describe().fields.iter().position(|field| field.name == name);
    u32::try_from(position.expect("the field is declared")).expect("fields are few")
}

fn table() -> Item {
    Item::new("OAK/1")
        .with(field("title"), Value::text("Oak table"))
        .with(field("price"), Value::money(Decimal::new(12_990, -2), "EUR"))
        .with(field("quantity"), Value::Quantity(4))
        .with(field("pictures"), Value::images(["https://cdn.shop.example/oak.jpg"]))
}

fn prepared(action: Action, item: Item) -> Exchange {
    let batch = Batch::of_operations(&[Operation::new(action, item)]);
    let preparation = Shop::prepare(&context(), batch.operations());
    assert_eq!(preparation.rejections, []);
    preparation.exchanges.into_iter().next().expect("one request an item")
}

fn settled(action: Action, status: u16, body: &str) -> Outcome {
    let exchange = prepared(action, table());
    let response = Response { status, headers: vec![], body: body.into() };
    let answer = Answer { memo: exchange.memo, covers: 1, response };
    let settlement = Shop::settle(&context(), vec![answer]).into_iter().next().expect("one answer");
    settlement.outcomes.into_iter().next().expect("one operation")
}

#[test]
fn an_upsert_puts_the_whole_item() {
    let request = prepared(Action::Upsert, table()).request;
    assert_eq!(
        (request.method, request.target.as_str()),
        (Method::Put, "/shops/corner/items/OAK%2F1")
    );
    let Body::Bytes(body) = request.body else { panic!("no bytes: {:?}", request.body) };
    let expected = concat!(
        r#"{"title":"Oak table","price":{"amount":"129.90","currency":"EUR"},"quantity":4,"#,
        r#""pictures":["https://cdn.shop.example/oak.jpg"]}"#,
    );
    assert_eq!(String::from_utf8_lossy(&body), expected);
}

#[test]
fn an_item_without_a_price_is_rejected_before_anything_is_sent() {
    let item = table().without(field("price"));
    let batch = Batch::of_operations(&[Operation::new(Action::Upsert, item)]);
    let preparation = Shop::prepare(&context(), batch.operations());
    assert_eq!(preparation.exchanges, []);
    assert_eq!(preparation.rejections[0].problems[0].code, "no-price");
}

#[test]
fn the_shops_id_is_kept_with_the_listing() {
    let outcome = settled(Action::Upsert, 200, r#"{"id": "7"}"#);
    assert_eq!((outcome.verdict, outcome.remote_id.as_deref()), (Verdict::accepted(), Some("7")));
}

#[test]
fn a_refusal_is_told_in_the_shops_own_words() {
    let Verdict::Rejected(problems) =
        settled(Action::Upsert, 422, r#"{"error": "No shoes."}"#).verdict
    else {
        panic!("not rejected")
    };
    assert!(problems[0].message.ends_with("No shoes."), "{problems:?}");
}

#[test]
fn what_is_gone_already_counts_as_deleted() {
    assert_eq!(settled(Action::Delete, 204, "").verdict, Verdict::accepted());
    assert_eq!(settled(Action::Delete, 404, "").verdict, Verdict::accepted());
}

#[test]
fn a_login_page_is_not_taken_for_success() {
    for action in [Action::Upsert, Action::Stock, Action::Delete] {
        let verdict = settled(action, 200, "<html>Log in</html>").verdict;
        assert!(matches!(verdict, Verdict::Retry(_)), "{action:?}: {verdict:?}");
    }
}
