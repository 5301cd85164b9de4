//! How listings stand, for people: pages for the API and the command line, counts for the status.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use serde::{Deserialize, Serialize};
use sqlx::{QueryBuilder, Row as _};
use wharf_catalog::{Lane, Problem, Severity, Sku};

use crate::{
    candidates::stored_sku,
    database::{Dialect, Row, Store, commit},
    error::{Doing, StoreError},
    inbound::Shown,
    marking::{Mark, lane_of},
};

/// How a listing stands. Whether there is something to do is told by its lane, not by its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ListingState {
    /// Never tried.
    Due,
    /// The channel shows what it was sent.
    Accepted,
    /// The channel will not take it until the product changes.
    Rejected,
    /// Not taken for a reason that passes.
    Retry,
    /// An exchange is still to follow.
    Pending,
    /// The product lacks what the channel requires; nothing was sent.
    Incomplete,
    /// Taken off the channel, or out of its scope.
    Removed,
    /// Tried too often.
    Dead,
}

impl ListingState {
    const ALL: [Self; 8] = [
        Self::Due,
        Self::Accepted,
        Self::Rejected,
        Self::Retry,
        Self::Pending,
        Self::Incomplete,
        Self::Removed,
        Self::Dead,
    ];

    /// The name in the database, the API and the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Retry => "retry",
            Self::Pending => "pending",
            Self::Incomplete => "incomplete",
            Self::Removed => "removed",
            Self::Dead => "dead",
        }
    }

    pub(crate) fn stored(text: &str) -> Result<Self, StoreError> {
        let state = Self::ALL.into_iter().find(|state| state.as_str() == text);
        state.ok_or_else(|| StoreError::Damaged { what: "listing state", value: text.to_owned() })
    }

    /// The states that the index of troubled listings holds.
    fn is_troubled(self) -> bool {
        !matches!(self, Self::Due | Self::Accepted | Self::Removed)
    }
}

impl fmt::Display for ListingState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One listing as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    pub channel_id: i64,
    pub product_id: i64,
    pub sku: Sku,
    /// Whether the product is deleted.
    pub deleted: bool,
    /// Of the product now.
    pub revision: i64,
    /// Of the product when the channel acknowledged it; 0 for never.
    pub delivered_revision: i64,
    pub state: ListingState,
    /// The lane it is due in.
    pub lane: Option<Lane>,
    /// When it may be tried, in unix milliseconds; 0 for at once. Means nothing without a lane.
    pub due_at: i64,
    pub remote_id: Option<String>,
    pub problems: Vec<Problem>,
    pub attempts: u32,
    /// When the last outcome was stored, in unix milliseconds.
    pub settled_at: Option<i64>,
    /// What the channel said it shows, if it ever did.
    pub shown: Option<Shown>,
}

/// Which listings to show; all conditions have to hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListingFilter {
    pub channel_id: Option<i64>,
    pub state: Option<ListingState>,
    pub sku: Option<Sku>,
}

/// The place of a listing in the order of [`Store::listings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingCursor {
    pub channel_id: i64,
    pub product_id: i64,
}

impl Listing {
    /// Where the next page begins if this listing was the last.
    pub fn cursor(&self) -> ListingCursor {
        ListingCursor { channel_id: self.channel_id, product_id: self.product_id }
    }
}

/// The listings of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListingCounts {
    /// States without listings are left out.
    pub by_state: BTreeMap<ListingState, u64>,
    /// Listings that have something to do, now or after their backoff, whatever their state.
    pub due: u64,
}

/// How many listings have one kind of problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProblemCount {
    /// The first one; the others have the same code, severity and field.
    pub problem: Problem,
    pub listings: u64,
}

const READING: &str = "reading listings";
const COLUMNS: &str = "SELECT listings.channel_id, listings.product_id, products.sku, products.deleted, \
    products.revision, listings.revision, listings.state, listings.lane, listings.due_at, listings.remote_id, \
    listings.problems, listings.attempts, listings.settled_at, listings.shown \
    FROM listings CROSS JOIN products WHERE products.id = listings.product_id";
