//! What became of telling a channel: outcomes, answered requests and those that follow, in one transaction.

use std::collections::BTreeSet;

use wharf_catalog::Problem;

use super::ShipmentState;
use crate::{
    batch::{KeyQuery, RowStatement},
    database::{self, Connection, Store, commit},
    documents,
    error::{Doing, StoreError},
    exchanges::{self, NewExchange},
    orders,
    settlement::problems_text,
};
use sqlx::Row as _;

const SETTLING: &str = "storing the outcomes of shipments";

const INSERT: RowStatement = RowStatement {
    doing: SETTLING,
    before: "INSERT INTO shipment_exchanges (id, channel_id, due_at, request, memo, document_id, attempts, created_at) ",
    after: "",
};

const INSERT_COVERS: RowStatement = RowStatement {
    doing: SETTLING,
    before: "INSERT INTO shipment_covers (exchange_id, position, shipment_id, steps) ",
    after: "",
};

const ORDERS: KeyQuery =
    KeyQuery { doing: SETTLING, before: "SELECT DISTINCT order_id FROM shipments WHERE id IN ", after: "" };

const UPDATE: &str = "UPDATE shipments SET state = $2, problems = $3, remote_id = COALESCE($4, remote_id), \
    note = COALESCE($5, note), attempt = $6, failures = $7, due_at = $8, updated_at = $9 WHERE id = $1";

/// One shipment that an exchange acts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShipmentCover {
    pub shipment_id: i64,
    /// Exchanges of the chain that were answered before.
    pub steps: u32,
    /// Attempts that the channel did not take, in all; read and not written.
    pub attempt: u32,
    /// The same in a row.
    pub failures: u32,
}

/// What became of a batch of shipments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShipmentSettlement {
    /// Each shipment at most once.
    pub settled: Vec<ShipmentSettled>,
    /// Exchanges that have been answered, by id.
    pub finished: Vec<i64>,
    /// Exchanges that got no answer, and when to send them again.
    pub put_off: Vec<(i64, i64)>,
    /// Exchanges still to be made.
    pub opened: Vec<NewExchange<ShipmentCover>>,
}

/// What became of one shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShipmentSettled {
    pub id: i64,
    pub state: ShipmentState,
    pub problems: Vec<Problem>,
    /// None: unchanged.
    pub remote_id: Option<String>,
    /// None: unchanged.
    pub note: Option<String>,
    pub attempt: u32,
    pub failures: u32,
    /// When the connector is to be asked again; unix milliseconds.
    pub due_at: Option<i64>,
}

impl Store {
    /// Stores everything in one transaction. Orders of which every unit has left by that are shown as shipped.
    pub async fn settle_shipments(
        &self,
        channel_id: i64,
        settlement: ShipmentSettlement,
    ) -> Result<(), StoreError> {
        let ShipmentSettlement { settled, finished, put_off, opened } = settlement;
        let mut transaction = self.write().await?;
        let counted = write(&mut transaction, settled).await?;
        for (id, due_at) in put_off {
            sqlx::query("UPDATE shipment_exchanges SET due_at = $2, attempts = attempts + 1 WHERE id = $1")
                .bind(id)
                .bind(due_at)
                .execute(&mut *transaction)
                .await
                .doing(SETTLING)?;
        }
        for id in &finished {
            let done = sqlx::query("DELETE FROM shipment_exchanges WHERE id = $1").bind(id);
            done.execute(&mut *transaction).await.doing(SETTLING)?;
        }
        open(&mut transaction, channel_id, opened).await?;
        if !finished.is_empty() {
            documents::sweep(&mut transaction).await?;
        }
        note_orders(&mut transaction, &counted).await?;
        commit(transaction).await
    }
}

/// Answers with the shipments that count as shipped from now on.
async fn write(connection: &mut Connection, settled: Vec<ShipmentSettled>) -> Result<Vec<i64>, StoreError> {
    let now = database::now();
    let mut counted = Vec::new();
    for one in settled {
        if matches!(one.state, ShipmentState::Accepted | ShipmentState::NotCarried) {
            counted.push(one.id);
        }
        sqlx::query(UPDATE)
            .bind(one.id)
            .bind(one.state.as_str())
            .bind(problems_text(&one.problems))
            .bind(one.remote_id)
            .bind(one.note)
            .bind(one.attempt)
            .bind(one.failures)
            .bind(one.due_at)
            .bind(now)
            .execute(&mut *connection)
            .await
            .doing(SETTLING)?;
    }
    Ok(counted)
}

async fn open(
    connection: &mut Connection,
    channel_id: i64,
    opened: Vec<NewExchange<ShipmentCover>>,
) -> Result<(), StoreError> {
    let (_, covers) = exchanges::open(connection, &INSERT, channel_id, opened).await?;
    INSERT_COVERS
        .execute(connection, covers.into_iter(), |mut row, (id, position, cover)| {
            row.push_bind(id).push_bind(position).push_bind(cover.shipment_id).push_bind(cover.steps);
        })
        .await
}

async fn note_orders(connection: &mut Connection, shipments: &[i64]) -> Result<(), StoreError> {
    if shipments.is_empty() {
        return Ok(());
    }
    let rows = ORDERS.fetch(connection, shipments).await?;
    let orders =
        rows.iter().map(|row| row.try_get(0).doing(SETTLING)).collect::<Result<BTreeSet<i64>, _>>()?;
    orders::rows::note_states(connection, &orders.into_iter().collect::<Vec<_>>()).await
}
