//! The secrets table: what channels' credentials name, sealed under a key that is not in the database.
//!
//! Values go in and come out for a run, and nowhere else: no list shows them. Each change has a revision, so that
//! whoever keeps an opened value notices a newer one.

mod error;
mod key;
mod rotation;
mod seal;

use std::{collections::BTreeMap, sync::Arc};

use secrecy::{ExposeSecret as _, SecretString};
use sqlx::Row as _;

pub use error::SecretError;
pub use key::{KeyError, KeySource, SecretKey};

use crate::{
    batch::KeyQuery,
    database::{self, Connection, Row, Store, commit},
    error::{Doing, StoreError},
    sequence::Sequence,
};

/// A handle on the stored secrets; cheap to clone.
#[derive(Debug, Clone)]
pub struct Secrets {
    store: Store,
    keys: Arc<dyn KeySource>,
}

/// A secret as it is shown: without its value.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct SecretRecord {
    pub name: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// When the value was set last, in unix milliseconds.
    pub updated_at: i64,
}

/// The revision of each secret by its name. One that is not there has none.
pub type SecretRevisions = BTreeMap<String, i64>;

/// Some secrets with their values, which their debug form leaves out.
#[derive(Debug, Clone, Default)]
pub struct OpenedSecrets {
    values: BTreeMap<String, SecretString>,
    /// What [`Secrets::revisions`] answers for as long as these values are the newest.
    pub revisions: SecretRevisions,
}

impl OpenedSecrets {
    pub fn get(&self, name: &str) -> Option<&SecretString> {
        self.values.get(name)
    }
}

const READING: &str = "reading secrets";
const WRITING: &str = "writing a secret";

