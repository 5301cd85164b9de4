//! The tokens table: who may use the API. Only hashes come here; the tokens themselves are never stored.

use crate::{
    database::{self, Store, commit, is_taken},
    error::{Doing, StoreError},
    sequence::Sequence,
};

/// A token to be let in from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Unique; the operator's own word for it.
    pub name: String,
    pub hash: Vec<u8>,
    /// As the API writes them; opaque here.
    pub scopes: String,
}

/// A token as it is stored, without its hash.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Token {
    pub id: i64,
    pub name: String,
    pub scopes: String,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Unix milliseconds.
    pub last_used_at: Option<i64>,
}

const READING: &str = "reading tokens";
const WRITING: &str = "writing a token";

impl Store {
    /// # Errors
    /// [`StoreError::NameTaken`]
    pub async fn add_token(&self, token: &NewToken) -> Result<i64, StoreError> {
        let mut transaction = self.write().await?;
        let id = Sequence::Token.next(&mut transaction).await?;
        sqlx::query("INSERT INTO tokens (id, name, hash, scopes, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(id)
            .bind(&token.name)
            .bind(&token.hash)
            .bind(&token.scopes)
            .bind(database::now())
            .execute(&mut *transaction)
            .await
            .map_err(|error| taken_or(error, &token.name))?;
        commit(transaction).await?;
        Ok(id)
    }

    /// All tokens, ascending by name.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        sqlx::query_as("SELECT id, name, scopes, created_at, last_used_at FROM tokens ORDER BY name")
            .fetch_all(&mut *self.read().await?)
            .await
            .doing(READING)
    }

    /// The token with this hash.
    pub async fn token(&self, hash: &[u8]) -> Result<Option<Token>, StoreError> {
        sqlx::query_as("SELECT id, name, scopes, created_at, last_used_at FROM tokens WHERE hash = $1")
            .bind(hash)
            .fetch_optional(&mut *self.read().await?)
            .await
            .doing(READING)
    }

    /// Notes that a token was used. A write: not for every request.
    pub async fn touch_token(&self, id: i64) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        sqlx::query("UPDATE tokens SET last_used_at = $2 WHERE id = $1")
            .bind(id)
            .bind(database::now())
            .execute(&mut *transaction)
            .await
            .doing(WRITING)?;
        commit(transaction).await
    }

    /// Whether there was such a token.
    pub async fn remove_token(&self, name: &str) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let query = sqlx::query("DELETE FROM tokens WHERE name = $1").bind(name);
        let done = query.execute(&mut *transaction).await.doing(WRITING)?;
        commit(transaction).await?;
        Ok(done.rows_affected() > 0)
    }
}

fn taken_or(error: sqlx::Error, name: &str) -> StoreError {
    if is_taken(&error) {
        return StoreError::NameTaken { kind: "token", name: name.to_owned() };
    }
    StoreError::Query { doing: WRITING, source: error }
}
