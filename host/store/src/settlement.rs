//! The hot write: what became of a batch of listings, and which exchanges are still to follow.

use std::collections::HashMap;

use sqlx::{QueryBuilder, Row as _};
use wharf_catalog::{Lane, Problem, declaration::Lanes, projection::Fingerprint};

use crate::{
    batch::{MOST_KEYS, portions, push_keys},
    database::{self, Connection, Row, Store, commit},
    documents,
    error::{Doing, StoreError},
    exchanges::{self, NewExchange},
    listings::ListingState,
    marking::lane_number,
};

/// The outcomes of one batch, stored in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settlement {
    /// At most one per product.
    pub listings: Vec<Settled>,
    /// Exchanges that have been answered, by id.
    pub finished: Vec<i64>,
    /// Exchanges still to be made.
    pub opened: Vec<NewExchange>,
}

/// What became of one listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    pub product_id: i64,
    /// As the candidate had it. If the listing has been marked again since, it stays due as it is now, and
    /// `attempts` and `next` are left out.
    pub marked: i64,
    /// The lanes that the operation spoke of; the others stay under way, if they are.
    pub lanes: Lanes,
    /// Of these lanes: a listing stays pending as long as any lane waits for a further exchange.
    pub state: ListingState,
    /// Of these lanes; `Clear` is of all.
    pub delivered: Write<Delivery>,
    pub remote_id: Write<String>,
    /// What the connector noted for the next operation.
    pub note: Write<String>,
    /// `None` keeps what is stored.
    pub problems: Option<Vec<Problem>>,
    pub attempts: u32,
    /// What the listing has used of its own budgets; `None` keeps what is stored.
    pub spent: Option<String>,
    /// The lane and time, in unix milliseconds, of what is still to be done.
    pub next: Option<(Lane, i64)>,
}

/// What the channel has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// [`Fingerprint::UNKNOWN`] when it may or may not have been taken.
    pub fingerprint: Fingerprint,
    /// The product's revision.
    pub revision: i64,
}

/// What happens to a stored value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Write<T> {
    #[default]
    Keep,
    Set(T),
    Clear,
}

impl<T> Write<T> {
    fn keeps(&self) -> bool {
        matches!(self, Self::Keep)
    }

