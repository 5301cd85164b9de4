//! Orders as they stand: pages for the API and the command line. How they come in is told in [`crate::inbound`].

pub(crate) mod rows;

use sqlx::{QueryBuilder, Row as _};
use wharf_catalog::{
    Problem,
    inbound::{Order, OrderLine, OrderState},
    shipment,
};

use crate::{
    database::{Row, Store},
    error::{Doing, StoreError},
    inbound::orders::Line,
};
use rows::READING;

pub use rows::state_name;

/// An order as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRecord {
    pub id: i64,
    /// It may be gone; no other channel ever has its id.
    pub channel_id: i64,
    /// By the name it had when the order came in.
    pub channel: String,
    /// As the channel told it last, without its lines; shipped as soon as every unit left in parcels recorded here.
    pub order: Order,
    pub lines: Vec<LineRecord>,
    /// Whether its lines take stock.
    pub takes_stock: bool,
    /// Unix milliseconds.
    pub received_at: i64,
    pub updated_at: i64,
}

/// A line as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineRecord {
    /// As the channel told it last, or further shipped by the parcels recorded here.
    pub line: OrderLine,
    /// Units that are in no parcel yet.
    pub left: i64,
    /// Units taken from stock, by location.
    pub taken: Vec<(String, i64)>,
    /// Units that were in no stock.
    pub short: i64,
    pub problems: Vec<Problem>,
}

/// Which orders to list; all conditions have to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderFilter {
    pub channel_id: Option<i64>,
    pub state: Option<OrderState>,
    /// Only those with lines or shipments that a person has to look at.
    pub troubled: bool,
}

const COLUMNS: &str = "SELECT id, channel_id, channel, document, customer, takes_stock, received_at, updated_at \
    FROM orders WHERE ";

impl Store {
    /// At most `limit` orders older than `before`, the latest first.
    pub async fn orders(
        &self,
        filter: &OrderFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<OrderRecord>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("id < ").push_bind(before.unwrap_or(i64::MAX));
        if let Some(channel) = filter.channel_id {
            query.push(" AND channel_id = ").push_bind(channel);
        }
        if let Some(state) = filter.state {
            query.push(" AND state = ").push_bind(state_name(state));
        }
        if filter.troubled {
            query.push(
                " AND (troubled > 0 OR id IN (SELECT order_id FROM shipments \
                 WHERE state NOT IN ('accepted', 'not-carried') AND state IN ('rejected', 'dead')))",
            );
        }
        query.push(" ORDER BY id DESC LIMIT ").push_bind(i64::from(limit));
        self.read_orders(query).await
    }

    pub async fn order(&self, id: i64) -> Result<Option<OrderRecord>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push("id = ").push_bind(id);
        Ok(self.read_orders(query).await?.pop())
    }

    /// An order by the channel's own id, or else by the number that the shopper sees.
    pub async fn find_order(&self, channel_id: i64, name: &str) -> Result<Option<i64>, StoreError> {
        let mut connection = self.read().await?;
        for query in [
            "SELECT id FROM orders WHERE channel_id = $1 AND remote_id = $2",
            "SELECT id FROM orders WHERE channel_id = $1 AND number = $2 ORDER BY id DESC LIMIT 1",
        ] {
            let found = sqlx::query_scalar(query).bind(channel_id).bind(name);
            let found: Option<i64> = found.fetch_optional(&mut *connection).await.doing(READING)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// How many orders of a channel have lines that a person has to look at.
    pub async fn troubled_orders(&self, channel_id: i64) -> Result<u64, StoreError> {
        let count: i64 =
            sqlx::query_scalar("SELECT COUNT(*) FROM orders WHERE troubled > 0 AND channel_id = $1")
                .bind(channel_id)
                .fetch_one(&mut *self.read().await?)
                .await
                .doing("counting orders")?;
        Ok(count.unsigned_abs())
    }

    async fn read_orders(
        &self,
        mut query: QueryBuilder<crate::database::Dialect>,
    ) -> Result<Vec<OrderRecord>, StoreError> {
        let mut connection = self.read().await?;
        let found = query.build().fetch_all(&mut *connection).await.doing(READING)?;
        let entered = rows::with_lines(&mut connection, &found).await?;
        let record = |(row, entered): (&Row, crate::inbound::orders::Entered)| {
            let Some(mut header) = entered.header.clone() else { return Ok(None) };
            header.order.state = rows::shown(&entered, &header);
            Ok(Some(OrderRecord {
                id: entered.id,
                channel_id: row.try_get(1).doing(READING)?,
                channel: row.try_get(2).doing(READING)?,
                order: header.order,
                lines: entered.lines.into_iter().map(record_of).collect(),
                takes_stock: header.takes_stock,
                received_at: row.try_get(6).doing(READING)?,
                updated_at: row.try_get(7).doing(READING)?,
            }))
        };
        found.iter().zip(entered).filter_map(|pair| record(pair).transpose()).collect()
    }
}

fn record_of(line: Line) -> LineRecord {
    let Line { told, taken, short, problems, product: _, recorded } = line;
    let left = shipment::left(&told, recorded);
    let line = OrderLine { shipped: shipment::shipped(&told, recorded), ..told };
    LineRecord { line, left, taken, short, problems }
}
