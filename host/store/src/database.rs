//! The one place that knows which database is underneath: types, opening, locking, error codes.
//!
//! SQLite, with a write-ahead log. There is one writing connection, so that transactions of this process
//! queue here and not inside SQLite; `BEGIN IMMEDIATE` does the same towards other processes. With
//! `synchronous = NORMAL` a committed transaction survives the death of the process; the loss of power may
//! undo the last ones, which costs the repeat of requests that are idempotent.

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use sqlx::{
    error::DatabaseError,
    migrate::{MigrateError, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{
    error::{Doing, StoreError},
    settings::StoreSettings,
};

pub(crate) type Dialect = sqlx::Sqlite;
pub(crate) type Connection = sqlx::SqliteConnection;
pub(crate) type Row = sqlx::sqlite::SqliteRow;
pub(crate) type Transaction = sqlx::Transaction<'static, Dialect>;
type Pool = sqlx::Pool<Dialect>;
type PooledConnection = sqlx::pool::PoolConnection<Dialect>;

/// Takes the write lock at once: a transaction that reads first and upgrades later could find the data changed.
const BEGIN: &str = "BEGIN IMMEDIATE";
/// Larger than the default of 4 KiB, so that several products of 2 KiB share a page.
const PAGE_BYTES: u32 = 8192;
/// Before another try to open a file that another process is opening.
const OPENING_PAUSE: Duration = Duration::from_millis(10);
/// Prepared statements per connection; more than this crate has.
const STATEMENTS: usize = 256;
/// Rows that the database's thread may be ahead of the reader: few switches between the two.
const ROWS_AHEAD: usize = 512;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/sqlite");

/// The database. Cheap to clone; every clone shares the connections.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    writer: Pool,
    readers: Pool,
    settings: StoreSettings,
}

impl Store {
    /// Opens the database file, creates it and its folders if they are missing, and migrates it.
    ///
    /// # Errors
    /// [`StoreError::Newer`] when a later version has made the file; it is not touched then.
    pub async fn open(path: &Path, settings: &StoreSettings) -> Result<Self, StoreError> {
        create_folder(path)?;
        let opening = |source| StoreError::Open { path: path.to_owned(), source };
        let writer = connect_writer(path, settings).await.map_err(opening)?;
        migrate(&writer, path).await?;
        let readers = pool(settings.readers.max(1), settings)
            .connect_with(reading(path, settings))
            .await
            .map_err(opening)?;
        Ok(Self { inner: Arc::new(Inner { writer, readers, settings: settings.clone() }) })
    }

    /// Waits for running statements and closes the file. Other clones fail from now on.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
    }

    pub(crate) fn settings(&self) -> &StoreSettings {
        &self.inner.settings
    }

    /// Puts what was committed where even a loss of power does not undo it: one commit that waits for the disk takes
    /// all before it along, since they stand before it in the same log.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        const FLUSHING: &str = "flushing the database";
        let mut connection = self.inner.writer.acquire().await.doing(FLUSHING)?;
        sqlx::query("PRAGMA synchronous = FULL").execute(&mut *connection).await.doing(FLUSHING)?;
        // A number is skipped, because SQLite writes nothing where nothing has changed.
        let commit = sqlx::query("UPDATE sequences SET value = value + 1 WHERE name = 'secret'");
        let committed = commit.execute(&mut *connection).await;
        sqlx::query("PRAGMA synchronous = NORMAL").execute(&mut *connection).await.doing(FLUSHING)?;
        committed.map(drop).doing(FLUSHING)
    }

    /// A connection that sees the last committed state.
    pub(crate) async fn read(&self) -> Result<PooledConnection, StoreError> {
        self.inner.readers.acquire().await.doing("waiting for a connection to read")
    }

    /// The one writing transaction; undone when dropped without a commit.
    pub(crate) async fn write(&self) -> Result<Transaction, StoreError> {
        self.inner.writer.begin_with(BEGIN).await.doing("beginning a transaction")
    }
}

