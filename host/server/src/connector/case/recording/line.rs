//! A call as one line of JSON, and back. Bodies are text or base64, so that nothing about them is lost.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::value::RawValue;
use wharf_catalog::{Context, Description, Operation};
use wharf_sandbox::exchange::{Allowance, Answer, Exchange, Preparation, Rejection, Settlement};

use super::{
    super::{
        exact::Exact,
        form,
        seen::{self, Shape, number, object},
        values,
    },
    signed::Values,
};

/// A call, and what the connector gave.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) asked: Asked,
    pub(super) gives: Box<RawValue>,
}

/// What the connector was asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) enum Asked {
    Prepare { context: Context, operations: Vec<form::Operation> },
    Settle { context: Context, memo: Bytes, covers: u32, response: form::Response },
}

/// Bytes in one of two forms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) enum Bytes {
    Text(String),
    Base64(String),
}

impl Bytes {
    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            Self::Text(text) => Some(text.clone().into()),
            Self::Base64(text) => BASE64_STANDARD.decode(text).ok(),
        }
    }
}

/// Without the line's end.
pub(super) fn of_prepare(
    description: &Description,
    context: &Context,
    operations: &[Operation],
    gives: &Preparation,
    secret: &Values,
) -> Exact {
    let operations = operations.iter().map(|one| operation(description, one)).collect();
    let asked = object([("context", Exact::of(context).ok()), ("operations", Some(Exact::List(operations)))]);
    call("prepare", asked, preparation(description, gives, secret))
}

/// The same of one answer; `gives` is nothing when the connector failed on it.
pub(super) fn of_settle(
    description: &Description,
    context: &Context,
    answer: &Answer,
    gives: Option<&Settlement>,
    secret: &Values,
) -> Exact {
    let reads = |name: &str| description.reads_headers.iter().any(|read| read == name);
    let headers = answer.response.headers.iter().filter(|(name, _)| reads(name));
    let headers: Vec<_> = headers.map(|(name, value)| (name.clone(), Exact::text(value))).collect();
    let (form, body) = seen::content(&secret.removed(&answer.response.body), Shape::Text);
    let response = object([
        ("status", Some(number(answer.response.status))),
        ("headers", (!headers.is_empty()).then_some(Exact::Object(headers))),
        (form, Some(body)),
    ]);
    let asked = object([
        ("context", Exact::of(context).ok()),
        ("memo", Some(bytes(&answer.memo, secret))),
        ("covers", Some(number(answer.covers))),
        ("response", Some(response)),
    ]);
    call("settle", asked, settlement(description, gives, secret))
}

fn call(function: &str, asked: Exact, gives: Exact) -> Exact {
    object([("asked", Some(object([(function, Some(asked))]))), ("gives", Some(gives))])
}

pub(super) fn preparation(description: &Description, gives: &Preparation, secret: &Values) -> Exact {
    let exchanges = gives.exchanges.iter().map(|one| exchange(description, one, secret)).collect();
    let rejections = gives.rejections.iter().map(rejection).collect();
    let faults = gives.faults.iter().map(|fault| number(fault.index)).collect();
    object([("exchanges", list(exchanges)), ("rejections", list(rejections)), ("faults", list(faults))])
}

pub(super) fn settlement(description: &Description, gives: Option<&Settlement>, secret: &Values) -> Exact {
    let Some(Settlement { outcomes, further, allowances }) = gives else {
        return object([("fault", Some(Exact::Plain("true".into())))]);
    };
    let outcomes = outcomes.iter().map(|outcome| {
        let mut shown = seen::outcome(outcome);
        shown.set("index", Some(number(outcome.index)));
        shown
    });
    object([
        ("outcomes", list(outcomes.collect())),
        ("further", list(further.iter().map(|one| exchange(description, one, secret)).collect())),
        ("allowances", list(allowances.iter().map(allowance).collect())),
    ])
}

fn list(entries: Vec<Exact>) -> Option<Exact> {
    (!entries.is_empty()).then_some(Exact::List(entries))
}

fn bytes(bytes: &[u8], secret: &Values) -> Exact {
    let (form, content) = seen::content(&secret.removed(bytes), Shape::Text);
    object([(form, Some(content))])
}

fn exchange(description: &Description, exchange: &Exchange, secret: &Values) -> Exact {
    let delay = u64::try_from(exchange.delay.as_millis()).unwrap_or(u64::MAX);
    object([
        ("covers", Some(Exact::List(exchange.covers.iter().map(|index| number(*index)).collect()))),
        ("memo", Some(bytes(&exchange.memo, secret))),
        ("delay-ms", (delay > 0).then(|| number(delay))),
        ("document", exchange.document.as_deref().map(|document| bytes(document, secret))),
        ("request", Some(seen::request(description, &exchange.request, Shape::Text))),
    ])
}

fn rejection(rejection: &Rejection) -> Exact {
    object([("index", Some(number(rejection.index))), ("problems", seen::problems(&rejection.problems))])
}

fn allowance(allowance: &Allowance) -> Exact {
    let wait = allowance.wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    object([
        ("budget", Some(number(allowance.budget))),
        ("remaining", allowance.remaining.map(number)),
        ("wait-ms", wait.map(number)),
    ])
}

fn operation(description: &Description, operation: &Operation) -> Exact {
    let values = values::write(description, &operation.item.values);
    let values = values.iter().filter_map(|(name, value)| Some((name.clone(), Exact::of(value).ok()?)));
    let text = |text: &Option<String>| text.as_deref().map(Exact::text);
    object([
        ("action", Exact::of(&operation.action).ok()),
        ("sku", Some(Exact::text(&operation.item.sku))),
        ("group", text(&operation.item.group)),
        ("values", Some(Exact::Object(values.collect()))),
        ("remote-id", text(&operation.remote_id)),
        ("note", text(&operation.note)),
        ("revision", Some(number(operation.revision))),
        ("attempt", Some(number(operation.attempt))),
        ("as-of", Some(Exact::Plain(operation.as_of.to_string()))),
    ])
}
