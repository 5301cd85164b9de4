//! A stand-in for Amazon's Selling Partner API on loopback: the far end of the connector `amazon`.
//!
//! It hands out tokens, takes feeds in their five steps and single listings, and lists orders. A test may let any
//! request of a feed hang before or after it takes effect. What it shows of listings is in `listings`, feeds in
//! `feeds`.

mod feeds;
mod listings;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post, put},
};
use serde_json::{Value, json};
use wharf_sync::ChannelConfiguration;

use self::feeds::Feed;

/// The stored text of an application's secret and the seller's refresh token.
const CLIENT: [(&str, &str); 3] =
    [("client_id", "application"), ("client_secret", "application-secret"), ("refresh_token", "Atzr|seller")];

const SELLER: &str = "A1SELLER";

/// Where the documents of feeds are, which need no token.
const DOCUMENTS: &str = "/tortuga";

/// One request of a feed's way, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// `createFeedDocument`
    Create,
    /// The document is put at the address it was given.
    Upload,
    /// `createFeed`
    Submit,
    /// `getFeed`
    Poll,
    /// `getFeedDocument`
    Locate,
    /// The report is read at the address it was given.
    Download,
}

/// What became of a request that hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It did nothing.
    None,
    /// It took effect; only its answer does not come.
    Full,
}

/// A running Amazon. It stops with the test's runtime.
#[derive(Debug, Clone)]
pub struct Amazon {
    pub address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Debug, Default)]
struct Desk {
    /// Access tokens given out.
    tokens: usize,
    /// Requests of feeds, also those that hung.
    steps: Vec<Step>,
    /// Requests for single listings, as method and SKU.
    singles: Vec<String>,
    /// Content of documents by id; none before it is put.
    documents: BTreeMap<String, Option<Vec<u8>>>,
    feeds: Vec<Feed>,
    /// Polls that each feed answers with `IN_PROGRESS`.
    in_progress: usize,
    /// Attributes of listings by SKU.
    shown: BTreeMap<String, Value>,
    /// Attributes that are refused, by SKU.
    refused: BTreeMap<String, String>,
    orders: Vec<Value>,
    hang: Option<(Step, usize, Effect)>,
    is_hanging: bool,
}

impl Amazon {
    pub async fn listen() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let amazon = Self { address: listener.local_addr()?, desk: Arc::default() };
        let router = Router::new()
            .route("/feeds/2021-06-30/documents", post(feeds::create_document))
            .route("/feeds/2021-06-30/documents/{id}", get(feeds::locate))
            .route("/feeds/2021-06-30/feeds", post(feeds::submit))
            .route("/feeds/2021-06-30/feeds/{id}", get(feeds::poll))
            .route(
                "/listings/2021-08-01/items/{seller}/{sku}",
                put(listings::replace).patch(listings::patch).delete(listings::delete),
            )
            .route("/orders/2026-01-01/orders", get(orders))
            .layer(from_fn_with_state(amazon.clone(), admit))
            .route("/tortuga/{id}", put(feeds::upload).get(feeds::download))
            .route("/auth/o2/token", post(grant))
            .layer(from_fn_with_state(amazon.clone(), hang))
            .with_state(amazon.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(amazon)
    }

    /// A channel of the connector `amazon` onto this Amazon. What the account is shown by is written into `secret`.
    pub fn channel(&self, secret: &Path, settings: &Value) -> anyhow::Result<ChannelConfiguration> {
        std::fs::write(secret, json!(BTreeMap::from(CLIENT)).to_string())?;
        let (host, base) = (self.address.to_string(), format!("http://{}", self.address));
        let mut own = json!({"seller_id": SELLER, "marketplaces": ["A1PA6795UKMFR9"], "poll_seconds": 1, "document_host": host});
        for (name, value) in settings.as_object().into_iter().flatten() {
            own[name] = value.clone();
        }
        let documents = format!("{base}{DOCUMENTS}");
        let constant = |text: &str| json!({"value": text});
        Ok(serde_json::from_value(json!({
            "connector": "amazon",
            "settings": own,
            "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
            "mapping": {
                "product_type": constant("LAMP"), "bullet_point": constant("Shines."),
                "country_of_origin": constant("SE"), "condition_type": constant("new_new"),
            },
            "endpoints": {
                "api": base, "documents-eu": documents, "documents-na": documents, "documents-fe": documents,
                "documents-test": documents,
            },
            "account": "seller",
            "grants": [{"host": host, "allow-private": true}],
            "credentials": {"file": secret, "token-uri": format!("{base}/auth/o2/token")},
            "inbound": {"orders-from": ["berlin"]},
        }))?)
    }

    /// From now on a feed is done after this many polls that say it is in progress.
    pub fn work_for(&self, polls: usize) {
        self.desk().in_progress = polls;
    }

    /// From now on this attribute of this SKU is wrong.
    pub fn refuse(&self, sku: &str, attribute: &str) {
        self.desk().refused.insert(sku.to_owned(), attribute.to_owned());
    }

    /// The `nth` request of this kind, counted from 1, is not answered until its sender gives up.
    pub fn hang_at(&self, step: Step, nth: usize, effect: Effect) {
        self.desk().hang = Some((step, nth, effect));
    }

