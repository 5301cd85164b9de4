//! Products: read in pages, changed by merge patch one at a time or in bulk, guarded by revisions.

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};
use utoipa::ToSchema;
use wharf_catalog::{Patch, Product, Sku};
use wharf_store::{Applied, Effect, Mode, ProductChange, ProductFilter, ProductRecord, Refusal};

use super::{
    Api,
    bulk::{self, BulkAnswer, Lines, Rejected},
    extract::{Body, Path, Query, pointer},
    page::{Page, PageQuery},
    problem::{Kind, Problem, Violation},
    schema,
};

/// A product as it is stored.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductAnswer {
    /// Grows with every change of the product itself; also the `ETag`.
    revision: i64,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    #[serde(flatten)]
    #[schema(value_type = schema::Product)]
    product: Product,
}

impl From<ProductRecord> for ProductAnswer {
    fn from(record: ProductRecord) -> Self {
        Self { revision: record.revision, updated_at: instant(record.updated_at), product: record.product }
    }
}

/// Unix milliseconds as they are shown.
pub(super) fn instant(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Which products to list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProductQuery {
    /// Products whose SKU begins with this.
    sku_prefix: Option<String>,
    /// Direct children of this product.
    parent: Option<String>,
    /// Products changed at or after this time (RFC 3339).
    #[param(value_type = Option<String>, format = DateTime)]
    updated_since: Option<Timestamp>,
}

impl ProductQuery {
    fn filter(self) -> Result<ProductFilter, Problem> {
        let parent = self.parent.map(|parent| sku(&parent, "parent")).transpose()?;
        let updated_since = self.updated_since.map(Timestamp::as_millisecond);
        Ok(ProductFilter { sku_prefix: self.sku_prefix, parent, updated_since })
    }
}

/// List products, ascending by SKU.
#[utoipa::path(get, path = "/products", tag = "products", params(PageQuery, ProductQuery),
    responses((status = OK, body = Page<ProductAnswer>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(api): State<Api>,
    Query(page): Query<PageQuery>,
    Query(query): Query<ProductQuery>,
) -> Result<Json<Page<ProductAnswer>>, Problem> {
    let limit = page.limit(api.settings())?;
    let after: Option<Sku> = page.after_as()?;
    let records = api.host.site.store.products(after.as_ref(), limit + 1, &query.filter()?).await?;
    Ok(Page::cut(records, limit, |record| record.product.sku.to_string(), ProductAnswer::from))
}

/// Read one product.
#[utoipa::path(get, path = "/products/{sku}", tag = "products", params(("sku" = String, Path)),
    responses((status = OK, body = ProductAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(State(api): State<Api>, Path(sku): Path<String>) -> Result<Response, Problem> {
    let record = api.host.site.store.product(&sku).await?.ok_or_else(|| Problem::unknown("product", &sku))?;
    let headers = [(header::ETAG, etag(record.revision))];
    Ok((headers, Json(ProductAnswer::from(record))).into_response())
}

/// Change one product by merge patch (RFC 7396), or create it.
///
/// An absent member stays, `null` clears, anything else is set. With `If-Match` the change is made only to that
/// revision; with `If-None-Match: *` only if the product is new.
#[utoipa::path(patch, path = "/products/{sku}", tag = "products",
    params(("sku" = String, Path), ("if-match" = Option<String>, Header), ("if-none-match" = Option<String>, Header)),
    request_body = schema::Patch,
    responses((status = OK, body = ProductAnswer), (status = CREATED, body = ProductAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn patch(
    State(api): State<Api>,
    Path(key): Path<String>,
    headers: HeaderMap,
    Body(patch): Body<Patch>,
) -> Result<Response, Problem> {
    let sku = sku(&key, "sku")?;
    let change = ProductChange { sku, patch, mode: mode(&headers)?, stock: Vec::new() };
    let results = api.host.site.store.change(vec![change]).await?;
    let applied = one(results)?;
    if applied.effect != Effect::Unchanged {
        api.host.reconciler.wake();
    }
    let record = api.host.site.store.product(&key).await?.ok_or_else(|| Problem::unknown("product", &key))?;
    let status = if applied.effect == Effect::Created { StatusCode::CREATED } else { StatusCode::OK };
    let headers = [(header::ETAG, etag(record.revision))];
    Ok((status, headers, Json(ProductAnswer::from(record))).into_response())
}

/// Delete one product with its stock; every channel takes its listing away.
#[utoipa::path(delete, path = "/products/{sku}", tag = "products",
    params(("sku" = String, Path), ("if-match" = Option<String>, Header)),
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn delete(
    State(api): State<Api>,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let sku = sku(&key, "sku")?;
    let deleted = match mode(&headers)? {
        Mode::At(revision) => {
            api.host.site.store.delete_at(&sku, revision).await?.map_err(|refusal| refused(&refusal))?;
            true
        }
        _ => api.host.site.store.delete(&[sku]).await?.contains(&true),
    };
    if !deleted {
        return Err(Problem::unknown("product", &key));
    }
    api.host.reconciler.wake();
    Ok(StatusCode::NO_CONTENT)
}

/// Products to be created or changed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkProducts {
    #[schema(value_type = Vec<schema::ProductLine>)]
    products: Vec<Box<RawValue>>,
}

/// Create or change many products in one transaction; a bad line costs itself only.
///
/// Each line is a merge patch with its `sku`, and perhaps `stock` by location.
#[utoipa::path(post, path = "/products", tag = "products", request_body = BulkProducts,
    responses((status = OK, body = BulkAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn bulk(
    State(api): State<Api>,
    Body(body): Body<BulkProducts>,
) -> Result<Json<BulkAnswer>, Problem> {
    let mut lines = Lines::read(&body.products, api.settings().bulk_lines, line)?;
    let answer = lines.take();
    let answer = lines.answer(api.host.site.store.change(answer).await?);
    if answer.has_changed() {
        api.host.reconciler.wake();
    }
    Ok(Json(answer))
}

/// Takes `sku` and `stock` off the line; the rest is the patch.
fn line(raw: &RawValue) -> Result<(String, ProductChange), Rejected> {
    let reject = |sku: Option<String>, pointer: String, detail: String| Rejected {
        sku,
        violation: Violation { pointer, detail },
    };
    let mut members: Map<String, Value> =
        serde_json::from_str(raw.get()).map_err(|error| reject(None, String::new(), error.to_string()))?;
    let name = match members.remove("sku") {
        Some(Value::String(name)) => name,
        Some(_) => return Err(reject(None, "/sku".into(), "a SKU is a text".into())),
        None => return Err(reject(None, "/sku".into(), "the line names no SKU".into())),
    };
    let sku: Sku =
        name.parse().map_err(|error| reject(Some(name.clone()), "/sku".into(), format!("{error}")))?;
    let stock: std::collections::BTreeMap<String, i64> = match members.remove("stock") {
        None => Default::default(),
        Some(stock) => member(stock)
            .map_err(|(place, detail)| reject(Some(name.clone()), format!("/stock{place}"), detail))?,
    };
    let patch = member(Value::Object(members))
        .map_err(|(pointer, detail)| reject(Some(name.clone()), pointer, detail))?;
    let change = ProductChange { sku, patch, mode: Mode::Upsert, stock: stock.into_iter().collect() };
    Ok((name, change))
}

fn member<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, (String, String)> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| (pointer(error.path()), error.inner().to_string()))
}

pub(super) fn sku(text: &str, place: &str) -> Result<Sku, Problem> {
    text.parse().map_err(|error: wharf_catalog::product::SkuError| {
        Problem::at(Kind::Unprocessable, place, error.to_string())
    })
}

/// What the caller's conditions allow.
fn mode(headers: &HeaderMap) -> Result<Mode, Problem> {
    let bad = |place: &str, detail: &str| Problem::at(Kind::BadRequest, place, detail);
    if let Some(value) = headers.get(header::IF_NONE_MATCH) {
        return if value == "*" {
            Ok(Mode::Create)
        } else {
            Err(bad("if-none-match", "only `If-None-Match: *` is understood, for a product that must be new"))
        };
    }
    match headers.get(header::IF_MATCH) {
        None => Ok(Mode::Upsert),
        Some(value) if value == "*" => Ok(Mode::Update),
        Some(value) => revision(value).map(Mode::At).ok_or_else(|| {
            bad("if-match", "`If-Match` takes the `ETag` of the product, such as `\"7\"`, or `*`")
        }),
    }
}

fn revision(value: &HeaderValue) -> Option<i64> {
    value.to_str().ok()?.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

fn etag(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// The result of a batch of one.
fn one(results: Vec<Result<Applied, Refusal>>) -> Result<Applied, Problem> {
    match results.into_iter().next() {
        Some(result) => result.map_err(|refusal| refused(&refusal)),
        None => Err(Problem::new(Kind::Internal, "the change had no outcome")),
    }
}

fn refused(refusal: &Refusal) -> Problem {
    let detail = refusal.to_string();
    match refusal {
        Refusal::Unknown(_) => Problem::new(Kind::NotFound, detail),
        Refusal::Exists(_) | Refusal::Revision { .. } => Problem::new(Kind::PreconditionFailed, detail),
        _ => Problem::at(Kind::Unprocessable, bulk::place(refusal), detail),
    }
}
