//! Makes listings due. Every statement here runs inside the transaction of the change it announces.
//!
//! A marking carries the number of its transaction. Settling takes the mark away only if the number is still
//! the one the reconciler has seen. Where a listing is due already, the more urgent lane wins; a change
//! starts its attempts and its backoff anew.

use sqlx::QueryBuilder;
use wharf_catalog::Lane;

use crate::{
    batch::{MOST_KEYS, push_keys},
    database::{Connection, Dialect},
    error::{Doing, StoreError},
    sequence::Sequence,
};

const DOING: &str = "marking listings as due";

const INSERT: &str = "INSERT INTO listings \
    (channel_id, product_id, lane, due_at, marked, state, revision, attempts) \
    SELECT channels.id, products.id, ";
/// The more urgent lane wins; a comparison with NULL (nothing to do) takes the new one.
const UPSERT: &str = " ON CONFLICT (channel_id, product_id) DO UPDATE SET \
    lane = CASE WHEN listings.lane < excluded.lane THEN listings.lane ELSE excluded.lane END, \
    due_at = 0, marked = excluded.marked, attempts = 0";
/// What should have gone but has not.
const STILL_LISTED: &str = " AND state <> 'removed' AND EXISTS (SELECT 1 FROM products \
    WHERE products.id = listings.product_id AND (products.deleted OR products.model))";

/// One marking: its number goes to every listing it makes due.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(i64);

impl Mark {
    pub(crate) async fn new(connection: &mut Connection) -> Result<Self, StoreError> {
        Sequence::Mark.next(connection).await.map(Self)
    }

    /// Products with consecutive ids, fresh from this transaction, on every channel.
    pub(crate) async fn created(
        self,
        connection: &mut Connection,
        first: i64,
        last: i64,
    ) -> Result<(), StoreError> {
        let mut builder = self.insert(Lane::Content);
        builder.push(" FROM channels CROSS JOIN products WHERE products.id BETWEEN ").push_bind(first);
        builder.push(" AND ").push_bind(last).push(" AND NOT products.model");
        builder.push(UPSERT);
        run(connection, builder).await.map(drop)
    }

    /// Products that may be listed, on every channel.
    pub(crate) async fn products(
        self,
        connection: &mut Connection,
        ids: &[i64],
        lane: Lane,
    ) -> Result<(), StoreError> {
        for portion in ids.chunks(MOST_KEYS) {
            let mut builder = self.insert(lane);
            builder.push(" FROM channels CROSS JOIN products WHERE products.id IN ");
            push_keys(&mut builder, portion);
            builder.push(" AND NOT products.deleted AND NOT products.model");
            builder.push(UPSERT);
            run(connection, builder).await?;
        }
        Ok(())
    }

    /// The stock of products that may be listed, on every channel but the one that told of it: that one knows.
    pub(crate) async fn stock_elsewhere(
        self,
        connection: &mut Connection,
        ids: &[i64],
        channel_id: i64,
    ) -> Result<(), StoreError> {
        for portion in ids.chunks(MOST_KEYS) {
            let mut builder = self.insert(Lane::Stock);
            builder.push(" FROM channels CROSS JOIN products WHERE products.id IN ");
            push_keys(&mut builder, portion);
            builder.push(" AND channels.id <> ").push_bind(channel_id);
            builder.push(" AND NOT products.deleted AND NOT products.model");
            builder.push(UPSERT);
            run(connection, builder).await?;
        }
        Ok(())
    }

    /// The stock of products that one channel was told of since `since`: it may not have counted what happened then.
    pub(crate) async fn stock_told_since(
        self,
        connection: &mut Connection,
        ids: &[i64],
        channel_id: i64,
        since: i64,
    ) -> Result<(), StoreError> {
        for portion in ids.chunks(MOST_KEYS) {
            let mut builder = self.insert(Lane::Stock);
            builder.push(
                " FROM listings JOIN channels ON channels.id = listings.channel_id \
                 JOIN products ON products.id = listings.product_id WHERE listings.channel_id = ",
            );
            builder.push_bind(channel_id).push(" AND listings.product_id IN ");
            push_keys(&mut builder, portion);
            builder.push(" AND listings.settled_at >= ").push_bind(since);
            builder.push(" AND NOT products.deleted AND NOT products.model");
            builder.push(UPSERT);
            run(connection, builder).await?;
        }
        Ok(())
    }

