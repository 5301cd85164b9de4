//! Another key for all secrets, in one transaction: either every row is under the new key or none is.

use sqlx::Row as _;

use super::{READING, SecretError, SecretKey, Secrets, WRITING, seal, unseal};
use crate::{
    database::{Connection, Row, commit},
    error::Doing,
};

impl Secrets {
    /// Seals every secret anew under this key; how many there are. Their values, and so their revisions, stay: who
    /// holds an opened one may go on with it. The caller has to keep the key beforehand where [`super::KeySource`]
    /// finds it.
    ///
    /// # Errors
    /// As [`Secrets::open`]; nothing has changed then.
    pub async fn reseal(&self, key: &SecretKey) -> Result<usize, SecretError> {
        let mut transaction = self.store.write().await?;
        let mut keys = self.keys.find()?;
        // Rows that an interrupted change of keys has left under the new one are in order.
        keys.push(key.clone());
        let rows: Vec<Row> = sqlx::query("SELECT name, key_id, sealed FROM secrets")
            .fetch_all(&mut *transaction)
            .await
            .doing(READING)?;
        for row in &rows {
            reseal(&mut transaction, row, &keys, key).await?;
        }
        commit(transaction).await?;
        // The caller may forget the former key now, and no loss of power may bring its rows back.
        self.store.flush().await?;
        Ok(rows.len())
    }
}

async fn reseal(
    connection: &mut Connection,
    row: &Row,
    keys: &[SecretKey],
    key: &SecretKey,
) -> Result<(), SecretError> {
    let name: &str = row.try_get("name").doing(READING)?;
    let sealed = seal::seal(key, name, &unseal(row, name, keys)?)?;
    sqlx::query("UPDATE secrets SET key_id = $2, sealed = $3 WHERE name = $1")
        .bind(name)
        .bind(&key.id()[..])
        .bind(sealed)
        .execute(connection)
        .await
        .doing(WRITING)?;
    Ok(())
}