    pub fn is_hanging(&self) -> bool {
        self.desk().is_hanging
    }

    /// Someone buys this many at Amazon.
    pub fn sell(&self, order: &str, sku: &str, quantity: u32) {
        let now = jiff::Timestamp::now().to_string();
        let money = json!({"amount": "12.90", "currencyCode": "EUR"});
        self.desk().orders.push(json!({
            "orderId": order, "createdTime": now, "lastUpdatedTime": now,
            "fulfillment": {"fulfillmentStatus": "UNSHIPPED"},
            "orderItems": [{
                "orderItemId": "1", "quantityOrdered": quantity,
                "product": {"sellerSku": sku, "title": sku, "price": {"unitPrice": money}},
                "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": quantity}
            }]
        }));
    }

    /// How many access tokens were asked for.
    pub fn tokens(&self) -> usize {
        self.desk().tokens
    }

    /// The requests of feeds so far, also those that hung.
    pub fn steps(&self) -> Vec<Step> {
        self.desk().steps.clone()
    }

    /// The messages of each feed that was submitted.
    pub fn feeds(&self) -> Vec<Vec<Value>> {
        self.desk().feeds.iter().map(|feed| feed.messages.clone()).collect()
    }

    /// Requests for single listings since the last look, such as `PATCH A fulfillment_availability`.
    pub fn take_singles(&self) -> Vec<String> {
        std::mem::take(&mut self.desk().singles)
    }

    /// The SKUs that Amazon shows, in order.
    pub fn skus(&self) -> Vec<String> {
        self.desk().shown.keys().cloned().collect()
    }

    /// The first entry of an attribute that Amazon shows.
    pub fn attribute(&self, sku: &str, attribute: &str) -> Value {
        self.desk().shown.get(sku).map(|shown| shown[attribute][0].clone()).unwrap_or_default()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Step {
    fn of(method: &Method, path: &str) -> Option<Self> {
        let is_get = method == Method::GET;
        if path.starts_with(DOCUMENTS) {
            return Some(if is_get { Self::Download } else { Self::Upload });
        }
        match path.strip_prefix("/feeds/2021-06-30/")?.split('/').next()? {
            "documents" => Some(if is_get { Self::Locate } else { Self::Create }),
            "feeds" => Some(if is_get { Self::Poll } else { Self::Submit }),
            _ => None,
        }
    }
}

/// As every refused request is answered.
fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    (status, Json(json!({"errors": [{"code": code, "message": message}]}))).into_response()
}

async fn hang(State(amazon): State<Amazon>, request: Request, next: Next) -> Response {
    let Some(step) = Step::of(request.method(), request.uri().path()) else { return next.run(request).await };
    let effect = {
        let mut desk = amazon.desk();
        desk.steps.push(step);
        let nth = desk.steps.iter().filter(|earlier| **earlier == step).count();
        desk.hang.filter(|(at, on, _)| (*at, *on) == (step, nth)).map(|(_, _, effect)| effect)
    };
    let response = match effect {
        Some(Effect::None) => StatusCode::GATEWAY_TIMEOUT.into_response(),
        Some(Effect::Full) | None => next.run(request).await,
    };
    if effect.is_some() {
        amazon.desk().is_hanging = true;
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    response
}

/// Amazon's own header holds the token, and no other.
async fn admit(State(amazon): State<Amazon>, request: Request, next: Next) -> Response {
    let token = request.headers().get("x-amz-access-token").and_then(|token| token.to_str().ok());
    let number = token.and_then(|token| token.strip_prefix("Atza|")?.parse::<usize>().ok());
    let is_known = number.is_some_and(|number| (1..=amazon.desk().tokens).contains(&number));
    if !is_known || request.headers().contains_key(header::AUTHORIZATION) {
        return refusal(StatusCode::FORBIDDEN, "Unauthorized", "The access token you provided is invalid.");
    }
    next.run(request).await
}

/// Login with Amazon.
async fn grant(State(amazon): State<Amazon>, headers: HeaderMap, body: Bytes) -> Response {
    let form: BTreeMap<_, _> = url::form_urlencoded::parse(&body).into_owned().collect();
    let is_right = |(name, value): (&str, &str)| form.get(name).is_some_and(|given| given == value);
    let all_right = CLIENT.into_iter().chain([("grant_type", "refresh_token")]).all(is_right);
    if !all_right || headers.contains_key(header::AUTHORIZATION) {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    }
    let mut desk = amazon.desk();
    desk.tokens += 1;
    let token = format!("Atza|{}", desk.tokens);
    let [_, _, (_, refresh)] = CLIENT;
    let answer = json!({
        "access_token": token, "token_type": "bearer", "expires_in": 3600, "refresh_token": refresh
    });
    Json(answer).into_response()
}

/// `searchOrders`
async fn orders(State(amazon): State<Amazon>) -> Response {
    let now = jiff::Timestamp::now().to_string();
    Json(json!({"orders": amazon.desk().orders, "lastUpdatedBefore": now})).into_response()
}
