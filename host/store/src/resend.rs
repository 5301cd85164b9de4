//! Starting over with a channel that has lost what it was given, or that somebody else has changed by hand.

use wharf_catalog::Lane;

use crate::{
    database::{Store, commit},
    error::{Doing, StoreError},
    sequence::Sequence,
};

const DOING: &str = "forgetting what a channel has acknowledged";

impl Store {
    /// Makes every product due on the channel, whatever the channel has acknowledged of it. Cut short, it has forgotten
    /// a part of the acknowledgements, which costs a request too many and no more.
    ///
    /// # Errors
    /// [`StoreError::UnknownChannel`]
    pub async fn resend(&self, channel_id: i64) -> Result<(), StoreError> {
        let mut after = 0;
        loop {
            let until = after + i64::from(self.settings().sweep_rows.max(1));
            let mut transaction = self.write().await?;
            let last = Sequence::Product.last(&mut transaction).await?;
            sqlx::query(
                "UPDATE listings SET delivered = NULL \
                 WHERE channel_id = $1 AND product_id > $2 AND product_id <= $3 AND delivered IS NOT NULL",
            )
            .bind(channel_id)
            .bind(after)
            .bind(until)
            .execute(&mut *transaction)
            .await
            .doing(DOING)?;
            commit(transaction).await?;
            if until >= last {
                return self.mark_all(channel_id, Lane::Content).await;
            }
            after = until;
        }
    }
}
