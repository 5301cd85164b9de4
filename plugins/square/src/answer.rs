//! What Square's answers mean.
//!
//! Errors have one shape, alone or beside results: `{"errors": [{"category", "code", "detail", "field"}]}`
//! ([docs](https://developer.squareup.com/docs/build-basics/general-considerations/handling-errors)). `field` holds the
//! place in the request, when Square knows it, such as `batches[1].objects[0].item_data.name`.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use wharf_sdk::{Failure, Problem, Reason, Response, Verdict};

use crate::fields;

/// What any of the requests is answered with; each fills its own part.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Body {
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) errors: Vec<SquareError>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) objects: Vec<Value>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) related_objects: Vec<Value>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) id_mappings: Vec<Mapping>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) deleted_object_ids: Vec<String>,
    #[serde(deserialize_with = "null_is_empty")]
    pub(crate) counts: Vec<Counted>,
    /// The image that was made.
    pub(crate) image: Value,
}

/// The id that Square gave a new object.
#[derive(Debug, Deserialize)]
pub(crate) struct Mapping {
    #[serde(default)]
    pub(crate) client_object_id: String,
    #[serde(default)]
    pub(crate) object_id: String,
}

/// What is read of a count when it was sent.
#[derive(Debug, Deserialize)]
pub(crate) struct Counted {
    #[serde(default)]
    pub(crate) catalog_object_id: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SquareError {
    #[serde(default)]
    pub(crate) category: String,
    pub(crate) code: String,
    #[serde(default)]
    pub(crate) detail: String,
    #[serde(default)]
    pub(crate) field: String,
}

fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Whose turn it is after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// An object has a newer version.
    Version,
    /// Something that the request names is not there.
    Missing,
    /// The request's content.
    Item,
    /// Nothing in the item; trying again may help.
    Passing(Reason),
}

impl SquareError {
    pub(crate) fn blame(&self) -> Blame {
        match (self.code.as_str(), self.category.as_str()) {
            ("VERSION_MISMATCH" | "CONFLICT", _) => Blame::Version,
            ("NOT_FOUND" | "GONE", _) => Blame::Missing,
            ("IDEMPOTENCY_KEY_REUSED", _) => Blame::Passing(Reason::Conflict),
            ("FORBIDDEN" | "INSUFFICIENT_SCOPES" | "APPLICATION_DISABLED", _) => {
                Blame::Passing(Reason::Permission)
            }
            (_, "AUTHENTICATION_ERROR") => Blame::Passing(Reason::Credentials),
            ("RATE_LIMITED", _) | (_, "RATE_LIMIT_ERROR") => Blame::Passing(Reason::Budget),
            (_, "API_ERROR" | "EXTERNAL_VENDOR_ERROR") => Blame::Passing(Reason::Outage),
            (_, "INVALID_REQUEST_ERROR") => Blame::Item,
            _ => Blame::Passing(Reason::Contract),
        }
    }

    pub(crate) fn problem(&self) -> Problem {
        let place = if self.field.is_empty() { String::new() } else { format!(" ({})", self.field) };
        let message = format!("Square says: {}{place}", self.detail);
        let reason = match self.blame() {
            Blame::Version => Reason::Conflict,
            Blame::Missing => Reason::Missing,
            Blame::Item => Reason::Data,
            Blame::Passing(reason) => reason,
        };
        Problem {
            field: fields::find(&self.field),
            ..Problem::error(self.code.clone(), message).reason(reason)
        }
    }

    /// The number in the place that follows `list`, such as 3 of `changes[3].physical_count`.
    pub(crate) fn position(&self, list: &str) -> Option<usize> {
        let (_, rest) = self.field.split_once(&format!("{list}["))?;
        rest.split_once(']')?.0.parse().ok()
    }
}

/// A JSON object of this shape. A list is none, although its entries could be taken for the members in their order.
pub(crate) fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Option<T> {
    if !body.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    serde_json::from_slice(body).ok()
}

/// The body, when it is one of Square's; otherwise what becomes of everything that the request was for.
pub(crate) fn read(response: &Response) -> Result<Body, Verdict> {
    let failure = Failure::of(response.status);
    match (object::<Body>(&response.body), failure) {
        (Some(body), None) => Ok(body),
        (Some(body), Some(_)) if !body.errors.is_empty() => Ok(body),
        (_, Some(failure)) if failure.passes() => {
            let message = format!("Square answered with status {}; it is tried again.", response.status);
            Err(failure.verdict(message))
        }
        // A refusal without Square's error comes from something in between, and says nothing about the item.
        _ => Err(unreadable()),
    }
}

pub(crate) fn unreadable() -> Verdict {
    let message =
        "The answer is not one of Square's; check the endpoint's address and what stands before it.";
    Verdict::retry(Problem::error("unreadable-answer", message).reason(Reason::Contract))
}

/// The answer says nothing of the item, although it should.
pub(crate) fn left_out() -> Verdict {
    let message = "Square's answer leaves this item out; it is sent again.";
    Verdict::retry(Problem::error("no-outcome", message).reason(Reason::Contract))
}

/// The channel's state has become known only now, so that the next try can be right.
pub(crate) fn again(code: &str, message: &str) -> Verdict {
    Verdict::retry(Problem::error(code, message).reason(Reason::Conflict))
}

/// What errors mean for something that all of them speak of: the worst of them decides.
pub(crate) fn verdict(errors: &[&SquareError]) -> Verdict {
    let passing = errors.iter().find(|error| error.blame() != Blame::Item);
    match passing {
        Some(error) => Verdict::retry(error.problem()),
        None if errors.is_empty() => left_out(),
        None => Verdict::Rejected(errors.iter().map(|error| error.problem()).collect()),
    }
}

/// What errors without a place mean for one of several: whatever is the items' fault is found out by sending each
/// apart.
pub(crate) fn of_one_of_many(errors: &[&SquareError]) -> Verdict {
    match verdict(errors) {
        Verdict::Rejected(problems) => {
            let said = problems.first().map(|problem| problem.message.as_str()).unwrap_or_default();
            let message = format!("Square refused one of several items; each is sent alone next. {said}");
            Verdict::retry(Problem::error("sent-alone-next", message).reason(Reason::Conflict))
        }
        other => other,
    }
}
