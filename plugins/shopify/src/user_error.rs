//! `userErrors`: what Shopify has against single values, entries or the whole of a mutation.

use serde::Deserialize;
use wharf_sdk::{Problem, Reason, Verdict};

use crate::fields;

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct UserError {
    /// Empty for mutations whose errors have none.
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    field: Option<Vec<String>>,
    #[serde(default)]
    message: String,
}

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Another value is needed.
    Value,
    /// Shopify has lost what the note speaks of.
    Missing,
    /// The quantity is another than was set last.
    Stale,
    /// The same request is under way.
    Concurrent,
    /// It passes, or another key helps.
    Passing(Reason),
}

impl UserError {
    pub(crate) fn kind(&self) -> Kind {
        match self.code() {
            "PRODUCT_DOES_NOT_EXIST"
            | "PRODUCT_VARIANT_DOES_NOT_EXIST"
            | "INVALID_INVENTORY_ITEM"
            | "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT" => Kind::Missing,
            // Categories and other values can be unknown as well.
            "NOT_FOUND" if self.at().is_none() => Kind::Missing,
            "CHANGE_FROM_QUANTITY_STALE" | "COMPARE_QUANTITY_STALE" => Kind::Stale,
            "IDEMPOTENCY_CONCURRENT_REQUEST" => Kind::Concurrent,
            "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" | "IDEMPOTENCY_KEY_PARAMETER_MISMATCH" => {
                Kind::Passing(Reason::Conflict)
            }
            "GENERIC_ERROR" | "JOB_ERROR" => Kind::Passing(Reason::Outage),
            "INVALID_LOCATION" => Kind::Passing(Reason::Settings),
            _ => Kind::Value,
        }
    }

    pub(crate) fn is_last_variant(&self) -> bool {
        self.code() == "CANNOT_DELETE_LAST_VARIANT"
    }

    /// The position that follows this list's name in the path.
    pub(crate) fn index(&self, list: &str) -> Option<usize> {
        let path = self.field.as_deref()?;
        let name = path.iter().position(|part| part == list)?;
        path.get(name + 1)?.parse().ok()
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    pub(crate) fn problem(&self) -> Problem {
        let path = self.field.as_deref().unwrap_or_default().join(".");
        let message =
            if path.is_empty() { self.message.clone() } else { format!("{path}: {}", self.message) };
        let code = if self.code().is_empty() { "refused" } else { self.code() };
        Problem { field: self.at(), ..Problem::error(code, message).reason(self.reason()) }
    }

    /// For the operation that the error names, or for all when it names none.
    pub(crate) fn verdict(&self) -> Verdict {
        match self.kind() {
            Kind::Value => Verdict::rejected(self.problem()),
            _ => Verdict::retry(self.problem()),
        }
    }

    fn reason(&self) -> Reason {
        match self.kind() {
            Kind::Value if matches!(self.code(), "PRODUCT_SUSPENDED" | "SUBSCRIPTION_VIOLATION") => {
                Reason::Policy
            }
            Kind::Value => Reason::Data,
            Kind::Missing => Reason::Missing,
            Kind::Stale | Kind::Concurrent => Reason::Conflict,
            Kind::Passing(reason) => reason,
        }
    }

    pub(crate) fn code(&self) -> &str {
        self.code.as_deref().unwrap_or_default()
    }

    fn at(&self) -> Option<u32> {
        fields::find(self.field.as_deref()?.iter().map(String::as_str))
    }
}

/// One verdict for several errors about the same operation: a rejection holds all of them, and what passes comes
/// first, as it says nothing about the item.
pub(crate) fn verdict(errors: &[&UserError]) -> Option<Verdict> {
    if let Some(passing) = errors.iter().find(|error| error.kind() != Kind::Value) {
        return Some(passing.verdict());
    }
    let problems: Vec<Problem> = errors.iter().map(|error| error.problem()).collect();
    (!problems.is_empty()).then_some(Verdict::Rejected(problems))
}
