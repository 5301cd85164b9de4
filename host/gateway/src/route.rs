//! A channel's way out: everything that one request passes, in order.
//!
//! Grant, budget, pause, in-flight limit, credentials, the wire, and again until there is an answer for the
//! connector or an error for the host.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use http_body_util::Full;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    budget::{Budget, Pause},
    credentials::{Authorization, Authorizer, Credentials},
    endpoint::{Endpoint, EndpointSpec, Grant},
    error::{CredentialsError, GatewayError, Refusal, SendError},
    exchange::{Bounds, Reply, exchange, is_outage},
    figures::{Counters, Figures, count},
    gateway::Gateway,
    request::{self, Request, Response},
    retry::{Setback, Situation, retry_after},
    service_account::TokenRoute,
};

/// Everything that is fixed about a channel's way out.
#[derive(Debug, Clone)]
pub struct RouteSpec {
    /// In the order that `Request::endpoint` counts.
    pub endpoints: Vec<EndpointSpec>,
    pub grants: Vec<Grant>,
    pub credentials: Credentials,
    /// Each request takes from every one of them.
    pub budgets: Vec<Budget>,
    /// Requests on the wire at once; `None` is the setting `max-in-flight`.
    pub max_in_flight: Option<usize>,
    /// Response headers that the connector reads.
    pub reads_headers: Vec<String>,
}

/// A channel's way out. Cheap to clone; clones share budgets, pauses and figures.
#[derive(Clone)]
pub struct Route(Arc<Inner>);

struct Inner {
    gateway: Gateway,
    endpoints: Vec<Endpoint>,
    authorizer: Authorizer,
    /// Present when the authorizer needs tokens.
    tokens: Option<TokenRoute>,
    budgets: Vec<Budget>,
    pause: Pause,
    in_flight: Semaphore,
    reads_headers: Vec<HeaderName>,
    counters: Counters,
}

/// A checked request, ready to be sent any number of times.
struct Prepared<'a> {
    endpoint: &'a Endpoint,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    repeatable: bool,
}

