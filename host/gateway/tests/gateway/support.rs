//! Local channels, and routes to them.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router, body::Bytes, extract::Request as Incoming, response::Response as Answer, serve::ListenerExt,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use wharf_gateway::{
    EndpointSpec, Gateway, GatewaySettings, Grant, Method, Request, RetrySettings, Route, RouteSpec,
};

/// What a channel was sent.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) uri: String,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
}

/// A channel on a local port that answers the n-th request as the test says.
pub(crate) struct Channel {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
}

impl Channel {
    pub(crate) async fn start(answer: impl Fn(usize, &Seen) -> Answer + Send + Sync + 'static) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (seen.clone(), Arc::new(answer));
        let handler = move |request: Incoming| {
            let (log, answer) = (log.clone(), answer.clone());
            async move {
                let (parts, body) = request.into_parts();
                let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
                let one = Seen { uri: parts.uri.to_string(), headers: parts.headers, body };
                let count = {
                    let mut log = log.lock().unwrap();
                    log.push(one.clone());
                    log.len()
                };
                answer(count, &one)
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let opened = connections.clone();
        let listener = listener.tap_io(move |_| {
            opened.fetch_add(1, Ordering::Relaxed);
        });
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(handler)).await });
        Self { address, seen, connections }
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// A channel that reads a request and then writes these bytes, whatever they are, and hangs up.
pub(crate) async fn raw_channel(answers: Vec<Option<Vec<u8>>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(answer_raw(stream, answer));
        }
    });
    address
}

async fn answer_raw(mut stream: TcpStream, answer: Option<Vec<u8>>) {
    let mut request = [0; 4096];
    assert!(stream.read(&mut request).await.unwrap() > 0);
    match answer {
        Some(bytes) => stream.write_all(&bytes).await.unwrap(),
        // Silence, until the other side hangs up.
        None => while stream.read(&mut request).await.is_ok_and(|bytes| bytes > 0) {},
    }
}

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<axum::body::Body>) -> Answer {
    let mut answer = http::Response::builder().status(status);
    for (name, value) in headers {
        answer = answer.header(*name, *value);
    }
    answer.body(body.into()).unwrap()
}

pub(crate) fn quick() -> GatewaySettings {
    GatewaySettings {
        request_timeout_ms: 300,
        connect_timeout_ms: 300,
        response_bytes: 100_000,
        retry: RetrySettings {
            attempts: 3,
            backoff_ms: 10,
            backoff_cap_ms: 20,
            wait_cap_ms: 5_000,
            ..RetrySettings::default()
        },
        ..GatewaySettings::default()
    }
}

/// A route to one endpoint that may be called with every method on every path.
pub(crate) fn spec(url: &str) -> RouteSpec {
    let host = url.split("://").nth(1).unwrap().split('/').next().unwrap();
    RouteSpec {
        endpoints: vec![EndpointSpec {
            name: "api".into(),
            url: url.into(),
            methods: vec![Method::GET, Method::POST],
            ..EndpointSpec::default()
        }],
        grants: vec![Grant { host: host.into(), allow_private: true }],
        ..RouteSpec::default()
    }
}

pub(crate) fn route_with(settings: GatewaySettings, spec: RouteSpec) -> Route {
    Gateway::new(settings).unwrap().route(spec).unwrap()
}

pub(crate) fn route(url: &str) -> Route {
    route_with(quick(), spec(url))
}

pub(crate) fn get(target: &str) -> Request {
    Request {
        method: Method::GET,
        endpoint: 0,
        target: target.into(),
        headers: Vec::new(),
        body: Bytes::new(),
        idempotency_key: None,
        repeatable: true,
        urgency: wharf_gateway::Urgency::default(),
        cost: 1,
        unpack: false,
    }
}

pub(crate) fn post(target: &str, body: &'static str) -> Request {
    Request { method: Method::POST, body: Bytes::from_static(body.as_bytes()), ..get(target) }
}
