//! What can go wrong, in words that name the place and the remedy. No variant holds a secret or a body.

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::Method;

use crate::{address::Reach, target::TargetError};

/// A gateway or a route that cannot be built as configured.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error("gateway setting `{setting}` {rule}")]
    Setting { setting: &'static str, rule: &'static str },
    #[error("the TLS client cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    #[error("budget `{budget}` lets nothing through; each of its figures must be above 0")]
    EmptyBudget { budget: String },
    #[error("budget `{budget}` applies to endpoint {endpoint}, which does not exist")]
    BudgetEndpoint { budget: String, endpoint: usize },
    #[error("the connector declares {count} budgets; a channel keeps to at most {limit}")]
    TooManyBudgets { count: usize, limit: usize },
    #[error("response header name `{name}` is not a header name")]
    HeaderName { name: String },
    #[error("the address `{url}` of endpoint `{endpoint}` is not usable: {reason}")]
    Url { endpoint: String, url: String, reason: String },
    #[error("path prefix `{path}` of endpoint `{endpoint}` is not usable: {reason}")]
    Path { endpoint: String, path: String, reason: TargetError },
    #[error("a header of endpoint `{endpoint}` is not usable: {refusal}")]
    EndpointHeader { endpoint: String, refusal: Refusal },
    #[error(
        "grant `{host}` is not `HOST` or `HOST:PORT`; a `*` may stand for each of the first labels before at least \
         two whole ones"
    )]
    Grant { host: String },
    #[error(
        "endpoint `{endpoint}` needs host `{host}`, which is not granted; add `{host}` to the channel's grants"
    )]
    NotGranted { endpoint: String, host: String },
    #[error(
        "endpoint `{endpoint}` would send credentials to `{host}` unencrypted; use https, or grant the host with \
         `allow-private` if it is on your own network"
    )]
    Unencrypted { endpoint: String, host: String },
    #[error("endpoint `{endpoint}`: {refusal}")]
    Address { endpoint: String, refusal: AddressRefusal },
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

/// An address that a host name stands for, and that may not be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("host `{host}` is at {address}, {}", remedy(*.reach))]
pub struct AddressRefusal {
    pub host: String,
    pub address: IpAddr,
    pub reach: Reach,
}

fn remedy(reach: Reach) -> &'static str {
    match reach {
        Reach::Never => "which no grant opens (link-local, cloud metadata, multicast or reserved)",
        Reach::Private | Reach::Public => {
            "on this machine or a private network; set `allow-private` in the channel's grant for it to allow that"
        }
    }
}

/// A request that the endpoint's description or the operator's grants do not cover. It was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("endpoint {index} does not exist; the connector declares {count}")]
    Endpoint { index: usize, count: usize },
    #[error(
        "endpoint `{endpoint}` does not declare method {method}; declare it in the connector's `endpoints`"
    )]
    Method { endpoint: Arc<str>, method: Method },
    #[error("endpoint `{endpoint}` does not declare path `{path}`; declare a prefix of it in its `paths`")]
    Path { endpoint: Arc<str>, path: String },
    #[error("target `{target}` is refused: {reason}")]
    Target { target: String, reason: TargetError },
    /// The address itself is not shown: its query may be a permission.
    #[error("a request to endpoint `{endpoint}` holds no usable address: {reason}")]
    Url { endpoint: Arc<str>, reason: String },
    #[error("an address at `{host}` does not fit `{pattern}`, which endpoint `{endpoint}` declares")]
    Pattern { endpoint: Arc<str>, host: String, pattern: Arc<str> },
    #[error(
        "endpoint `{endpoint}` was given an address at `{host}`, which is not granted; add `{host}` to the channel's \
         grants"
    )]
    NotGranted { endpoint: Arc<str>, host: String },
    #[error(
        "query parameter `{name}` belongs to the host, which signs requests with it; the connector must not set it"
    )]
    ReservedQuery { name: String },
    #[error("header `{name}` belongs to the host; the connector must not set it")]
    ReservedHeader { name: String },
    #[error("header `{name}` is not a valid HTTP header; remove control characters from its name and value")]
    Header { name: String },
    #[error("a request body of {bytes} bytes is above the limit of {limit} (setting `request-bytes`)")]
    RequestTooLarge { bytes: usize, limit: usize },
    #[error(transparent)]
    Address(#[from] AddressRefusal),
}

