//! Shipments: parcels of orders that left, which the channels are told of.

use axum::{Json, extract::State, http::StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use wharf_catalog::shipment::{Parcel, ShipmentRefusal};
use wharf_store::NewShipment;

use super::{
    Api,
    extract::{Body, Path},
    problem::{Kind, Problem},
};
use crate::shipment::ShipmentAnswer;

/// A parcel that left. Texts have at most 500 characters.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShipmentDraft {
    /// What is in it; left out: everything of the order that is left.
    #[serde(default)]
    #[schema(required = false)]
    lines: Vec<LineDraft>,
    /// As it is called, such as `DHL`; connectors bring it to the channel's own codes.
    carrier: Option<String>,
    service: Option<String>,
    tracking_number: Option<String>,
    /// An `http` or `https` address.
    #[schema(format = "uri")]
    tracking_url: Option<String>,
    /// The place that it left from.
    location: Option<String>,
    /// Left out: now.
    #[schema(value_type = Option<String>, format = DateTime)]
    shipped_at: Option<Timestamp>,
}

/// Units of one line.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineDraft {
    /// The line's `remote_id`.
    line: String,
    #[schema(minimum = 1)]
    quantity: i64,
}

impl From<ShipmentDraft> for NewShipment {
    fn from(draft: ShipmentDraft) -> Self {
        let parcel = Parcel {
            carrier: draft.carrier,
            service: draft.service,
            tracking_number: draft.tracking_number,
            tracking_url: draft.tracking_url,
            location: draft.location,
            shipped_at: draft.shipped_at.unwrap_or_else(Timestamp::now).as_millisecond(),
        };
        let lines = draft.lines.into_iter().map(|line| (line.line, line.quantity)).collect();
        Self { lines, parcel, not_carried: None }
    }
}

/// List the shipments of an order, in the order in which they were recorded.
#[utoipa::path(get, path = "/orders/{id}/shipments", tag = "orders", params(("id" = i64, Path)),
    responses((status = OK, body = Vec<ShipmentAnswer>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(api): State<Api>,
    Path(id): Path<i64>,
) -> Result<Json<Vec<ShipmentAnswer>>, Problem> {
    let store = &api.host.site.store;
    let shipments = store.shipments(id).await?;
    if shipments.is_empty() && store.order(id).await?.is_none() {
        return Err(Problem::unknown("order", &id.to_string()));
    }
    Ok(Json(shipments.into_iter().map(ShipmentAnswer::from).collect()))
}

/// Record a parcel that left. The order's channel is told at once, and again until it has it; where its connector tells
/// of no shipments, the parcel is `not-carried`: recorded here only.
#[utoipa::path(post, path = "/orders/{id}/shipments", tag = "orders", params(("id" = i64, Path)), request_body = ShipmentDraft,
    responses((status = CREATED, body = ShipmentAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn add(
    State(api): State<Api>,
    Path(id): Path<i64>,
    Body(draft): Body<ShipmentDraft>,
) -> Result<(StatusCode, Json<ShipmentAnswer>), Problem> {
    let recorded = wharf_sync::record_shipment(&api.host.site.store, id, draft.into()).await?;
    let recorded = recorded.map_err(|refusal| refused(&refusal))?;
    api.host.reconciler.wake();
    Ok((StatusCode::CREATED, Json(recorded.into())))
}

/// A parcel that there cannot be.
pub(super) fn refused(refusal: &ShipmentRefusal) -> Problem {
    let detail = refusal.to_string();
    match (refusal, refusal.property()) {
        (ShipmentRefusal::UnknownOrder(_), _) => Problem::new(Kind::NotFound, detail),
        (_, Some(property)) => Problem::at(Kind::Unprocessable, format!("/{property}"), detail),
        (_, None) => Problem::new(Kind::Unprocessable, detail),
    }
}
