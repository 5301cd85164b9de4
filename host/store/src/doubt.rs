//! What the store no longer claims to know, noted before a request leaves.

use sqlx::QueryBuilder;

use crate::{
    batch::{MOST_KEYS, push_keys},
    database::{Store, commit},
    error::{Doing, StoreError},
};

impl Store {
    /// Forgets what these listings are known to show, because a request that changes it is about to be sent.
    ///
    /// If the process dies before the answer is stored, the channel may show the old state or the new one. A
    /// listing in doubt is always sent again, even when the product has meanwhile changed back.
    pub async fn doubt(&self, channel_id: i64, products: &[i64]) -> Result<(), StoreError> {
        let mut transaction = self.write().await?;
        for portion in products.chunks(MOST_KEYS) {
            let mut builder = QueryBuilder::new("UPDATE listings SET delivered = NULL WHERE channel_id = ");
            builder.push_bind(channel_id).push(" AND product_id IN ");
            push_keys(&mut builder, portion);
            builder.build().execute(&mut *transaction).await.doing("noting what is about to change")?;
        }
        commit(transaction).await
    }
}
