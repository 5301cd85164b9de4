//! Which product an entry speaks of: by the brand's SKU, or else by the channel's id of the listing.

use std::collections::{HashMap, HashSet};

use sqlx::{QueryBuilder, Row as _};
use wharf_catalog::inbound::ListingKey;

use crate::{
    batch::{KeyQuery, MOST_KEYS, push_keys},
    database::Connection,
    error::{Doing, StoreError},
};

const DOING: &str = "looking up what entries speak of";

const BY_SKU: KeyQuery = KeyQuery {
    doing: DOING,
    before: "SELECT sku, id FROM products WHERE NOT deleted AND sku IN ",
    after: "",
};

const ALIVE: KeyQuery =
    KeyQuery { doing: DOING, before: "SELECT id FROM products WHERE NOT deleted AND id IN ", after: "" };

/// Products by either name.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    by_sku: HashMap<String, i64>,
    by_remote_id: HashMap<String, i64>,
}

impl Lookup {
    /// Looks up pairs of SKU and the channel's id.
    pub(super) async fn load<'k>(
        connection: &mut Connection,
        channel_id: i64,
        keys: impl Iterator<Item = (Option<&'k str>, Option<&'k str>)> + Clone,
    ) -> Result<Self, StoreError> {
        let skus = distinct(keys.clone().filter_map(|(sku, _)| sku));
        let by_sku = BY_SKU.fetch(connection, &skus).await?;
        let by_sku = by_sku
            .iter()
            .map(|row| Ok((row.try_get(0).doing(DOING)?, row.try_get(1).doing(DOING)?)))
            .collect::<Result<HashMap<String, i64>, StoreError>>()?;
        let unknown = |sku: Option<&str>| sku.is_none_or(|sku| !by_sku.contains_key(sku));
        let ids = distinct(keys.filter(|(sku, _)| unknown(*sku)).filter_map(|(_, id)| id));
        let by_remote_id = by_remote_id(connection, channel_id, &ids).await?;
        Ok(Self { by_sku, by_remote_id })
    }

    pub(super) fn product(&self, sku: Option<&str>, remote_id: Option<&str>) -> Option<i64> {
        let by_sku = sku.and_then(|sku| self.by_sku.get(sku));
        by_sku.or_else(|| self.by_remote_id.get(remote_id?)).copied()
    }

    pub(super) fn listing(&self, key: &ListingKey) -> Option<i64> {
        self.product(key.sku.as_deref(), key.remote_id.as_deref())
    }
}

/// Both names of a listing.
pub(super) fn names(key: &ListingKey) -> (Option<&str>, Option<&str>) {
    (key.sku.as_deref(), key.remote_id.as_deref())
}

/// What to call it to a person.
pub(super) fn called(key: &ListingKey) -> &str {
    key.sku.as_deref().or(key.remote_id.as_deref()).unwrap_or_default()
}

/// Those of the products that are not deleted.
pub(super) async fn alive(connection: &mut Connection, ids: &[i64]) -> Result<HashSet<i64>, StoreError> {
    let rows = ALIVE.fetch(connection, ids).await?;
    rows.iter().map(|row| row.try_get(0).doing(DOING)).collect()
}

async fn by_remote_id(
    connection: &mut Connection,
    channel_id: i64,
    ids: &[&str],
) -> Result<HashMap<String, i64>, StoreError> {
    let mut found = HashMap::new();
    for portion in ids.chunks(MOST_KEYS) {
        let mut builder = QueryBuilder::new("SELECT remote_id, product_id FROM listings WHERE channel_id = ");
        builder.push_bind(channel_id).push(" AND remote_id IN ");
        push_keys(&mut builder, portion);
        let rows: Vec<(String, i64)> =
            builder.build_query_as().fetch_all(&mut *connection).await.doing(DOING)?;
        found.extend(rows);
    }
    Ok(found)
}

fn distinct<'k>(keys: impl Iterator<Item = &'k str>) -> Vec<&'k str> {
    let mut keys: Vec<_> = keys.collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
