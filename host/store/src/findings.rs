//! What was found wrong with what came in, for the operator: each kind once, with how often and when last.

use std::collections::BTreeMap;

use serde::Serialize;
use sqlx::Row as _;
use wharf_catalog::Problem;

use crate::{
    batch::RowStatement,
    database::{Connection, Row, Store},
    error::{Doing, StoreError},
    inbound::Sender,
};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about: a SKU, a location, a row.
    pub subject: String,
    pub problem: Problem,
}

/// A finding as it is stored. Times are unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingRecord {
    pub source: String,
    pub subject: String,
    pub problem: Problem,
    pub first_at: i64,
    pub last_at: i64,
    pub times: u64,
}

const READING: &str = "reading findings";

const UPSERT: RowStatement = RowStatement {
    doing: "writing findings",
    before: "INSERT INTO findings (channel_id, source, code, subject, problem, first_at, last_at, times) ",
    after: " ON CONFLICT (channel_id, source, code, subject) DO UPDATE SET problem = excluded.problem, \
            last_at = excluded.last_at, times = findings.times + 1",
};

impl Store {
    /// At most `limit` findings of a channel, the latest first.
    pub async fn findings(&self, channel_id: i64, limit: u32) -> Result<Vec<FindingRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT source, subject, problem, first_at, last_at, times FROM findings WHERE channel_id = $1 \
             ORDER BY last_at DESC, source, code, subject LIMIT $2",
        )
        .bind(channel_id)
        .bind(i64::from(limit))
        .fetch_all(&mut *self.read().await?)
        .await
        .doing(READING)?;
        rows.iter().map(record).collect()
    }
}

fn record(row: &Row) -> Result<FindingRecord, StoreError> {
    let problem: &str = row.try_get(2).doing(READING)?;
    let times: i64 = row.try_get(5).doing(READING)?;
    Ok(FindingRecord {
        source: row.try_get(0).doing(READING)?,
        subject: row.try_get(1).doing(READING)?,
        problem: serde_json::from_str(problem)
            .map_err(|_| StoreError::Damaged { what: "finding", value: problem.to_owned() })?,
        first_at: row.try_get(3).doing(READING)?,
        last_at: row.try_get(4).doing(READING)?,
        times: times.unsigned_abs(),
    })
}

/// Notes findings; forgets the oldest beyond `kept`.
pub(crate) async fn note(
    connection: &mut Connection,
    sender: &Sender,
    found: &[Finding],
    now: i64,
    kept: u32,
) -> Result<(), StoreError> {
    if found.is_empty() {
        return Ok(());
    }
    // One statement may not touch a row twice.
    let kinds: BTreeMap<_, _> =
        found.iter().map(|finding| ((&finding.problem.code, &finding.subject), &finding.problem)).collect();
    UPSERT
        .execute(connection, kinds.into_iter(), |mut row, ((code, subject), problem)| {
            let text = serde_json::to_string(problem).expect("a problem is plain text");
            row.push_bind(sender.channel_id).push_bind(sender.source.clone());
            row.push_bind(code.clone()).push_bind(subject.clone()).push_bind(text);
            row.push_bind(now).push_bind(now).push_bind(1);
        })
        .await?;
    forget(connection, sender.channel_id, kept).await
}

async fn forget(connection: &mut Connection, channel_id: i64, kept: u32) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM findings WHERE channel_id = $1 AND last_at < (SELECT last_at FROM findings \
         WHERE channel_id = $1 ORDER BY last_at DESC LIMIT 1 OFFSET $2)",
    )
    .bind(channel_id)
    .bind(i64::from(kept))
    .execute(connection)
    .await
    .doing("forgetting old findings")
    .map(drop)
}

/// Forgets the findings of a source that were not met again since `before`, once everything there is was seen.
pub(crate) async fn clear(
    connection: &mut Connection,
    channel_id: i64,
    source: &str,
    before: i64,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM findings WHERE channel_id = $1 AND source = $2 AND last_at < $3")
        .bind(channel_id)
        .bind(source)
        .bind(before)
        .execute(connection)
        .await
        .doing("forgetting old findings")
        .map(drop)
}
