//! Where a route may send: a connector's declared endpoint under an operator's grant, checked once and kept in
//! the pieces that requests are built from.

use std::{net::IpAddr, sync::Arc};

use bytes::{BufMut, Bytes, BytesMut};
use http::{
    HeaderValue, Method, Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::{
    client::{Clients, HttpClient, check},
    error::{AddressRefusal, GatewayError, Refusal},
    target::{self, TargetError},
};

/// A connector's endpoint, at its declared address or where the operator points it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSpec {
    pub name: String,
    /// Absolute `http` or `https` base address; targets are appended to its path.
    pub url: String,
    pub methods: Vec<Method>,
    /// Prefixes of allowed targets, ending at a segment; empty allows any path.
    pub paths: Vec<String>,
}

/// A host that the operator lets a channel reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grant {
    /// `HOST`, for the scheme's standard port, or `HOST:PORT`. No wildcards.
    pub host: String,
    /// The host may be on this machine or a private network.
    #[serde(default)]
    pub allow_private: bool,
}

/// A checked address: the pieces of every URI that leads there.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) host: Arc<str>,
    pub(crate) host_header: HeaderValue,
    scheme: Scheme,
    authority: Authority,
    /// Without a trailing slash, so often empty.
    path: String,
    allow_private: bool,
}

/// Why an address is not one, before it is known which endpoint it belongs to.
#[derive(Debug)]
pub(crate) enum AddressError {
    Url(String),
    Grant(String),
    Refused(AddressRefusal),
}

impl Address {
    /// Parses a base address, and tells whether a grant names its host.
    pub(crate) fn parse(text: &str, grants: &[Grant]) -> Result<(Self, bool), AddressError> {
        let url = parse_url(text).map_err(AddressError::Url)?;
        let grant = find(grants, &url).map_err(AddressError::Grant)?;
        let allow_private = grant.is_some_and(|grant| grant.allow_private);
        let host = host_and_port(&url);
        check_literal(&url, allow_private).map_err(AddressError::Refused)?;
        let unusable = |error: http::Error| AddressError::Url(error.to_string());
        let address = Self {
            host_header: HeaderValue::from_str(&host).map_err(|error| unusable(error.into()))?,
            scheme: url.scheme().parse().map_err(|error: http::uri::InvalidUri| unusable(error.into()))?,
            authority: host.parse().map_err(|error: http::uri::InvalidUri| unusable(error.into()))?,
            path: url.path().trim_end_matches('/').to_owned(),
            host: host.into(),
            allow_private,
        };
        Ok((address, grant.is_some()))
    }

    pub(crate) fn client<'a>(&self, clients: &'a Clients) -> &'a HttpClient {
        clients.choose(self.allow_private)
    }

    /// Whether a secret sent here could be read on its way, outside the operator's own network.
    pub(crate) fn exposes_secrets(&self) -> bool {
        self.scheme == Scheme::HTTP && !self.allow_private
    }

    /// The URI of the address itself.
    pub(crate) fn base(&self) -> Result<Uri, http::Error> {
        self.uri(if self.path.is_empty() { "/".into() } else { String::new() })
    }

    /// The URI of a checked target.
    pub(crate) fn uri(&self, target: String) -> Result<Uri, http::Error> {
        let target = if self.path.is_empty() {
            Bytes::from(target)
        } else {
            let mut joined = BytesMut::with_capacity(self.path.len() + target.len());
            joined.put_slice(self.path.as_bytes());
            joined.put_slice(target.as_bytes());
            joined.freeze()
        };
        let mut parts = http::uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(PathAndQuery::from_maybe_shared(target)?);
        Ok(Uri::from_parts(parts)?)
    }
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    let rule = if !matches!(url.scheme(), "http" | "https") {
        "it must begin with https:// or http://"
    } else if !url.username().is_empty() || url.password().is_some() {
        "it must not hold a user or password"
    } else if url.query().is_some() || url.fragment().is_some() {
        "it must not hold a query or fragment"
    } else {
        return Ok(url);
    };
    Err(rule.into())
}

/// `host`, or `host:port` where the port is not the scheme's own.
fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The grant for a URL's host and port; an unreadable grant among them is an error.
fn find<'a>(grants: &'a [Grant], url: &Url) -> Result<Option<&'a Grant>, String> {
    for grant in grants {
        let granted = format!("{}://{}/", url.scheme(), grant.host);
        let granted = Url::parse(&granted).map_err(|_| grant.host.clone())?;
        if granted.path() != "/" || !granted.username().is_empty() || granted.query().is_some() {
            return Err(grant.host.clone());
        }
        if granted.host() == url.host() && granted.port() == url.port() {
            return Ok(Some(grant));
        }
    }
    Ok(None)
}

/// Literal addresses do not pass through the resolver, so they are checked here.
fn check_literal(url: &Url, allow_private: bool) -> Result<(), AddressRefusal> {
    let address: IpAddr = match url.host() {
        Some(Host::Ipv4(address)) => address.into(),
        Some(Host::Ipv6(address)) => address.into(),
        Some(Host::Domain(_)) | None => return Ok(()),
    };
    check(&host_and_port(url), (address, 0).into(), allow_private)
}

/// An endpoint that is granted.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) address: Address,
    name: Arc<str>,
    methods: Vec<Method>,
    paths: Vec<String>,
}

impl Endpoint {
    pub(crate) fn new(
        spec: EndpointSpec,
        grants: &[Grant],
        target_limit: usize,
    ) -> Result<Self, GatewayError> {
        let EndpointSpec { name: endpoint, url, methods, paths } = spec;
        let (address, granted) = match Address::parse(&url, grants) {
            Ok(parsed) => parsed,
            Err(AddressError::Url(reason)) => return Err(GatewayError::Url { endpoint, url, reason }),
            Err(AddressError::Grant(host)) => return Err(GatewayError::Grant { host }),
            Err(AddressError::Refused(refusal)) => return Err(GatewayError::Address { endpoint, refusal }),
        };
        if !granted {
            return Err(GatewayError::NotGranted { endpoint, host: address.host.to_string() });
        }
        for path in &paths {
            if let Err(reason) = target::check(path, target_limit) {
                return Err(GatewayError::Path { endpoint, path: path.clone(), reason });
            }
        }
        Ok(Self { address, name: endpoint.into(), methods, paths })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The URI of a target that passed `check`.
    pub(crate) fn uri(&self, target: String) -> Result<Uri, Refusal> {
        let refused =
            |_| Refusal::Target { target: self.address.path.clone(), reason: TargetError::Character };
        self.address.uri(target).map_err(refused)
    }

    /// Refuses methods and targets that the endpoint does not declare.
    pub(crate) fn check(&self, method: &Method, target: &str, target_limit: usize) -> Result<(), Refusal> {
        if !self.methods.contains(method) {
            return Err(Refusal::Method { endpoint: self.name.clone(), method: method.clone() });
        }
        target::check(target, target_limit)
            .map_err(|reason| Refusal::Target { target: shown(target), reason })?;
        if self.paths.is_empty() || self.paths.iter().any(|prefix| target::is_below(target, prefix)) {
            return Ok(());
        }
        Err(Refusal::Path { endpoint: self.name.clone(), path: shown(target) })
    }
}

/// As much of a target as an error shows; the query may hold customers' data.
fn shown(target: &str) -> String {
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    path.chars().take(200).flat_map(char::escape_default).collect()
}
