//! One attempt: a request out, a whole response in, or the way in which that failed.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_util::client::legacy;

use crate::{
    body::{self, BodyError},
    client::{HttpClient, reason, refusal},
    error::AddressRefusal,
};

/// A whole response.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) enum Failure {
    Refused(AddressRefusal),
    Connect(String),
    Broken(String),
    Timeout,
    TooLarge(StatusCode),
}

/// The limits of one attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) timeout: Duration,
    pub(crate) response_bytes: usize,
    /// Whether the body is a gzip file.
    pub(crate) unpack: bool,
}

/// Whether a status says that the channel, not the request, is in trouble.
pub(crate) fn is_outage(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 500 | 502 | 503 | 504)
}

pub(crate) async fn exchange(
    client: &HttpClient,
    request: Request<Full<Bytes>>,
    bounds: Bounds,
) -> Result<Reply, Failure> {
    let attempt = async {
        let response = client.request(request).await.map_err(|error| failure(&error))?;
        read(response, bounds).await
    };
    tokio::time::timeout(bounds.timeout, attempt).await.unwrap_or(Err(Failure::Timeout))
}

async fn read(response: Response<Incoming>, bounds: Bounds) -> Result<Reply, Failure> {
    let (parts, body) = response.into_parts();
    let status = parts.status;
    let body = match body::read(&parts.headers, body, bounds.response_bytes, bounds.unpack).await {
        Ok(body) => body,
        // The status says enough; reading the body only keeps the connection alive.
        Err(_) if is_outage(status) => Bytes::new(),
        Err(BodyError::TooLarge) => return Err(Failure::TooLarge(status)),
        Err(BodyError::Broken(reason)) => return Err(Failure::Broken(reason)),
    };
    Ok(Reply { status, headers: parts.headers, body })
}

fn failure(error: &legacy::Error) -> Failure {
    match refusal(error) {
        Some(refusal) => Failure::Refused(refusal.clone()),
        None if error.is_connect() => Failure::Connect(reason(error)),
        None => Failure::Broken(reason(error)),
    }
}
