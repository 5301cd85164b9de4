//! Stock levels: what there is to sell of a SKU, by location. They travel ahead of everything else.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use wharf_catalog::product::StockLevel;

use super::{
    Api,
    bulk::{BulkAnswer, Lines, Rejected},
    extract::{Body, Path, parse},
    problem::Problem,
    schema,
};

/// The stock of one SKU.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockAnswer {
    sku: String,
    /// Ascending by location; empty when nothing is known, which is not the same as nothing there.
    levels: Vec<LocationLevel>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LocationLevel {
    location: String,
    /// Whole units.
    quantity: i64,
}

/// Read the stock of one SKU.
#[utoipa::path(get, path = "/stock/{sku}", tag = "stock", params(("sku" = String, Path)),
    responses((status = OK, body = StockAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(
    State(api): State<Api>,
    Path(sku): Path<String>,
) -> Result<Json<StockAnswer>, Problem> {
    let store = &api.host.site.store;
    if store.product(&sku).await?.is_none() {
        return Err(Problem::unknown("product", &sku));
    }
    let levels = store.stock_of(&sku).await?;
    let levels =
        levels.into_iter().map(|(location, quantity)| LocationLevel { location, quantity }).collect();
    Ok(Json(StockAnswer { sku, levels }))
}

/// Stock levels to be set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkStock {
    #[schema(value_type = Vec<schema::StockLevel>)]
    levels: Vec<Box<RawValue>>,
}

/// Set many stock levels in one transaction; locations that are not named stay as they are.
#[utoipa::path(put, path = "/stock", tag = "stock", request_body = BulkStock,
    responses((status = OK, body = BulkAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn bulk(
    State(api): State<Api>,
    Body(body): Body<BulkStock>,
) -> Result<Json<BulkAnswer>, Problem> {
    let mut lines = Lines::read(&body.levels, api.settings().bulk_lines, line)?;
    let levels: Vec<StockLevel> = lines.take();
    let answer = lines.answer(api.host.site.store.set_stock(&levels).await?);
    if answer.has_changed() {
        api.host.reconciler.wake();
    }
    Ok(Json(answer))
}

fn line(raw: &RawValue) -> Result<(String, StockLevel), Rejected> {
    let level: StockLevel = parse(raw.get().as_bytes())
        .map_err(|problem| Rejected { sku: None, violation: problem.into_violation() })?;
    Ok((level.sku.to_string(), level))
}
