//! A shipment as it is shown, by the API and the command line alike.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use wharf_catalog::Problem;
use wharf_store::{ShipmentRecord, ShipmentState};

use crate::api::schema;

/// A parcel of an order, and what its channel knows of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShipmentAnswer {
    pub(crate) id: i64,
    /// The order's number in Wharf.
    order: i64,
    #[schema(value_type = schema::inbound::ShipmentState)]
    pub(crate) state: ShipmentState,
    pub(crate) lines: Vec<ShippedLineAnswer>,
    pub(crate) carrier: Option<String>,
    service: Option<String>,
    pub(crate) tracking_number: Option<String>,
    tracking_url: Option<String>,
    /// The place that it left from.
    location: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) shipped_at: Timestamp,
    /// The channel's own id of it.
    remote_id: Option<String>,
    /// Attempts that the channel did not take.
    attempts: u32,
    /// When the channel is told, or told again.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(crate) due_at: Option<Timestamp>,
    /// Why it stands as it does; warnings once the channel has it.
    #[schema(value_type = Vec<schema::ListingProblem>)]
    pub(crate) problems: Vec<Problem>,
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// Units of one line of the order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShippedLineAnswer {
    /// The channel's id of the line.
    pub(crate) line: String,
    pub(crate) sku: Option<String>,
    pub(crate) quantity: i64,
}

impl From<ShipmentRecord> for ShipmentAnswer {
    fn from(record: ShipmentRecord) -> Self {
        let instant = |at| Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let parcel = record.parcel;
        let lines = record.lines.into_iter().map(|line| ShippedLineAnswer {
            line: line.remote_id,
            sku: line.sku,
            quantity: line.quantity,
        });
        Self {
            id: record.id,
            order: record.order_id,
            state: record.state,
            lines: lines.collect(),
            carrier: parcel.carrier,
            service: parcel.service,
            tracking_number: parcel.tracking_number,
            tracking_url: parcel.tracking_url,
            location: parcel.location,
            shipped_at: instant(parcel.shipped_at),
            remote_id: record.remote_id,
            attempts: record.attempt,
            due_at: record.due_at.map(instant),
            problems: record.problems,
            recorded_at: instant(record.recorded_at),
            updated_at: instant(record.updated_at),
        }
    }
}
