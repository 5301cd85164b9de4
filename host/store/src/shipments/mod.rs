//! Shipments as they stand: parcels of orders that left, and what became of telling the channels.
//!
//! - `recording`: a parcel is noted, if the order still has what is in it.
//! - `due`: what a channel is to be told, and when. `settling`: what became of it.
//! - `rows`: shipments between their tables and memory.

mod due;
mod recording;
pub(crate) mod rows;
mod settling;

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use wharf_catalog::{
    Problem,
    shipment::{Parcel, ShippedLine},
};

use crate::{
    database::Store,
    error::{Doing, StoreError},
};

pub use due::{DueShipment, ShipmentExchange};
pub use recording::NewShipment;
pub use settling::{ShipmentCover, ShipmentSettled, ShipmentSettlement};

/// A parcel as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShipmentRecord {
    pub id: i64,
    pub order_id: i64,
    pub state: ShipmentState,
    pub lines: Vec<ShippedLine>,
    pub parcel: Parcel,
    /// The channel's own id.
    pub remote_id: Option<String>,
    /// Why it stands as it does; warnings when the channel has taken it.
    pub problems: Vec<Problem>,
    /// Attempts that the channel did not take.
    pub attempt: u32,
    /// When the channel is told, or told again; unix milliseconds.
    pub due_at: Option<i64>,
    /// Unix milliseconds.
    pub recorded_at: i64,
    pub updated_at: i64,
}

/// How far the telling of a shipment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ShipmentState {
    /// The channel is to be told.
    Due,
    /// A request is under way, or still to follow.
    InFlight,
    /// The channel has it.
    Accepted,
    /// The channel will not take it until a person corrects it. Its units may go into another parcel.
    Rejected,
    /// Not taken for a reason that passes.
    Retry,
    /// Tried too often.
    Dead,
    /// Recorded only: the channel's connector tells of no shipments, or the channel is gone.
    NotCarried,
}

impl ShipmentState {
    const ALL: [Self; 7] = [
        Self::Due,
        Self::InFlight,
        Self::Accepted,
        Self::Rejected,
        Self::Retry,
        Self::Dead,
        Self::NotCarried,
    ];

    /// The name in the database, the API and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::InFlight => "in-flight",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Retry => "retry",
            Self::Dead => "dead",
            Self::NotCarried => "not-carried",
        }
    }

    fn stored(text: &str) -> Result<Self, StoreError> {
        let state = Self::ALL.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| StoreError::Damaged { what: "shipment state", value: text.to_owned() })
    }

    /// Whether a person may ask for another attempt.
    fn may_be_retried(self) -> bool {
        matches!(self, Self::Rejected | Self::Retry | Self::Dead | Self::NotCarried)
    }
}

impl fmt::Display for ShipmentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Store {
    /// The shipments of an order, in the order in which they were recorded.
    pub async fn shipments(&self, order_id: i64) -> Result<Vec<ShipmentRecord>, StoreError> {
        rows::of_order(&mut *self.read().await?, order_id).await
    }

    /// A channel's shipments by state; those that nothing is to be done about are left out.
    pub async fn open_shipments(&self, channel_id: i64) -> Result<BTreeMap<ShipmentState, u64>, StoreError> {
        let counts: Vec<(String, i64)> = sqlx::query_as(
            "SELECT state, COUNT(*) FROM shipments \
             WHERE channel_id = $1 AND state NOT IN ('accepted', 'not-carried') GROUP BY state",
        )
        .bind(channel_id)
        .fetch_all(&mut *self.read().await?)
        .await
        .doing("counting shipments")?;
        let count =
            |(state, count): (String, i64)| Ok((ShipmentState::stored(&state)?, count.unsigned_abs()));
        counts.into_iter().map(count).collect()
    }
}
