//! A seller in Germany, a backpack, and short ways to hand them to the connector.

#![expect(dead_code, reason = "each test file uses its own part of this one")]

use std::path::PathBuf;

use amazon::Amazon;
use serde_json::{Value as Json, json};
pub(crate) use wharf_sdk::testing::{context, euros, only, response};
use wharf_sdk::{
    Action, Body, Context, Decimal, Exchange, Preparation, Problem, Publisher, Reason, Settlement, Verdict,
    testing::{self, Batch, Item, Operation, Value},
};

pub(crate) const GERMANY: &str = "A1PA6795UKMFR9";
pub(crate) const IRELAND: &str = "A28R8C7NBKEWEA";

/// Required settings, and these.
pub(crate) fn with(more: &Json) -> Context {
    let mut settings = json!({"seller_id": "A1SELLER", "marketplaces": [GERMANY]});
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    context(&settings)
}

pub(crate) fn plain() -> Context {
    with(&json!({}))
}

/// Everything goes as a feed.
pub(crate) fn bulk() -> Context {
    with(&json!({"feed_from": 1}))
}

pub(crate) fn field(name: &str) -> u32 {
    testing::field::<Amazon>(name)
}

pub(crate) fn text(text: &str) -> Value {
    Value::text(text)
}

pub(crate) fn item(values: Vec<(&str, Value)>) -> Item {
    values.into_iter().fold(Item::new("BAG-1"), |item, (name, value)| item.with(field(name), value))
}

/// Texts, pictures and facts.
pub(crate) fn content() -> Vec<(&'static str, Value)> {
    vec![
        ("product_type", text("SUITCASE")),
        ("item_name", text("Bära Rucksack 24 L")),
        ("brand", text("Bära")),
        ("product_description", text("<p>Leicht &amp; <b>dicht</b></p>")),
        ("bullet_point", Value::texts(["Wasserdicht", "24 Liter"])),
        ("condition_type", text("new_new")),
        ("country_of_origin", text("SE")),
        ("externally_assigned_product_identifier", text("4006381333931")),
        ("color", text("Ocker")),
        ("item_weight", Value::measure(Decimal::new(85, -2), "kg")),
        ("batteries_required", Value::Flag(false)),
        ("supplier_declared_dg_hz_regulation", Value::texts(["not_applicable"])),
        ("main_product_image_locator", images(3)),
    ]
}

/// With its offer.
pub(crate) fn backpack() -> Vec<(&'static str, Value)> {
    let mut values = content();
    values.push(("purchasable_offer.our_price", euros(11_900)));
    values.push(("fulfillment_availability", Value::Quantity(4)));
    values
}

pub(crate) fn images(count: usize) -> Value {
    Value::images((1..=count).map(|number| format!("https://shop.example/{number}.jpg")))
}

pub(crate) fn operation(action: Action, item: Item) -> Operation {
    Operation { revision: 7, ..Operation::new(action, item) }
}

pub(crate) fn upsert() -> Operation {
    operation(Action::Upsert, item(backpack()))
}

pub(crate) fn price() -> Operation {
    operation(Action::Price, item(vec![("purchasable_offer.our_price", euros(9_990))]))
}

pub(crate) fn stock() -> Operation {
    operation(Action::Stock, item(vec![("fulfillment_availability", Value::Quantity(3))]))
}

pub(crate) fn deletion() -> Operation {
    operation(Action::Delete, item(vec![]))
}

pub(crate) fn prepared(context: &Context, operations: &[Operation]) -> Preparation {
    Amazon::prepare(context, Batch::of_operations(operations).operations())
}

pub(crate) fn only_exchange(context: &Context, operations: &[Operation]) -> Exchange {
    let preparation = prepared(context, operations);
    assert_eq!(preparation.rejections, []);
    let exchange = only(preparation.exchanges);
    assert!(exchange.covers.iter().copied().eq(0..u32::try_from(operations.len()).unwrap()));
    exchange
}