/// Why a request has no response for the connector.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SendError {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The channel, or a budget, lets nothing through for a while.
    #[error("`{host}` takes no more requests for {:.1} s", .retry_after.as_secs_f64())]
    Throttled { host: Arc<str>, retry_after: Duration },
    /// The host has failed so often that nothing is sent to it for a while (settings `breaker`).
    #[error(
        "`{host}` failed again and again and is left alone until {}",
        httpdate::fmt_http_date(*.until)
    )]
    Open { host: Arc<str>, until: SystemTime },
    /// The channel failed on every attempt.
    #[error("`{host}` failed on {attempts} attempt(s), lastly with {outage}")]
    Unavailable { host: Arc<str>, attempts: u32, outage: Outage },
    #[error("`{host}` did not answer {attempts} attempt(s) within {} ms (setting `request-timeout-ms`)", .limit.as_millis())]
    Timeout { host: Arc<str>, attempts: u32, limit: Duration },
    #[error("`{host}` answered {status} with more than {limit} bytes (setting `response-bytes`)")]
    ResponseTooLarge { host: Arc<str>, status: u16, limit: usize },
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// What the request was to carry could not be read, so the request itself was not sent.
    #[error(transparent)]
    Asset(#[from] AssetError),
}

/// A picture that could not be read for the body of a request.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AssetError {
    #[error("a picture's address is not usable: {reason}")]
    Url { reason: String },
    #[error("a picture is at `{host}`, which is not granted; add `{host}` to the channel's grants")]
    NotGranted { host: String },
    #[error("`{host}` has no picture at `{path}`, but answered {status}; check the picture's address")]
    Status { host: Arc<str>, path: String, status: u16 },
    #[error("the picture `{path}` at `{host}` has more than {limit} bytes (setting `asset-bytes`)")]
    TooLarge { host: Arc<str>, path: String, limit: usize },
    #[error("a picture cannot be read: {0}")]
    Unread(Box<SendError>),
}

/// How a channel failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Outage {
    #[error("status {0}")]
    Status(u16),
    /// No connection, so the request did not arrive.
    #[error("no connection: {0}")]
    Connect(String),
    /// The connection ended early, or what came back is not HTTP.
    #[error("a broken response: {0}")]
    Broken(String),
}

impl SendError {
    /// Whether the same request may succeed later without anybody changing anything.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Open { .. } | Self::Unavailable { .. } | Self::Timeout { .. } => {
                true
            }
            Self::Credentials(error) => error.retryable(),
            Self::Asset(AssetError::Unread(error)) => error.retryable(),
            Self::Asset(_) | Self::Refused(_) | Self::ResponseTooLarge { .. } => false,
        }
    }

    /// Whether the channel may have acted on the request all the same.
    pub fn uncertain(&self) -> bool {
        match self {
            Self::Timeout { .. } | Self::ResponseTooLarge { .. } => true,
            Self::Unavailable { outage, .. } => !matches!(outage, Outage::Connect(_)),
            Self::Refused(_)
            | Self::Throttled { .. }
            | Self::Open { .. }
            | Self::Credentials(_)
            | Self::Asset(_) => false,
        }
    }
}

/// Credentials that cannot be read, or that are not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CredentialsError {
    #[error("credentials name exactly one of `secret`, `env` and `file`")]
    Reference,
    #[error(
        "the channel needs credentials; configure them as {{\"secret\": \"NAME\"}}, {{\"env\": \"NAME\"}} or \
         {{\"file\": \"PATH\"}}"
    )]
    Missing,
    #[error("there is no stored secret `{name}`; set it: `wharf secret set {name}`")]
    Stored { name: String },
    #[error("the environment variable `{name}` that should hold the credentials is not set, or not text")]
    Environment { name: String },
    #[error("the credentials file `{path}` cannot be read: {reason}")]
    File { path: String, reason: String },
    #[error("the credentials in {place} are empty")]
    Empty { place: String },
    #[error("the credentials in {place} are not `USER:PASSWORD`")]
    Basic { place: String },
    #[error("the credentials in {place} hold characters that no header may hold")]
    Characters { place: String },
    #[error(
        "{place} is not a service-account key ({reason}); name the JSON key file, or set `\"bearer\": true` if it \
         holds a plain token"
    )]
    ServiceAccountKey { place: String, reason: String },
    #[error(
        "{place} is not a client's secret ({reason}); it must be {{\"client_id\": ..., \"client_secret\": ...}}, \
         for merchants' accounts with a \"refresh_token\""
    )]
    Client { place: String, reason: &'static str },
    #[error("{place} is not a secret to sign with: {reason}")]
    SigningSecret { place: String, reason: String },
    #[error("the connector asks for credentials in header `{name}`, which cannot hold them")]
    HeaderName { name: String },
    #[error(
        "access tokens come from host `{host}`, which is not granted; add `{host}` to the channel's grants"
    )]
    TokenNotGranted { host: String },
    #[error("the token address `{url}` is not usable: {reason}")]
    TokenAddress { url: String, reason: String },
    #[error("`{host}` gave no access token: {reason}")]
    TokenOutage { host: String, reason: String },
    #[error(
        "`{host}` refused to give an access token: {reason}; check the stored credentials and their permissions"
    )]
    TokenRefused { host: String, reason: String },
    #[error("`{host}` does not take the channel's credentials (status 401); check or replace them")]
    NotTaken { host: Arc<str> },
}

impl CredentialsError {
    /// Whether time alone may put it right.
    pub fn retryable(&self) -> bool {
        matches!(self, Self::TokenOutage { .. })
    }
}
