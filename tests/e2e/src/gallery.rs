//! A shop that takes products as Vendure does, with their pictures as files, and the host that the pictures lie on. It
//! reads forms with a parser of its own, and can be made to hang.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use wharf_catalog::{Patch, item::Picture};
use wharf_store::{Mode, ProductChange};
use wharf_sync::ChannelConfiguration;

use crate::products::{product, sku};

/// A running shop, beside its picture host. It stops with the test's runtime.
#[derive(Debug, Clone)]
pub struct Gallery {
    pub address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
}

/// A file that was uploaded. Its id is its place in the list, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    pub filename: String,
    pub content_type: String,
    pub content: Bytes,
}

/// What the shop sells under a SKU.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Variant {
    /// In the smallest unit.
    pub price: i64,
    pub on_hand: i64,
    /// Ids of its assets, the main one first.
    pub assets: Vec<String>,
}

#[derive(Debug, Default)]
struct Desk {
    /// Content type and content by name.
    pictures: BTreeMap<String, (&'static str, Vec<u8>)>,
    assets: Vec<Asset>,
    variants: BTreeMap<String, Variant>,
    /// Ids of the product's assets.
    shown: Vec<String>,
    has_product: bool,
    /// Operations that were asked for.
    asked: Vec<String>,
    hangs_at: Option<&'static str>,
}

impl Gallery {
    pub async fn listen() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let gallery = Self { address: listener.local_addr()?, desk: Arc::default() };
        let router = Router::new()
            .route("/admin-api", post(answer))
            .route("/pictures/{name}", get(picture))
            .layer(DefaultBodyLimit::disable())
            .with_state(gallery.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(gallery)
    }

    /// Puts a picture on the picture host; answers with its address.
    pub fn hang(&self, name: &str, content_type: &'static str, content: &[u8]) -> String {
        self.desk().pictures.insert(name.to_owned(), (content_type, content.to_vec()));
        self.address_of(name)
    }

    /// Where a picture lies, if there is one.
    pub fn address_of(&self, name: &str) -> String {
        format!("http://{}/pictures/{name}", self.address)
    }

    /// From now on it hangs at this operation, or at none.
    pub fn hang_at(&self, operation: Option<&'static str>) {
        self.desk().hangs_at = operation;
    }

    pub fn was_asked(&self, operation: &str) -> bool {
        self.desk().asked.iter().any(|asked| asked == operation)
    }

    pub fn assets(&self) -> Vec<Asset> {
        self.desk().assets.clone()
    }

    pub fn variant(&self, sku: &str) -> Option<Variant> {
        self.desk().variants.get(sku).cloned()
    }

    /// Ids of the assets that the product shows.
    pub fn shown(&self) -> Vec<String> {
        self.desk().shown.clone()
    }