impl Route {
    pub(crate) fn new(gateway: &Gateway, spec: RouteSpec) -> Result<Self, GatewayError> {
        let settings = gateway.settings();
        let (authorizer, tokens) = authorizer(gateway, &spec)?;
        let endpoints = spec
            .endpoints
            .into_iter()
            .map(|endpoint| Endpoint::new(endpoint, &spec.grants, settings.target_bytes))
            .collect::<Result<Vec<_>, _>>()?;
        if !matches!(spec.credentials, Credentials::None)
            && let Some(endpoint) = endpoints.iter().find(|endpoint| endpoint.address.exposes_secrets())
        {
            return Err(GatewayError::Unencrypted {
                endpoint: endpoint.name().into(),
                host: endpoint.address.host.to_string(),
            });
        }
        let in_flight = spec.max_in_flight.unwrap_or(settings.max_in_flight);
        Ok(Self(Arc::new(Inner {
            gateway: gateway.clone(),
            endpoints,
            authorizer,
            tokens,
            budgets: spec.budgets,
            pause: Pause::new(),
            in_flight: Semaphore::new(in_flight.clamp(1, Semaphore::MAX_PERMITS)),
            reads_headers: header_names(spec.reads_headers)?,
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

    pub fn figures(&self) -> Figures {
        self.0.counters.figures()
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoints = self.0.endpoints.iter().map(Endpoint::name);
        f.debug_struct("Route").field("endpoints", &endpoints.collect::<Vec<_>>()).finish_non_exhaustive()
    }
}

impl Inner {
    async fn send(&self, request: Request) -> Result<Response, SendError> {
        let prepared = self.prepare(request)?;
        let (mut attempts, mut renewed) = (0, false);
        loop {
            let permit = self.turn(prepared.endpoint).await?;
            attempts += 1;
            let setback = match self.authorization().await {
                Ok(authorization) => match self.attempt(&prepared, &authorization).await {
                    Ok(reply) if reply.status == StatusCode::UNAUTHORIZED => {
                        self.renew(&prepared, &authorization, &mut renewed)?;
                        continue;
                    }
                    Ok(reply) => return Ok(self.answer(reply, &authorization)),
                    Err(setback) => setback,
                },
                Err(error) => Setback::Credentials(error),
            };
            drop(permit);
            self.wait(setback, &prepared, attempts).await?;
        }
    }

    fn prepare(&self, request: Request) -> Result<Prepared<'_>, Refusal> {
        let settings = self.gateway.settings();
        let Request { method, endpoint: index, target, headers, body, idempotency_key, repeatable } = request;
        let Some(endpoint) = self.endpoints.get(index) else {
            return Err(Refusal::Endpoint { index, count: self.endpoints.len() });
        };
        endpoint.check(&method, &target, settings.target_bytes)?;
        if body.len() > settings.request_bytes {
            return Err(Refusal::RequestTooLarge { bytes: body.len(), limit: settings.request_bytes });
        }
        let mut headers = request::headers(headers, idempotency_key)?;
        headers.insert(header::HOST, endpoint.address.host_header.clone());
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        if !headers.contains_key(header::USER_AGENT) {
            headers.insert(header::USER_AGENT, self.gateway.user_agent().clone());
        }
        let uri = endpoint.uri(target)?;
        Ok(Prepared { endpoint, method, uri, headers, body, repeatable })
    }

    /// Waits for the budgets, for the end of a pause, and for a place on the wire.
    async fn turn(&self, endpoint: &Endpoint) -> Result<SemaphorePermit<'_>, SendError> {
        let cap = self.gateway.settings().retry.wait_cap();
        let throttled =
            |retry_after| SendError::Throttled { host: endpoint.address.host.clone(), retry_after };
        let mut wait = self.pause.remaining().unwrap_or_default();
        if wait > cap {
            return Err(throttled(wait));
        }
        for budget in &self.budgets {
            wait = wait.max(budget.reserve(cap).map_err(throttled)?);
        }
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        loop {
            let permit = self.in_flight.acquire().await.expect("the semaphore is never closed");
            let Some(wait) = self.pause.remaining() else { return Ok(permit) };
            drop(permit);
            if wait > cap {
                return Err(throttled(wait));
            }
            // A little scatter, so that those who waited do not come back in the same instant.
            tokio::time::sleep(wait + self.gateway.settings().retry.backoff(1)).await;
        }
    }

    async fn authorization(&self) -> Result<Arc<Authorization>, CredentialsError> {
        match (&self.authorizer, &self.tokens) {
            (Authorizer::ServiceAccount(account), Some(tokens)) => {
                account.authorization(self.gateway.clients(), tokens).await
            }
            (Authorizer::Fixed(authorization), _) => Ok(authorization.clone()),
            (Authorizer::ServiceAccount(_), None) => Err(CredentialsError::Missing),
        }
    }

    async fn attempt(
        &self,
        prepared: &Prepared<'_>,
        authorization: &Authorization,
    ) -> Result<Reply, Setback> {
        let settings = self.gateway.settings();
        let mut request = http::Request::new(Full::new(prepared.body.clone()));
        *request.method_mut() = prepared.method.clone();
        *request.uri_mut() = prepared.uri.clone();
        *request.headers_mut() = prepared.headers.clone();
        if let Some((name, value)) = authorization.header() {
            request.headers_mut().insert(name, value.clone());
        }
        count(&self.counters.bytes_out, prepared.body.len());
        let bounds = Bounds { timeout: settings.request_timeout(), response_bytes: settings.response_bytes };
        let client = prepared.endpoint.address.client(self.gateway.clients());
        let reply = exchange(client, request, bounds).await.map_err(Setback::Failure)?;
        count(&self.counters.bytes_in, reply.body.len());
        if is_outage(reply.status) {
            let retry_after = retry_after(&reply.headers, SystemTime::now())
                .map(|wait| wait.min(settings.retry.pause_cap()));
            return Err(Setback::Status { status: reply.status, retry_after });
        }
        Ok(reply)
    }

    /// After a 401: the way is free for one more attempt with a new token, where there can be one.
    fn renew(
        &self,
        prepared: &Prepared<'_>,
        refused: &Arc<Authorization>,
        renewed: &mut bool,
    ) -> Result<(), CredentialsError> {
        let host = &prepared.endpoint.address.host;
        match &self.authorizer {
            Authorizer::ServiceAccount(account) if !*renewed => {
                tracing::debug!(%host, status = 401, "access token not taken, getting a new one");
                account.forget(refused);
                *renewed = true;
                count(&self.counters.retries, 1);
                Ok(())
            }
            _ => Err(CredentialsError::NotTaken { host: host.clone() }),
        }
    }

    fn answer(&self, reply: Reply, authorization: &Authorization) -> Response {
        Response {
            status: reply.status.as_u16(),
            headers: request::readable(&reply.headers, &self.reads_headers, authorization),
            body: authorization.redact(reply.body),
        }
    }

    /// Waits until the next attempt, or gives up.
    async fn wait(&self, setback: Setback, prepared: &Prepared<'_>, attempts: u32) -> Result<(), SendError> {
        let settings = self.gateway.settings();
        let host = &prepared.endpoint.address.host;
        let status = match &setback {
            Setback::Status { status, .. } => Some(status.as_u16()),
            Setback::Failure(_) | Setback::Credentials(_) => None,
        };
        if status == Some(429) {
            count(&self.counters.throttled, 1);
        }
        let situation = Situation {
            host,
            attempts,
            repeatable: prepared.repeatable,
            timeout: settings.request_timeout(),
            response_bytes: settings.response_bytes,
            retry: &settings.retry,
        };
        let judged = setback.judge(&situation);
        match &judged {
            Ok(delay) if delay.shared => self.pause.extend(delay.wait),
            Err(SendError::Throttled { retry_after, .. }) => self.pause.extend(*retry_after),
            _ => {}
        }
        let delay = judged?;
        tracing::debug!(%host, status, attempts, wait_ms = delay.wait.as_millis() as u64, "repeating a request");
        count(&self.counters.retries, 1);
        if !delay.shared {
            tokio::time::sleep(delay.wait).await;
        }
        Ok(())
    }
}

fn authorizer(gateway: &Gateway, spec: &RouteSpec) -> Result<(Authorizer, Option<TokenRoute>), GatewayError> {
    let settings = gateway.settings();
    if let Some(fixed) = spec.credentials.fixed()? {
        return Ok((Authorizer::Fixed(Arc::new(fixed)), None));
    }
    let Credentials::ServiceAccount(account) = &spec.credentials else {
        return Err(CredentialsError::Missing.into());
    };
    let tokens = account.route(
        &spec.grants,
        settings.request_timeout(),
        Duration::from_secs(settings.token_margin_s),
        Duration::from_millis(settings.retry.backoff_ms),
    )?;
    Ok((Authorizer::ServiceAccount(account.clone()), Some(tokens)))
}

fn header_names(names: Vec<String>) -> Result<Vec<HeaderName>, GatewayError> {
    let parse = |name: String| HeaderName::try_from(&name).map_err(|_| GatewayError::HeaderName { name });
    names.into_iter().map(parse).collect()
}