    fn value(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

const SETTLING: &str = "storing the outcomes of listings";

const KNOWN: &str = "reading what was delivered";

const BEFORE: &str = "WITH settled (product_id, marked, lanes, state, keep_delivered, delivered, revision, keep_remote_id, \
    remote_id, keep_note, note, keep_problems, problems, attempts, lane, due_at, spent) AS (";

/// Everything that decides what is due depends on the mark being the one that was taken.
const AFTER: &str = ") UPDATE listings SET \
    under_way = CASE WHEN settled.state = 'pending' THEN listings.under_way | settled.lanes \
    ELSE listings.under_way & ~settled.lanes END, \
    state = CASE WHEN (listings.under_way & ~settled.lanes) <> 0 THEN 'pending' ELSE settled.state END, \
    problems = CASE WHEN settled.keep_problems THEN listings.problems ELSE settled.problems END, \
    delivered = CASE WHEN settled.keep_delivered THEN listings.delivered ELSE settled.delivered END, \
    revision = CASE WHEN settled.keep_delivered THEN listings.revision ELSE settled.revision END, \
    remote_id = CASE WHEN settled.keep_remote_id THEN listings.remote_id ELSE settled.remote_id END, \
    spent = COALESCE(settled.spent, listings.spent), \
    note = CASE WHEN settled.keep_note THEN listings.note ELSE settled.note END, \
    attempts = CASE WHEN listings.marked = settled.marked THEN settled.attempts ELSE listings.attempts END, \
    lane = CASE WHEN listings.marked = settled.marked THEN settled.lane ELSE listings.lane END, \
    due_at = CASE WHEN listings.marked = settled.marked THEN settled.due_at ELSE listings.due_at END, \
    settled_at = ";

impl Store {
    /// Stores outcomes and exchanges in one transaction. Listings of a channel or product that is gone are
    /// left out. Returns the ids of the opened exchanges, in their order.
    pub async fn settle(&self, channel_id: i64, settlement: Settlement) -> Result<Vec<i64>, StoreError> {
        let mut transaction = self.write().await?;
        let mut listings = settlement.listings;
        complete(&mut transaction, channel_id, &mut listings).await?;
        write(&mut transaction, channel_id, listings).await?;
        exchanges::remove(&mut transaction, &settlement.finished).await?;
        let opened = exchanges::insert(&mut transaction, channel_id, settlement.opened).await?;
        if !settlement.finished.is_empty() {
            documents::sweep(&mut transaction).await?;
        }
        commit(transaction).await?;
        Ok(opened)
    }
}

/// What was delivered of some lanes alone joins what is known of the others.
async fn complete(
    connection: &mut Connection,
    channel_id: i64,
    settled: &mut [Settled],
) -> Result<(), StoreError> {
    let parts = settled.iter_mut().filter(|settled| settled.lanes != Lanes::ALL);
    let mut parts: Vec<(Lanes, i64, &mut Delivery)> = parts
        .filter_map(|settled| match &mut settled.delivered {
            Write::Set(delivery) => Some((settled.lanes, settled.product_id, delivery)),
            Write::Keep | Write::Clear => None,
        })
        .collect();
    if parts.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = parts.iter().map(|(_, product_id, _)| *product_id).collect();
    let known = delivered(connection, channel_id, &ids).await?;
    for (lanes, product_id, delivery) in &mut parts {
        let Some((fingerprint, revision)) = known.get(product_id) else { continue };
        if delivery.fingerprint == Fingerprint::UNKNOWN {
            delivery.revision = *revision;
        }
        delivery.fingerprint =
            fingerprint.unwrap_or(Fingerprint::UNKNOWN).with(&delivery.fingerprint, *lanes);
    }
    Ok(())
}

/// What the channel has acknowledged of these products, and of which revision.
async fn delivered(
    connection: &mut Connection,
    channel_id: i64,
    ids: &[i64],
) -> Result<HashMap<i64, (Option<Fingerprint>, i64)>, StoreError> {
    let mut known = HashMap::with_capacity(ids.len());
    for portion in ids.chunks(MOST_KEYS) {
        let mut builder =
            QueryBuilder::new("SELECT product_id, delivered, revision FROM listings WHERE channel_id = ");
        builder.push_bind(channel_id).push(" AND product_id IN ");
        push_keys(&mut builder, portion);
        for row in builder.build().fetch_all(&mut *connection).await.doing(KNOWN)? {
            let product_id: i64 = row.try_get(0).doing(KNOWN)?;
            known.insert(product_id, (acknowledged(&row, 1)?, row.try_get(2).doing(KNOWN)?));
        }
    }
    Ok(known)
}

/// A stored fingerprint; none when another version of Wharf stored it in another form.
pub(crate) fn acknowledged(row: &Row, column: usize) -> Result<Option<Fingerprint>, StoreError> {
    let bytes: Option<&[u8]> = row.try_get(column).doing(KNOWN)?;
    Ok(bytes.and_then(Fingerprint::from_bytes))
}

async fn write(
    connection: &mut Connection,
    channel_id: i64,
    settled: Vec<Settled>,
) -> Result<(), StoreError> {
    let now = database::now();
    let mut settled = settled.into_iter();
    for size in portions(settled.len()) {
        let mut builder = QueryBuilder::new(BEFORE);
        builder.push_values(settled.by_ref().take(size), |mut row, settled| {
            let lane = settled.next.map(|(lane, _)| lane_number(lane));
            let keep_delivered = settled.delivered.keeps();
            let delivery = settled.delivered.value();
            let revision = delivery.as_ref().map_or(0, |delivery| delivery.revision);
            row.push_bind(settled.product_id).push_bind(settled.marked);
            row.push_bind(i16::from(settled.lanes.bits())).push_bind(settled.state.as_str());
            row.push_bind(keep_delivered)
                .push_bind(delivery.map(|delivery| delivery.fingerprint.to_bytes().to_vec()))
                .push_bind(revision);
            row.push_bind(settled.remote_id.keeps()).push_bind(settled.remote_id.value());
            row.push_bind(settled.note.keeps()).push_bind(settled.note.value());
            row.push_bind(settled.problems.is_none())
                .push_bind(settled.problems.as_deref().and_then(problems_text));
            row.push_bind(settled.attempts).push_bind(lane);
            row.push_bind(settled.next.map_or(0, |(_, due_at)| due_at)).push_bind(settled.spent);
        });
        builder.push(AFTER).push_bind(now);
        builder
            .push(" FROM settled WHERE listings.product_id = settled.product_id AND listings.channel_id = ");
        builder.push_bind(channel_id);
        builder.build().execute(&mut *connection).await.doing(SETTLING)?;
    }
    Ok(())
}

/// No problems are NULL, so that the index of listings with problems holds only those.
pub(crate) fn problems_text(problems: &[Problem]) -> Option<String> {
    if problems.is_empty() {
        return None;
    }
    Some(serde_json::to_string(problems).expect("a problem is plain text, which always has a JSON form"))
}