const WITH_PROBLEMS: &str = "SELECT product_id, problems FROM listings \
    WHERE channel_id = $1 AND problems IS NOT NULL AND product_id > $2 ORDER BY product_id LIMIT $3";
/// Listings read at once while problems are counted.
const PROBLEM_PAGE: i64 = 1_000;

impl Store {
    /// At most `limit` listings after `after`, ascending by channel and product id.
    pub async fn listings(
        &self,
        filter: &ListingFilter,
        after: Option<ListingCursor>,
        limit: u32,
    ) -> Result<Vec<Listing>, StoreError> {
        let rows = selection(filter, after, limit)
            .build()
            .fetch_all(&mut *self.read().await?)
            .await
            .doing(READING)?;
        rows.iter().map(listing).collect()
    }

    /// How many listings of a channel are in each state. Reads all of them.
    pub async fn counts(&self, channel_id: i64) -> Result<ListingCounts, StoreError> {
        let rows: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT state, COUNT(*), COUNT(lane) FROM listings WHERE channel_id = $1 GROUP BY state",
        )
        .bind(channel_id)
        .fetch_all(&mut *self.read().await?)
        .await
        .doing("counting listings")?;
        let mut counts = ListingCounts::default();
        for (state, listings, due) in rows {
            counts.by_state.insert(ListingState::stored(&state)?, listings.unsigned_abs());
            counts.due += due.unsigned_abs();
        }
        Ok(counts)
    }

    /// The problems of a channel by code, severity and field, the most frequent first. Reads the listings
    /// that have problems, a page at a time.
    pub async fn problem_counts(&self, channel_id: i64) -> Result<Vec<ProblemCount>, StoreError> {
        let mut kinds = HashMap::new();
        let mut after = 0;
        loop {
            let rows: Vec<(i64, String)> = sqlx::query_as(WITH_PROBLEMS)
                .bind(channel_id)
                .bind(after)
                .bind(PROBLEM_PAGE)
                .fetch_all(&mut *self.read().await?)
                .await
                .doing("counting problems")?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            for (_, problems) in &rows {
                count(&mut kinds, stored_problems(Some(problems))?, self.settings().problem_kinds);
            }
        }
        let mut counts: Vec<ProblemCount> = kinds.into_values().collect();
        counts.sort_by(|a, b| b.listings.cmp(&a.listings).then_with(|| a.problem.code.cmp(&b.problem.code)));
        Ok(counts)
    }

    /// Makes one listing due, also one that was given up. Whether there is such a product to list.
    pub async fn mark(&self, channel_id: i64, sku: &str, lane: Lane) -> Result<bool, StoreError> {
        let mut transaction = self.write().await?;
        let id: Option<i64> = sqlx::query_scalar("SELECT id FROM products WHERE sku = $1")
            .bind(sku)
            .fetch_optional(&mut *transaction)
            .await
            .doing("looking up a product by SKU")?;
        let Some(id) = id else { return Ok(false) };
        let mark = Mark::new(&mut transaction).await?;
        let marked = mark.channel(&mut transaction, channel_id, lane, id - 1, id).await?;
        commit(transaction).await?;
        Ok(marked > 0)
    }
}

fn selection(filter: &ListingFilter, after: Option<ListingCursor>, limit: u32) -> QueryBuilder<Dialect> {
    let mut query = QueryBuilder::new(COLUMNS);
    restrict(&mut query, filter, after);
    query.push(" ORDER BY listings.channel_id, listings.product_id LIMIT ").push_bind(i64::from(limit));
    query
}

