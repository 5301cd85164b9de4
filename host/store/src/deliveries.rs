//! Which webhook deliveries were taken in, for as long as a vendor may repeat them.

use crate::{
    database::Connection,
    error::{Doing, StoreError},
};

const DOING: &str = "noting a webhook delivery";

/// Notes a delivery; whether it is the first of its id. Forgets those older than `memory` milliseconds.
pub(crate) async fn note(
    connection: &mut Connection,
    channel_id: i64,
    id: &str,
    now: i64,
    memory: i64,
) -> Result<bool, StoreError> {
    sqlx::query("DELETE FROM deliveries WHERE channel_id = $1 AND received_at < $2")
        .bind(channel_id)
        .bind(now - memory)
        .execute(&mut *connection)
        .await
        .doing(DOING)?;
    let noted = sqlx::query(
        "INSERT INTO deliveries (channel_id, delivery_id, received_at) VALUES ($1, $2, $3) \
         ON CONFLICT (channel_id, delivery_id) DO NOTHING",
    )
    .bind(channel_id)
    .bind(id)
    .bind(now)
    .execute(connection)
    .await
    .doing(DOING)?;
    Ok(noted.rows_affected() > 0)
}
