//! What channels and files bring back, taken in: products, counted stock, orders, listing states.
//!
//! Everything of one page, webhook or stretch of a file goes in with one transaction, together with the note of how
//! far the source was read. So a crash repeats at most what was under way, and repeating it changes nothing: orders
//! are known by the channel's id, counts by their time, deliveries by theirs.

mod counts;
mod lookup;
pub(crate) mod orders;
mod shown;
mod taking;

use serde::{Deserialize, Serialize};
use wharf_catalog::{
    Problem,
    inbound::{ListingKey, ListingReport, Order},
};

use crate::{
    database::{self, Connection, Store, commit},
    deliveries,
    error::StoreError,
    findings::{self, Finding},
    products::{Applied, Effect, ProductChange, Refusal, change},
    streams::{self, Stream},
};
use orders::Book;

pub use shown::Shown;

/// What came in, sorted by what is done with it.
#[derive(Debug, Clone, Default)]
pub struct Arrival {
    pub changes: Vec<ProductChange>,
    pub levels: Vec<CountedLevel>,
    pub orders: Vec<Order>,
    pub listings: Vec<ListingReport>,
    /// What the channel no longer has, although it was delivered: it becomes due again.
    pub gone: Vec<ListingKey>,
    /// What was found wrong before it came here.
    pub findings: Vec<Finding>,
    /// When the source was asked or spoke, in unix milliseconds. Listing states older than a listing's last outcome
    /// say nothing of it.
    pub seen_at: i64,
}

/// Stock that was counted by a source which the operator trusts with this location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedLevel {
    pub key: ListingKey,
    /// The operator's name of the place.
    pub location: String,
    pub quantity: i64,
    /// Unix milliseconds; an older count never replaces a newer one.
    pub counted_at: Option<i64>,
}

/// Who brings it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    pub channel_id: i64,
    pub channel: String,
    /// Such as `stream orders`, `webhook` or `file`.
    pub source: String,
    pub terms: TakingTerms,
}

/// From where a channel's orders take stock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TakingTerms {
    pub places: Places,
    /// Orders placed earlier take none, in unix milliseconds.
    pub since: i64,
}

/// The locations that orders are taken from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Places {
    /// Wherever the product is, by the locations' names.
    #[default]
    Anywhere,
    /// These, the first one first.
    These(Vec<String>),
    /// None: the source counts the stock that it sells.
    Nowhere,
}

/// What is noted together with what came in.
#[derive(Debug, Clone, Copy)]
pub enum Bookmark<'a> {
    None,
    /// How far the stream was read.
    Stream(&'a Stream),
    /// A delivery that was taken in, and the streams that it asks to be read.
    Delivery {
        id: Option<&'a str>,
        streams: &'a [String],
    },
}

macro_rules! tally {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// What became of what came in.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Taken { $($(#[$doc])* pub $name: u64,)+ }

        impl Taken {
            pub fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)+
            }

            /// The counters with their names, for metrics and tables.
            pub fn entries(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)+].into_iter()
            }
        }
    };
}

tally! {
    products_created,
    products_updated,
    products_unchanged,
    products_refused,
    /// Levels that changed by a count.
    levels_set,
    levels_unchanged,
    /// Counts of unknown products, and older ones than what is known.
    levels_ignored,
    orders_new,
    orders_changed,
    orders_unchanged,
    /// Tellings older than what is known.
    orders_outdated,
    /// Units that orders took from stock.
    units_taken,
    /// Units that cancellations gave back.
    units_returned,
    /// Order lines that a person has to look at.
    lines_troubled,
    listings_told,
    /// Listings that the channel has lost, and that are due again.
    listings_lost,
    findings,
    /// Webhook deliveries that were taken in before.
    repeated,
}

