//! A channel's way out: what is declared, granted and configured about it, checked once and kept.

mod sending;

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::HeaderName;

use crate::{
    assets::Assets,
    authorization::Authorization,
    authorizer::Authorizer,
    breaker::Breaker,
    budget::BudgetSpec,
    credentials::Credentials,
    endpoint::{Endpoint, EndpointSpec},
    error::{GatewayError, SendError},
    figures::{Counters, Figures, count},
    form::{FormBody, FormPart},
    gateway::Gateway,
    grant::{Grant, Grants},
    request::{Request, Response},
    turnstile::{Gate, TurnLimits, Turnstile},
};

/// Everything that is fixed about a channel's way out.
#[derive(Debug, Clone, Default)]
pub struct RouteSpec {
    /// Whose account at the vendor it uses. Routes of the same account share its budgets and its tokens.
    pub account: Option<String>,
    /// In the order that `Request::endpoint` counts.
    pub endpoints: Vec<EndpointSpec>,
    pub grants: Vec<Grant>,
    pub credentials: Credentials,
    /// Each request takes from every one that matches it.
    pub budgets: Vec<BudgetSpec>,
    /// Requests on the wire at once; `None` is the setting `max-in-flight`.
    pub max_in_flight: Option<usize>,
    /// Response headers that the connector reads.
    pub reads_headers: Vec<String>,
}

/// A channel's way out. Cheap to clone; clones share budgets, pauses, circuit breakers and figures.
#[derive(Clone)]
pub struct Route(Arc<Inner>);

struct Inner {
    gateway: Gateway,
    grants: Grants,
    endpoints: Vec<Endpoint>,
    authorizer: Authorizer,
    /// For requests that carry their permission in their address.
    nobody: Arc<Authorization>,
    turnstile: Turnstile,
    assets: Assets,
    reads_headers: Vec<HeaderName>,
    /// Whether a redirect has been told of.
    redirected: AtomicBool,
    counters: Counters,
}

impl Route {
    pub(crate) fn new(gateway: &Gateway, spec: RouteSpec) -> Result<Self, GatewayError> {
        let settings = gateway.settings();
        let account = spec.account.as_deref();
        let grants = Grants::parse(&spec.grants)?;
        let authorizer = Authorizer::new(gateway, account, &spec.credentials, &grants)?;
        let endpoints = endpoints(gateway, spec.endpoints, &grants)?;
        if !matches!(spec.credentials, Credentials::None) {
            check_encryption(&endpoints)?;
        }
        let limits = TurnLimits {
            longest: settings.retry.wait_cap(),
            scatter: Duration::from_millis(settings.retry.backoff_ms),
        };
        let gates = gates(gateway, account, &spec.budgets, endpoints.len())?;
        let in_flight = spec.max_in_flight.unwrap_or(settings.max_in_flight);
        Ok(Self(Arc::new(Inner {
            gateway: gateway.clone(),
            assets: Assets::new(&grants, settings, limits)?,
            grants,
            endpoints,
            authorizer,
            nobody: Arc::new(Authorization::none()),
            turnstile: Turnstile::new(gates, in_flight, limits)?,
            reads_headers: header_names(spec.reads_headers)?,
            redirected: AtomicBool::new(false),
            counters: Counters::default(),
        })))
    }

    /// Sends a request until the channel has answered it, or until there is no point in trying further.
    pub async fn send(&self, request: Request) -> Result<Response, SendError> {
        count(&self.0.counters.requests, 1);
        let sent = self.0.send(request).await;
        if sent.is_err() {
            count(&self.0.counters.failed, 1);
        }
        sent
    }

    /// Reads a picture for the body of a request: from an `http` or `https` address whose host is granted, perhaps by
    /// a wildcard; without credentials, and outside the channel's budgets. It has at most `asset-bytes`.
    ///
    /// # Errors
    /// Always `SendError::Asset`, after which the channel has not been asked for anything.
    pub async fn asset(&self, address: &str) -> Result<Bytes, SendError> {
        Ok(self.0.asset(address).await?.bytes)
    }

