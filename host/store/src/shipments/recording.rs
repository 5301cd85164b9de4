//! A parcel is noted: with what it holds, if the order still has that, and in the same transaction in which the order
//! is looked at. So two who record at once never ship a unit twice.

use wharf_catalog::{
    Problem,
    inbound::OrderLine,
    shipment::{Parcel, Recorded, ShipmentRefusal, ShippedLine, left, pack},
};

use super::{ShipmentRecord, ShipmentState, rows};
use crate::{
    batch::RowStatement,
    database::{self, Connection, Store, commit},
    error::{Doing, StoreError},
    inbound::orders::Line,
    orders,
    sequence::Sequence,
    settlement::problems_text,
};

const RECORDING: &str = "recording a shipment";
const RETRYING: &str = "making shipments due";

const INSERT_LINES: RowStatement = RowStatement {
    doing: RECORDING,
    before: "INSERT INTO shipment_lines (shipment_id, position, line, sku, quantity) ",
    after: "",
};

/// A parcel to be recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewShipment {
    /// Units by the channel's id of the order's line; none: everything that is left.
    pub lines: Vec<(String, i64)>,
    pub parcel: Parcel,
    /// Why the channel will not be told, if that is so.
    pub not_carried: Option<Problem>,
}

impl Store {
    /// Records a parcel of an order, due at once, or says why there can be no such parcel.
    pub async fn record_shipment(
        &self,
        order_id: i64,
        shipment: NewShipment,
    ) -> Result<Result<ShipmentRecord, ShipmentRefusal>, StoreError> {
        let NewShipment { lines: wanted, parcel, not_carried } = shipment;
        if let Err(refusal) = parcel.check() {
            return Ok(Err(refusal));
        }
        let mut transaction = self.write().await?;
        let Some((channel_id, _, (_, order))) = orders::rows::of_id(&mut transaction, order_id).await? else {
            return Ok(Err(ShipmentRefusal::UnknownOrder(order_id)));
        };
        let told: Vec<(&OrderLine, Recorded)> = order.lines.iter().map(Line::units).collect();
        let packed = order.header.as_ref().map_or_else(
            || Err(ShipmentRefusal::UnknownOrder(order_id)),
            |header| pack(header.order.state, &told, &wanted),
        );
        let lines = match packed {
            Ok(lines) => lines,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let record = fresh(order_id, lines, parcel, not_carried);
        let record = insert(&mut transaction, channel_id, record).await?;
        if record.state == ShipmentState::NotCarried {
            orders::rows::note_states(&mut transaction, &[order_id]).await?;
        }
        commit(transaction).await?;
        Ok(Ok(record))
    }

    /// Makes the shipments of an order due that a person may ask for again. Answers with how many that are. `None` when
    /// there is no such order.
    pub async fn retry_shipments(
        &self,
        order_id: i64,
    ) -> Result<Option<Result<u64, ShipmentRefusal>>, StoreError> {
        let mut transaction = self.write().await?;
        let Some((_, _, (_, order))) = orders::rows::of_id(&mut transaction, order_id).await? else {
            return Ok(None);
        };
        let mut again = rows::of_order(&mut transaction, order_id).await?;
        again.retain(|shipment| shipment.state.may_be_retried());
        if let Err(refusal) = still_there(&order.lines, &again) {
            return Ok(Some(Err(refusal)));
        }
        let now = database::now();
        for shipment in &again {
            sqlx::query(
                "UPDATE shipments SET state = 'due', failures = 0, due_at = $2, updated_at = $2 WHERE id = $1",
            )
            .bind(shipment.id)
            .bind(now)
            .execute(&mut *transaction)
            .await
            .doing(RETRYING)?;
        }
        commit(transaction).await?;
        Ok(Some(Ok(again.len() as u64)))
    }
}

/// The units of rejected parcels may have gone into others since.
fn still_there(lines: &[Line], again: &[ShipmentRecord]) -> Result<(), ShipmentRefusal> {
    let rejected = again.iter().filter(|shipment| shipment.state == ShipmentState::Rejected);
    let shipped: Vec<&ShippedLine> = rejected.flat_map(|shipment| &shipment.lines).collect();
    for line in lines {
        let (told, recorded) = line.units();
        let of_line = shipped.iter().filter(|shipped| shipped.remote_id == told.remote_id);
        let (asked, left) = (of_line.map(|shipped| shipped.quantity).sum(), left(told, recorded));
        if asked > left {
            return Err(ShipmentRefusal::TooMany { line: told.remote_id.clone(), asked, left });
        }
    }
    Ok(())
}

fn fresh(
    order_id: i64,
    lines: Vec<ShippedLine>,
    parcel: Parcel,
    not_carried: Option<Problem>,
) -> ShipmentRecord {
    let now = database::now();
    ShipmentRecord {
        id: 0,
        order_id,
        state: if not_carried.is_some() { ShipmentState::NotCarried } else { ShipmentState::Due },
        lines,
        parcel,
        remote_id: None,
        due_at: not_carried.is_none().then_some(now),
        problems: not_carried.into_iter().collect(),
        attempt: 0,
        recorded_at: now,
        updated_at: now,
    }
}

async fn insert(
    connection: &mut Connection,
    channel_id: i64,
    record: ShipmentRecord,
) -> Result<ShipmentRecord, StoreError> {
    let record = ShipmentRecord { id: Sequence::Shipment.next(connection).await?, ..record };
    let parcel = serde_json::to_string(&record.parcel).expect("texts and numbers always have a JSON form");
    sqlx::query(
        "INSERT INTO shipments (id, order_id, channel_id, state, parcel, problems, attempt, failures, due_at, \
         recorded_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $8)",
    )
    .bind(record.id)
    .bind(record.order_id)
    .bind(channel_id)
    .bind(record.state.as_str())
    .bind(parcel)
    .bind(problems_text(&record.problems))
    .bind(record.due_at)
    .bind(record.recorded_at)
    .execute(&mut *connection)
    .await
    .doing(RECORDING)?;
    let lines: Vec<(i64, &ShippedLine)> = (0_i64..).zip(&record.lines).collect();
    INSERT_LINES
        .execute(connection, lines.into_iter(), |mut row, (position, line)| {
            row.push_bind(record.id).push_bind(position).push_bind(line.remote_id.clone());
            row.push_bind(line.sku.clone()).push_bind(line.quantity);
        })
        .await?;
    Ok(record)
}
