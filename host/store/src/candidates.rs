//! The hot read: a page of listings with everything that their projection needs.
//!
//! One query reads the listings with their products; one more each reads models and stock, where there are
//! any. They may see a later state than the first one does: whoever changed it has renewed the mark, so the
//! listing stays due and the newer state is looked at again.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, Row as _};
use wharf_catalog::{Lane, Product, Sku, declaration::Lanes, projection::Fingerprint};

use crate::{
    batch::push_keys,
    database::{Connection, Row, Store},
    error::{Doing, StoreError},
    listings::ListingState,
    marking::{lane_number, lane_of},
    products::parse_document,
    settlement::acknowledged,
    stock::stock_of_page,
    tree::{Chain, Chains},
};

/// Which listings of a channel to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Due in this lane at the time `now`, in unix milliseconds.
    Due { lane: Lane, now: i64 },
    /// Every product that may be listed, due or not, and every listing that is due to go.
    All,
}

/// One listing and what is known about its product.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub product_id: i64,
    pub sku: Sku,
    /// The model that it is a variant of: its group.
    pub parent: Option<String>,
    /// Of the product's own document.
    pub revision: i64,
    /// The product as JSON, to be read by [`Candidate::product`]. `None` when the product is deleted or has
    /// become a model: the listing has to go.
    pub document: Option<String>,
    /// The models above, nearest first; shared by the candidates of a page.
    pub ancestors: Chain,
    /// Units by location, ascending by location; empty when nothing is known.
    pub stock: Vec<(String, i64)>,
    /// The lane it is due in.
    pub lane: Option<Lane>,
    /// To be handed back with the outcome. Grows with every change that concerns this listing, inherited
    /// values and stock included.
    pub marked: i64,
    /// What the channel has acknowledged.
    pub delivered: Option<Fingerprint>,
    pub remote_id: Option<String>,
    /// What the connector noted of the listing.
    pub note: Option<String>,
    pub state: ListingState,
    /// What of it waits for a further exchange.
    pub under_way: Lanes,
    pub attempts: u32,
    /// What it has used of the budgets that the channel counts for every listing; opaque here.
    pub spent: Option<String>,
}

impl Candidate {
    /// Parses the product. That takes far longer than reading it, so it is left to the caller's threads.
    ///
    /// # Errors
    /// [`StoreError::Document`] names the SKU.
    pub fn product(&self) -> Result<Option<Product>, StoreError> {
        self.document.as_deref().map(|document| parse_document(self.sku.as_str(), document)).transpose()
    }
}

/// How much there is to do on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DueSummary {
    /// Listings that are due now; lanes without any are left out.
    pub due: BTreeMap<Lane, u64>,
    /// When the next listing comes out of its backoff, in unix milliseconds.
    pub next_listing_at: Option<i64>,
    /// When the earliest exchange is due, perhaps in the past, in unix milliseconds.
    pub next_exchange_at: Option<i64>,
}

const READING: &str = "reading a page of listings";

/// The columns that [`candidate`] reads, and what is to follow.
macro_rules! candidates {
    ($from:literal) => {
        concat!(
            "SELECT listings.product_id, products.sku, products.parent_sku, products.revision, \
             CASE WHEN products.deleted OR products.model THEN NULL ELSE products.document END, \
             listings.lane, listings.marked, listings.delivered, listings.remote_id, listings.state, \
             listings.attempts, listings.note, listings.spent, listings.under_way ",
            $from
        )
    };
}

const DUE: &str = candidates!(
    "FROM listings CROSS JOIN products WHERE products.id = listings.product_id \
     AND listings.channel_id = $1 AND listings.lane = $2 AND listings.due_at <= $3 AND listings.product_id > $4 \
     ORDER BY listings.product_id LIMIT $5"
);

const ALL: &str = candidates!(
    "FROM listings CROSS JOIN products WHERE products.id = listings.product_id \
     AND listings.channel_id = $1 AND listings.product_id > $2 \
     AND (listings.lane IS NOT NULL OR NOT (products.deleted OR products.model)) \
     ORDER BY listings.product_id LIMIT $3"
);

/// The index on parents leads: a channel has far more listings than a group.
const GROUPS: &str = candidates!(
    "FROM products CROSS JOIN listings WHERE listings.product_id = products.id \
     AND (listings.lane IS NOT NULL OR NOT (products.deleted OR products.model)) AND products.parent_sku IN "
);

/// Groups that are read at a time.
const GROUPS_AT_ONCE: usize = 8;

const SUMMARY: &str = "SELECT lane, COUNT(CASE WHEN due_at <= $2 THEN 1 END), \
    MIN(CASE WHEN due_at > $2 THEN due_at END) \
    FROM listings WHERE channel_id = $1 AND lane IS NOT NULL GROUP BY lane";

impl Store {
    /// At most `limit` listings of one channel after the product `after`, ascending by product id.
    pub async fn page(
        &self,
        channel_id: i64,
        selection: Selection,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut connection = self.read().await?;
        let query = match selection {
            Selection::Due { lane, now } => {
                sqlx::query(DUE).bind(channel_id).bind(lane_number(lane)).bind(now).bind(after)
            }
            Selection::All => sqlx::query(ALL).bind(channel_id).bind(after),
        };
        let rows = query.bind(i64::from(limit)).fetch_all(&mut *connection).await.doing(READING)?;
        complete(&mut connection, &rows).await
    }

