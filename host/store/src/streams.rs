//! How far each stream of a channel was read, and when it is looked at next. The position is written in the transaction
//! that stores what a page brought: see [`crate::inbound`].

use sqlx::Row as _;
use wharf_catalog::Problem;

use crate::{
    batch::RowStatement,
    database::{self, Connection, Row, Store, commit},
    error::{Doing, StoreError},
    findings,
};

/// A stream of one channel. Times are unix milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stream {
    pub name: String,
    /// Where a pass begins, or goes on after a restart. Opaque.
    pub cursor: Option<Vec<u8>>,
    /// The pass under way.
    pub pass: Option<Pass>,
    /// Up to which moment the passes so far have asked.
    pub read_until: Option<i64>,
    /// When to look again.
    pub due_at: i64,
    /// Attempts at the same page that brought nothing.
    pub attempts: u32,
    /// Why the last attempt brought nothing.
    pub problem: Option<Problem>,
    /// When the last pass began.
    pub began_at: Option<i64>,
    /// When the last page was stored.
    pub succeeded_at: Option<i64>,
    /// When the last pass came to its end.
    pub finished_at: Option<i64>,
    /// When a webhook or a person last asked for it.
    pub wanted_at: Option<i64>,
}

/// A pass under way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pass {
    /// The stretch of time that it asks for, end excluded.
    pub since: Option<i64>,
    pub until: i64,
    /// Pages so far.
    pub pages: u64,
    /// What to ask next; `None`: made anew from the cursor.
    pub next: Option<NextPage>,
}

/// A request to be made, as the reconciler writes it; opaque here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextPage {
    pub request: String,
    pub memo: Vec<u8>,
    /// The connector that made it; no other understands the memo.
    pub digest: String,
}

const READING: &str = "reading streams";
const WRITING: &str = "writing a stream";

/// `wanted_at` belongs to those who ask.
const UPSERT: &str = "INSERT INTO streams (channel_id, name, cursor, since, until, pages, request, memo, digest, \
    read_until, due_at, attempts, problem, began_at, succeeded_at, finished_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) \
    ON CONFLICT (channel_id, name) DO UPDATE SET cursor = excluded.cursor, since = excluded.since, \
    until = excluded.until, pages = excluded.pages, request = excluded.request, memo = excluded.memo, \
    digest = excluded.digest, read_until = excluded.read_until, due_at = excluded.due_at, \
    attempts = excluded.attempts, problem = excluded.problem, began_at = excluded.began_at, \
    succeeded_at = excluded.succeeded_at, finished_at = excluded.finished_at";

const WANT: RowStatement = RowStatement {
    doing: WRITING,
    before: "INSERT INTO streams (channel_id, name, pages, due_at, attempts, wanted_at) ",
    after: " ON CONFLICT (channel_id, name) DO UPDATE SET wanted_at = excluded.wanted_at",
};

impl Stream {
    /// One that was never read, and is due at once.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// When to look again: at its turn, or at once when it was asked for since the last pass began. After a failure it
    /// rests, whoever asks.
    pub fn next_at(&self) -> i64 {
        let asked = self.attempts == 0 && self.pass.is_none() && self.wanted_at > self.began_at;
        if asked { self.wanted_at.unwrap_or_default() } else { self.due_at }
    }
}

impl Store {
    /// The streams of a channel that were read or asked for, ascending by name.
    pub async fn streams(&self, channel_id: i64) -> Result<Vec<Stream>, StoreError> {
        let rows = sqlx::query("SELECT * FROM streams WHERE channel_id = $1 ORDER BY name")
            .bind(channel_id)
            .fetch_all(&mut *self.read().await?)
            .await
            .doing(READING)?;
        rows.iter().map(stream).collect()
    }

    /// A stream, also one that was never read.
    pub async fn stream(&self, channel_id: i64, name: &str) -> Result<Stream, StoreError> {
        let row = sqlx::query("SELECT * FROM streams WHERE channel_id = $1 AND name = $2")
            .bind(channel_id)
            .bind(name)
            .fetch_optional(&mut *self.read().await?)
            .await
            .doing(READING)?;
        row.as_ref().map_or_else(|| Ok(Stream::new(name)), stream)
    }