impl Store {
    /// Takes everything in, with the bookmark, in one transaction. What cannot be taken in is named in the findings;
    /// the rest goes on. Answers with the findings, which are stored as well.
    pub async fn take_in(
        &self,
        sender: &Sender,
        arrival: Arrival,
        bookmark: Bookmark<'_>,
    ) -> Result<(Taken, Vec<Finding>), StoreError> {
        let mut transaction = self.write().await?;
        let now = database::now();
        let mut taken = Taken::default();
        if let Bookmark::Delivery { id: Some(id), .. } = bookmark {
            let memory = i64::from(self.settings().delivery_hours) * 3_600_000;
            if !deliveries::note(&mut transaction, sender.channel_id, id, now, memory).await? {
                return Ok((Taken { repeated: 1, ..taken }, Vec::new()));
            }
        }
        let maximum = self.settings().maximum_document_bytes;
        let found = store(&mut transaction, sender, arrival, maximum, &mut taken).await?;
        taken.findings = found.len() as u64;
        let kept = self.settings().kept_findings;
        findings::note(&mut transaction, sender, &found, now, kept).await?;
        match bookmark {
            Bookmark::None => {}
            Bookmark::Stream(stream) => streams::write(&mut transaction, sender.channel_id, stream).await?,
            Bookmark::Delivery { streams: wanted, .. } => {
                streams::want(&mut transaction, sender.channel_id, wanted, now).await?;
            }
        }
        commit(transaction).await?;
        Ok((taken, found))
    }

    /// Tries again to take what an order's lines are short of. `None` when there is no such order.
    pub async fn retry_order(&self, id: i64, terms: &TakingTerms) -> Result<Option<Taken>, StoreError> {
        let mut transaction = self.write().await?;
        let mut taken = Taken::default();
        let Some(mut book) = Book::of_order(&mut transaction, id).await? else { return Ok(None) };
        book.retry(id, &terms.places, &mut taken);
        book.write(&mut transaction, &mut taken).await?;
        commit(transaction).await?;
        Ok(Some(taken))
    }
}

/// In an order in which each finds what it needs: products, then counts of their stock, then orders that take from it.
async fn store(
    connection: &mut Connection,
    sender: &Sender,
    arrival: Arrival,
    maximum_document: usize,
    taken: &mut Taken,
) -> Result<Vec<Finding>, StoreError> {
    let mut found = arrival.findings;
    if !arrival.changes.is_empty() {
        let outcomes = change::make(connection, arrival.changes, maximum_document).await?;
        found.extend(outcomes.into_iter().filter_map(|outcome| changed(outcome, taken)));
    }
    if !arrival.levels.is_empty() {
        found.extend(counts::set(connection, sender.channel_id, arrival.levels, taken).await?);
    }
    if !arrival.orders.is_empty() {
        let mut book = Book::open(connection, sender, &arrival.orders).await?;
        for order in arrival.orders {
            book.enter(order, &sender.terms, taken);
        }
        book.write(connection, taken).await?;
    }
    if !arrival.listings.is_empty() {
        let seen_at = arrival.seen_at;
        found.extend(shown::note(connection, sender.channel_id, arrival.listings, seen_at, taken).await?);
    }
    if !arrival.gone.is_empty() {
        shown::lose(connection, sender.channel_id, &arrival.gone, arrival.seen_at, taken).await?;
    }
    Ok(found)
}

fn changed(outcome: Result<Applied, Refusal>, taken: &mut Taken) -> Option<Finding> {
    match outcome {
        Ok(Applied { effect: Effect::Created, .. }) => taken.products_created += 1,
        Ok(Applied { effect: Effect::Updated, .. }) => taken.products_updated += 1,
        Ok(Applied { effect: Effect::Unchanged, .. }) => taken.products_unchanged += 1,
        Err(refusal) => {
            taken.products_refused += 1;
            let problem = Problem::error("product-refused", None, refusal.to_string());
            return Some(Finding { subject: refusal.sku().to_string(), problem });
        }
    }
    None
}
