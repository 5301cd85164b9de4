//! What Google's responses mean.
//!
//! Errors have one shape: `{"error": {"code", "message", "status", "details"}}`, where `details` may name the
//! reason and the fields ([AIP-193](https://google.aip.dev/193)).

use std::borrow::Cow;

use serde::Deserialize;
use wharf_sdk::{Action, Failure, Outcome, Problem, Reason, Response, Verdict};

use crate::{fields, losses::Memo, settings::Settings};

/// Of the one operation that the exchange covers.
pub(crate) fn outcome(settings: &Settings, memo: Memo, response: &Response) -> Outcome {
    match Failure::of(response.status) {
        None => success(memo, &response.body),
        Some(failure) => Outcome::new(0, failed(settings, memo.action(), failure, response)),
    }
}

/// What a delete is answered with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Empty {}

/// Only a body that Google would write counts: proxies and login pages answer 200 as well.
fn success(memo: Memo, body: &[u8]) -> Outcome {
    if memo.action() == Action::Delete {
        let empty = object::<Empty>(body).is_some();
        return Outcome::new(0, if empty { Verdict::accepted() } else { unreadable() });
    }
    match serde_json::from_slice::<ProductInput<'_>>(body) {
        Ok(input) => Outcome::new(0, Verdict::Accepted(memo.warnings())).remote_id(input.name),
        Err(_) => Outcome::new(0, unreadable()),
    }
}

/// The JSON object that a body is. A list would pass for one whose members may all be absent.
pub(crate) fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Option<T> {
    let is_object = body.trim_ascii_start().starts_with(b"{");
    is_object.then(|| serde_json::from_slice(body).ok()).flatten()
}

/// A body that Google would not write.
pub(crate) fn unreadable() -> Verdict {
    let message =
        "The answer is not one of Google's; check the endpoint's address and what stands before it.";
    Verdict::retry(Problem::error("unreadable-answer", message).reason(Reason::Contract))
}

fn failed(settings: &Settings, action: Action, failure: Failure, response: &Response) -> Verdict {
    let error = serde_json::from_slice::<ErrorBody<'_>>(&response.body).ok().map(|body| body.error);
    match (failure, action) {
        (Failure::NotFound, Action::Delete) => Verdict::accepted(),
        (Failure::NotFound, Action::Price | Action::Stock) => Verdict::retry(problem(
            ("not-found", Reason::Missing),
            "Google does not know the product, or not yet; it is sent whole.",
            error.as_ref(),
        )),
        (Failure::NotFound, Action::Upsert | Action::Keep) => Verdict::retry(problem(
            ("not-found", Reason::Settings),
            "Google does not know the account or the data source; check the channel's settings.",
            error.as_ref(),
        )),
        (Failure::Conflict, Action::Upsert) if settings.versioned => Verdict::rejected(problem(
            ("newer-version", Reason::Conflict),
            "Google holds a newer version, perhaps since a backup was restored; switch `versioned` off.",
            error.as_ref(),
        )),
        (Failure::Refused, _) => refused(failure, response.status, error),
        _ => passing(failure, response),
    }
}

/// Of a failure that is not the item's.
pub(crate) fn passing(failure: Failure, response: &Response) -> Verdict {
    let error = serde_json::from_slice::<ErrorBody<'_>>(&response.body).ok().map(|body| body.error);
    Verdict::retry(problem((failure.code(), failure.reason()), remedy(failure), error.as_ref()))
}

/// Google's own words about a refusal, if it is Google's.
pub(crate) fn words(response: &Response) -> Option<String> {
    let body = serde_json::from_slice::<ErrorBody<'_>>(&response.body).ok()?;
    Some(body.error.message.into_owned())
}

fn remedy(failure: Failure) -> &'static str {
    match failure {
        Failure::Unauthorized => "Google does not accept the credentials; check them.",
        Failure::Forbidden => {
            "The credentials may not change this account; give them the right in Merchant Center."
        }
        Failure::Conflict => "Another change of the product came in between.",
        Failure::Throttled => "Google wants to be asked later.",
        Failure::Unexpected => "The answer is none that Google gives; check the endpoint's address.",
        _ => "Google is not available.",
    }
}

/// Our sentence, and Google's own words when there are any.
fn problem((code, reason): (&str, Reason), sentence: &str, error: Option<&GoogleError<'_>>) -> Problem {
    let message = match error {
        Some(error) => format!("{sentence} Google says: {}", error.message),
        None => sentence.to_owned(),
    };
    Problem::error(code, message).reason(reason)
}

/// One problem for each field that Google names, else one with its message.
fn refused(failure: Failure, status: u16, error: Option<GoogleError<'_>>) -> Verdict {
    // Without Google's error body the refusal comes from something in between, and says nothing about the item.
    let Some(error) = error else {
        let message = format!("The request was refused with status {status}, but not by Google.");
        return Verdict::retry(Problem::error("unreadable-answer", message).reason(Reason::Contract));
    };
    let code = error.reason().unwrap_or(if error.status.is_empty() { failure.code() } else { &error.status });
    let violations: Vec<Problem> = error
        .details
        .iter()
        .flat_map(|detail| &detail.field_violations)
        .map(|violation| violation.problem(code))
        .collect();
    if violations.is_empty() {
        return Verdict::rejected(Problem::error(code, error.message.clone()));
    }
    Verdict::Rejected(violations)
}

/// What is read of an answered `ProductInput`.
#[derive(Deserialize)]
struct ProductInput<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ErrorBody<'a> {
    #[serde(borrow)]
    error: GoogleError<'a>,
}

#[derive(Deserialize)]
struct GoogleError<'a> {
    #[serde(borrow, default)]
    message: Cow<'a, str>,
    /// A name of `google.rpc.Code`, such as `INVALID_ARGUMENT`.
    #[serde(borrow, default)]
    status: Cow<'a, str>,
    #[serde(default)]
    details: Vec<Detail>,
}

/// `google.rpc.ErrorInfo` and `google.rpc.BadRequest`, of which each fills its own part.
#[derive(Deserialize)]
struct Detail {
    reason: Option<String>,
    #[serde(default, rename = "fieldViolations")]
    field_violations: Vec<FieldViolation>,
}

#[derive(Deserialize)]
struct FieldViolation {
    #[serde(default)]
    field: String,
    #[serde(default)]
    description: String,
}

impl GoogleError<'_> {
    fn reason(&self) -> Option<&str> {
        self.details.iter().find_map(|detail| detail.reason.as_deref())
    }
}

impl FieldViolation {
    fn problem(&self, code: &str) -> Problem {
        Problem {
            field: fields::find(&self.field),
            ..Problem::error(code, format!("{}: {}", self.field, self.description))
        }
    }
}
