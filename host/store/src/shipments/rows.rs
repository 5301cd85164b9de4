//! Shipments between their tables and memory.

use std::collections::HashMap;

use sqlx::Row as _;
use wharf_catalog::{
    Problem,
    shipment::{Parcel, Recorded, ShippedLine},
};

use super::{ShipmentRecord, ShipmentState};
use crate::{
    batch::KeyQuery,
    database::{Connection, Row},
    error::{Doing, StoreError},
};

pub(super) const READING: &str = "reading shipments";

const OF_ORDER: &str = "SELECT id, order_id, state, parcel, remote_id, problems, attempt, due_at, recorded_at, updated_at \
    FROM shipments WHERE order_id = $1 ORDER BY id";

const LINES: KeyQuery = KeyQuery {
    doing: READING,
    before: "SELECT shipment_id, line, sku, quantity FROM shipment_lines WHERE shipment_id IN ",
    after: " ORDER BY shipment_id, position",
};

/// What was rejected went into no parcel that the channel will ever hear of.
const RECORDED: KeyQuery = KeyQuery {
    doing: READING,
    before: "SELECT shipments.order_id, shipment_lines.line, \
        SUM(CASE WHEN shipments.state IN ('accepted', 'not-carried') THEN shipment_lines.quantity ELSE 0 END), \
        SUM(CASE WHEN shipments.state IN ('accepted', 'not-carried') THEN 0 ELSE shipment_lines.quantity END) \
        FROM shipments CROSS JOIN shipment_lines ON shipment_lines.shipment_id = shipments.id \
        WHERE shipments.state <> 'rejected' AND shipments.order_id IN ",
    after: " GROUP BY shipments.order_id, shipment_lines.line",
};

pub(super) async fn of_order(
    connection: &mut Connection,
    order_id: i64,
) -> Result<Vec<ShipmentRecord>, StoreError> {
    let rows = sqlx::query(OF_ORDER).bind(order_id).fetch_all(&mut *connection).await.doing(READING)?;
    let mut records = rows.iter().map(record).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
    let mut lines = lines(connection, &ids).await?;
    for record in &mut records {
        record.lines = lines.remove(&record.id).unwrap_or_default();
    }
    Ok(records)
}

/// What is in these shipments.
pub(super) async fn lines(
    connection: &mut Connection,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<ShippedLine>>, StoreError> {
    let mut lines: HashMap<i64, Vec<ShippedLine>> = HashMap::new();
    for row in LINES.fetch(connection, ids).await? {
        let line = ShippedLine {
            remote_id: row.try_get(1).doing(READING)?,
            sku: row.try_get(2).doing(READING)?,
            quantity: row.try_get(3).doing(READING)?,
        };
        lines.entry(row.try_get(0).doing(READING)?).or_default().push(line);
    }
    Ok(lines)
}

/// How much of each line of these orders is in parcels, by order and the channel's id of the line.
pub(crate) async fn recorded(
    connection: &mut Connection,
    orders: &[i64],
) -> Result<HashMap<(i64, String), Recorded>, StoreError> {
    let mut recorded = HashMap::new();
    for row in RECORDED.fetch(connection, orders).await? {
        let line = (row.try_get(0).doing(READING)?, row.try_get(1).doing(READING)?);
        let units =
            Recorded { shipped: row.try_get(2).doing(READING)?, under_way: row.try_get(3).doing(READING)? };
        recorded.insert(line, units);
    }
    Ok(recorded)
}

fn record(row: &Row) -> Result<ShipmentRecord, StoreError> {
    let problems: Option<&str> = row.try_get(5).doing(READING)?;
    Ok(ShipmentRecord {
        id: row.try_get(0).doing(READING)?,
        order_id: row.try_get(1).doing(READING)?,
        state: ShipmentState::stored(row.try_get(2).doing(READING)?)?,
        lines: Vec::new(),
        parcel: parcel(row.try_get(3).doing(READING)?)?,
        remote_id: row.try_get(4).doing(READING)?,
        problems: problems.map(stored_problems).transpose()?.unwrap_or_default(),
        attempt: row.try_get(6).doing(READING)?,
        due_at: row.try_get(7).doing(READING)?,
        recorded_at: row.try_get(8).doing(READING)?,
        updated_at: row.try_get(9).doing(READING)?,
    })
}

pub(super) fn parcel(text: &str) -> Result<Parcel, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Damaged { what: "parcel", value: text.to_owned() })
}

fn stored_problems(text: &str) -> Result<Vec<Problem>, StoreError> {
    serde_json::from_str(text)
        .map_err(|_| StoreError::Damaged { what: "list of problems", value: text.to_owned() })
}
