//! A channel that is read, and told of parcels: the far end of the connector `test-reader`. It answers pages of lines,
//! and can be made to hang or fail.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::{Path as UrlPath, Query, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, put},
};
use serde::Deserialize;
use wharf_sync::ChannelConfiguration;

/// Lines of a page.
const PAGE: usize = 2;

/// A running channel. It stops with the test's runtime.
#[derive(Debug, Clone)]
pub struct Till {
    pub address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Debug, Default)]
struct Desk {
    stock: Vec<String>,
    orders: Vec<String>,
    /// Paths and queries that were asked for.
    asked: Vec<String>,
    /// Hangs at the request with this query.
    hangs_at: Option<String>,
    is_broken: bool,
    /// Answers with the first page, whatever is asked for.
    repeats: bool,
    /// Every parcel that it was told of, as path and body, also those that it did not answer.
    told: Vec<(String, String)>,
    /// The next parcels are answered with this, after they were noted.
    answers: VecDeque<Told>,
}

/// How a parcel is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// With this status and nothing else.
    Status(u16),
    /// With a receipt, at which the parcel's id is asked for.
    Receipt,
    /// Not within any test's patience.
    Hung,
}

#[derive(Debug, Deserialize)]
struct After {
    after: String,
}

impl Till {
    pub async fn listen() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let till = Self { address: listener.local_addr()?, desk: Arc::default() };
        let router = Router::new()
            .route(
                "/stock",
                get(async |State(till): State<Self>, Query(after)| till.page(|desk| &desk.stock, &after)),
            )
            .route(
                "/orders",
                get(async |State(till): State<Self>, Query(after)| till.page(|desk| &desk.orders, &after)),
            )
            .route("/shipments/{order}/{id}", put(told).get(receipt))
            .layer(from_fn_with_state(till.clone(), misbehave))
            .with_state(till.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(till)
    }

    /// The channel sells: `order ID SKU QUANTITY STATE CHANGED-AT`.
    pub fn sell(&self, orders: &[String]) {
        self.desk().orders.extend_from_slice(orders);
    }

    /// The channel counts: `SKU=QUANTITY`.
    pub fn count(&self, levels: &[&str]) {
        self.desk().stock.extend(levels.iter().map(ToString::to_string));
    }

    /// From now on it hangs at this request, such as `/orders?after=2`.
    pub fn hang_at(&self, request: &str) {
        self.desk().hangs_at = Some(request.to_owned());
    }

    /// From now on every request fails, or none.
    pub fn break_down(&self, is_broken: bool) {
        self.desk().is_broken = is_broken;
    }

    /// From now on every page is the first one.
    pub fn repeat(&self) {
        self.desk().repeats = true;
    }

    /// The next parcels are answered like this, those after them with their id.
    pub fn answer_parcels(&self, answers: impl IntoIterator<Item = Told>) {
        self.desk().answers.extend(answers);
    }

    /// Every parcel that it was told of so far, as `ORDER/ID` and body.
    pub fn told(&self) -> Vec<(String, String)> {
        self.desk().told.clone()
    }

    pub fn recover(&self) {
        let mut desk = self.desk();
        desk.hangs_at = None;
        desk.is_broken = false;
    }

    /// What was asked for since the last look.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.desk().asked)
    }

    pub fn was_asked(&self, request: &str) -> bool {
        self.desk().asked.iter().any(|asked| asked == request)
    }

    fn page(&self, lines: impl Fn(&Desk) -> &Vec<String>, after: &After) -> String {
        let desk = self.desk();
        let lines = lines(&desk);
        let begin =
            lines.iter().rposition(|line| key(line) == after.after).map_or(0, |position| position + 1);
        let begin = if desk.repeats { 0 } else { begin };
        let page = lines.iter().skip(begin).take(PAGE);
        page.map(|line| format!("{line}\n")).collect()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn told(
    State(till): State<Till>,
    UrlPath((order, id)): UrlPath<(String, String)>,
    body: String,
) -> Response {
    let answer = {
        let mut desk = till.desk();
        desk.told.push((format!("{order}/{id}"), body));
        desk.answers.pop_front()
    };
    match answer {
        None => format!("parcel-{id}").into_response(),
        Some(Told::Status(status)) => {
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
        Some(Told::Receipt) => (StatusCode::ACCEPTED, id).into_response(),
        Some(Told::Hung) => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
    }
}

/// At `/shipments/receipts/ID`.
async fn receipt(UrlPath((_, id)): UrlPath<(String, String)>) -> String {
    format!("parcel-{id}")
}

fn key(line: &str) -> &str {
    let order = line.strip_prefix("order ").and_then(|order| order.split(' ').next());
    order.or_else(|| Some(line.split_once('=')?.0)).unwrap_or_default()
}

async fn misbehave(State(till): State<Till>, request: Request, next: Next) -> Response {
    let asked = request.uri().to_string();
    let (hangs, is_broken) = {
        let mut desk = till.desk();
        desk.asked.push(asked.clone());
        (desk.hangs_at.as_ref() == Some(&asked), desk.is_broken)
    };
    if hangs {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    if is_broken { StatusCode::INTERNAL_SERVER_ERROR.into_response() } else { next.run(request).await }
}

/// A channel of the connector `test-reader` onto a local address, whose counts are those of the location `berlin`.
pub fn till(address: SocketAddr, key: &Path) -> anyhow::Result<ChannelConfiguration> {
    Ok(serde_json::from_value(serde_json::json!({
        "connector": "test-reader",
        "settings": {"webhook_key": {"file": key}},
        "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
        "endpoints": {"api": format!("http://{address}")},
        "grants": [{"host": address.to_string(), "allow-private": true}],
        "inbound": {"orders-from": ["berlin"]},
    }))?)
}
