//! The envelope of requests and answers.
//!
//! Vendure answers with status 200 whatever happened; what went wrong stands in `errors`, with a code
//! ([docs](https://docs.vendure.io/guides/developer-guide/error-handling/)). Then all of the document counts as not done:
//! every document may be sent again.

use serde::{Deserialize, Serialize, de::IgnoredAny};
use serde_json::Value;
use wharf_sdk::{Failure, Form, Problem, Reason, Request, Response, Verdict};

use crate::{API, settings::Settings};

pub(crate) const PATH: &str = "/admin-api";

/// The body of a request.
pub(crate) fn body(document: &str, variables: &impl Serialize) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a, V> {
        query: &'a str,
        variables: &'a V,
    }
    // Maps with text keys, lists, texts and whole numbers always have a JSON form.
    serde_json::to_vec(&Body { query: document, variables }).unwrap_or_default()
}

/// A request to the channel that the settings name.
pub(crate) fn request(settings: &Settings, body: Vec<u8>) -> Request {
    to_channel(settings, Request::post(API, PATH).json(body))
}

/// A request whose body is the chain's document.
pub(crate) fn document(settings: &Settings) -> Request {
    to_channel(settings, Request::post(API, PATH).document())
}

/// A request whose document is in a form, beside files. Vendure with `csrfPrevention` refuses forms without the header
/// ([docs](https://www.apollographql.com/docs/apollo-server/security/cors#preventing-cross-site-request-forgery-csrf)).
pub(crate) fn form(settings: &Settings, form: Form) -> Request {
    to_channel(settings, Request::post(API, PATH).header("apollo-require-preflight", "true").form(form))
}

fn to_channel(settings: &Settings, request: Request) -> Request {
    match &settings.channel_token {
        Some(token) => request.header("vendure-token", token.as_str()),
        None => request,
    }
}

#[derive(Deserialize)]
struct Answered {
    #[serde(default)]
    data: Value,
    #[serde(default)]
    errors: Option<Vec<GraphqlError>>,
}

#[derive(Debug, Deserialize)]
struct GraphqlError {
    #[serde(default)]
    message: String,
    #[serde(default)]
    extensions: Option<Extensions>,
    #[serde(rename = "path")]
    _path: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize)]
struct Extensions {
    #[serde(default)]
    code: String,
}

/// Whose turn it is after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blame {
    /// Something that the document names is not there.
    Missing,
    /// What the document says.
    Item,
    /// Nothing in the item.
    Passing,
}

/// A document that was not carried out.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) blame: Blame,
    pub(crate) problem: Problem,
}

impl Refusal {
    fn passing(problem: Problem) -> Self {
        Self { blame: Blame::Passing, problem }
    }

    /// For the only thing that the document was about.
    pub(crate) fn verdict(&self) -> Verdict {
        match self.blame {
            Blame::Item => Verdict::rejected(self.problem.clone()),
            Blame::Missing | Blame::Passing => Verdict::retry(self.problem.clone()),
        }
    }

    /// For one of several: whatever is an item's fault is found out by sending each alone.
    pub(crate) fn of_one_of_many(&self) -> Verdict {
        if self.blame == Blame::Passing {
            return self.verdict();
        }
        let message = format!(
            "Vendure refused one of several variants; each is sent alone next. {}",
            self.problem.message
        );
        Verdict::retry(Problem::error("sent-alone-next", message).reason(Reason::Conflict))
    }
}

/// What a document brought.
pub(crate) fn read(response: &Response) -> Result<Value, Refusal> {
    let failure = Failure::of(response.status);
    let is_object = response.body.trim_ascii_start().starts_with(b"{");
    let answered = serde_json::from_slice::<Answered>(&response.body).ok().filter(|_| is_object);
    let error = answered.as_ref().and_then(|answered| answered.errors.as_ref()?.first());
    match (error, failure, answered.as_ref()) {
        (Some(error), ..) => Err(refusal(error)),
        (None, None, Some(Answered { data: Value::Object(data), .. })) => Ok(Value::Object(data.clone())),
        (None, Some(_), _) if response.status == 413 => Err(too_large()),
        (None, Some(failure), _) if failure.passes() => {
            let message = format!("Vendure answered with status {}; it is tried again.", response.status);
            Err(Refusal::passing(failure.problem(message)))
        }
        // A refusal without Vendure's errors comes from something in between, and says nothing about the item.
        _ => Err(Refusal::passing(unreadable_problem())),
    }
}

fn too_large() -> Refusal {
    let message = "The product is more than Vendure reads in one request; shorten its description.";
    Refusal { blame: Blame::Item, problem: Problem::error("request-too-large", message) }
}

fn refusal(error: &GraphqlError) -> Refusal {
    let code = error.extensions.as_ref().map(|extensions| extensions.code.as_str()).unwrap_or_default();
    let (blame, reason) = match code {
        "ENTITY_NOT_FOUND" => (Blame::Missing, Reason::Missing),
        "USER_INPUT_ERROR" | "ILLEGAL_OPERATION" | "BAD_USER_INPUT" => (Blame::Item, Reason::Data),
        "UNAUTHORIZED" | "UNAUTHENTICATED" => (Blame::Passing, Reason::Credentials),
        "FORBIDDEN" => (Blame::Passing, Reason::Permission),
        "CHANNEL_NOT_FOUND" => (Blame::Passing, Reason::Settings),
        "INTERNAL_SERVER_ERROR" => (Blame::Passing, Reason::Outage),
        _ => (Blame::Passing, Reason::Contract),
    };
    let remedy = match code {
        "FORBIDDEN" => " Check that the key or token is still valid, and what its role may do.",
        "CHANNEL_NOT_FOUND" => " Correct `channel_token` in the channel's settings.",
        _ => "",
    };
    let code = if code.is_empty() { "graphql-error" } else { code };
    let message = format!("Vendure says: {}{remedy}", error.message);
    Refusal { blame, problem: Problem::error(code, message).reason(reason) }
}

fn unreadable_problem() -> Problem {
    let message =
        "The answer is not one of Vendure's; check the endpoint's address and what stands before it.";
    Problem::error("unreadable-answer", message).reason(Reason::Contract)
}

pub(crate) fn unreadable() -> Verdict {
    Verdict::retry(unreadable_problem())
}

/// The answer says nothing of the item, although it should.
pub(crate) fn left_out() -> Verdict {
    let message = "Vendure's answer leaves this item out; it is sent again.";
    Verdict::retry(Problem::error("no-outcome", message).reason(Reason::Contract))
}

/// The entries of a list, wherever it should be.
pub(crate) fn list<'a>(data: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    data.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}