pub(crate) fn only_rejection(context: &Context, operation: Operation) -> Vec<Problem> {
    let preparation = prepared(context, &[operation]);
    assert_eq!(preparation.exchanges, []);
    preparation.rejections.into_iter().next().unwrap().problems
}

pub(crate) fn body(exchange: &Exchange) -> Json {
    let Body::Bytes(bytes) = &exchange.request.body else { panic!("no bytes in {exchange:?}") };
    serde_json::from_slice(bytes).unwrap()
}

pub(crate) fn document(exchange: &Exchange) -> Json {
    serde_json::from_slice(exchange.document.as_ref().unwrap()).unwrap()
}

pub(crate) fn settled(context: &Context, exchange: &Exchange, status: u16, body: &str) -> Settlement {
    testing::settled::<Amazon>(context, exchange, response(status, body))
}

/// What the answer leads to.
pub(crate) fn further(context: &Context, exchange: &Exchange, status: u16, body: &Json) -> Exchange {
    only(settled(context, exchange, status, &body.to_string()).further)
}

/// The same verdict for all.
pub(crate) fn verdict(context: &Context, exchange: &Exchange, status: u16, body: &str) -> Verdict {
    let settlement = settled(context, exchange, status, body);
    let verdicts: Vec<_> = settlement.outcomes.into_iter().map(|outcome| outcome.verdict).collect();
    assert!(verdicts.windows(2).all(|pair| pair[0] == pair[1]), "{verdicts:?}");
    verdicts.into_iter().next().expect("an outcome")
}

pub(crate) fn retried(verdict: Verdict) -> (String, Reason) {
    let Verdict::Retry(postponement) = verdict else { panic!("not retried: {verdict:?}") };
    (postponement.problem.code, postponement.problem.reason)
}

pub(crate) fn rejected(verdict: Verdict) -> Vec<(String, Reason, Option<u32>)> {
    let Verdict::Rejected(problems) = verdict else { panic!("not rejected: {verdict:?}") };
    problems.into_iter().map(|problem| (problem.code, problem.reason, problem.field)).collect()
}

pub(crate) fn because(code: &str, reason: Reason) -> (String, Reason) {
    (code.to_owned(), reason)
}

pub(crate) const PUT_ADDRESS: &str =
    "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/in?X-Amz-Signature=abc%2F";
pub(crate) const GET_ADDRESS: &str =
    "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/out?X-Amz-Signature=def";

/// The exchanges of a feed from its first to the download of its report.
pub(crate) fn steps(context: &Context, operations: &[Operation]) -> Vec<Exchange> {
    let create = only_exchange(context, operations);
    let upload = further(context, &create, 201, &json!({"feedDocumentId": "doc.1", "url": PUT_ADDRESS}));
    let submit = further(context, &upload, 200, &json!(null));
    let poll = further(context, &submit, 202, &json!({"feedId": "4711"}));
    let done = json!({
        "feedId": "4711", "feedType": "JSON_LISTINGS_FEED", "createdTime": "2026-01-01T00:00:00Z",
        "processingStatus": "DONE", "resultFeedDocumentId": "doc.2"
    });
    let locate = further(context, &poll, 200, &done);
    let place = json!({"feedDocumentId": "doc.2", "url": GET_ADDRESS, "compressionAlgorithm": "GZIP"});
    let download = further(context, &locate, 200, &place);
    vec![create, upload, submit, poll, locate, download]
}

/// The folder with the vendors' contracts; says so when there is none.
#[expect(clippy::print_stdout, reason = "whoever reads the test's output should know that it was skipped")]
pub(crate) fn contracts() -> Option<PathBuf> {
    match std::env::var_os("WHARF_SHARED") {
        Some(shared) => Some(PathBuf::from(shared).join("contracts/amazon")),
        None => {
            println!("skipped: WHARF_SHARED does not name the folder with the vendors' contracts");
            None
        }
    }
}

pub(crate) fn read(path: &std::path::Path) -> Json {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}
