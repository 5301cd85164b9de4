//! Batches out, outcomes by SKU back.

use bulk_json::BulkJson;
use serde_json::{Value as Json, json};
use wharf_sdk::{
    Action, Answer, Body, Context, Decimal, Exchange, Method, Preparation, Problem, Publisher, Response,
    Settlement, Verdict,
    testing::{Batch, Item, Operation, Value},
};

fn context(settings: &str) -> Context {
    Context {
        settings: settings.into(),
        locale: "en-GB".into(),
        country: "GB".into(),
        currency: "GBP".into(),
    }
}

fn upsert(sku: &str) -> Operation {
    let item = Item::new(sku)
        .with(0, Value::text("A \"b\""))
        .with(2, Value::money(Decimal::new(1_290, -2), "GBP"))
        .with(4, Value::Quantity(3));
    Operation::new(Action::Upsert, item)
}

fn preparation(settings: &str, operations: &[Operation]) -> Preparation {
    BulkJson::prepare(&context(settings), Batch::of_operations(operations).operations())
}

fn prepared(settings: &str, operations: &[Operation]) -> Vec<Exchange> {
    let preparation = preparation(settings, operations);
    assert_eq!(preparation.rejections, []);
    preparation.exchanges
}

fn body(exchange: &Exchange) -> Json {
    let Body::Bytes(bytes) = &exchange.request.body else { panic!("no bytes in {exchange:?}") };
    serde_json::from_slice(bytes).unwrap()
}

fn settled(skus: &[&str], status: u16, body: &str) -> Vec<Verdict> {
    let operations: Vec<_> = skus.iter().map(|sku| upsert(sku)).collect();
    let exchange = prepared("{}", &operations).remove(0);
    let covers = u32::try_from(exchange.covers.len()).unwrap();
    let answer = Answer {
        memo: exchange.memo,
        covers,
        response: Response { status, headers: vec![], body: body.into() },
    };
    let Settlement { outcomes, further, .. } = BulkJson::settle(&context("{}"), vec![answer]).remove(0);
    assert_eq!(further, []);
    assert!(outcomes.iter().map(|outcome| outcome.index).eq(0..covers));
    outcomes.into_iter().map(|outcome| outcome.verdict).collect()
}

#[test]
fn items_share_requests_of_the_size_that_is_set() {
    let operations: Vec<_> = (0..5).map(|number| upsert(&number.to_string())).collect();
    let covers: Vec<_> =
        prepared(r#"{"per_request":2}"#, &operations).into_iter().map(|exchange| exchange.covers).collect();
    assert_eq!(covers, [vec![0, 1], vec![2, 3], vec![4]]);
}

#[test]
fn items_and_deletions_are_entries_of_one_array() {
    let deletion = Operation::new(Action::Delete, Item::new("B"));
    let exchange = prepared("{}", &[upsert("A"), deletion]).remove(0);
    assert_eq!(
        body(&exchange),
        json!([
            {"sku": "A", "title": "A \"b\"", "price": {"amount": "12.90", "currency": "GBP"}, "quantity": 3},
            {"sku": "B", "delete": true}
        ])
    );
}

#[test]
fn outcomes_find_their_items_in_any_order() {
    let answer = r#"{"outcomes":[
        {"sku":"B","status":"error","code":"no-brand","message":"Brand is missing"},
        {"sku":"A","status":"ok"},
        {"sku":"X","status":"ok"}
    ]}"#;
    let verdicts = settled(&["A", "B", "C"], 200, answer);
    assert_eq!(verdicts[0], Verdict::accepted());
    assert_eq!(verdicts[1], Verdict::rejected(Problem::error("no-brand", "Brand is missing")));
    assert!(
        matches!(&verdicts[2], Verdict::Retry(postponement) if postponement.problem.code == "no-outcome")
    );
}

#[test]
fn an_answer_without_outcomes_is_never_success() {
    for body in ["", "<html>", "{}", r#"{"outcomes":[{"sku":"A","status":"maybe"}]}"#] {
        let verdicts = settled(&["A", "B"], 200, body);
        assert!(verdicts.iter().all(|verdict| matches!(verdict, Verdict::Retry(_))), "{body}");
    }
}

#[test]
fn a_refused_request_refuses_all_of_its_items() {
    assert!(settled(&["A", "B"], 400, "").iter().all(|verdict| matches!(verdict, Verdict::Rejected(_))));
    assert!(settled(&["A", "B"], 503, "").iter().all(|verdict| matches!(verdict, Verdict::Retry(_))));
}

/// The settlement of one answer, and the memo of the step that it asks for.
fn step(memo: &[u8], status: u16, body: &str) -> Settlement {
    let response = Response { status, headers: vec![], body: body.into() };
    let answer = Answer { memo: memo.to_vec(), covers: 2, response };
    BulkJson::settle(&context(r#"{"job":true,"poll_ms":7}"#), vec![answer]).remove(0)
}

#[test]
fn a_job_is_polled_until_it_ends() {
    let submit = prepared(r#"{"job":true}"#, &[upsert("A"), upsert("B")]).remove(0);
    assert_eq!(submit.request.target, "/bulk/jobs");
    let first = step(&submit.memo, 202, r#"{"job":"a/1"}"#);
    assert_eq!(first.outcomes, []);
    let [poll] = first.further.as_slice() else { panic!("one poll, not {first:?}") };
    assert_eq!((poll.request.method, poll.request.target.as_str()), (Method::Get, "/bulk/jobs/a%2F1"));
    assert_eq!((poll.covers.as_slice(), poll.delay_ms), ([0, 1].as_slice(), 7));
    assert_eq!(step(&poll.memo, 200, r#"{"state":"running"}"#).further, first.further);
    let ended =
        step(&poll.memo, 200, r#"{"outcomes":[{"sku":"B","status":"error"},{"sku":"A","status":"ok"}]}"#);
    assert_eq!(ended.further, []);
    assert_eq!(ended.outcomes[0].verdict, Verdict::accepted());
    assert!(matches!(ended.outcomes[1].verdict, Verdict::Rejected(_)));
}

#[test]
fn the_items_of_a_job_that_is_lost_or_unreadable_are_tried_again() {
    let submit = prepared(r#"{"job":true}"#, &[upsert("A"), upsert("B")]).remove(0);
    let poll = step(&submit.memo, 202, r#"{"job":"1"}"#).further.remove(0);
    let answers =
        [(&submit.memo, 202, "{}"), (&poll.memo, 404, ""), (&poll.memo, 200, r#"{"state":"lost"}"#)];
    for (memo, status, body) in answers {
        let Settlement { outcomes, further, .. } = step(memo, status, body);
        assert_eq!((outcomes.len(), further), (2, vec![]));
        assert!(
            outcomes.iter().all(|outcome| matches!(outcome.verdict, Verdict::Retry(_))),
            "{status} {body}"
        );
    }
}

#[test]
fn settings_that_cannot_be_read_reject_every_operation() {
    let preparation = preparation(r#"{"per":1}"#, &[upsert("A"), upsert("B")]);
    assert_eq!((preparation.exchanges.len(), preparation.rejections.len()), (0, 2));
}
