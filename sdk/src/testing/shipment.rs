//! Shipments as the host would hand them over.

use crate::{Shipment, ShippedLine, inbound::Timestamp};

impl Shipment {
    /// An empty parcel of the order, on its first attempt, without carrier, that left at 2026-01-01T00:00:00Z.
    pub fn new(id: impl Into<String>, order: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            order: order.into(),
            lines: Vec::new(),
            carrier: None,
            service: None,
            tracking_number: None,
            tracking_url: None,
            location: None,
            shipped_at: 1_767_225_600_000,
            note: None,
            attempt: 0,
        }
    }

    /// Puts units of an order's line into the parcel.
    pub fn line(mut self, remote_id: impl Into<String>, quantity: i64) -> Self {
        self.lines.push(ShippedLine { remote_id: remote_id.into(), sku: None, quantity });
        self
    }

    /// Who carries it, and under which number.
    pub fn tracked(self, carrier: impl Into<String>, number: impl Into<String>) -> Self {
        Self { carrier: Some(carrier.into()), tracking_number: Some(number.into()), ..self }
    }

    /// When it left.
    pub fn at(self, shipped_at: Timestamp) -> Self {
        Self { shipped_at, ..self }
    }
}
