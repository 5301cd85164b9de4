//! What callers hand in and get back, and the rules for the headers of both.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use crate::{credentials::Authorization, error::Refusal};

/// Sent once per exchange, so that a channel can tell a repeat from a new request.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A request as a connector asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    /// Index in the route's endpoints.
    pub endpoint: usize,
    /// Path and query, percent-encoded, beginning with `/`.
    pub target: String,
    /// `authorization`, `host`, `cookie`, `idempotency-key`, `accept-encoding` and the connection's own
    /// headers are refused.
    pub headers: Vec<(String, String)>,
    pub body: Bytes,
    /// Sent as the header `idempotency-key`.
    pub idempotency_key: Option<String>,
    /// Whether sending it twice does no harm. If not, it is only repeated when it cannot have been acted on:
    /// after no connection, status 401 and status 429.
    pub repeatable: bool,
}

/// A channel's answer. Never 401, 429, 500, 502, 503 or 504.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Those that the route's `reads_headers` names, lower case.
    pub headers: Vec<(String, String)>,
    /// Decompressed.
    pub body: Bytes,
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
    if let Some(key) = idempotency_key {
        headers.insert(IDEMPOTENCY_KEY, header_value("idempotency-key", key)?);
    }
    Ok(headers)
}

fn header_value(name: &str, value: String) -> Result<HeaderValue, Refusal> {
    HeaderValue::from_maybe_shared(Bytes::from(value)).map_err(|_| Refusal::Header { name: shown(name) })
}

fn shown(name: &str) -> String {
    name.chars().take(100).flat_map(char::escape_default).collect()
}

/// Headers that decide where a request goes, as whom, and where it ends.
fn is_reserved(name: &HeaderName) -> bool {
    const RESERVED: [HeaderName; 12] = [
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
        IDEMPOTENCY_KEY,
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
        for name in
            ["Authorization", "host", "Cookie", "transfer-encoding", "proxy-authorization", "idempotency-key"]
        {
            assert!(matches!(header(name, "x"), Err(Refusal::ReservedHeader { .. })), "{name}");
        }
        assert!(header("content-type", "application/json").is_ok());
    }
}