    /// A channel onto this shop, which may read its pictures.
    pub fn channel(&self, key: &std::path::Path) -> anyhow::Result<ChannelConfiguration> {
        Ok(serde_json::from_value(json!({
            "connector": "vendure",
            "settings": {"stock_locations": {"berlin": "1"}},
            "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
            "endpoints": {"api": format!("http://{}", self.address)},
            "grants": [{"host": self.address.to_string(), "allow-private": true}],
            "credentials": {"file": key},
        }))?)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A product that shows these pictures.
pub fn pictured(text: &str, urls: &[String]) -> ProductChange {
    let change = product(text);
    ProductChange { patch: Patch { images: Some(Some(pictures(urls))), ..change.patch }, ..change }
}

/// The same product with other pictures.
pub fn repictured(text: &str, urls: &[String]) -> ProductChange {
    let patch = Patch { images: Some(Some(pictures(urls))), ..Patch::default() };
    ProductChange { sku: sku(text), patch, mode: Mode::Update, stock: Vec::new() }
}

fn pictures(urls: &[String]) -> Vec<Picture> {
    urls.iter().map(|url| Picture { url: url.clone(), alt: None }).collect()
}

async fn picture(State(gallery): State<Gallery>, Path(name): Path<String>) -> Response {
    match gallery.desk().pictures.get(&name) {
        Some((content_type, content)) => ([(CONTENT_TYPE, *content_type)], content.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn answer(State(gallery): State<Gallery>, headers: HeaderMap, body: Bytes) -> Response {
    let (document, file) = match read(&headers, body).await {
        Ok(read) => read,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error:#}")).into_response(),
    };
    let query = document["query"].as_str().unwrap_or_default();
    let operation = query.split([' ', '(']).nth(1).unwrap_or_default().to_owned();
    let hangs = {
        let mut desk = gallery.desk();
        desk.asked.push(operation.clone());
        desk.hangs_at == Some(operation.as_str())
    };
    if hangs {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    let data = gallery.desk().answer(&operation, &document["variables"], file);
    Json(json!({ "data": data })).into_response()
}

/// The document, and the file beside it.
async fn read(headers: &HeaderMap, body: Bytes) -> anyhow::Result<(Value, Option<Asset>)> {
    let content_type = headers.get(CONTENT_TYPE).context("no content type")?.to_str()?;
    if content_type == "application/json" {
        return Ok((serde_json::from_slice(&body)?, None));
    }
    let mut parts = multer::Multipart::with_reader(&body[..], multer::parse_boundary(content_type)?);
    let mut next = async |name: &str| {
        let part = parts.next_field().await?.with_context(|| format!("no part `{name}`"))?;
        anyhow::ensure!(part.name() == Some(name), "a part before `{name}`");
        let filename = part.file_name().map(str::to_owned);
        let content_type = part.content_type().map(ToString::to_string);
        anyhow::Ok((filename, content_type, part.bytes().await?))
    };
    let (_, _, operations) = next("operations").await?;
    let (_, _, map) = next("map").await?;
    anyhow::ensure!(map == r#"{"0":["variables.input.0.file"]}"#, "another map");
    let (filename, content_type, content) = next("0").await?;
    let filename = filename.context("no filename")?;
    let content_type = content_type.context("no content type of the file")?;
    Ok((serde_json::from_slice(&operations)?, Some(Asset { filename, content_type, content })))
}

impl Desk {
    fn answer(&mut self, operation: &str, variables: &Value, file: Option<Asset>) -> Value {
        match operation {
            "Find" => json!({ "productVariants": { "items": [] }, "product": null }),
            "CreateProduct" => {
                self.has_product = true;
                json!({ "createProduct": self.product() })
            }
            "UpdateProduct" if self.has_product => {
                self.show(&variables["input"]);
                json!({ "updateProduct": self.product() })
            }
            "CreateVariants" => json!({ "createProductVariants": self.write(&variables["create"]) }),
            "UpdateVariants" => json!({ "updateProductVariants": self.write(&variables["update"]) }),
            "CreateAsset" => {
                self.assets.extend(file);
                json!({ "createAssets": [{ "id": self.assets.len().to_string() }] })
            }
            "ShowPictures" => {
                self.show(&variables["input"]);
                json!({ "updateProduct": self.product() })
            }
            "ShowVariantPictures" => json!({ "updateProductVariants": self.write(&variables["input"]) }),
            _ => Value::Null,
        }
    }

    fn product(&self) -> Value {
        let assets: Vec<Value> = self.shown.iter().map(|id| json!({ "id": id })).collect();
        let variant = |sku: &String| json!({ "id": id(sku), "sku": sku, "options": [], "stockLevels": [] });
        let variants: Vec<Value> = self.variants.keys().map(variant).collect();
        json!({ "id": "1", "optionGroups": [], "assets": assets, "variants": variants })
    }

    fn show(&mut self, input: &Value) {
        if let Some(assets) = ids(input) {
            self.shown = assets;
        }
    }

    fn write(&mut self, inputs: &Value) -> Vec<Value> {
        let write = |input: &Value| {
            let known = input["id"].as_str().map(|id| id.trim_start_matches("v-"));
            let sku = input["sku"].as_str().or(known).unwrap_or_default().to_owned();
            let variant = self.variants.entry(sku.clone()).or_default();
            let price = input["price"].as_i64().or(input["prices"][0]["price"].as_i64());
            variant.price = price.unwrap_or(variant.price);
            variant.on_hand = input["stockLevels"][0]["stockOnHand"].as_i64().unwrap_or(variant.on_hand);
            variant.assets = ids(input).unwrap_or(std::mem::take(&mut variant.assets));
            let prices = json!([{ "currencyCode": "EUR", "price": variant.price }]);
            json!({ "id": id(&sku), "sku": sku, "productId": "1", "prices": prices })
        };
        inputs.as_array().into_iter().flatten().map(write).collect()
    }
}

fn id(sku: &str) -> String {
    format!("v-{sku}")
}

fn ids(input: &Value) -> Option<Vec<String>> {
    let ids = input["assetIds"].as_array()?;
    Some(ids.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}