    /// Puts a form together, for the body of a request: its pictures are read as by [`Route::asset`], one after the other.
    /// All parts together have at most `request-bytes`.
    ///
    /// # Errors
    /// `SendError::Asset` or `SendError::Refused`, after which the channel has not been asked for anything.
    pub async fn form(&self, parts: &[FormPart]) -> Result<FormBody, SendError> {
        self.0.form(parts).await
    }

    /// Takes over what the channel said of a budget, by its index in `RouteSpec::budgets`: that no more than
    /// `remaining` units may go at once, and that none may before `wait` has passed (at most the setting
    /// `retry.pause-cap-ms`). It only ever slows down; a budget that does not exist is ignored.
    pub fn allow(&self, budget: usize, remaining: Option<u32>, wait: Option<Duration>) {
        let longest = self.0.gateway.settings().retry.pause_cap();
        self.0.turnstile.allow(budget, remaining, wait.map(|wait| wait.min(longest)));
    }

    pub fn figures(&self) -> Figures {
        self.0.counters.figures()
    }

    /// While every endpoint's host is left alone (`SendError::Open`): when the first of them is tried again.
    pub fn open_until(&self) -> Option<SystemTime> {
        let waits: Option<Vec<Duration>> =
            self.0.endpoints.iter().map(|endpoint| endpoint.breaker.remaining()).collect();
        waits?.into_iter().min().map(|wait| SystemTime::now() + wait)
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints = self.0.endpoints.iter().map(Endpoint::name);
        f.debug_struct("Route").field("endpoints", &endpoints.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

/// The endpoints, of which those on one host share a circuit breaker.
fn endpoints(
    gateway: &Gateway,
    specs: Vec<EndpointSpec>,
    grants: &Grants,
) -> Result<Vec<Endpoint>, GatewayError> {
    let settings = gateway.settings();
    let mut breakers: Vec<(Arc<str>, Arc<Breaker>)> = Vec::new();
    let mut breaker = |host: &Arc<str>| {
        if let Some((_, known)) = breakers.iter().find(|(name, _)| name == host) {
            return Arc::clone(known);
        }
        let breaker = Arc::new(Breaker::new(settings.breaker.clone()));
        breakers.push((Arc::clone(host), Arc::clone(&breaker)));
        breaker
    };
    specs.into_iter().map(|spec| Endpoint::new(spec, grants, settings.target_bytes, &mut breaker)).collect()
}

fn check_encryption(endpoints: &[Endpoint]) -> Result<(), GatewayError> {
    for endpoint in endpoints {
        if let Some(address) = endpoint.address().filter(|address| address.exposes_secrets()) {
            let (endpoint, host) = (endpoint.name().into(), address.host.to_string());
            return Err(GatewayError::Unencrypted { endpoint, host });
        }
    }
    Ok(())
}

fn gates(
    gateway: &Gateway,
    account: Option<&str>,
    budgets: &[BudgetSpec],
    endpoints: usize,
) -> Result<Vec<Gate>, GatewayError> {
    let gate = |spec: &BudgetSpec| {
        if let Some(rule) = spec.applies.iter().find(|rule| rule.endpoint >= endpoints) {
            return Err(GatewayError::BudgetEndpoint { budget: spec.name.clone(), endpoint: rule.endpoint });
        }
        let allowance = gateway.accounts().allowance(account, spec)?;
        Ok(Gate { allowance, applies: spec.applies.clone() })
    };
    budgets.iter().map(gate).collect()
}

fn header_names(names: Vec<String>) -> Result<Vec<HeaderName>, GatewayError> {
    let parse = |name: String| HeaderName::try_from(&name).map_err(|_| GatewayError::HeaderName { name });
    names.into_iter().map(parse).collect()
}
