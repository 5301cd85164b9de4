//! The channel at the far end: it takes items one by one and in bulk, keeps every request, and has manners that a test
//! may spoil.

use std::{
    convert::Infallible,
    io::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

/// How the market answers a request for bait; all others it takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Manner {
    #[default]
    Polite,
    /// Sends whoever asks to this address.
    Redirecting(String),
    /// Repeats the caller's credentials in a header and, in several spellings, in the body.
    Indiscreet,
    /// A few kilobytes that unfold into many megabytes.
    Bomb,
    /// One byte after the other, with long pauses.
    Dripping,
}

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: HeaderMap,
}

/// A running market. It stops with the test's runtime.
#[derive(Debug, Clone)]
pub struct Market {
    pub address: SocketAddr,
    state: Arc<Mutex<Desk>>,
}

#[derive(Debug, Default)]
struct Desk {
    manner: Manner,
    seen: Vec<Seen>,
    /// SKUs that came in bulk.
    shelf: Vec<String>,
}

impl Market {
    pub async fn listen() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let market = Self { address: listener.local_addr()?, state: Arc::default() };
        let router = Router::new().fallback(answer).with_state(market.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(market)
    }

    /// How bait is answered from now on.
    pub fn behave(&self, manner: Manner) {
        self.desk().manner = manner;
    }

    /// The requests so far, beside those in bulk.
    pub fn seen(&self) -> Vec<Seen> {
        self.desk().seen.clone()
    }

    /// The targets of the requests for one SKU.
    pub fn requests_for(&self, sku: &str) -> usize {
        let target = format!("/items/{sku}");
        self.desk().seen.iter().filter(|seen| seen.target == target).count()
    }

    /// The SKUs that came in bulk, ascending, each as often as it came.
    pub fn shelf(&self) -> Vec<String> {
        let mut shelf = self.desk().shelf.clone();
        shelf.sort();
        shelf
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(State(market): State<Market>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let mut desk = market.desk();
    if parts.uri.path() == "/bulk" {
        return bulk(&mut desk, &body);
    }
    let seen =
        Seen { method: parts.method.to_string(), target: parts.uri.to_string(), headers: parts.headers };
    let manner = if seen.target.starts_with("/items/X") { desk.manner.clone() } else { Manner::Polite };
    let answer = spoiled(&manner, &seen.headers);
    desk.seen.push(seen);
    answer
}

fn bulk(desk: &mut Desk, body: &[u8]) -> Response {
    let Ok(entries) = serde_json::from_slice::<Vec<Value>>(body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let skus = entries.iter().filter_map(|entry| entry["sku"].as_str());
    desk.shelf.extend(skus.map(str::to_owned));
    let outcomes: Vec<Value> =
        entries.iter().map(|entry| json!({"sku": entry["sku"], "status": "ok"})).collect();
    Json(json!({"outcomes": outcomes})).into_response()
}

fn spoiled(manner: &Manner, headers: &HeaderMap) -> Response {
    match manner {
        Manner::Polite => "taken".into_response(),
        Manner::Redirecting(address) => {
            (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, address.clone())]).into_response()
        }
        Manner::Indiscreet => echo(headers),
        Manner::Bomb => ([(header::CONTENT_ENCODING, "gzip")], bomb()).into_response(),
        Manner::Dripping => drip(),
    }
}

fn echo(headers: &HeaderMap) -> Response {
    let secret = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let hexadecimal: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    ([("x-echo", secret.to_owned())], format!("you are {secret}, or {hexadecimal}")).into_response()
}

fn bomb() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let megabyte = vec![b'0'; 1 << 20];
    let written = (0..50).try_for_each(|_| encoder.write_all(&megabyte)).and_then(|()| encoder.finish());
    written.expect("a vector takes all bytes")
}

fn drip() -> Response {
    let drops = futures::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b"x")), ()))
    });
    Body::from_stream(drops).into_response()
}
