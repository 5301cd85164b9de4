//! Requests to the one address of the Admin API, and the envelope of its answers.
//!
//! Shopify answers 200 whatever happened: what went wrong stands in `errors`, or inside `data` as `userErrors`, and
//! what the query cost in `extensions.cost` ([response format](https://shopify.dev/docs/api/usage/response-codes),
//! [rate limits](https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits)).

use std::time::Duration;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;
use wharf_sdk::{
    Allowance, Failure, Json, Page, Problem, Reason, Request, Response, Rest, Settlement, Verdict,
};

use crate::{API, POINTS, fields};

pub(crate) const PATH: &str = "/admin/api/2026-10/graphql.json";

/// Points of a mutation that has no price of its own.
pub(crate) const MUTATION: u32 = 10;

/// What `variables` writes are the members of the variables' object.
pub(crate) fn body(document: &str, capacity: usize, variables: impl FnOnce(&mut Json)) -> Json {
    let mut json = Json::with_capacity(document.len() + capacity);
    json.begin_object().member("query", document).key("variables").begin_object();
    variables(&mut json);
    json.end_object().end_object();
    json
}

/// A request that costs so many points.
pub(crate) fn request(document: &str, points: u32, variables: impl FnOnce(&mut Json)) -> Request {
    Request::post(API, PATH).json(body(document, 256, variables)).cost(points)
}

/// An answer that Shopify gave to what was asked.
#[derive(Debug)]
pub(crate) struct Reply<'a> {
    pub(crate) data: Result<&'a RawValue, Refusal>,
    /// What the bucket of points holds now, or how long to wait until it holds enough.
    pub(crate) allowance: Option<Allowance>,
}

/// Nothing was done, for every operation alike.
#[derive(Debug, Clone)]
pub(crate) enum Refusal {
    /// The bucket holds too few points.
    Throttled(Duration),
    /// Nothing that the items are to blame for.
    Passing(Problem),
    /// The query cannot be carried out for these items.
    Lasting(Problem),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(default)]
    errors: Vec<GraphqlError>,
    extensions: Option<Extensions>,
}

#[derive(Deserialize)]
struct GraphqlError {
    #[serde(default)]
    message: String,
    #[serde(default)]
    extensions: ErrorExtensions,
}

#[derive(Deserialize, Default)]
struct ErrorExtensions {
    #[serde(default)]
    code: String,
    /// Of variables that do not fit: where, and why.
    #[serde(default)]
    problems: Vec<VariableProblem>,
}

#[derive(Deserialize)]
struct VariableProblem {
    #[serde(default)]
    path: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Extensions {
    cost: Option<Cost>,
}

/// Shopify writes points as `1000.0`; they are no money, so a float does.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cost {
    #[serde(default)]
    requested_query_cost: f64,
    throttle_status: Option<ThrottleStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ThrottleStatus {
    currently_available: f64,
    restore_rate: f64,
}

impl Cost {
    /// How long it takes until the bucket holds what the query asks for.
    fn wait(&self) -> Option<Duration> {
        let status = self.throttle_status.as_ref()?;
        let seconds = (self.requested_query_cost - status.currently_available).max(0.0) / status.restore_rate;
        let milliseconds = (seconds * 1_000.0).ceil();
        (milliseconds.is_finite() && milliseconds < LONGEST_WAIT)
            .then(|| Duration::from_millis(milliseconds as u64))
    }

    fn allowance(&self, throttled: bool) -> Option<Allowance> {
        let available = self.throttle_status.as_ref()?.currently_available;
        let remaining = Allowance::remaining(POINTS, available.max(0.0) as u32);
        let wait = if throttled { self.wait() } else { None };
        Some(Allowance { wait_ms: wait.and_then(|wait| u64::try_from(wait.as_millis()).ok()), ..remaining })
    }
}

/// Milliseconds. A bucket refills within seconds; a longer wait is a misreading.
const LONGEST_WAIT: f64 = 600_000.0;

/// When a throttled answer does not say what the bucket holds.
const USUAL_WAIT: Duration = Duration::from_secs(2);

/// What Shopify says, if this is Shopify.
pub(crate) fn read(response: &Response) -> Reply<'_> {
    if let Some(problem) = transport(response.status) {
        return Reply { data: Err(Refusal::Passing(problem)), allowance: None };
    }
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(&response.body) else {
        return Reply { data: Err(Refusal::Passing(unreadable())), allowance: None };
    };
    let cost = envelope.extensions.and_then(|extensions| extensions.cost);
    let throttled = envelope.errors.iter().any(|error| error.extensions.code == "THROTTLED");
    let allowance = cost.as_ref().and_then(|cost| cost.allowance(throttled));
    let data = match (envelope.errors.first(), envelope.data) {
        _ if throttled => Err(Refusal::Throttled(cost.as_ref().and_then(Cost::wait).unwrap_or(USUAL_WAIT))),
        (Some(error), _) => Err(refusal(error)),
        (None, Some(data)) => Ok(data),
        (None, None) => Err(Refusal::Passing(unreadable())),
    };
    Reply { data, allowance }
}

/// The data in the shape that the query asked for.
pub(crate) fn shape<'a, T: Deserialize<'a>>(data: &'a RawValue) -> Result<T, Refusal> {
    serde_json::from_str(data.get()).map_err(|_| Refusal::Passing(unreadable()))
}

