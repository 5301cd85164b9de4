//! Large bodies of uploads that take several requests: stored once, read when a request carries them, and kept
//! while an exchange refers to them.

use crate::{
    database::{Connection, Store},
    error::{Doing, StoreError},
    exchanges::NewDocument,
    sequence::Sequence,
};

impl Store {
    /// The document of an exchange; `None` when it is gone with its exchanges.
    pub async fn document(&self, id: i64) -> Result<Option<Vec<u8>>, StoreError> {
        let mut connection = self.read().await?;
        sqlx::query_scalar("SELECT content FROM documents WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await
            .doing("reading a document")
    }
}

/// Stores a new document. Returns the number under which the exchange finds it.
pub(crate) async fn keep(
    connection: &mut Connection,
    document: NewDocument,
) -> Result<Option<i64>, StoreError> {
    let content = match document {
        NewDocument::None => return Ok(None),
        NewDocument::Same(id) => return Ok(Some(id)),
        NewDocument::New(content) => content,
    };
    let id = Sequence::Document.next(connection).await?;
    sqlx::query("INSERT INTO documents (id, content) VALUES ($1, $2)")
        .bind(id)
        .bind(content)
        .execute(connection)
        .await
        .doing("storing a document")?;
    Ok(Some(id))
}

/// Removes the documents that no exchange refers to any more.
pub(crate) async fn sweep(connection: &mut Connection) -> Result<(), StoreError> {
    let orphans = "DELETE FROM documents WHERE NOT EXISTS \
        (SELECT 1 FROM exchanges WHERE exchanges.document_id = documents.id) AND NOT EXISTS \
        (SELECT 1 FROM shipment_exchanges WHERE shipment_exchanges.document_id = documents.id)";
    sqlx::query(orphans).execute(connection).await.doing("removing documents").map(drop)
}
