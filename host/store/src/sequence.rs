//! Numbers that only grow.
//!
//! They are handed out inside the writing transaction, so a reader that has seen one number never later
//! finds a smaller one appear, and a number is not given again when its row has been removed.

use crate::{
    database::Connection,
    error::{Doing, StoreError},
};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Sequence {
    Channel,
    Document,
    Exchange,
    Mark,
    Order,
    Product,
    Run,
    Secret,
    Shipment,
    Token,
}

impl Sequence {
    fn name(self) -> &'static str {
        match self {
            Self::Channel => "channel",
            Self::Document => "document",
            Self::Exchange => "exchange",
            Self::Mark => "mark",
            Self::Order => "order",
            Self::Product => "product",
            Self::Run => "run",
            Self::Secret => "secret",
            Self::Shipment => "shipment",
            Self::Token => "token",
        }
    }

    /// The next number.
    pub(crate) async fn next(self, connection: &mut Connection) -> Result<i64, StoreError> {
        self.take(connection, 1).await
    }

    /// The number given last.
    pub(crate) async fn last(self, connection: &mut Connection) -> Result<i64, StoreError> {
        sqlx::query_scalar("SELECT value FROM sequences WHERE name = $1")
            .bind(self.name())
            .fetch_one(connection)
            .await
            .doing("reading a sequence")
    }

    /// The first of `count` consecutive numbers.
    pub(crate) async fn take(self, connection: &mut Connection, count: usize) -> Result<i64, StoreError> {
        let last: i64 =
            sqlx::query_scalar("UPDATE sequences SET value = value + $2 WHERE name = $1 RETURNING value")
                .bind(self.name())
                .bind(count as i64)
                .fetch_one(connection)
                .await
                .doing("taking a number from a sequence")?;
        Ok(last - count as i64 + 1)
    }
}