fn restrict(query: &mut QueryBuilder<Dialect>, filter: &ListingFilter, after: Option<ListingCursor>) {
    match filter.channel_id {
        Some(channel_id) => {
            query.push(" AND listings.channel_id = ").push_bind(channel_id);
        }
        None => {
            query.push(" AND listings.channel_id IN (SELECT id FROM channels)");
        }
    }
    if let Some(sku) = &filter.sku {
        query
            .push(" AND listings.product_id = (SELECT id FROM products WHERE sku = ")
            .push_bind(sku.as_str());
        query.push(")");
    }
    if let Some(state) = filter.state {
        query.push(" AND listings.state = ").push_bind(state.as_str());
        if state.is_troubled() {
            // The words of the index, so that the planner knows that it holds all of them.
            query.push(" AND listings.state NOT IN ('due', 'accepted', 'removed')");
        }
    }
    if let Some(after) = after {
        query.push(" AND (listings.channel_id, listings.product_id) > (").push_bind(after.channel_id);
        query.push(", ").push_bind(after.product_id).push(")");
    }
}

fn listing(row: &Row) -> Result<Listing, StoreError> {
    let lane: Option<i16> = row.try_get(7).doing(READING)?;
    Ok(Listing {
        channel_id: row.try_get(0).doing(READING)?,
        product_id: row.try_get(1).doing(READING)?,
        sku: stored_sku(row.try_get(2).doing(READING)?)?,
        deleted: row.try_get(3).doing(READING)?,
        revision: row.try_get(4).doing(READING)?,
        delivered_revision: row.try_get(5).doing(READING)?,
        state: ListingState::stored(row.try_get(6).doing(READING)?)?,
        lane: lane.map(lane_of).transpose()?,
        due_at: row.try_get(8).doing(READING)?,
        remote_id: row.try_get(9).doing(READING)?,
        problems: stored_problems(row.try_get(10).doing(READING)?)?,
        attempts: row.try_get(11).doing(READING)?,
        settled_at: row.try_get(12).doing(READING)?,
        shown: Shown::stored(row.try_get(13).doing(READING)?)?,
    })
}

pub(crate) fn stored_problems(text: Option<&str>) -> Result<Vec<Problem>, StoreError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    serde_json::from_str(text)
        .map_err(|_| StoreError::Damaged { what: "list of problems", value: text.to_owned() })
}

type Kind = (String, Severity, Option<String>);

/// Counts each kind once per listing, as far as there is room for kinds.
fn count(kinds: &mut HashMap<Kind, ProblemCount>, problems: Vec<Problem>, most: usize) {
    let mut seen: Vec<Kind> = Vec::new();
    for problem in problems {
        let kind = (problem.code.clone(), problem.severity, problem.field.clone());
        if seen.contains(&kind) {
            continue;
        }
        seen.push(kind.clone());
        if let Some(count) = kinds.get_mut(&kind) {
            count.listings += 1;
        } else if kinds.len() < most {
            kinds.insert(kind, ProblemCount { problem, listings: 1 });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::scratch::{Scratch, plan};

    #[tokio::test]
    async fn trouble_is_found_without_looking_at_the_rest() {
        let scratch = Scratch::open().await;
        let filter = ListingFilter { channel_id: Some(1), state: Some(ListingState::Rejected), sku: None };
        let rejected = plan(&scratch.store, selection(&filter, None, 10).sql().as_str()).await;
        assert!(rejected.contains("listings_troubled (channel_id=? AND state=?"), "{rejected}");
        let problems = plan(&scratch.store, WITH_PROBLEMS).await;
        assert!(problems.contains("listings_with_problems (channel_id=? AND product_id>?)"), "{problems}");
    }

    #[tokio::test]
    async fn one_sku_is_looked_up_on_each_channel() {
        let scratch = Scratch::open().await;
        let filter = ListingFilter { sku: Some("A".parse().unwrap()), ..ListingFilter::default() };
        let plan = plan(&scratch.store, selection(&filter, None, 10).sql().as_str()).await;
        assert!(plan.contains("listings USING PRIMARY KEY (channel_id=? AND product_id=?)"), "{plan}");
    }
}
