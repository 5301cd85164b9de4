//! The connector releases: what was admitted, how each stands, and why.
//!
//! What a state means and which may follow which is the caller's to know ([`Store::change_releases`] asks it inside
//! the transaction); that at most one release of a name serves is kept here, by an index.

use serde::{Deserialize, Serialize};
use sqlx::Row as _;

use crate::{
    database::{self, Connection, Row, Store, commit},
    error::{Doing, StoreError},
};

/// A connector's component as it was admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// SHA-256 of the component, in lower-case hexadecimal.
    pub digest: String,
    /// The connector's name.
    pub name: String,
    pub version: String,
    /// One line for the operator.
    pub summary: String,
    pub state: ReleaseState,
    /// Why it does not serve.
    pub reason: Option<String>,
    /// JSON; opaque here.
    pub asks: String,
    /// JSON of what was approved for the name when this was let through; `None` until then. Opaque here.
    pub approved: Option<String>,
    /// The file of the drop folder that brought it.
    pub file: String,
    /// What tells that the file was replaced; opaque here.
    pub stamp: String,
    /// Base64 of its detached signature.
    pub signature: Option<String>,
    /// Unix milliseconds.
    pub admitted_at: i64,
    /// When the state last changed; kept by the store. Unix milliseconds.
    pub changed_at: i64,
    /// When it last began to serve; kept by the store. Unix milliseconds.
    pub served_at: Option<i64>,
}

/// How a release stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseState {
    /// Channels that pin nothing get it.
    Serving,
    /// It may serve, and channels may pin it.
    Previous,
    /// It asks for more than was approved.
    Waiting,
    /// It was rolled back from.
    Held,
    /// It failed too often.
    Quarantined,
}

impl ReleaseState {
    const ALL: [Self; 5] = [Self::Serving, Self::Previous, Self::Waiting, Self::Held, Self::Quarantined];

    /// The name in the database, the API and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Previous => "previous",
            Self::Waiting => "waiting",
            Self::Held => "held",
            Self::Quarantined => "quarantined",
        }
    }

    fn stored(text: &str) -> Result<Self, StoreError> {
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| StoreError::Damaged { what: "release state", value: text.to_owned() })
    }
}

const READING: &str = "reading connector releases";
const WRITING: &str = "writing connector releases";

impl Store {
    /// Every release, ascending by connector and then in the order of admission.
    pub async fn releases(&self) -> Result<Vec<Release>, StoreError> {
        let rows = sqlx::query("SELECT * FROM connector_releases ORDER BY name, admitted_at, digest")
            .fetch_all(&mut *self.read().await?)
            .await
            .doing(READING)?;
        rows.iter().map(release).collect()
    }

    /// Lets `decide` change, add and remove releases of one connector, in one transaction. The releases come in the
    /// order of admission; what differs afterwards is written, and nothing is when `decide` returns an error.
    pub async fn change_releases<T, E>(
        &self,
        name: &str,
        decide: impl FnOnce(&mut Vec<Release>) -> Result<T, E>,
    ) -> Result<Result<T, E>, StoreError> {
        let mut transaction = self.write().await?;
        let rows =
            sqlx::query("SELECT * FROM connector_releases WHERE name = $1 ORDER BY admitted_at, digest")
                .bind(name)
                .fetch_all(&mut *transaction)
                .await
                .doing(READING)?;
        let before = rows.iter().map(release).collect::<Result<Vec<_>, _>>()?;
        let mut after = before.clone();
        let decided = match decide(&mut after) {
            Ok(decided) => decided,
            Err(error) => return Ok(Err(error)),
        };
        write_changes(&mut transaction, &before, after).await?;
        commit(transaction).await?;
        Ok(Ok(decided))
    }
}

async fn write_changes(
    connection: &mut Connection,
    before: &[Release],
    mut after: Vec<Release>,
) -> Result<(), StoreError> {
    let is_gone = |known: &&Release| after.iter().all(|release| release.digest != known.digest);
    for gone in before.iter().filter(is_gone) {
        sqlx::query("DELETE FROM connector_releases WHERE digest = $1")
            .bind(&gone.digest)
            .execute(&mut *connection)
            .await
            .doing(WRITING)?;
    }
    // The one that serves comes last, when the one before it no longer does.
    after.sort_by_key(|release| release.state == ReleaseState::Serving);
    for mut release in after {
        let known = before.iter().find(|known| known.digest == release.digest);
        if known == Some(&release) {
            continue;
        }
        if known.is_none_or(|known| known.state != release.state) {
            release.changed_at = database::now();
            if release.state == ReleaseState::Serving {
                release.served_at = Some(release.changed_at);
            }
        }
        put(connection, &release).await?;
    }
    Ok(())
}

async fn put(connection: &mut Connection, release: &Release) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO connector_releases (digest, name, version, summary, state, reason, asks, approved, file, stamp, \
         signature, admitted_at, changed_at, served_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         ON CONFLICT (digest) DO UPDATE SET state = $5, reason = $6, asks = $7, approved = $8, file = $9, stamp = $10, \
         signature = $11, changed_at = $13, served_at = $14",
    )
    .bind(&release.digest)
    .bind(&release.name)
    .bind(&release.version)
    .bind(&release.summary)
    .bind(release.state.as_str())
    .bind(&release.reason)
    .bind(&release.asks)
    .bind(&release.approved)
    .bind(&release.file)
    .bind(&release.stamp)
    .bind(&release.signature)
    .bind(release.admitted_at)
    .bind(release.changed_at)
    .bind(release.served_at)
    .execute(connection)
    .await
    .map(drop)
    .doing(WRITING)
}

fn release(row: &Row) -> Result<Release, StoreError> {
    Ok(Release {
        digest: row.try_get("digest").doing(READING)?,
        name: row.try_get("name").doing(READING)?,
        version: row.try_get("version").doing(READING)?,
        summary: row.try_get("summary").doing(READING)?,
        state: ReleaseState::stored(row.try_get("state").doing(READING)?)?,
        reason: row.try_get("reason").doing(READING)?,
        asks: row.try_get("asks").doing(READING)?,
        approved: row.try_get("approved").doing(READING)?,
        file: row.try_get("file").doing(READING)?,
        stamp: row.try_get("stamp").doing(READING)?,
        signature: row.try_get("signature").doing(READING)?,
        admitted_at: row.try_get("admitted_at").doing(READING)?,
        changed_at: row.try_get("changed_at").doing(READING)?,
        served_at: row.try_get("served_at").doing(READING)?,
    })
}