pub(crate) async fn commit(transaction: Transaction) -> Result<(), StoreError> {
    transaction.commit().await.doing("committing a transaction")
}

/// Whether the wait for the lock was too long, in this process or (SQLite's code 5) behind another one.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    if matches!(error, sqlx::Error::PoolTimedOut) {
        return true;
    }
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}

/// Whether a unique column already holds the value.
pub(crate) fn is_taken(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(DatabaseError::is_unique_violation)
}

/// Unix milliseconds.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn create_folder(path: &Path) -> Result<(), StoreError> {
    match path.parent() {
        Some(folder) => fs::create_dir_all(folder)
            .map_err(|source| StoreError::Folder { path: folder.to_owned(), source }),
        None => Ok(()),
    }
}

/// Connections stay open: an idle one costs its page cache, a new one its prepared statements.
fn pool(size: u32, settings: &StoreSettings) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(size)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_millis(settings.busy_timeout_ms))
        .test_before_acquire(false)
}

/// Of two processes that open a new file at once both turn on its log, and there SQLite does not wait for the other.
async fn connect_writer(path: &Path, settings: &StoreSettings) -> Result<Pool, sqlx::Error> {
    let give_up = Instant::now() + Duration::from_millis(settings.busy_timeout_ms);
    loop {
        match pool(1, settings).connect_with(writing(path, settings)).await {
            Err(error) if is_busy(&error) && Instant::now() < give_up => {
                tokio::time::sleep(OPENING_PAUSE).await;
            }
            connected => return connected,
        }
    }
}

fn shared(path: &Path, settings: &StoreSettings, cache_kib: u32) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(Duration::from_millis(settings.busy_timeout_ms))
        .statement_cache_capacity(STATEMENTS)
        .row_buffer_size(ROWS_AHEAD)
        .pragma("cache_size", format!("-{cache_kib}"))
        .pragma("mmap_size", settings.mmap_bytes.to_string())
        .pragma("temp_store", "MEMORY")
}

fn writing(path: &Path, settings: &StoreSettings) -> SqliteConnectOptions {
    shared(path, settings, settings.writer_cache_kib)
        .create_if_missing(true)
        .page_size(PAGE_BYTES)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .pragma("wal_autocheckpoint", settings.checkpoint_pages.to_string())
}

fn reading(path: &Path, settings: &StoreSettings) -> SqliteConnectOptions {
    shared(path, settings, settings.reader_cache_kib).read_only(true)
}

async fn migrate(writer: &Pool, path: &Path) -> Result<(), StoreError> {
    let mut outcome = MIGRATOR.run(writer).await;
    // A second process may be doing the same. What it has done meanwhile is found on the next look, and it can be ahead
    // once for each migration.
    for _ in MIGRATOR.iter() {
        match outcome {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) => {
                outcome = MIGRATOR.run(writer).await;
            }
            _ => break,
        }
    }
    outcome.map_err(|error| match error {
        MigrateError::VersionMissing(version) => StoreError::Newer { path: path.to_owned(), version },
        source => StoreError::Migrate { path: path.to_owned(), source },
    })
}

/// A look at the database from inside, for the tests of this crate's own queries.
#[cfg(test)]
pub(crate) mod scratch {
    use sqlx::{AssertSqlSafe, Row as _};

    use super::{Store, StoreSettings};

    pub(crate) struct Scratch {
        pub(crate) store: Store,
        _folder: tempfile::TempDir,
    }

    impl Scratch {
        pub(crate) async fn open() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("wharf.db");
            Self { store: Store::open(&path, &StoreSettings::default()).await.unwrap(), _folder: folder }
        }
    }

    /// How the database would go about a query, step by step.
    pub(crate) async fn plan(store: &Store, query: &str) -> String {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}"));
        let rows = sqlx::query(explain).fetch_all(&mut *store.read().await.unwrap()).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(3)).collect::<Vec<_>>().join("\n")
    }
}
