//! A feed from its document to its report, and all the ways in which it goes wrong.

mod support;

use amazon::Amazon;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use support::*;
use wharf_sdk::{
    Action, Answer, Body, Context, Exchange, Method, Outcome, Publisher, Reason, Verdict,
    testing::{Item, Operation},
};

fn all() -> [Operation; 4] {
    let named = |sku: &str, operation: Operation| {
        let item = Item { sku: sku.to_owned(), ..operation.item };
        Operation { item, ..operation }
    };
    [named("A", upsert()), named("B", price()), named("C", stock()), named("D", deletion())]
}

fn report(issues: &Json, accepted: u64) -> String {
    json!({
        "header": {"sellerId": "A1SELLER", "version": "2.0", "feedId": "4711"},
        "issues": issues,
        "summary": {"errors": 0, "warnings": 0, "messagesProcessed": 4, "messagesAccepted": accepted, "messagesInvalid": 0}
    })
    .to_string()
}

fn issue(message: u64, severity: &str) -> Json {
    json!({"messageId": message, "sku": "B", "code": "90220", "severity": severity, "message": "Too bad.",
           "attributeName": "purchasable_offer.our_price"})
}

fn outcomes(context: &Context, exchange: &Exchange, body: &str) -> Vec<Outcome> {
    let mut outcomes = settled(context, exchange, 200, body).outcomes;
    outcomes.sort_by_key(|outcome| outcome.index);
    outcomes
}

fn reported(issues: &Json, accepted: u64) -> Vec<Outcome> {
    let download = steps(&bulk(), &all()).pop().unwrap();
    outcomes(&bulk(), &download, &report(issues, accepted))
}

/// `+` accepted, `-` rejected, `?` retried.
fn signs(outcomes: &[Outcome]) -> String {
    let sign = |outcome: &Outcome| match outcome.verdict {
        Verdict::Accepted(_) => '+',
        Verdict::Rejected(_) => '-',
        Verdict::Retry(_) => '?',
    };
    outcomes.iter().map(sign).collect()
}

#[test]
fn a_feed_takes_its_steps_and_each_answer_leads_to_the_next() {
    let steps = steps(&bulk(), &all());
    let requests: Vec<_> =
        steps.iter().map(|step| (step.request.method, step.request.target.as_str())).collect();
    let expected = [
        (Method::Post, "/feeds/2021-06-30/documents"),
        (Method::Put, PUT_ADDRESS),
        (Method::Post, "/feeds/2021-06-30/feeds"),
        (Method::Get, "/feeds/2021-06-30/feeds/4711"),
        (Method::Get, "/feeds/2021-06-30/documents/doc.2"),
        (Method::Get, GET_ADDRESS),
    ];
    assert_eq!(requests, expected);
    assert!(steps.iter().all(|step| step.covers == [0, 1, 2, 3]));
    let [create, upload, submit, poll, _, download] = <[Exchange; 6]>::try_from(steps).unwrap();

    let content_type = body(&create)["contentType"].clone();
    assert_eq!(
        upload.request.headers,
        [("content-type".to_owned(), content_type.as_str().unwrap().to_owned())]
    );
    assert_eq!(upload.request.body, Body::Document);
    let feed = json!({
        "feedType": "JSON_LISTINGS_FEED", "marketplaceIds": [GERMANY], "inputFeedDocumentId": "doc.1"
    });
    assert_eq!(body(&submit), feed);
    assert_eq!((poll.delay_ms, download.request.unpack), (30_000, true));
}