    /// Everything on the channel that belongs to these models, group by group and in the order of the models. Stops after
    /// the group with which there are `enough`; the groups behind it are left out.
    pub async fn groups(
        &self,
        channel_id: i64,
        models: &[&str],
        enough: u32,
    ) -> Result<Vec<Candidate>, StoreError> {
        let mut connection = self.read().await?;
        let mut found = Vec::new();
        for portion in models.chunks(GROUPS_AT_ONCE) {
            if found.len() >= enough as usize {
                break;
            }
            let mut builder = QueryBuilder::new(GROUPS);
            push_keys(&mut builder, portion);
            builder.push(" AND listings.channel_id = ").push_bind(channel_id);
            builder.push(" ORDER BY products.parent_sku, listings.product_id");
            let rows = builder.build().fetch_all(&mut *connection).await.doing(READING)?;
            found.append(&mut complete(&mut connection, &rows).await?);
        }
        Ok(found)
    }

    /// What is due on a channel at the time `now`, and when there will be more. Reads the due listings only.
    pub async fn due_summary(&self, channel_id: i64, now: i64) -> Result<DueSummary, StoreError> {
        let doing = "counting what is due";
        let mut connection = self.read().await?;
        let lanes: Vec<(i16, i64, Option<i64>)> = sqlx::query_as(SUMMARY)
            .bind(channel_id)
            .bind(now)
            .fetch_all(&mut *connection)
            .await
            .doing(doing)?;
        let next_exchange_at = sqlx::query_scalar("SELECT MIN(due_at) FROM exchanges WHERE channel_id = $1")
            .bind(channel_id)
            .fetch_one(&mut *connection)
            .await
            .doing(doing)?;
        let mut summary = DueSummary { next_exchange_at, ..DueSummary::default() };
        for (lane, due, next) in lanes {
            if due > 0 {
                summary.due.insert(lane_of(lane)?, due.unsigned_abs());
            }
            summary.next_listing_at = summary.next_listing_at.into_iter().chain(next).min();
        }
        Ok(summary)
    }
}

/// The candidates of these rows, with their models and stock.
async fn complete(connection: &mut Connection, rows: &[Row]) -> Result<Vec<Candidate>, StoreError> {
    let mut parents = rows.iter().filter_map(|row| parent(row).transpose()).collect::<Result<Vec<_>, _>>()?;
    parents.sort_unstable();
    parents.dedup();
    let chains = Chains::load(connection, &parents).await?;
    let mut page = rows.iter().map(|row| candidate(row, &chains)).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<i64> = page.iter().map(|candidate| candidate.product_id).collect();
    let mut stock = stock_of_page(connection, &ids).await?;
    for candidate in &mut page {
        candidate.stock = stock.remove(&candidate.product_id).unwrap_or_default();
    }
    Ok(page)
}

/// The parent of a row whose product is still to be listed.
fn parent(row: &Row) -> Result<Option<&str>, StoreError> {
    row.try_get(2).doing(READING)
}

fn candidate(row: &Row, chains: &Chains) -> Result<Candidate, StoreError> {
    let lane: Option<i16> = row.try_get(5).doing(READING)?;
    Ok(Candidate {
        product_id: row.try_get(0).doing(READING)?,
        sku: stored_sku(row.try_get(1).doing(READING)?)?,
        parent: parent(row)?.map(str::to_owned),
        revision: row.try_get(3).doing(READING)?,
        document: row.try_get(4).doing(READING)?,
        ancestors: chains.above(parent(row)?),
        stock: Vec::new(),
        lane: lane.map(lane_of).transpose()?,
        marked: row.try_get(6).doing(READING)?,
        delivered: acknowledged(row, 7)?,
        remote_id: row.try_get(8).doing(READING)?,
        state: ListingState::stored(row.try_get(9).doing(READING)?)?,
        attempts: row.try_get(10).doing(READING)?,
        note: row.try_get(11).doing(READING)?,
        spent: row.try_get(12).doing(READING)?,
        under_way: lanes(row, 13)?,
    })
}

/// A stored set of lanes.
pub(crate) fn lanes(row: &Row, column: usize) -> Result<Lanes, StoreError> {
    let bits: i16 = row.try_get(column).doing(READING)?;
    Ok(Lanes::from_bits(bits as u8))
}

pub(crate) fn stored_sku(text: String) -> Result<Sku, StoreError> {
    text.parse().map_err(|_| StoreError::Damaged { what: "SKU", value: text })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::scratch::{Scratch, plan};

    #[tokio::test]
    async fn what_is_due_is_found_without_looking_at_the_rest() {
        let scratch = Scratch::open().await;
        let due = plan(&scratch.store, DUE).await;
        assert!(
            due.contains("listings USING INDEX listings_due (channel_id=? AND lane=? AND product_id>?)"),
            "{due}"
        );
        assert!(!due.contains("SCAN") && !due.contains("TEMP B-TREE"), "{due}");
        let summary = plan(&scratch.store, SUMMARY).await;
        assert!(summary.contains("USING COVERING INDEX listings_due (channel_id=?"), "{summary}");
    }

    #[tokio::test]
    async fn a_group_is_found_without_looking_at_the_rest() {
        let scratch = Scratch::open().await;
        let groups = plan(&scratch.store, &format!("{GROUPS} ('A', 'B') AND listings.channel_id = 1")).await;
        assert!(groups.contains("products USING INDEX products_by_parent (parent_sku=?)"), "{groups}");
        assert!(groups.contains("listings USING PRIMARY KEY (channel_id=? AND product_id=?)"), "{groups}");
    }

    #[tokio::test]
    async fn a_page_of_everything_is_read_in_the_order_of_the_table() {
        let scratch = Scratch::open().await;
        let all = plan(&scratch.store, ALL).await;
        assert!(all.contains("listings USING PRIMARY KEY (channel_id=? AND product_id>?)"), "{all}");
        assert!(!all.contains("SCAN") && !all.contains("TEMP B-TREE"), "{all}");
    }
}
