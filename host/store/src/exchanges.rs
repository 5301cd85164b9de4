//! The exchanges still to come of uploads that take several requests, so that a restart goes on at the step
//! it had reached. They are opened and finished by [`Store::settle`].

use std::collections::HashMap;

use sqlx::{QueryBuilder, Row as _};
use wharf_catalog::{declaration::Lanes, projection::Fingerprint};

use crate::{
    batch::{KeyQuery, MOST_KEYS, RowStatement, push_keys},
    candidates::lanes,
    database::{self, Connection, Row, Store, commit},
    documents,
    error::{Doing, StoreError},
    sequence::Sequence,
    settlement::acknowledged,
};

/// A request to be made, and what it acts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExchange<C = Cover> {
    /// Unix milliseconds.
    pub due_at: i64,
    /// As the reconciler writes it; opaque here.
    pub request: String,
    /// The connector's note to itself.
    pub memo: Vec<u8>,
    pub document: NewDocument,
    /// In the order of the exchange's `covers`.
    pub covers: Vec<C>,
}

/// A large body that belongs to an upload of several requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum NewDocument {
    #[default]
    None,
    New(Vec<u8>),
    /// That of the exchange before.
    Same(i64),
}

/// One listing that an exchange acts for, as it was when the first request was prepared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    pub product_id: i64,
    /// The candidate's mark, for its outcome.
    pub marked: i64,
    /// The product's revision.
    pub revision: i64,
    /// The lanes that it speaks of.
    pub lanes: Lanes,
    /// What counts as delivered once it is accepted; none for a delete.
    pub fingerprint: Option<Fingerprint>,
}

/// An exchange as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange<C = Cover> {
    pub id: i64,
    /// Unix milliseconds.
    pub due_at: i64,
    pub request: String,
    pub memo: Vec<u8>,
    /// To be read with [`Store::document`].
    pub document: Option<i64>,
    pub covers: Vec<C>,
    /// How often it has been postponed.
    pub attempts: u32,
    /// Unix milliseconds.
    pub created_at: i64,
}

const READING: &str = "reading due exchanges";

const COVERS: KeyQuery = KeyQuery {
    doing: "reading what exchanges cover",
    before: "SELECT exchange_id, product_id, marked, revision, fingerprint, lanes FROM exchange_covers WHERE exchange_id IN ",
    after: " ORDER BY exchange_id, position",
};

const INSERT: RowStatement = RowStatement {
    doing: "storing exchanges",
    before: "INSERT INTO exchanges (id, channel_id, due_at, request, memo, document_id, attempts, created_at) ",
    after: "",
};

const INSERT_COVERS: RowStatement = RowStatement {
    doing: "storing what exchanges cover",
    before: "INSERT INTO exchange_covers (exchange_id, position, product_id, marked, revision, fingerprint, lanes) ",
    after: "",
};

impl Store {
    /// At most `limit` exchanges of a channel that are due at the time `now`, the earliest first.
    pub async fn due_exchanges(
        &self,
        channel_id: i64,
        now: i64,
        limit: u32,
    ) -> Result<Vec<Exchange>, StoreError> {
        let mut connection = self.read().await?;
        let rows = sqlx::query(
            "SELECT id, due_at, request, memo, attempts, created_at, document_id FROM exchanges \
             WHERE channel_id = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3",
        )
        .bind(channel_id)
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(&mut *connection)
        .await
        .doing(READING)?;
        let mut exchanges = rows.iter().map(exchange).collect::<Result<Vec<_>, _>>()?;
        let ids: Vec<i64> = exchanges.iter().map(|exchange| exchange.id).collect();
        let mut covers = read_covers(&mut connection, &ids).await?;
        for exchange in &mut exchanges {
            exchange.covers = covers.remove(&exchange.id).unwrap_or_default();
        }
        // One that was finished between the two reads covers nothing any more.
        exchanges.retain(|exchange| !exchange.covers.is_empty());
        Ok(exchanges)
    }

    /// Puts an exchange off after an attempt that did not get through. Whether it is still there.
    pub async fn postpone_exchange(&self, id: i64, due_at: i64) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("UPDATE exchanges SET due_at = $2, attempts = attempts + 1 WHERE id = $1")
            .bind(id)
            .bind(due_at)
            .execute(&mut *transaction)
            .await
            .doing("postponing an exchange")?;
        commit(transaction).await?;
        Ok(done.rows_affected() > 0)
    }
}