    /// One channel's listings of products that it no longer has: what it acknowledged holds no longer.
    pub(crate) async fn lost(
        self,
        connection: &mut Connection,
        channel_id: i64,
        ids: &[i64],
        seen_at: i64,
    ) -> Result<u64, StoreError> {
        let mut lost = 0;
        for portion in ids.chunks(MOST_KEYS) {
            let mut builder = self.update();
            builder.push(", delivered = NULL, revision = 0, remote_id = NULL, note = NULL, shown = NULL");
            builder.push(" WHERE channel_id = ").push_bind(channel_id).push(" AND product_id IN ");
            push_keys(&mut builder, portion);
            builder.push(" AND delivered IS NOT NULL AND settled_at < ").push_bind(seen_at);
            lost += run(connection, builder).await?;
        }
        Ok(lost)
    }

    /// Products that may no longer be listed, where they are: there is something to take away.
    pub(crate) async fn gone(self, connection: &mut Connection, ids: &[i64]) -> Result<(), StoreError> {
        for portion in ids.chunks(MOST_KEYS) {
            let mut builder = self.update();
            builder.push(" WHERE channel_id IN (SELECT id FROM channels) AND product_id IN ");
            push_keys(&mut builder, portion);
            run(connection, builder).await?;
        }
        Ok(())
    }

    /// Everything that inherits from the given products, which need not exist any more.
    pub(crate) async fn descendants(
        self,
        connection: &mut Connection,
        skus: &[&str],
        lane: Lane,
    ) -> Result<(), StoreError> {
        for portion in skus.chunks(MOST_KEYS) {
            let mut builder = QueryBuilder::new(
                "WITH RECURSIVE below (id, sku) AS (SELECT id, sku FROM products WHERE parent_sku IN ",
            );
            push_keys(&mut builder, portion);
            builder.push(
                " UNION SELECT products.id, products.sku FROM below JOIN products ON products.parent_sku = below.sku) ",
            );
            self.push_insert(&mut builder, lane);
            builder.push(" FROM channels CROSS JOIN below JOIN products ON products.id = below.id");
            builder.push(" WHERE NOT products.deleted AND NOT products.model");
            builder.push(UPSERT);
            run(connection, builder).await?;
        }
        Ok(())
    }

    /// One channel's share of the products with an id above `after` and up to `until`: those that may be
    /// listed, and those that are still listed although they may not. Returns how many listings are due now.
    pub(crate) async fn channel(
        self,
        connection: &mut Connection,
        channel_id: i64,
        lane: Lane,
        after: i64,
        until: i64,
    ) -> Result<u64, StoreError> {
        let mut builder = self.insert(lane);
        builder.push(" FROM channels CROSS JOIN products WHERE channels.id = ").push_bind(channel_id);
        builder.push(" AND products.id > ").push_bind(after).push(" AND products.id <= ").push_bind(until);
        builder.push(" AND NOT products.deleted AND NOT products.model");
        builder.push(UPSERT);
        let listed = run(&mut *connection, builder).await?;
        let mut builder = self.update();
        builder.push(" WHERE channel_id = ").push_bind(channel_id);
        builder.push(" AND product_id > ").push_bind(after).push(" AND product_id <= ").push_bind(until);
        builder.push(STILL_LISTED);
        Ok(listed + run(connection, builder).await?)
    }

    fn update(self) -> QueryBuilder<Dialect> {
        let mut builder = QueryBuilder::new("UPDATE listings SET due_at = 0, attempts = 0, lane = ");
        builder.push_bind(lane_number(Lane::Content)).push(", marked = ").push_bind(self.0);
        builder
    }

    fn insert(self, lane: Lane) -> QueryBuilder<Dialect> {
        let mut builder = QueryBuilder::new("");
        self.push_insert(&mut builder, lane);
        builder
    }

    fn push_insert(self, builder: &mut QueryBuilder<Dialect>, lane: Lane) {
        builder
            .push(INSERT)
            .push_bind(lane_number(lane))
            .push(", 0, ")
            .push_bind(self.0)
            .push(", 'due', 0, 0");
    }
}

async fn run(connection: &mut Connection, mut builder: QueryBuilder<Dialect>) -> Result<u64, StoreError> {
    builder.build().execute(connection).await.map(|done| done.rows_affected()).doing(DOING)
}

/// How a lane is stored: the more urgent, the smaller.
pub(crate) fn lane_number(lane: Lane) -> i16 {
    match lane {
        Lane::Stock => 0,
        Lane::Price => 1,
        Lane::Content => 2,
    }
}

pub(crate) fn lane_of(number: i16) -> Result<Lane, StoreError> {
    match number {
        0 => Ok(Lane::Stock),
        1 => Ok(Lane::Price),
        2 => Ok(Lane::Content),
        other => Err(StoreError::Damaged { what: "lane", value: other.to_string() }),
    }
}
