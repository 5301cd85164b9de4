//! Orders: what channels sold, and what it took from stock.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wharf_catalog::inbound::OrderState;
use wharf_store::{OrderFilter, Taken};

use super::{
    Api, channels,
    extract::{Path, Query},
    page::{Page, PageQuery},
    problem::Problem,
    schema,
    shipments::refused,
};
use crate::order::OrderAnswer;

/// Which orders to show; all conditions have to hold.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OrderQuery {
    /// Only those of this channel.
    channel: Option<String>,
    #[param(value_type = Option<schema::inbound::OrderState>)]
    state: Option<OrderState>,
    /// Only those with lines or shipments that a person has to look at.
    #[serde(default)]
    troubled: bool,
}

/// List orders, the latest first.
#[utoipa::path(get, path = "/orders", tag = "orders", params(PageQuery, OrderQuery),
    responses((status = OK, body = Page<OrderAnswer>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(api): State<Api>,
    Query(page): Query<PageQuery>,
    Query(query): Query<OrderQuery>,
) -> Result<Json<Page<OrderAnswer>>, Problem> {
    let limit = page.limit(api.settings())?;
    let channel_id = match &query.channel {
        Some(name) => Some(channels::find(&api, name).await?.id),
        None => None,
    };
    let filter = OrderFilter { channel_id, state: query.state, troubled: query.troubled };
    let orders = api.host.site.store.orders(&filter, page.after_as()?, limit + 1).await?;
    Ok(Page::cut(orders, limit, |order| order.id.to_string(), OrderAnswer::from))
}

/// Read one order.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", params(("id" = i64, Path)),
    responses((status = OK, body = OrderAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(State(api): State<Api>, Path(id): Path<i64>) -> Result<Json<OrderAnswer>, Problem> {
    let order = api.host.site.store.order(id).await?;
    order.map(|order| Json(order.into())).ok_or_else(|| Problem::unknown("order", &id.to_string()))
}

/// What became of an order's missing units and of its shipments.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RetryAnswer {
    units_taken: u64,
    units_returned: u64,
    /// Lines that a person still has to look at.
    lines_troubled: u64,
    /// Shipments that the channel is told of again.
    shipments_due: u64,
}

/// Try again to take from stock what an order is short of, and to tell its channel of the shipments that it has not taken.
#[utoipa::path(post, path = "/orders/{id}/retry", tag = "orders", params(("id" = i64, Path)),
    responses((status = OK, body = RetryAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn retry(State(api): State<Api>, Path(id): Path<i64>) -> Result<Json<RetryAnswer>, Problem> {
    let taken = wharf_sync::retry_order(&api.host.site.store, id).await?;
    let taken = taken.ok_or_else(|| Problem::unknown("order", &id.to_string()))?;
    let again = api.host.site.store.retry_shipments(id).await?;
    let shipments_due = again.unwrap_or(Ok(0)).map_err(|refusal| refused(&refusal))?;
    let Taken { units_taken, units_returned, lines_troubled, .. } = taken;
    if units_taken + units_returned + shipments_due > 0 {
        api.host.reconciler.wake();
    }
    Ok(Json(RetryAnswer { units_taken, units_returned, lines_troubled, shipments_due }))
}
