//! Amazon's static sandbox answers: its own pairs of requests and responses, for every operation that is called.

mod support;

use std::collections::BTreeMap;

use amazon::Amazon;
use serde_json::{Value as Json, json};
use support::*;
use wharf_sdk::{
    Answer, Connector, Exchange, Outcome, Position, Publisher, Puller, Reason, Rest, Settlement, Verdict,
    inbound::Entry,
};

struct Pair {
    operation: String,
    status: u16,
    is_preview: bool,
    response: Json,
}

/// All of them, if there are any.
fn pairs() -> Option<Vec<Pair>> {
    let file = read(&contracts()?.join("sandbox_fixtures.json"));
    let pair = |pair: &Json| Pair {
        operation: pair["operationId"].as_str().unwrap().to_owned(),
        status: u16::try_from(pair["status"].as_u64().unwrap()).unwrap(),
        is_preview: pair["request"]["parameters"].get("mode").is_some(),
        response: pair["response"].clone(),
    };
    Some(file.as_object().unwrap().values().flat_map(|list| list.as_array().unwrap()).map(pair).collect())
}

/// What is asked when the sandbox gives this answer.
fn asked(pair: &Pair) -> Option<(wharf_sdk::Context, Exchange)> {
    let step = |number: usize| (bulk(), steps(&bulk(), &[upsert(), price()]).swap_remove(number));
    let single = |operation| {
        let context = with(&json!({"validation_preview": pair.is_preview}));
        let exchange = only_exchange(&context, &[operation]);
        (context, exchange)
    };
    Some(match pair.operation.as_str() {
        "createFeedDocument" => step(0),
        "createFeed" => step(2),
        "getFeed" => step(3),
        "getFeedDocument" => step(4),
        "putListingsItem" => single(upsert()),
        "patchListingsItem" => single(price()),
        "deleteListingsItem" => single(deletion()),
        _ => return None,
    })
}

/// The name of a case, without that of its enum.
fn short(case: impl std::fmt::Debug) -> String {
    let name = format!("{case:?}");
    name.rsplit("::").next().unwrap_or_default().to_owned()
}

fn sign(settlement: &Settlement) -> String {
    let of_outcome = |outcome: &Outcome| match &outcome.verdict {
        Verdict::Accepted(_) => "accepted".to_owned(),
        Verdict::Rejected(problems) => format!("rejected {} {}", problems[0].code, short(problems[0].reason)),
        Verdict::Retry(postponement) => {
            format!("retry {} {}", postponement.problem.code, short(postponement.problem.reason))
        }
    };
    let further = settlement.further.iter().map(|exchange| short(exchange.request.method));
    let mut signs: Vec<_> = settlement.outcomes.iter().map(of_outcome).chain(further).collect();
    signs.dedup();
    signs.join(", ")
}

#[test]
fn every_answer_to_a_publishing_operation_has_its_outcome() {
    let Some(pairs) = pairs() else { return };
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pair in &pairs {
        let Some((context, exchange)) = asked(pair) else { continue };
        let settlement = settled(&context, &exchange, pair.status, &pair.response.to_string());
        let preview = if pair.is_preview { " preview" } else { "" };
        found.entry(format!("{}{preview}", pair.operation)).or_default().push(sign(&settlement));
    }
    let expected: [(&str, &[&str]); 9] = [
        ("createFeed", &["Get", "retry 400 Settings"]),
        ("createFeedDocument", &["Put", "retry 400 Settings"]),
        ("deleteListingsItem", &["accepted", "rejected BAD_REQUEST Data"]),
        ("getFeed", &["retry feed-cancelled Conflict", "retry 400 Settings"]),
        ("getFeedDocument", &["Get", "retry 400 Settings"]),
        ("patchListingsItem", &["accepted", "rejected BAD_REQUEST Data"]),
        ("patchListingsItem preview", &["rejected previewed Settings", "rejected 90000900 Data"]),
        ("putListingsItem", &["accepted", "rejected BAD_REQUEST Data"]),
        ("putListingsItem preview", &["rejected previewed Settings", "rejected 90220 Data"]),
    ];
    let expected: BTreeMap<String, Vec<String>> = expected
        .map(|(operation, signs)| (operation.to_owned(), signs.iter().map(ToString::to_string).collect()))
        .into();
    assert_eq!(found, expected);
}

