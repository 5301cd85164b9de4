//! A checked request, ready to be sent any number of times.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use http_body_util::Full;

use crate::{
    breaker::Breaker,
    destination::Address,
    endpoint::{Destination, Endpoint},
    error::Refusal,
    grant::Grants,
    request::{self, Request, Urgency},
    settings::GatewaySettings,
    turnstile::Turnstile,
};

#[derive(Debug)]
pub(crate) struct Prepared<'a> {
    /// The endpoint's name.
    pub(crate) endpoint: &'a str,
    pub(crate) breaker: &'a Breaker,
    pub(crate) turnstile: &'a Turnstile,
    /// Where the route's credentials go with it; none for one that carries none.
    pub(crate) base: Option<&'a Address>,
    /// The endpoint's index.
    pub(crate) index: usize,
    pub(crate) destination: Destination,
    pub(crate) method: Method,
    headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) repeatable: bool,
    pub(crate) urgency: Urgency,
    pub(crate) cost: u32,
    /// Bytes that the response body may have.
    pub(crate) response_bytes: usize,
    pub(crate) unpack: bool,
}

impl<'a> Prepared<'a> {
    pub(crate) fn new(
        request: Request,
        endpoints: &'a [Endpoint],
        turnstile: &'a Turnstile,
        grants: &Grants,
        settings: &GatewaySettings,
        user_agent: &HeaderValue,
    ) -> Result<Self, Refusal> {
        let Request { method, endpoint: index, target, headers, body, repeatable, unpack, .. } = request;
        let endpoint = endpoints.get(index).ok_or(Refusal::Endpoint { index, count: endpoints.len() })?;
        let destination = endpoint.destination(&method, target, grants, settings.target_bytes)?;
        if body.len() > settings.request_bytes {
            return Err(Refusal::RequestTooLarge { bytes: body.len(), limit: settings.request_bytes });
        }
        let mut headers = request::headers(headers, request.idempotency_key)?;
        for name in endpoint.headers().keys() {
            if !headers.contains_key(name) {
                for value in endpoint.headers().get_all(name) {
                    headers.append(name, value.clone());
                }
            }
        }
        add_own(&mut headers, &destination, user_agent);
        Ok(Self {
            endpoint: endpoint.name(),
            breaker: &endpoint.breaker,
            turnstile,
            base: endpoint.address(),
            index,
            destination,
            method,
            headers,
            body,
            repeatable,
            urgency: request.urgency,
            cost: request.cost.max(1),
            response_bytes: settings.response_bytes,
            unpack,
        })
    }

    /// A GET of what lies at an address that belongs to no endpoint.
    pub(crate) fn reading(
        destination: Destination,
        (breaker, turnstile): (&'a Breaker, &'a Turnstile),
        response_bytes: usize,
        user_agent: &HeaderValue,
    ) -> Self {
        let mut headers = HeaderMap::with_capacity(3);
        add_own(&mut headers, &destination, user_agent);
        Self {
            endpoint: "",
            breaker,
            turnstile,
            base: None,
            index: 0,
            destination,
            method: Method::GET,
            headers,
            body: Bytes::new(),
            repeatable: true,
            urgency: Urgency::default(),
            cost: 1,
            response_bytes,
            unpack: false,
        }
    }

    /// The path below the endpoint's address.
    pub(crate) fn path(&self) -> &str {
        let path = self.destination.uri.path();
        path.strip_prefix(self.destination.address.path()).unwrap_or(path)
    }

    /// One copy for the wire; the body is shared.
    pub(crate) fn request(&self) -> http::Request<Full<Bytes>> {
        let mut request = http::Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.destination.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// The headers that are the host's to set.
fn add_own(headers: &mut HeaderMap, destination: &Destination, user_agent: &HeaderValue) {
    headers.insert(header::HOST, destination.address.host_header.clone());
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    headers.entry(header::USER_AGENT).or_insert_with(|| user_agent.clone());
}