/// A status says nothing about items, as all that Shopify thinks of them stands in bodies with 200.
fn transport(status: u16) -> Option<Problem> {
    let failure = Failure::of(status)?;
    let (reason, remedy) = match status {
        401 => (Reason::Credentials, "Shopify does not accept the access token; enter a new one."),
        402 => (Reason::Permission, "The shop is frozen until its bill is paid."),
        403 => (Reason::Permission, "The access token is not allowed to do this; extend the app's scopes."),
        404 => (Reason::Settings, "There is no such shop or API version; check the endpoint's address."),
        423 => (Reason::Permission, "Shopify has locked the shop; ask its support."),
        400..=499 if failure == Failure::Refused => (
            Reason::Contract,
            "The request was refused, but not in Shopify's way; check the endpoint's address.",
        ),
        _ => (failure.reason(), "Shopify did not carry out the request."),
    };
    Some(Problem::error(failure.code(), format!("{remedy} The status is {status}.")).reason(reason))
}

pub(crate) fn unreadable() -> Problem {
    let message =
        "The answer is not one of Shopify's; check the endpoint's address and what stands before it.";
    Problem::error("unreadable-answer", message).reason(Reason::Contract)
}

/// Codes of [GraphQL errors](https://shopify.dev/docs/api/usage/response-codes#graphql-error-codes).
fn refusal(error: &GraphqlError) -> Refusal {
    let problem = |reason, sentence: &str| {
        let code = if error.extensions.code.is_empty() { "graphql-error" } else { &error.extensions.code };
        Problem::error(code, format!("{sentence} Shopify says: {}", error.message)).reason(reason)
    };
    match error.extensions.code.as_str() {
        "ACCESS_DENIED" => Refusal::Passing(problem(
            Reason::Permission,
            "The access token is not allowed to do this; extend the app's scopes.",
        )),
        "SHOP_INACTIVE" => Refusal::Passing(problem(Reason::Permission, "The shop is not active.")),
        "INTERNAL_SERVER_ERROR" | "TIMEOUT" => {
            Refusal::Passing(problem(Reason::Outage, "Shopify is not available."))
        }
        "MAX_COST_EXCEEDED" => {
            Refusal::Lasting(problem(Reason::Data, "The product is too large for one request."))
        }
        "INVALID_VARIABLE" => Refusal::Lasting(Problem {
            field: error.field(),
            ..problem(Reason::Data, "A value does not have the form that Shopify asks for.")
        }),
        _ => Refusal::Passing(problem(Reason::Contract, "Shopify does not understand the request.")),
    }
}

impl GraphqlError {
    fn field(&self) -> Option<u32> {
        let path = &self.extensions.problems.first()?.path;
        fields::find(path.iter().filter_map(serde_json::Value::as_str))
    }
}

impl Refusal {
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::Throttled(wait) => Verdict::retry_after(*wait, throttled()),
            Self::Passing(problem) => Verdict::retry(problem.clone()),
            Self::Lasting(problem) => Verdict::rejected(problem.clone()),
        }
    }

    pub(crate) fn settlement(&self, covers: u32) -> Settlement {
        Settlement::all(covers, &self.verdict())
    }

    /// For pulls.
    pub(crate) fn page(self) -> Page {
        let rest = match self {
            Self::Throttled(wait) => Rest::Retry((u64::try_from(wait.as_millis()).ok(), throttled())),
            Self::Passing(problem) if matters_to_a_person(problem.reason) => Rest::Failed(problem),
            Self::Passing(problem) => Rest::Retry((None, problem)),
            Self::Lasting(problem) => Rest::Failed(problem),
        };
        Page { entries: Vec::new(), problems: Vec::new(), rest, allowances: Vec::new() }
    }

    pub(crate) fn problem(self) -> Problem {
        match self {
            Self::Throttled(_) => throttled(),
            Self::Passing(problem) | Self::Lasting(problem) => problem,
        }
    }
}

fn matters_to_a_person(reason: Reason) -> bool {
    matches!(reason, Reason::Credentials | Reason::Permission | Reason::Settings | Reason::Contract)
}

fn throttled() -> Problem {
    Problem::error("THROTTLED", "The shop's points for queries are used up for the moment.")
        .reason(Reason::Budget)
}

/// Objects after which Shopify [ends](https://shopify.dev/docs/api/usage/limits) paging through one connection, whether
/// or not there are more.
pub(crate) const PAGED_OBJECTS: u32 = 25_000;

/// Where a connection goes on.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl PageInfo {
    pub(crate) fn has_more(&self) -> bool {
        self.has_next_page && self.end_cursor.is_some()
    }

    pub(crate) fn cursor(&self) -> Option<String> {
        self.end_cursor.clone().filter(|_| self.has_next_page)
    }

    pub(crate) fn next(self) -> Option<String> {
        self.end_cursor.filter(|_| self.has_next_page)
    }
}

/// Shopify's connections, of which only nodes and the way on are asked for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection<T> {
    pub(crate) nodes: Vec<T>,
    pub(crate) page_info: PageInfo,
}

/// Something of which only the id is read.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Identified {
    pub(crate) id: String,
}

/// Whether something is there, whatever it is.
pub(crate) type Present = Option<IgnoredAny>;