#[test]
fn every_page_of_the_sandbox_is_read() {
    let Some(pairs) = pairs() else { return };
    let mut seen = Vec::new();
    for (stream, operation) in [(0, "searchOrders"), (2, "searchDefinitionsProductTypes")] {
        let position = Position { cursor: None, since: None, until: 1_769_860_800_000 };
        let fetch = Amazon::request(&plain(), stream, &position);
        for pair in pairs.iter().filter(|pair| pair.operation == operation) {
            let response = response(pair.status, pair.response.to_string());
            let page = Amazon::digest(&plain(), stream, &fetch.memo, &response);
            assert_eq!(page.problems, []);
            let rest = match page.rest {
                Rest::More(_) => "more".to_owned(),
                Rest::End(_) => "end".to_owned(),
                Rest::Failed(problem) => format!("failed {}", short(problem.reason)),
                other => panic!("{other:?}"),
            };
            let lines: usize = page
                .entries
                .iter()
                .map(|entry| match entry {
                    Entry::Order(order) => order.lines.len(),
                    _ => 0,
                })
                .sum();
            seen.push((operation, page.entries.len(), lines, rest));
        }
    }
    let expected = [
        ("searchOrders", 1, 2, "more"),
        ("searchOrders", 1, 1, "end"),
        ("searchOrders", 1, 1, "end"),
        ("searchOrders", 0, 0, "failed Settings"),
        ("searchDefinitionsProductTypes", 1, 0, "end"),
        ("searchDefinitionsProductTypes", 0, 0, "failed Settings"),
    ];
    assert_eq!(
        seen,
        expected.map(|(operation, entries, lines, rest)| (operation, entries, lines, rest.to_owned()))
    );
}

#[test]
fn the_sandboxs_seller_sells_in_the_united_states_only() {
    let Some(pairs) = pairs() else { return };
    let pair = pairs.iter().find(|pair| pair.operation == "getMarketplaceParticipations").unwrap();
    let probed = |marketplace: &str, currency: &str| {
        let mut context = with(&json!({"marketplaces": [marketplace]}));
        context.currency = currency.into();
        let problems = Amazon::probed(&context, &response(pair.status, pair.response.to_string()));
        problems.into_iter().map(|problem| problem.reason).collect::<Vec<_>>()
    };
    assert_eq!(probed("ATVPDKIKX0DER", "USD"), []);
    assert_eq!(probed("ATVPDKIKX0DER", "EUR"), [Reason::Settings]);
    assert_eq!(probed(GERMANY, "EUR"), [Reason::Settings]);
}

/// A proxy, a changed route, a bug at Amazon: every answer there is, to every question.
#[test]
fn an_answer_to_another_question_never_lists_anything() {
    let Some(pairs) = pairs() else { return };
    assert_eq!(pairs.len(), 133);
    for step in steps(&bulk(), &[upsert(), price()]) {
        for pair in &pairs {
            let response = response(pair.status, pair.response.to_string());
            let answer = Answer { memo: step.memo.clone(), covers: 2, response };
            let settlement = Amazon::settle(&bulk(), vec![answer]).remove(0);
            let accepted = |outcome: &Outcome| matches!(outcome.verdict, Verdict::Accepted(_));
            assert!(
                !settlement.outcomes.iter().any(accepted),
                "{} to {}",
                pair.operation,
                step.request.target
            );
            let covered: usize = settlement.further.iter().map(|exchange| exchange.covers.len()).sum();
            assert_eq!(settlement.outcomes.len() + covered, 2);
        }
    }
}
