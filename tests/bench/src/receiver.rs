//! A channel that takes everything, as cheaply as HTTP allows, and counts it.
//!
//! It shares the two cores with what is measured, so it only looks for what it has to answer.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use axum::{Router, body::Bytes, extract::State, http::header, response::IntoResponse, routing::post};
use memchr::memmem;

/// A running receiver; it ends with the program.
#[derive(Debug, Clone, Default)]
pub(crate) struct Receiver {
    items: Arc<AtomicU64>,
}

impl Receiver {
    /// Listens on a free loopback port.
    pub(crate) async fn listen(&self) -> anyhow::Result<SocketAddr> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = Router::new()
            .route("/bulk", post(bulk))
            .route("/products/v1/accounts/{account}/{verb}", post(insert))
            .route("/products/v1/accounts/{account}/productInputs/{name}", axum::routing::patch(insert))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(self.clone());
        tokio::spawn(async move {
            axum::serve(
                axum::serve::ListenerExt::tap_io(listener, |socket| {
                    let _ = socket.set_nodelay(true);
                }),
                router,
            )
            .await
        });
        Ok(address)
    }

    pub(crate) fn items(&self) -> u64 {
        self.items.load(Relaxed)
    }
}

async fn bulk(State(receiver): State<Receiver>, body: Bytes) -> impl IntoResponse {
    let mut answer = String::with_capacity(body.len() / 20);
    answer.push_str("{\"outcomes\":[");
    let mut count = 0;
    for sku in texts(&body, b"\"sku\":\"") {
        if count > 0 {
            answer.push(',');
        }
        answer.push_str("{\"sku\":\"");
        answer.push_str(sku);
        answer.push_str("\",\"status\":\"ok\"}");
        count += 1;
    }
    answer.push_str("]}");
    receiver.items.fetch_add(count, Relaxed);
    json(answer)
}

async fn insert(State(receiver): State<Receiver>, body: Bytes) -> impl IntoResponse {
    receiver.items.fetch_add(1, Relaxed);
    let offer = texts(&body, b"\"offerId\":\"").next().unwrap_or_default();
    json(format!("{{\"name\":\"accounts/1/productInputs/en~DE~{offer}\"}}"))
}

/// The texts that follow a key in JSON written without blanks. SKUs of the benchmark need no escapes.
fn texts<'a>(body: &'a [u8], key: &'static [u8]) -> impl Iterator<Item = &'a str> {
    memmem::find_iter(body, key).filter_map(move |at| {
        let rest = &body[at + key.len()..];
        let end = memchr::memchr(b'"', rest)?;
        str::from_utf8(&rest[..end]).ok()
    })
}

fn json(body: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], body)
}
