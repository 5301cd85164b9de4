//! Which build of its connector a channel last worked with.

use crate::{
    database::{Store, commit},
    error::{Doing, StoreError},
};

impl Store {
    /// The digest noted by [`Store::note_digest`]; `None` before the first run.
    pub async fn noted_digest(&self, channel_id: i64) -> Result<Option<String>, StoreError> {
        let digest: Option<Option<String>> = sqlx::query_scalar("SELECT digest FROM channels WHERE id = $1")
            .bind(channel_id)
            .fetch_optional(&mut *self.read().await?)
            .await
            .doing("reading a channel's connector")?;
        Ok(digest.flatten())
    }

    /// Notes the digest of the connector that serves the channel.
    pub async fn note_digest(&self, channel_id: i64, digest: &str) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE channels SET digest = $2 WHERE id = $1")
            .bind(channel_id)
            .bind(digest)
            .execute(&mut *transaction)
            .await
            .doing("noting a channel's connector")?;
        commit(transaction).await
    }
}
