//! The runs table: the last syncs of each channel, with their reports.
//!
//! It is also how a crash is noticed. A run that died may have sent requests whose answers were never stored, so
//! nothing is known any more of the listings that were due; a run that begins after one that never finished says so
//! of all of them. That costs nothing while all goes well.

use crate::{
    database::{self, Connection, Store, commit},
    error::{Doing, StoreError},
    sequence::Sequence,
};

/// One sync of a channel.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Run {
    pub id: i64,
    pub channel_id: i64,
    /// Unix milliseconds.
    pub started_at: i64,
    /// Unix milliseconds; `None` while it runs, and for good if it was cut short or abandoned.
    pub finished_at: Option<i64>,
    /// JSON; opaque here.
    pub report: Option<String>,
}

impl Store {
    /// Notes that a sync begins; forgets the oldest runs of the channel.
    ///
    /// If the run before never finished, the due listings are in doubt: they will be sent again even where the
    /// product has meanwhile changed back to what was last acknowledged.
    pub async fn start_run(&self, channel_id: i64) -> Result<i64, StoreError> {
        let mut transaction = self.write().await?;
        if was_cut_short(&mut transaction, channel_id).await? {
            doubt(&mut transaction, channel_id).await?;
        }
        let id = Sequence::Run.next(&mut transaction).await?;
        sqlx::query("INSERT INTO runs (id, channel_id, started_at) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(channel_id)
            .bind(database::now())
            .execute(&mut *transaction)
            .await
            .doing("storing a run")?;
        forget(&mut transaction, channel_id, self.settings().kept_runs).await?;
        commit(transaction).await?;
        Ok(id)
    }

    /// Notes what came of a sync. Whether the run is still kept.
    pub async fn finish_run(&self, id: i64, report: &str) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("UPDATE runs SET finished_at = $2, report = $3 WHERE id = $1")
            .bind(id)
            .bind(database::now())
            .bind(report)
            .execute(&mut *transaction)
            .await
            .doing("storing the report of a run")?;
        commit(transaction).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes why a sync broke off, without finishing it.
    pub async fn abandon_run(&self, id: i64, report: &str) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE runs SET report = $2 WHERE id = $1")
            .bind(id)
            .bind(report)
            .execute(&mut *transaction)
            .await
            .doing("storing why a run broke off")?;
        commit(transaction).await
    }

    /// The last runs of a channel, the latest first.
    pub async fn runs(&self, channel_id: i64, limit: u32) -> Result<Vec<Run>, StoreError> {
        sqlx::query_as(
            "SELECT id, channel_id, started_at, finished_at, report FROM runs \
             WHERE channel_id = $1 ORDER BY id DESC LIMIT $2",
        )
        .bind(channel_id)
        .bind(i64::from(limit))
        .fetch_all(&mut *self.read().await?)
        .await
        .doing("reading runs")
    }
}

async fn was_cut_short(connection: &mut Connection, channel_id: i64) -> Result<bool, StoreError> {
    let finished: Option<Option<i64>> =
        sqlx::query_scalar("SELECT finished_at FROM runs WHERE channel_id = $1 ORDER BY id DESC LIMIT 1")
            .bind(channel_id)
            .fetch_optional(connection)
            .await
            .doing("looking at the last run")?;
    Ok(finished == Some(None))
}

/// A listing that was never tried may have been sent all the same, so it no longer counts as never tried.
async fn doubt(connection: &mut Connection, channel_id: i64) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE listings SET delivered = NULL, state = CASE WHEN state = 'due' THEN 'retry' ELSE state END \
         WHERE channel_id = $1 AND lane IS NOT NULL AND (delivered IS NOT NULL OR state = 'due')",
    )
    .bind(channel_id)
    .execute(connection)
    .await
    .map(drop)
    .doing("putting due listings in doubt")
}

async fn forget(connection: &mut Connection, channel_id: i64, kept: u32) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM runs WHERE channel_id = $1 AND id <= \
         (SELECT id FROM runs WHERE channel_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)",
    )
    .bind(channel_id)
    .bind(i64::from(kept.max(1)))
    .execute(connection)
    .await
    .map(drop)
    .doing("forgetting old runs")
}