#[test]
fn each_message_says_what_its_operation_asks_for() {
    let exchange = only_exchange(&bulk(), &all());
    let document = document(&exchange);
    assert_eq!(document["header"], json!({"sellerId": "A1SELLER", "version": "2.0", "issueLocale": "de_DE"}));
    let messages = document["messages"].as_array().unwrap();
    let kinds: Vec<_> = messages
        .iter()
        .map(|message| {
            let text = |name: &str| message[name].as_str().unwrap_or("-").to_owned();
            (message["messageId"].as_u64().unwrap(), text("sku"), text("operationType"), text("productType"))
        })
        .collect();
    let expected = [
        (1, "A", "UPDATE", "SUITCASE"),
        (2, "B", "PATCH", "PRODUCT"),
        (3, "C", "PATCH", "PRODUCT"),
        (4, "D", "DELETE", "-"),
    ];
    assert_eq!(kinds, expected.map(|(id, a, b, c)| (id, a.to_owned(), b.to_owned(), c.to_owned())));
    let alone = body(&only_exchange(&plain(), &[upsert()]));
    assert_eq!(messages[0]["attributes"], alone["attributes"], "a feed and a request say the same");
}

#[test]
fn an_item_that_is_wrong_is_left_out_and_the_others_are_numbered_without_it() {
    let mut operations = all();
    operations[1].item = Item::new("B");
    let preparation = prepared(&bulk(), &operations);
    assert_eq!(preparation.rejections[0].index, 1);
    assert_eq!(preparation.exchanges[0].covers, [0, 2, 3]);
    let document = document(&preparation.exchanges[0]);
    let numbers: Vec<_> = document["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["messageId"].as_u64())
        .collect();
    assert_eq!(numbers, [Some(1), Some(2), Some(3)]);
}

#[test]
fn a_document_that_grows_too_large_is_followed_by_another() {
    let long = "x".repeat(60_000);
    let operations: Vec<_> = (0..200)
        .map(|number| {
            let values: Vec<_> = backpack().into_iter().filter(|(name, _)| *name != "bullet_point").collect();
            let item =
                item(values).with(field("bullet_point"), wharf_sdk::testing::Value::texts([long.as_str()]));
            operation(Action::Upsert, Item { sku: format!("S{number}"), ..item })
        })
        .collect();
    let preparation = prepared(&bulk(), &operations);
    assert_eq!(preparation.exchanges.len(), 2);
    let mut covered: Vec<u32> = Vec::new();
    for exchange in &preparation.exchanges {
        assert!(exchange.document.as_ref().unwrap().len() <= 10 << 20);
        let document = document(exchange);
        let skus = document["messages"].as_array().unwrap().iter().map(|message| message["sku"].clone());
        assert!(skus.eq(exchange.covers.iter().map(|index| json!(format!("S{index}")))));
        assert_eq!(document["messages"][0]["messageId"], 1);
        covered.extend(&exchange.covers);
    }
    assert!(covered.into_iter().eq(0..200));
}

#[test]
fn small_batches_go_one_by_one_and_large_ones_as_a_feed() {
    let context = with(&json!({"feed_from": 5}));
    assert_eq!(prepared(&context, &all()).exchanges.len(), 4);
    let five: Vec<_> = all().into_iter().chain([stock()]).collect();
    assert_eq!(prepared(&context, &five).exchanges.len(), 1);
}

#[test]
fn a_report_without_issues_accepts_all() {
    let outcomes = reported(&json!([]), 4);
    assert_eq!(signs(&outcomes), "++++");
    let notes: Vec<_> = outcomes.iter().map(|outcome| outcome.note.is_some()).collect();
    assert_eq!(notes, [true, false, false, false], "only a whole item changes what the listing was sent");
}

#[test]
fn issues_find_their_message() {
    let outcomes = reported(&json!([issue(2, "ERROR"), issue(3, "WARNING")]), 3);
    assert_eq!(signs(&outcomes), "+-++");
    let price = Some(field("purchasable_offer.our_price"));
    assert_eq!(rejected(outcomes[1].verdict.clone()), [("90220".into(), Reason::Data, price)]);
    let Verdict::Accepted(warnings) = &outcomes[2].verdict else { panic!("not accepted") };
    assert_eq!(warnings[0].code, "90220");
}

#[test]
fn a_message_that_the_report_does_not_vouch_for_is_sent_again() {
    // Three of four were taken, and none is named as refused.
    assert_eq!(signs(&reported(&json!([]), 3)), "????");
    assert_eq!(signs(&reported(&json!([issue(2, "ERROR")]), 2)), "?-??");
    // Messages that the feed does not have.
    assert_eq!(signs(&reported(&json!([issue(0, "ERROR"), issue(5, "ERROR")]), 3)), "????");
    let of_all = json!([{"severity": "ERROR", "code": "4", "message": "The document is not JSON."}]);
    assert_eq!(signs(&reported(&of_all, 0)), "????");
}

fn feed(status: &str, result: &Json) -> Json {
    json!({"feedId": "4711", "feedType": "JSON_LISTINGS_FEED", "createdTime": "2026-01-01T00:00:00Z",
           "processingStatus": status, "resultFeedDocumentId": result})
}

#[test]
fn amazon_is_asked_ever_more_rarely() {
    let mut poll = steps(&bulk(), &all()).swap_remove(3);
    let mut waits = Vec::new();
    for status in ["IN_QUEUE", "IN_PROGRESS"].iter().cycle().take(40) {
        poll = further(&bulk(), &poll, 200, &feed(status, &json!(null)));
        waits.push(poll.delay_ms / 1_000);
    }
    assert_eq!(waits[..3], [60, 90, 120]);
    assert!(waits.is_sorted() && waits[39] == 600);

    let brisk = with(&json!({"feed_from": 1, "poll_seconds": 1}));
    let poll = steps(&brisk, &all()).swap_remove(3);
    let again = further(&brisk, &poll, 200, &feed("IN_PROGRESS", &json!(null)));
    assert_eq!((poll.delay_ms, again.delay_ms), (1_000, 2_000));
}

#[test]
fn a_feed_that_ends_badly_is_sent_again() {
    let poll = steps(&bulk(), &all()).swap_remove(3);
    for (status, result, reason) in [
        ("CANCELLED", json!(null), Reason::Conflict),
        ("FATAL", json!(null), Reason::Outage),
        ("DONE", json!(null), Reason::Contract),
        ("DONE", json!(""), Reason::Contract),
        ("PAUSED", json!("doc.2"), Reason::Contract),
    ] {
        let body = feed(status, &result).to_string();
        assert_eq!(retried(verdict(&bulk(), &poll, 200, &body)).1, reason, "{status}");
    }
}

#[test]
fn of_a_feed_that_was_broken_off_only_refusals_are_certain() {
    let poll = steps(&bulk(), &all()).swap_remove(3);
    let locate = further(&bulk(), &poll, 200, &feed("FATAL", &json!("doc.2")));
    let download = further(&bulk(), &locate, 200, &json!({"feedDocumentId": "doc.2", "url": GET_ADDRESS}));
    assert!(!download.request.unpack);
    let outcomes = outcomes(&bulk(), &download, &report(&json!([issue(2, "ERROR")]), 3));
    assert_eq!(signs(&outcomes), "?-??");
}

#[test]
fn an_expired_address_is_asked_for_again_but_not_for_ever() {
    let steps = steps(&bulk(), &all());
    let expired = json!("<Error><Code>AccessDenied</Code></Error>");
    let mut upload = steps[1].clone();
    for _ in 0..3 {
        let create = further(&bulk(), &upload, 403, &expired);
        assert_eq!(create.request, steps[0].request);
        assert_eq!(create.document, None, "the host still has it");
        upload = further(&bulk(), &create, 201, &json!({"feedDocumentId": "doc.9", "url": PUT_ADDRESS}));
    }
    assert_eq!(retried(verdict(&bulk(), &upload, 403, "")).1, Reason::Contract);

    let mut download = steps[5].clone();
    for _ in 0..3 {
        let locate = further(&bulk(), &download, 403, &expired);
        assert_eq!(locate.request, steps[4].request);
        download = further(&bulk(), &locate, 200, &json!({"feedDocumentId": "doc.2", "url": GET_ADDRESS}));
    }
    assert_eq!(retried(verdict(&bulk(), &download, 403, "")).1, Reason::Contract);
    assert_eq!(retried(verdict(&bulk(), &download, 503, "")).1, Reason::Outage);
}

#[test]
fn documents_go_only_where_amazon_keeps_them() {
    let create = &steps(&bulk(), &all())[0];
    for url in [
        "https://evil.example/tortuga-prod-eu.s3-eu-west-1.amazonaws.com",
        "http://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/in",
        "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com@evil.example/",
        "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com.evil.example/",
        "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com\\@evil.example/",
        "tortuga-prod-eu.s3-eu-west-1.amazonaws.com/in",
        "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/in put",
        "",
    ] {
        let body = json!({"feedDocumentId": "doc.1", "url": url}).to_string();
        assert_eq!(retried(verdict(&bulk(), create, 201, &body)).0, "unknown-document-host", "{url}");
    }
    let secret = json!({"feedDocumentId": "d", "url": "https://other.example/in?X-Amz-Signature=topsecret"});
    let Verdict::Retry(postponement) = verdict(&bulk(), create, 201, &secret.to_string()) else { panic!() };
    assert!(!postponement.problem.message.contains("topsecret"));

    let test = with(&json!({"feed_from": 1, "document_host": "127.0.0.1:8080"}));
    let upload =
        further(&test, create, 201, &json!({"feedDocumentId": "d", "url": "http://127.0.0.1:8080/in?x=1"}));
    let endpoints = <Amazon as wharf_sdk::Connector>::describe().endpoints;
    assert_eq!(endpoints[upload.request.endpoint as usize].name, "documents-test");
}

#[test]
fn nonsense_at_any_step_is_retried() {
    for (number, step) in steps(&bulk(), &all()).iter().enumerate() {
        for body in ["<html>", "", "{}", "[]", r#"{"feedId":7}"#, "[[[[["] {
            // An upload's answer has no body to read.
            if number != 1 {
                assert_eq!(retried(verdict(&bulk(), step, 200, body)).1, Reason::Contract, "{number} {body}");
            }
        }
        for status in [302, 418, 500] {
            if !(matches!(number, 1 | 5) && status == 418) {
                assert!(
                    matches!(verdict(&bulk(), step, status, "<html>"), Verdict::Retry(_)),
                    "{number} {status}"
                );
            }
        }
    }
}

#[test]
fn no_item_is_rejected_for_a_step_that_carries_none() {
    let refused =
        json!({"errors": [{"code": "400", "message": "Invalid input", "details": "Invalid input"}]});
    for (number, reason) in
        [(0, Reason::Settings), (2, Reason::Settings), (3, Reason::Settings), (4, Reason::Settings)]
    {
        let step = &steps(&bulk(), &all())[number];
        assert_eq!(retried(verdict(&bulk(), step, 400, &refused.to_string())), because("400", reason));
    }
    let step = &steps(&bulk(), &all())[3];
    let gone = json!({"errors": [{"code": "NotFound", "message": "Not found"}]}).to_string();
    assert_eq!(retried(verdict(&bulk(), step, 404, &gone)).1, Reason::Conflict);
}

#[test]
fn the_same_operations_give_the_same_bytes() {
    assert_eq!(steps(&bulk(), &all()), steps(&bulk(), &all()));
}

proptest! {
    /// Whatever comes back, at whatever step, with whatever memo: each operation is answered once.
    #[test]
    fn any_answer_is_settled(memo: Vec<u8>, cut in 0_usize..80, step in 0_usize..6, status in 100_u16..600, body: Vec<u8>, ours: bool) {
        let exchange = steps(&bulk(), &all()).swap_remove(step);
        let memo = if ours { exchange.memo } else { [&exchange.memo[..cut.min(exchange.memo.len())], &memo].concat() };
        let response = wharf_sdk::Response { status, headers: vec![], body };
        let settlement = Amazon::settle(&bulk(), vec![Answer { memo, covers: 4, response }]).swap_remove(0);
        let further = settlement.further.iter().flat_map(|exchange| exchange.covers.iter().copied());
        let mut answered: Vec<u32> = settlement.outcomes.iter().map(|outcome| outcome.index).chain(further).collect();
        answered.sort_unstable();
        prop_assert_eq!(answered, [0, 1, 2, 3]);
        prop_assert!(!settlement.outcomes.iter().any(|outcome| matches!(outcome.verdict, Verdict::Accepted(_))));
    }
}
