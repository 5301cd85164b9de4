//! A channel that can be made to fail: the demonstration's receiver behind a layer of faults.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use wharf_server::demo::receiver::Receiver;

/// The bearer token the channel asks for.
pub const TOKEN: &str = "secret-of-the-test-channel";

/// How one request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 429 with `retry-after: 0`.
    Throttled,
    /// 500, and the request had no effect.
    Broken,
    /// 200 with a page of HTML, and the request had no effect.
    Garbage,
    /// No answer for much longer than anyone waits, and the request had no effect.
    Silent,
    /// The request takes effect, and its answer is lost.
    Lost,
    /// The request takes effect, and no answer comes for much longer than anyone waits.
    Hung,
}

/// A running channel. It stops with the test's runtime.
#[derive(Debug, Clone)]
pub struct Channel {
    pub receiver: Receiver,
    pub address: SocketAddr,
    faults: Arc<Mutex<VecDeque<Fault>>>,
    acknowledged: Arc<Mutex<BTreeMap<(String, Bytes), usize>>>,
}

impl Channel {
    pub async fn listen() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let channel = Self {
            receiver: Receiver::default(),
            address: listener.local_addr()?,
            faults: Arc::default(),
            acknowledged: Arc::default(),
        };
        let router = channel.receiver.router(TOKEN).layer(from_fn_with_state(channel.clone(), misbehave));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(channel)
    }

    /// The next requests fail like this, in this order; those after them succeed.
    pub fn fail_next(&self, faults: impl IntoIterator<Item = Fault>) {
        lock(&self.faults).extend(faults);
    }

    /// From now on requests succeed.
    pub fn recover(&self) {
        lock(&self.faults).clear();
    }

    /// Faults that no request has met yet.
    pub fn faults_left(&self) -> usize {
        lock(&self.faults).len()
    }

    /// How often the most repeated request was acknowledged: one means that nothing was sent twice in vain.
    pub fn most_acknowledged(&self) -> usize {
        lock(&self.acknowledged).values().copied().max().unwrap_or_default()
    }

    /// The offer ids that the channel shows, in order.
    pub fn offers(&self) -> Vec<String> {
        self.receiver
            .products()
            .values()
            .filter_map(|product| Some(product["offerId"].as_str()?.to_owned()))
            .collect()
    }

    /// One attribute of one product, as the channel shows it.
    pub fn attribute(&self, sku: &str, attribute: &str) -> serde_json::Value {
        let products = self.receiver.products();
        let product = products.values().find(|product| product["offerId"] == sku);
        product.map(|product| product["productAttributes"][attribute].clone()).unwrap_or_default()
    }
}

async fn misbehave(State(channel): State<Channel>, request: Request, next: Next) -> Response {
    let fault = lock(&channel.faults).pop_front();
    match fault {
        Some(Fault::Throttled) => {
            (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "0")]).into_response()
        }
        Some(Fault::Broken) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Fault::Garbage) => {
            ([(header::CONTENT_TYPE, "text/html")], "<html>Please log in</html>").into_response()
        }
        Some(Fault::Silent) => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        Some(Fault::Lost) => {
            next.run(request).await;
            StatusCode::BAD_GATEWAY.into_response()
        }
        Some(Fault::Hung) => {
            next.run(request).await;
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::GATEWAY_TIMEOUT.into_response()
        }
        None => acknowledge(&channel, request, next).await,
    }
}

/// Counts the request as acknowledged under its method, address and content.
async fn acknowledge(channel: &Channel, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(content) = axum::body::to_bytes(body, usize::MAX).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let key = (format!("{} {}", parts.method, parts.uri), content.clone());
    let response = next.run(Request::from_parts(parts, Body::from(content))).await;
    if response.status().is_success() {
        *lock(&channel.acknowledged).entry(key).or_default() += 1;
    }
    response
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
