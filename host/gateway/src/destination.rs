//! An address that was checked against the grants, in the pieces from which request URIs are built.

use std::{net::IpAddr, sync::Arc};

use bytes::{BufMut, Bytes, BytesMut};
use http::{
    HeaderValue, Uri,
    uri::{Authority, PathAndQuery, Scheme},
};
use url::{Host, Url};

use crate::{
    client::{Clients, HttpClient, check},
    error::AddressRefusal,
    grant::Grants,
};

/// A checked address: the pieces of every URI that leads there.
#[derive(Debug)]
pub(crate) struct Address {
    /// With its port, unless that is the scheme's own.
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
    Refused(AddressRefusal),
}

impl Address {
    /// Parses a base address, and tells whether a grant names its host.
    pub(crate) fn parse(text: &str, grants: &Grants) -> Result<(Self, bool), AddressError> {
        let url = parse_url(text).map_err(AddressError::Url)?;
        let granted = grants.of_host(&url);
        let path = url.path().trim_end_matches('/').to_owned();
        Ok((Self::new(&url, path, granted.unwrap_or_default())?, granted.is_some()))
    }

    /// Takes the host and port of a URL, and puts this path before every target.
    pub(crate) fn new(url: &Url, path: String, allow_private: bool) -> Result<Self, AddressError> {
        check_literal(url, allow_private).map_err(AddressError::Refused)?;
        let host = host_and_port(url);
        let unusable = |error: http::Error| AddressError::Url(error.to_string());
        Ok(Self {
            host_header: HeaderValue::from_str(&host).map_err(|error| unusable(error.into()))?,
            scheme: url.scheme().parse().map_err(|error: http::uri::InvalidUri| unusable(error.into()))?,
            authority: host.parse().map_err(|error: http::uri::InvalidUri| unusable(error.into()))?,
            path,
            host: host.into(),
            allow_private,
        })
    }

    pub(crate) fn client<'a>(&self, clients: &'a Clients) -> &'a HttpClient {
        clients.choose(self.allow_private)
    }

    /// Whether a secret sent here could be read on its way, outside the operator's own network.
    pub(crate) fn exposes_secrets(&self) -> bool {
        self.scheme == Scheme::HTTP && !self.allow_private
    }

    /// The path that goes before every target.
    pub(crate) fn path(&self) -> &str {
        &self.path
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

/// An address without anything that could hide where it leads, or that only a single request has.
pub(crate) fn parse_url(text: &str) -> Result<Url, String> {
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
pub(crate) fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
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
