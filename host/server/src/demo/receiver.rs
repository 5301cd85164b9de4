//! A small local channel that speaks the product part of Google's Merchant API and remembers what it is sent.
//!
//! It lets a newcomer see a whole sync without an account anywhere, and tests put faults in front of it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{patch, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// What the channel shows and what has arrived, shared with whoever watches.
#[derive(Debug, Clone, Default)]
pub struct Receiver {
    state: Arc<Mutex<Shelf>>,
}

#[derive(Debug, Default)]
struct Shelf {
    products: BTreeMap<String, Value>,
    /// The data source that each product came through.
    sources: BTreeMap<String, String>,
    arrivals: Vec<Arrival>,
}

/// One request that the channel took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// `insert`, `patch` or `delete`.
    pub what: &'static str,
    /// The product's name on the channel: `language~label~offer`.
    pub name: String,
    /// The attributes that were sent, empty for a delete.
    pub attributes: Vec<String>,
}

impl Receiver {
    /// The routes, asking every caller for this bearer token.
    pub fn router(&self, token: &str) -> Router {
        let expected: Arc<str> = format!("Bearer {token}").into();
        let authorize =
            move |headers: HeaderMap, request: axum::extract::Request, next: axum::middleware::Next| {
                let expected = Arc::clone(&expected);
                async move {
                    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
                    if given == Some(&*expected) {
                        next.run(request).await
                    } else {
                        refuse(
                            StatusCode::UNAUTHORIZED,
                            "UNAUTHENTICATED",
                            "The request has no valid credentials.",
                        )
                    }
                }
            };
        Router::new()
            .route("/products/v1/accounts/{account}/{verb}", post(insert).get(list))
            .route("/products/v1/accounts/{account}/productInputs/{name}", patch(update).delete(remove))
            .layer(axum::middleware::from_fn(authorize))
            .with_state(self.clone())
    }

    /// What the channel shows now, by product name.
    pub fn products(&self) -> BTreeMap<String, Value> {
        self.shelf().products.clone()
    }

    /// How many products it shows.
    pub fn count(&self) -> usize {
        self.shelf().products.len()
    }

    /// What has arrived since this was last asked.
    pub fn take_arrivals(&self) -> Vec<Arrival> {
        std::mem::take(&mut self.shelf().arrivals)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The data source that an insert names.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    data_source: String,
}

async fn insert(
    State(receiver): State<Receiver>,
    Path((account, verb)): Path<(String, String)>,
    Query(source): Query<Source>,
    body: Bytes,
) -> Response {
    if verb != "productInputs:insert" {
        return refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such method.");
    }
    let Some((mut input, name)) = serde_json::from_slice(&body).ok().and_then(named) else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "INVALID_ARGUMENT",
            "The body needs contentLanguage, feedLabel and offerId.",
        );
    };
    let mut shelf = receiver.shelf();
    shelf.arrivals.push(Arrival { what: "insert", name: name.clone(), attributes: attributes(&input) });
    shelf.products.insert(name.clone(), input.clone());
    shelf.sources.insert(name.clone(), source.data_source);
    input["name"] = format!("accounts/{account}/productInputs/{name}").into();
    Json(input).into_response()
}

fn named(input: Value) -> Option<(Value, String)> {
    let part = |key: &str| input[key].as_str().filter(|part| !part.is_empty());
    let name = format!("{}~{}~{}", part("contentLanguage")?, part("feedLabel")?, part("offerId")?);
    Some((input, name))
}

/// Everything at once, and all of it shown.
async fn list(State(receiver): State<Receiver>, Path((_, collection)): Path<(String, String)>) -> Response {
    if collection != "products" {
        return refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such collection.");
    }
    let shelf = receiver.shelf();
    let shown = |(name, product): (&String, &Value)| {
        let mut product = product.clone();
        product["dataSource"] = shelf.sources.get(name).cloned().into();
        product["productStatus"] =
            json!({"destinationStatuses": [{"approvedCountries": [product["feedLabel"]]}]});
        product
    };
    Json(json!({"products": shelf.products.iter().map(shown).collect::<Vec<_>>()})).into_response()
}

fn attributes(input: &Value) -> Vec<String> {
    input["productAttributes"].as_object().map(|sent| sent.keys().cloned().collect()).unwrap_or_default()
}

async fn update(
    State(receiver): State<Receiver>,
    Path((account, name)): Path<(String, String)>,
    body: Bytes,
) -> Response {
    let Ok(input) = serde_json::from_slice::<Value>(&body) else {
        return refuse(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", "The body is not JSON.");
    };
    let name = decoded(name);
    let mut shelf = receiver.shelf();
    let Some(product) = shelf.products.get_mut(&name) else {
        return refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such product input.");
    };
    if let Some(sent) = input["productAttributes"].as_object() {
        for (key, value) in sent {
            product["productAttributes"][key] = value.clone();
        }
    }
    let mut answer = product.clone();
    answer["name"] = format!("accounts/{account}/productInputs/{name}").into();
    shelf.arrivals.push(Arrival { what: "patch", name, attributes: attributes(&input) });
    Json(answer).into_response()
}

async fn remove(State(receiver): State<Receiver>, Path((_, name)): Path<(String, String)>) -> Response {
    let name = decoded(name);
    let mut shelf = receiver.shelf();
    if shelf.products.remove(&name).is_none() {
        return refuse(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such product input.");
    }
    shelf.arrivals.push(Arrival { what: "delete", name, attributes: Vec::new() });
    Json(json!({})).into_response()
}

/// The API takes a name either plain, with its tildes, or as unpadded base64url.
fn decoded(name: String) -> String {
    if name.contains('~') {
        return name;
    }
    URL_SAFE_NO_PAD.decode(&name).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or(name)
}

fn refuse(code: StatusCode, status: &str, message: &str) -> Response {
    let error = json!({"error": {"code": code.as_u16(), "message": message, "status": status}});
    (code, Json(error)).into_response()
}