/// Stores exchanges; returns their ids in the same order.
pub(crate) async fn insert(
    connection: &mut Connection,
    channel_id: i64,
    opened: Vec<NewExchange>,
) -> Result<Vec<i64>, StoreError> {
    let (ids, covers) = open(connection, &INSERT, channel_id, opened).await?;
    INSERT_COVERS
        .execute(connection, covers.into_iter(), |mut row, (id, position, cover)| {
            row.push_bind(id).push_bind(position).push_bind(cover.product_id).push_bind(cover.marked);
            let bytes = cover.fingerprint.map_or_else(Vec::new, |shows| shows.to_bytes().to_vec());
            row.push_bind(cover.revision).push_bind(bytes).push_bind(i16::from(cover.lanes.bits()));
        })
        .await?;
    Ok(ids)
}

/// Stores exchanges by this statement, with the documents that they bring. Answers with their ids, and with what each
/// covers and at which place.
pub(crate) async fn open<C>(
    connection: &mut Connection,
    insert: &RowStatement,
    channel_id: i64,
    opened: Vec<NewExchange<C>>,
) -> Result<(Vec<i64>, Vec<(i64, i64, C)>), StoreError> {
    if opened.is_empty() {
        return Ok((Vec::new(), Vec::new()));
    }
    let now = database::now();
    let first = Sequence::Exchange.take(connection, opened.len()).await?;
    let ids: Vec<i64> = (first..).take(opened.len()).collect();
    let mut covers = Vec::new();
    let mut rows = Vec::with_capacity(opened.len());
    for (id, exchange) in ids.iter().zip(opened) {
        covers.extend((0_i64..).zip(exchange.covers).map(|(position, cover)| (*id, position, cover)));
        let document = documents::keep(connection, exchange.document).await?;
        rows.push((*id, exchange.due_at, exchange.request, exchange.memo, document));
    }
    insert
        .execute(connection, rows.into_iter(), |mut row, (id, due_at, request, memo, document)| {
            row.push_bind(id).push_bind(channel_id).push_bind(due_at).push_bind(request).push_bind(memo);
            row.push_bind(document).push_bind(0).push_bind(now);
        })
        .await?;
    Ok((ids, covers))
}

/// Removes exchanges with what they cover. Documents stay until [`documents::sweep`].
pub(crate) async fn remove(connection: &mut Connection, ids: &[i64]) -> Result<(), StoreError> {
    for portion in ids.chunks(MOST_KEYS) {
        let mut builder = QueryBuilder::new("DELETE FROM exchanges WHERE id IN ");
        push_keys(&mut builder, portion);
        builder.build().execute(&mut *connection).await.doing("removing finished exchanges")?;
    }
    Ok(())
}

async fn read_covers(
    connection: &mut Connection,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<Cover>>, StoreError> {
    let mut by_exchange: HashMap<i64, Vec<Cover>> = HashMap::new();
    for row in COVERS.fetch(connection, ids).await? {
        let id = row.try_get(0).doing(COVERS.doing)?;
        by_exchange.entry(id).or_default().push(cover(&row)?);
    }
    Ok(by_exchange)
}

fn cover(row: &Row) -> Result<Cover, StoreError> {
    Ok(Cover {
        product_id: row.try_get(1).doing(COVERS.doing)?,
        marked: row.try_get(2).doing(COVERS.doing)?,
        revision: row.try_get(3).doing(COVERS.doing)?,
        fingerprint: acknowledged(row, 4)?,
        lanes: lanes(row, 5)?,
    })
}

fn exchange(row: &Row) -> Result<Exchange, StoreError> {
    Ok(Exchange {
        id: row.try_get(0).doing(READING)?,
        due_at: row.try_get(1).doing(READING)?,
        request: row.try_get(2).doing(READING)?,
        memo: row.try_get(3).doing(READING)?,
        covers: Vec::new(),
        attempts: row.try_get(4).doing(READING)?,
        created_at: row.try_get(5).doing(READING)?,
        document: row.try_get(6).doing(READING)?,
    })
}
