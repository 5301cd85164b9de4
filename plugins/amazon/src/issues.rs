//! Amazon's two ways of saying what is wrong, as problems: errors refuse a request, issues concern a listing.

use std::borrow::Cow;

use serde::Deserialize;
use wharf_sdk::{Failure, Problem, Reason, Severity};

use crate::attributes;

/// `{"errors": [...]}`, the body of every refused request.
#[derive(Deserialize)]
struct ErrorList<'a> {
    #[serde(borrow)]
    errors: Vec<AmazonError<'a>>,
}

#[derive(Deserialize)]
struct AmazonError<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    details: Option<Cow<'a, str>>,
}

/// An issue of a listing, as answers to single requests and processing reports state it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Issue<'a> {
    /// Its message's number in a feed.
    pub(crate) message_id: Option<u64>,
    #[serde(borrow, default)]
    code: Option<Cow<'a, str>>,
    #[serde(borrow)]
    severity: Cow<'a, str>,
    #[serde(borrow)]
    message: Cow<'a, str>,
    /// In reports.
    #[serde(borrow, default)]
    attribute_name: Option<Cow<'a, str>>,
    /// In answers.
    #[serde(default)]
    attribute_names: Vec<String>,
    #[serde(default)]
    categories: Vec<String>,
}

/// An internal error of Amazon's, which reports an item as invalid that nobody has looked at
/// ([issue 2774](https://github.com/amzn/selling-partner-api-models/issues/2774)).
const INTERNAL_ERROR: &str = "4000000";

impl Issue<'_> {
    /// Whether it kept the listing from being taken. A severity that is not known counts as such.
    pub(crate) fn is_error(&self) -> bool {
        !matches!(self.severity.as_ref(), "WARNING" | "INFO")
    }

    /// Whether the fault is Amazon's own, so that the same item may be taken the next time.
    pub(crate) fn is_internal(&self) -> bool {
        self.is_error() && self.code.as_deref() == Some(INTERNAL_ERROR)
    }

    pub(crate) fn problem(&self) -> Problem {
        let mut names =
            self.attribute_name.as_deref().into_iter().chain(self.attribute_names.iter().map(String::as_str));
        Problem {
            code: self.code.as_deref().unwrap_or("issue").to_owned(),
            severity: if self.is_error() { Severity::Error } else { Severity::Warning },
            reason: self.reason(),
            field: names.find_map(attributes::find),
            message: self.message.as_ref().to_owned(),
        }
    }

    fn reason(&self) -> Reason {
        if self.is_internal() {
            return Reason::Outage;
        }
        // The seller needs Amazon's approval for the brand or the category.
        let restricted = self.categories.iter().any(|category| category == "QUALIFICATION_REQUIRED");
        if restricted { Reason::Policy } else { Reason::Data }
    }
}

/// What a refused request was refused for.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) problem: Problem,
    /// Whether Amazon said so, and not something in between.
    pub(crate) is_amazons: bool,
}

impl Refusal {
    /// `sentence` says what did not happen.
    pub(crate) fn of(failure: Failure, body: &[u8], sentence: &str) -> Self {
        let list = serde_json::from_slice::<ErrorList<'_>>(body).ok();
        let Some(error) = list.as_ref().and_then(|list| list.errors.first()) else {
            let reason = match failure {
                Failure::Refused | Failure::NotFound => Reason::Contract,
                other => other.reason(),
            };
            let message = format!("{sentence} {}", remedy(failure, reason));
            return Self {
                problem: Problem::error(failure.code(), message).reason(reason),
                is_amazons: false,
            };
        };
        let reason = error.reason(failure);
        let message = format!("{sentence} {} Amazon says: {}", remedy(failure, reason), error.words());
        Self { problem: Problem::error(error.code.clone(), message).reason(reason), is_amazons: true }
    }
}

/// Of a request that carries no item, so that none is to blame.
pub(crate) fn blameless(problem: Problem) -> Problem {
    let reason = if problem.reason == Reason::Data { Reason::Settings } else { problem.reason };
    problem.reason(reason)
}

impl AmazonError<'_> {
    /// By what is said, where the status alone would lead the operator astray.
    fn reason(&self, failure: Failure) -> Reason {
        let words = self.words().to_ascii_lowercase();
        let code = self.code.as_ref();
        match failure {
            _ if code == "QuotaExceeded" => Reason::Budget,
            _ if code.starts_with("Internal") => Reason::Outage,
            Failure::Forbidden if words.contains("token") => Reason::Credentials,
            Failure::Refused | Failure::NotFound
                if words.contains("marketplaceid") || words.contains("sellerid") =>
            {
                Reason::Settings
            }
            _ => failure.reason(),
        }
    }

    fn words(&self) -> String {
        let parts = [self.message.as_deref(), self.details.as_deref()];
        let mut words = String::new();
        for part in parts.into_iter().flatten().filter(|part| !part.is_empty()) {
            if !words.contains(part) {
                words.push_str(if words.is_empty() { "" } else { ": " });
                words.push_str(part);
            }
        }
        words
    }
}

fn remedy(failure: Failure, reason: Reason) -> &'static str {
    match (failure, reason) {
        (_, Reason::Credentials) => "Authorise the application anew and enter its refresh token.",
        (_, Reason::Permission) => "Give the application the roles that this needs in Seller Central.",
        (_, Reason::Settings) => "Check seller, marketplaces and the region of the endpoint `api`.",
        (_, Reason::Budget) => "Amazon wants to be asked later.",
        (_, Reason::Outage) => "Amazon is out of order; it is tried again.",
        (_, Reason::Contract) => "The answer is none that Amazon gives; check the endpoint's address.",
        (Failure::Conflict, _) => "Another change came in between.",
        (Failure::NotFound, _) => "Amazon does not know it.",
        _ => "The request was refused.",
    }
}

/// For an answer with a status of success that is not what was asked for.
pub(crate) fn unreadable() -> Problem {
    let message =
        "The answer is not one of Amazon's; check the endpoint's address and what stands before it.";
    Problem::error("unreadable-answer", message).reason(Reason::Contract)
}
