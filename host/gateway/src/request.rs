//! What callers hand in and get back, and the rules for the headers of both.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::{authorization::Authorization, error::Refusal, target};

/// Sent once per exchange, so that a channel can tell a repeat from a new request.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request as a connector asks for it. Printed without its query, header values and body, which may hold
/// permissions and customers' data.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    /// Index in the route's endpoints.
    pub endpoint: usize,
    /// Path and query, percent-encoded, beginning with `/`; for an absolute endpoint the whole address.
    pub target: String,
    /// `authorization`, `host`, `cookie`, `accept-encoding` and the connection's own
    /// headers are refused.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Sent as the header `idempotency-key`, unless `headers` holds one.
    pub idempotency_key: Option<String>,
    /// Whether sending it twice does no harm. If not, it is only repeated when it cannot have been acted on:
    /// after no connection, status 401 and status 429.
    pub repeatable: bool,
    /// Who waits for a budget in front of whom.
    pub urgency: Urgency,
    /// How much it takes of each budget that counts it; at least 1.
    pub cost: u32,
    /// The answer's body is a gzip file, whatever its headers say, and is handed on unpacked. What is no gzip file,
    /// such as an error's description, is handed on as it is.
    pub unpack: bool,
}

/// How long a request may be kept waiting by others of its route that wait for the same budgets: one that is more
/// urgent overtakes all but the one whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Urgency {
    /// Such as stock: what is sold out must not be sold.
    High,
    /// Such as prices.
    Medium,
    #[default]
    Low,
}

impl Urgency {
    pub(crate) const COUNT: usize = 3;
}

/// A channel's answer. Never 429, 500, 502, 503 or 504, and 401 only from an absolute endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Those that the route's `reads_headers` names, lower case.
    pub headers: Vec<(String, String)>,
    /// Decompressed.
    pub body: Bytes,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("endpoint", &self.endpoint)
            .field("path", &target::shown(&self.target))
            .field("headers", &headers)
            .field("bytes", &self.body.len())
            .field("repeatable", &self.repeatable)
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

/// A connector's headers and the idempotency key, checked.
pub(crate) fn headers(
    connector: Vec<(String, String)>,
    idempotency_key: Option<String>,
) -> Result<HeaderMap, Refusal> {
    let mut headers = HeaderMap::with_capacity(connector.len() + 5);
    for (name, value) in connector {
        let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
            return Err(Refusal::Header { name: shown(&name) });
        };
        if is_reserved(&parsed) {
            return Err(Refusal::ReservedHeader { name });
        }
        headers.append(parsed, header_value(&name, value)?);
    }
    if let (Some(key), false) = (idempotency_key, headers.contains_key(IDEMPOTENCY_KEY)) {
        headers.insert(IDEMPOTENCY_KEY, header_value("idempotency-key", key)?);
    }
    Ok(headers)
}

/// An endpoint's constant headers, checked. One idempotency key for all requests would make a repeat of each.
pub(crate) fn constant_headers(declared: Vec<(String, String)>) -> Result<HeaderMap, Refusal> {
    let headers = headers(declared, None)?;
    match headers.contains_key(IDEMPOTENCY_KEY) {
        true => Err(Refusal::ReservedHeader { name: IDEMPOTENCY_KEY.to_string() }),
        false => Ok(headers),
    }
}

fn header_value(name: &str, value: String) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_maybe_shared(Bytes::from(value)).map_err(|_| Refusal::Header { name: shown(name) })
}

fn shown(name: &str) -> String {
    name.chars().take(100).flat_map(char::escape_default).collect()
}

/// Headers that decide where a request goes, as whom, and where it ends.
pub(crate) fn is_reserved(name: &HeaderName) -> bool {
    const RESERVED: [HeaderName; 11] = [
        header::AUTHORIZATION,
        header::HOST,
        header::COOKIE,
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONNECTION,
        header::TE,
        header::TRAILER,
        header::UPGRADE,
        header::EXPECT,
        header::ACCEPT_ENCODING,
    ];
    RESERVED.contains(name) || name == "keep-alive" || name.as_str().starts_with("proxy-")
}

/// The response headers that the connector reads, without any echo of the secret.
pub(crate) fn readable(
    headers: &HeaderMap,
    names: &[HeaderName],
    authorization: &Authorization,
) -> Vec<(String, String)> {
    let mut readable = Vec::new();
    for name in names {
        for value in headers.get_all(name) {
            let value = authorization.redact(Bytes::copy_from_slice(value.as_bytes()));
            readable.push((name.as_str().to_owned(), String::from_utf8_lossy(&value).into_owned()));
        }
    }
    readable
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str, value: &str) -> Result<HeaderMap, Refusal> {
        headers(vec![(name.into(), value.into())], None)
    }

    #[test]
    fn a_header_cannot_smuggle_in_another() {
        for (name, value) in
            [("x-a", "1\r\nhost: evil"), ("x-a", "1\n2"), ("x-a", "1\0"), ("x-a: b\r\nx", "1"), ("", "1")]
        {
            assert!(matches!(header(name, value), Err(Refusal::Header { .. })), "{name:?}: {value:?}");
        }
        let key = headers(Vec::new(), Some("a\r\nb: c".into()));
        assert!(matches!(key, Err(Refusal::Header { .. })));
    }

    #[test]
    fn the_hosts_headers_are_not_the_connectors_to_set() {
        for name in ["Authorization", "host", "Cookie", "transfer-encoding", "proxy-authorization"] {
            assert!(matches!(header(name, "x"), Err(Refusal::ReservedHeader { .. })), "{name}");
        }
        assert!(header("content-type", "application/json").is_ok());
    }

    #[test]
    fn a_connectors_own_idempotency_key_wins_and_an_endpoint_has_none() {
        let own = vec![("Idempotency-Key".to_owned(), "own".to_owned())];
        for (connectors, expected) in [(own.clone(), "own"), (Vec::new(), "hosts")] {
            let headers = headers(connectors, Some("hosts".into())).unwrap();
            assert!(headers.get_all("idempotency-key").iter().eq([expected]), "{headers:?}");
        }
        assert!(matches!(constant_headers(own), Err(Refusal::ReservedHeader { .. })));
    }
}
