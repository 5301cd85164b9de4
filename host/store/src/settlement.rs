//! The hot write: what became of a batch of listings, and which exchanges are still to follow.

use sqlx::QueryBuilder;
use wharf_catalog::{Lane, Problem};

use crate::{
    batch::portions,
    database::{self, Connection, Store, commit},
    documents,
    error::{Doing, StoreError},
    exchanges::{self, NewExchange},
    listings::ListingState,
    marking::lane_number,
};

/// The longest fingerprint that is kept of what was delivered, in bytes.
pub const MAXIMUM_FINGERPRINT: usize = 64;

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
    pub state: ListingState,
    pub delivered: Write<Delivery>,
    pub remote_id: Write<String>,
    /// What the connector noted for the next operation.
    pub note: Write<String>,
    pub problems: Vec<Problem>,
    pub attempts: u32,
    /// What the listing has used of its own budgets; `None` keeps what is stored.
    pub spent: Option<String>,
    /// The lane and time, in unix milliseconds, of what is still to be done.
    pub next: Option<(Lane, i64)>,
}

/// What the channel has acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Opaque; at most [`MAXIMUM_FINGERPRINT`] bytes.
    pub fingerprint: Vec<u8>,
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

const BEFORE: &str = "WITH settled (product_id, marked, state, keep_delivered, delivered, revision, keep_remote_id, \
    remote_id, keep_note, note, problems, attempts, lane, due_at, spent) AS (";

/// Everything that decides what is due depends on the mark being the one that was taken.
const AFTER: &str = ") UPDATE listings SET state = settled.state, problems = settled.problems, \
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
        for settled in &settlement.listings {
            check_fingerprint(settled)?;
        }
        let mut transaction = self.write().await?;
        write(&mut transaction, channel_id, settlement.listings).await?;
        exchanges::remove(&mut transaction, &settlement.finished).await?;
        let opened = exchanges::insert(&mut transaction, channel_id, settlement.opened).await?;
        if !settlement.finished.is_empty() {
            documents::sweep(&mut transaction).await?;
        }
        commit(transaction).await?;
        Ok(opened)
    }
}

fn check_fingerprint(settled: &Settled) -> Result<(), StoreError> {
    match &settled.delivered {
        Write::Set(delivery) if delivery.fingerprint.len() > MAXIMUM_FINGERPRINT => {
            Err(StoreError::Fingerprint { length: delivery.fingerprint.len(), maximum: MAXIMUM_FINGERPRINT })
        }
        _ => Ok(()),
    }
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
            row.push_bind(settled.product_id).push_bind(settled.marked).push_bind(settled.state.as_str());
            row.push_bind(keep_delivered)
                .push_bind(delivery.map(|delivery| delivery.fingerprint))
                .push_bind(revision);
            row.push_bind(settled.remote_id.keeps()).push_bind(settled.remote_id.value());
            row.push_bind(settled.note.keeps()).push_bind(settled.note.value());
            row.push_bind(problems_text(&settled.problems)).push_bind(settled.attempts).push_bind(lane);
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
