//! A channel that replaces products with all their variants: the far end of the connector `grouped`.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{patch, put},
};
use serde_json::Value;

/// A running channel. It stops with the test's runtime.
#[derive(Debug, Clone)]
pub struct Shelf {
    pub address: SocketAddr,
    state: Arc<Mutex<Goods>>,
}

#[derive(Debug, Default)]
struct Goods {
    /// Title and units of each SKU, by group.
    groups: BTreeMap<String, BTreeMap<String, (String, i64)>>,
    /// Every request, as `put G` or `stock SKU`.
    requests: Vec<String>,
}

impl Shelf {
    pub async fn listen() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let shelf = Self { address: listener.local_addr()?, state: Arc::default() };
        let router = Router::new()
            .route("/groups/{group}", put(replace))
            .route("/stock/{sku}", patch(stock))
            .with_state(shelf.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(shelf)
    }

    /// The titles that a group shows, by SKU.
    pub fn titles(&self, group: &str) -> Vec<(String, String)> {
        let goods = self.goods();
        let shown = goods.groups.get(group).into_iter().flatten();
        shown.map(|(sku, (title, _))| (sku.clone(), title.clone())).collect()
    }

    /// The units that a SKU shows.
    pub fn units(&self, sku: &str) -> Option<i64> {
        self.goods().groups.values().find_map(|group| group.get(sku)).map(|(_, units)| *units)
    }

    /// The requests since the last look.
    pub fn take_requests(&self) -> Vec<String> {
        std::mem::take(&mut self.goods().requests)
    }

    fn goods(&self) -> MutexGuard<'_, Goods> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn replace(State(shelf): State<Shelf>, Path(group): Path<String>, Json(items): Json<Vec<Value>>) {
    let entry = |item: &Value| {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        (text("sku"), (text("title"), item["quantity"].as_i64().unwrap_or_default()))
    };
    let mut goods = shelf.goods();
    goods.requests.push(format!("put {group}"));
    goods.groups.insert(group, items.iter().map(entry).collect());
}

async fn stock(State(shelf): State<Shelf>, Path(sku): Path<String>, Json(units): Json<i64>) {
    let mut goods = shelf.goods();
    goods.requests.push(format!("stock {sku}"));
    if let Some((_, shown)) = goods.groups.values_mut().find_map(|group| group.get_mut(&sku)) {
        *shown = units;
    }
}
