//! What a channel is to be told of shipments, and when: parcels that no request tells of yet, and requests that were
//! stored and not answered.

use sqlx::Row as _;
use wharf_catalog::shipment::Shipment;

use super::{
    rows::{self, READING},
    settling::ShipmentCover,
};
use crate::{
    batch::KeyQuery,
    database::{Row, Store},
    error::{Doing, StoreError},
    exchanges::Exchange,
};

/// A stored request that tells of shipments.
pub type ShipmentExchange = Exchange<ShipmentCover>;

/// A parcel that the connector is to make a request of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueShipment {
    pub id: i64,
    pub shipment: Shipment,
    /// Attempts in a row that the channel did not take.
    pub failures: u32,
}

const DUE: &str = "SELECT shipments.id, orders.remote_id, shipments.parcel, shipments.note, shipments.attempt, \
    shipments.failures FROM shipments CROSS JOIN orders ON orders.id = shipments.order_id \
    WHERE shipments.channel_id = $1 AND shipments.due_at <= $2 ORDER BY shipments.due_at, shipments.id LIMIT $3";

const EXCHANGES: &str = "SELECT id, due_at, request, memo, document_id, attempts, created_at FROM shipment_exchanges \
    WHERE channel_id = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3";

const COVERS: KeyQuery = KeyQuery {
    doing: READING,
    before: "SELECT shipment_covers.exchange_id, shipment_covers.shipment_id, shipment_covers.steps, \
        shipments.attempt, shipments.failures FROM shipment_covers CROSS JOIN shipments \
        ON shipments.id = shipment_covers.shipment_id WHERE shipment_covers.exchange_id IN ",
    after: " ORDER BY shipment_covers.exchange_id, shipment_covers.position",
};

const NEXT: &str = "SELECT channel_id, MIN(due_at) FROM \
    (SELECT channel_id, due_at FROM shipments WHERE due_at IS NOT NULL \
     UNION ALL SELECT channel_id, due_at FROM shipment_exchanges) GROUP BY channel_id";

impl Store {
    /// At most `limit` parcels that a channel is to be told of at the time `now`, the earliest first.
    pub async fn due_shipments(
        &self,
        channel_id: i64,
        now: i64,
        limit: u32,
    ) -> Result<Vec<DueShipment>, StoreError> {
        let mut connection = self.read().await?;
        let rows = sqlx::query(DUE).bind(channel_id).bind(now).bind(i64::from(limit));
        let rows = rows.fetch_all(&mut *connection).await.doing(READING)?;
        let mut due = rows.iter().map(due).collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<i64> = due.iter().map(|due| due.id).collect();
        let mut lines = rows::lines(&mut connection, &ids).await?;
        for due in &mut due {
            due.shipment.lines = lines.remove(&due.id).unwrap_or_default();
        }
        Ok(due)
    }

    /// At most `limit` stored requests of a channel that are due at the time `now`, the earliest first.
    pub async fn due_shipment_exchanges(
        &self,
        channel_id: i64,
        now: i64,
        limit: u32,
    ) -> Result<Vec<ShipmentExchange>, StoreError> {
        let mut connection = self.read().await?;
        let rows = sqlx::query(EXCHANGES).bind(channel_id).bind(now).bind(i64::from(limit));
        let rows = rows.fetch_all(&mut *connection).await.doing(READING)?;
        let mut exchanges = rows.iter().map(exchange).collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<i64> = exchanges.iter().map(|exchange| exchange.id).collect();
        for row in COVERS.fetch(&mut connection, &ids).await? {
            let id: i64 = row.try_get(0).doing(READING)?;
            // Both come in ascending order of times and not of ids.
            if let Some(exchange) = exchanges.iter_mut().find(|exchange| exchange.id == id) {
                exchange.covers.push(cover(&row)?);
            }
        }
        Ok(exchanges)
    }

    /// By channel: when there is something to tell of shipments, the earliest moment in unix milliseconds.
    pub async fn next_shipments(&self) -> Result<Vec<(i64, i64)>, StoreError> {
        sqlx::query_as(NEXT).fetch_all(&mut *self.read().await?).await.doing(READING)
    }
}

fn due(row: &Row) -> Result<DueShipment, StoreError> {
    let id: i64 = row.try_get(0).doing(READING)?;
    let shipment = Shipment {
        id: id.to_string(),
        order: row.try_get(1).doing(READING)?,
        lines: Vec::new(),
        parcel: rows::parcel(row.try_get(2).doing(READING)?)?,
        note: row.try_get(3).doing(READING)?,
        attempt: row.try_get(4).doing(READING)?,
    };
    Ok(DueShipment { id, shipment, failures: row.try_get(5).doing(READING)? })
}

fn exchange(row: &Row) -> Result<ShipmentExchange, StoreError> {
    Ok(Exchange {
        id: row.try_get(0).doing(READING)?,
        due_at: row.try_get(1).doing(READING)?,
        request: row.try_get(2).doing(READING)?,
        memo: row.try_get(3).doing(READING)?,
        document: row.try_get(4).doing(READING)?,
        covers: Vec::new(),
        attempts: row.try_get(5).doing(READING)?,
        created_at: row.try_get(6).doing(READING)?,
    })
}

fn cover(row: &Row) -> Result<ShipmentCover, StoreError> {
    Ok(ShipmentCover {
        shipment_id: row.try_get(1).doing(READING)?,
        steps: row.try_get(2).doing(READING)?,
        attempt: row.try_get(3).doing(READING)?,
        failures: row.try_get(4).doing(READING)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::scratch::{Scratch, plan};

    #[tokio::test]
    async fn what_is_due_is_found_without_looking_at_the_rest() {
        let scratch = Scratch::open().await;
        let due = plan(&scratch.store, DUE).await;
        assert!(due.contains("shipments USING INDEX shipments_due (channel_id=? AND due_at<?)"), "{due}");
        let exchanges = plan(&scratch.store, EXCHANGES).await;
        assert!(
            exchanges.contains("INDEX shipment_exchanges_due (channel_id=? AND due_at<?)"),
            "{exchanges}"
        );
        let next = plan(&scratch.store, NEXT).await;
        assert!(next.contains("shipments USING COVERING INDEX shipments_due"), "{next}");
    }
}