    /// Notes how a stream stands when nothing came in.
    pub async fn note_stream(&self, channel_id: i64, stream: &Stream) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        write(&mut transaction, channel_id, stream).await?;
        commit(transaction).await
    }

    /// Forgets the findings of a stream that were not met since `before`, once a pass has seen everything there is.
    pub async fn clear_findings(&self, channel_id: i64, source: &str, before: i64) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        findings::clear(&mut transaction, channel_id, source, before).await?;
        commit(transaction).await
    }

    /// Forgets how far a channel was read: what was elsewhere before means nothing for what is there now.
    pub async fn forget_streams(&self, channel_id: i64) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM streams WHERE channel_id = $1")
            .bind(channel_id)
            .execute(&mut *transaction)
            .await
            .doing("forgetting streams")?;
        commit(transaction).await
    }

    /// Has streams read at once, also those that rest after a failure.
    pub async fn hasten_streams(&self, channel_id: i64, names: &[String]) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        want(&mut transaction, channel_id, names, database::now()).await?;
        for name in names {
            sqlx::query("UPDATE streams SET due_at = 0, attempts = 0 WHERE channel_id = $1 AND name = $2")
                .bind(channel_id)
                .bind(name)
                .execute(&mut *transaction)
                .await
                .doing(WRITING)?;
        }
        commit(transaction).await
    }
}

pub(crate) async fn write(
    connection: &mut Connection,
    channel_id: i64,
    stream: &Stream,
) -> Result<(), StoreError> {
    let pass = stream.pass.as_ref();
    let next = pass.and_then(|pass| pass.next.as_ref());
    let problem = stream.problem.as_ref().map(|problem| {
        serde_json::to_string(problem).expect("a problem is plain text, which always has a JSON form")
    });
    sqlx::query(UPSERT)
        .bind(channel_id)
        .bind(&stream.name)
        .bind(stream.cursor.as_deref())
        .bind(pass.and_then(|pass| pass.since))
        .bind(pass.map(|pass| pass.until))
        .bind(pass.map_or(0, |pass| pass.pages as i64))
        .bind(next.map(|next| next.request.as_str()))
        .bind(next.map(|next| next.memo.as_slice()))
        .bind(next.map(|next| next.digest.as_str()))
        .bind(stream.read_until)
        .bind(stream.due_at)
        .bind(stream.attempts)
        .bind(problem)
        .bind(stream.began_at)
        .bind(stream.succeeded_at)
        .bind(stream.finished_at)
        .execute(connection)
        .await
        .doing(WRITING)
        .map(drop)
}

/// Notes that streams should be read now.
pub(crate) async fn want(
    connection: &mut Connection,
    channel_id: i64,
    names: &[String],
    now: i64,
) -> Result<(), StoreError> {
    WANT.execute(connection, names.iter(), |mut row, name| {
        row.push_bind(channel_id).push_bind(name.clone()).push_bind(0).push_bind(0).push_bind(0);
        row.push_bind(now);
    })
    .await
}

fn stream(row: &Row) -> Result<Stream, StoreError> {
    let until: Option<i64> = row.try_get("until").doing(READING)?;
    let problem: Option<&str> = row.try_get("problem").doing(READING)?;
    let problem = problem.map(|text| {
        serde_json::from_str(text)
            .map_err(|_| StoreError::Damaged { what: "problem of a stream", value: text.to_owned() })
    });
    Ok(Stream {
        name: row.try_get("name").doing(READING)?,
        cursor: row.try_get("cursor").doing(READING)?,
        pass: until.map(|until| pass(row, until)).transpose()?,
        read_until: row.try_get("read_until").doing(READING)?,
        due_at: row.try_get("due_at").doing(READING)?,
        attempts: row.try_get("attempts").doing(READING)?,
        problem: problem.transpose()?,
        began_at: row.try_get("began_at").doing(READING)?,
        succeeded_at: row.try_get("succeeded_at").doing(READING)?,
        finished_at: row.try_get("finished_at").doing(READING)?,
        wanted_at: row.try_get("wanted_at").doing(READING)?,
    })
}

fn pass(row: &Row, until: i64) -> Result<Pass, StoreError> {
    let pages: i64 = row.try_get("pages").doing(READING)?;
    let request: Option<String> = row.try_get("request").doing(READING)?;
    let memo: Option<Vec<u8>> = row.try_get("memo").doing(READING)?;
    let digest: Option<String> = row.try_get("digest").doing(READING)?;
    let next = request.zip(memo).zip(digest);
    Ok(Pass {
        since: row.try_get("since").doing(READING)?,
        until,
        pages: pages.unsigned_abs(),
        next: next.map(|((request, memo), digest)| NextPage { request, memo, digest }),
    })
}
