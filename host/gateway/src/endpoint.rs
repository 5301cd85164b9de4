//! Where a route may send: a connector's declared endpoint under an operator's grant, checked once and kept in
//! the pieces that requests are built from.

use std::sync::Arc;

use http::{HeaderMap, Method, Uri};

use crate::{
    absolute::AddressPattern,
    breaker::Breaker,
    destination::{Address, AddressError},
    error::{GatewayError, Refusal},
    grant::Grants,
    request,
    target::{self, TargetError},
};

/// A connector's endpoint, at its declared address or where the operator points it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointSpec {
    pub name: String,
    /// Absolute `http` or `https` base address, to whose path targets are appended; or, for an absolute endpoint,
    /// the pattern of its addresses, such as `https://*.s3.amazonaws.com/`.
    pub url: String,
    pub kind: EndpointKind,
    pub methods: Vec<Method>,
    /// Prefixes of allowed targets, ending at a segment; empty allows any path.
    pub paths: Vec<String>,
    /// Sent with every request, unless the request sets the same header itself. Under the rules for request headers.
    pub headers: Vec<(String, String)>,
}

/// What a request's target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EndpointKind {
    /// A path and query below the endpoint's address. The route's credentials are added.
    #[default]
    Base,
    /// A whole address that the channel handed out, which carries its permission in itself: no credentials are
    /// added. It must fit the endpoint's pattern and a grant.
    Absolute,
}

/// An endpoint that is granted.
#[derive(Debug)]
pub(crate) struct Endpoint {
    name: Arc<str>,
    place: Place,
    methods: Vec<Method>,
    paths: Vec<String>,
    headers: HeaderMap,
    /// Shared by the endpoints of one host.
    pub(crate) breaker: Arc<Breaker>,
}

#[derive(Debug)]
enum Place {
    Base(Arc<Address>),
    Absolute(AddressPattern),
}

/// A request's place, checked.
#[derive(Debug)]
pub(crate) struct Destination {
    pub(crate) address: Arc<Address>,
    pub(crate) uri: Uri,
}

impl Endpoint {
    /// `breaker` gives the circuit breaker of a host, or of a pattern.
    pub(crate) fn new(
        spec: EndpointSpec,
        grants: &Grants,
        target_limit: usize,
        breaker: impl FnOnce(&Arc<str>) -> Arc<Breaker>,
    ) -> Result<Self, GatewayError> {
        let EndpointSpec { name: endpoint, url, kind, methods, paths, headers } = spec;
        let place = match kind {
            EndpointKind::Base => Place::Base(Arc::new(base(&endpoint, &url, grants)?)),
            EndpointKind::Absolute => Place::Absolute(absolute(&endpoint, &url, grants)?),
        };
        for path in &paths {
            if let Err(reason) = target::check(path, target_limit) {
                return Err(GatewayError::Path { endpoint, path: path.clone(), reason });
            }
        }
        let headers = request::constant_headers(headers)
            .map_err(|refusal| GatewayError::EndpointHeader { endpoint: endpoint.clone(), refusal })?;
        let breaker = breaker(match &place {
            Place::Base(address) => &address.host,
            Place::Absolute(pattern) => pattern.text(),
        });
        Ok(Self { name: endpoint.into(), place, methods, paths, headers, breaker })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The address to which the route's credentials go; none for an absolute endpoint.
    pub(crate) fn address(&self) -> Option<&Address> {
        match &self.place {
            Place::Base(address) => Some(address),
            Place::Absolute(_) => None,
        }
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Where a request goes. Refuses methods and targets that the endpoint does not declare.
    pub(crate) fn destination(
        &self,
        method: &Method,
        target: String,
        grants: &Grants,
        target_limit: usize,
    ) -> Result<Destination, Refusal> {
        if !self.methods.contains(method) {
            return Err(Refusal::Method { endpoint: self.name.clone(), method: method.clone() });
        }
        let (address, target) = match &self.place {
            Place::Base(address) => (Arc::clone(address), target),
            Place::Absolute(pattern) => {
                let (address, target) = pattern.resolve(&self.name, &target, grants)?;
                (Arc::new(address), target)
            }
        };
        self.check(&target, target_limit)?;
        let unusable =
            |_| Refusal::Target { target: address.path().to_owned(), reason: TargetError::Character };
        let uri = address.uri(target).map_err(unusable)?;
        Ok(Destination { address, uri })
    }

    fn check(&self, target: &str, target_limit: usize) -> Result<(), Refusal> {
        target::check(target, target_limit)
            .map_err(|reason| Refusal::Target { target: target::shown(target), reason })?;
        if self.paths.is_empty() || self.paths.iter().any(|prefix| target::is_below(target, prefix)) {
            return Ok(());
        }
        Err(Refusal::Path { endpoint: self.name.clone(), path: target::shown(target) })
    }
}

fn base(endpoint: &str, url: &str, grants: &Grants) -> Result<Address, GatewayError> {
    let (address, granted) = Address::parse(url, grants).map_err(|error| match error {
        AddressError::Url(reason) => GatewayError::Url { endpoint: endpoint.into(), url: url.into(), reason },
        AddressError::Refused(refusal) => GatewayError::Address { endpoint: endpoint.into(), refusal },
    })?;
    if !granted {
        let host = address.host.to_string();
        return Err(GatewayError::NotGranted { endpoint: endpoint.into(), host });
    }
    Ok(address)
}

fn absolute(endpoint: &str, url: &str, grants: &Grants) -> Result<AddressPattern, GatewayError> {
    let pattern = AddressPattern::parse(url).map_err(|reason| GatewayError::Url {
        endpoint: endpoint.into(),
        url: url.into(),
        reason: reason.into(),
    })?;
    if !pattern.is_granted(grants) {
        let host = pattern.host().to_owned();
        return Err(GatewayError::NotGranted { endpoint: endpoint.into(), host });
    }
    Ok(pattern)
}