impl Secrets {
    pub fn new(store: Store, keys: Arc<dyn KeySource>) -> Self {
        Self { store, keys }
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Keeps a value under a name, in place of an earlier one. The first secret of all makes the key, if there is none.
    ///
    /// # Errors
    /// [`SecretError::Name`], [`SecretError::Empty`], [`SecretError::TooLong`]; [`SecretError::NoKey`] when the key of
    /// the secrets that are there is gone: a second one would only hide that.
    pub async fn set(&self, name: &str, value: &SecretString) -> Result<SecretRecord, SecretError> {
        self.check(name, value)?;
        // The key is looked up behind the lock: a rotation by another process is before it or after it.
        let mut transaction = self.store.write().await?;
        let key = self.sealing_key(&mut transaction).await?;
        let record = write(&mut transaction, name, &key, &seal::seal(&key, name, value)?).await?;
        commit(transaction).await?;
        // What it was copied from may be thrown away now.
        self.store.flush().await?;
        Ok(record)
    }

    /// Keeps what a vendor has put in place of the value of this revision, such as the next refresh token. The
    /// revision stays, because whoever holds the secret was told already. Whether it was kept: a value that was set
    /// meanwhile is not overwritten.
    ///
    /// # Errors
    /// As [`Secrets::set`].
    pub async fn renew(&self, name: &str, revision: i64, value: &SecretString) -> Result<bool, SecretError> {
        self.check(name, value)?;
        let mut transaction = self.store.write().await?;
        let key = self.sealing_key(&mut transaction).await?;
        let done = sqlx::query(
            "UPDATE secrets SET key_id = $3, sealed = $4, updated_at = $5 WHERE name = $1 AND revision = $2",
        )
        .bind(name)
        .bind(revision)
        .bind(&key.id()[..])
        .bind(seal::seal(&key, name, value)?)
        .bind(database::now())
        .execute(&mut *transaction)
        .await
        .doing(WRITING)?;
        commit(transaction).await?;
        // The vendor has made the former value void, so not even a loss of power may bring it back.
        self.store.flush().await?;
        Ok(done.rows_affected() > 0)
    }

    /// All secrets without their values, ascending by name.
    pub async fn list(&self) -> Result<Vec<SecretRecord>, SecretError> {
        let records = sqlx::query_as("SELECT name, created_at, updated_at FROM secrets ORDER BY name")
            .fetch_all(&mut *self.store.read().await?)
            .await
            .doing(READING)?;
        Ok(records)
    }

    /// Forgets a secret, whoever uses it. Whether there was one.
    pub async fn remove(&self, name: &str) -> Result<bool, SecretError> {
        let mut transaction = self.store.write().await?;
        let query = sqlx::query("DELETE FROM secrets WHERE name = $1").bind(name);
        let done = query.execute(&mut *transaction).await.doing("removing a secret")?;
        commit(transaction).await?;
        Ok(done.rows_affected() > 0)
    }

    /// The values of these secrets, for a run.
    ///
    /// # Errors
    /// [`SecretError::Missing`], and [`SecretError::NoKey`], [`SecretError::OtherKey`] or [`SecretError::Altered`] when
    /// one of them does not open. No names open nothing and need no key.
    pub async fn open(&self, names: &[&str]) -> Result<OpenedSecrets, SecretError> {
        let mut opened = OpenedSecrets::default();
        if names.is_empty() {
            return Ok(opened);
        }
        let rows =
            self.rows("SELECT name, key_id, sealed, revision FROM secrets WHERE name IN ", names).await?;
        let keys = self.keys.find()?;
        for row in &rows {
            let name: String = row.try_get("name").doing(READING)?;
            opened.values.insert(name.clone(), unseal(row, &name, &keys)?);
            opened.revisions.insert(name, row.try_get("revision").doing(READING)?);
        }
        match names.iter().find(|name| opened.get(name).is_none()) {
            Some(name) => Err(SecretError::Missing { name: (*name).to_owned() }),
            None => Ok(opened),
        }
    }

    /// The revisions of these secrets: equal to those of [`OpenedSecrets`] while no value has changed.
    pub async fn revisions(&self, names: &[&str]) -> Result<SecretRevisions, SecretError> {
        let rows = self.rows("SELECT name, revision FROM secrets WHERE name IN ", names).await?;
        let revision =
            |row: &Row| Ok((row.try_get("name").doing(READING)?, row.try_get("revision").doing(READING)?));
        rows.iter().map(revision).collect()
    }

    async fn rows(&self, before: &'static str, names: &[&str]) -> Result<Vec<Row>, StoreError> {
        let query = KeyQuery { doing: READING, before, after: "" };
        query.fetch(&mut *self.store.read().await?, names).await
    }

    fn check(&self, name: &str, value: &SecretString) -> Result<(), SecretError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if !(1..=64).contains(&name.len()) || !name.bytes().all(plain) {
            return Err(SecretError::Name(name.to_owned()));
        }
        let (name, limit) = (name.to_owned(), self.store.settings().maximum_secret_bytes);
        match value.expose_secret().len() {
            0 => Err(SecretError::Empty { name }),
            length if length > limit => Err(SecretError::TooLong { name, length, limit }),
            _ => Ok(()),
        }
    }

    async fn sealing_key(&self, connection: &mut Connection) -> Result<SecretKey, SecretError> {
        if let Some(key) = self.keys.find()?.into_iter().next() {
            return Ok(key);
        }
        let sealed: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM secrets)")
            .fetch_one(connection)
            .await
            .doing(READING)?;
        if sealed { Err(SecretError::NoKey) } else { Ok(self.keys.make()?) }
    }
}

fn unseal(row: &Row, name: &str, keys: &[SecretKey]) -> Result<SecretString, SecretError> {
    let id: &[u8] = row.try_get("key_id").doing(READING)?;
    match keys.iter().find(|key| key.id() == id) {
        Some(key) => seal::open(key, name, row.try_get("sealed").doing(READING)?),
        None if keys.is_empty() => Err(SecretError::NoKey),
        None => Err(SecretError::OtherKey { name: name.to_owned() }),
    }
}

async fn write(
    connection: &mut Connection,
    name: &str,
    key: &SecretKey,
    sealed: &[u8],
) -> Result<SecretRecord, StoreError> {
    let revision = Sequence::Secret.next(connection).await?;
    sqlx::query_as(
        "INSERT INTO secrets (name, key_id, sealed, revision, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT (name) DO UPDATE SET key_id = excluded.key_id, \
         sealed = excluded.sealed, revision = excluded.revision, updated_at = excluded.updated_at \
         RETURNING name, created_at, updated_at",
    )
    .bind(name)
    .bind(&key.id()[..])
    .bind(sealed)
    .bind(revision)
    .bind(database::now())
    .fetch_one(connection)
    .await
    .doing(WRITING)
}
