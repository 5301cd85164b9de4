//! What a channel says it shows: kept with the listing, and believed where it is newer than the last outcome.
//!
//! A channel that took an item may refuse to show it minutes later. Then the listing is rejected with the channel's own
//! reasons, and accepted again when the channel says that all is well.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sqlx::{QueryBuilder, Row as _};
use wharf_catalog::{
    Money, Problem,
    inbound::{ListingKey, ListingReport, RemoteState},
};

use super::{
    Taken,
    lookup::{Lookup, called, names},
};
use crate::{
    batch::{MOST_KEYS, RowStatement, push_keys},
    database::{Connection, Row},
    error::{Doing, StoreError},
    findings::Finding,
    listings::{ListingState, stored_problems},
    marking::Mark,
    settlement::problems_text,
};

/// What a channel said of a listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    pub state: RemoteState,
    /// Where the shopper sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Unix milliseconds.
    pub seen_at: i64,
}

const READING: &str = "reading what channels show";

const UPDATE: RowStatement = RowStatement {
    doing: "writing what channels show",
    before: "WITH told (channel_id, product_id, state, problems, shown) AS (",
    after: ") UPDATE listings SET state = told.state, problems = told.problems, shown = told.shown FROM told \
            WHERE listings.channel_id = told.channel_id AND listings.product_id = told.product_id",
};

impl Shown {
    fn is_bad(&self) -> bool {
        let hidden = matches!(self.state, RemoteState::Suppressed | RemoteState::Ended);
        hidden || self.problems.iter().any(Problem::is_error)
    }

    pub(crate) fn stored(text: Option<&str>) -> Result<Option<Self>, StoreError> {
        let damaged = |text: &str| StoreError::Damaged { what: "listing report", value: text.to_owned() };
        text.map(|text| serde_json::from_str(text).map_err(|_| damaged(text))).transpose()
    }

    fn same_as(&self, other: &Self) -> bool {
        *self == Self { seen_at: self.seen_at, ..other.clone() }
    }
}

/// A listing as far as a report concerns it.
struct Known {
    state: ListingState,
    problems: Vec<Problem>,
    shown: Option<Shown>,
    settled_at: Option<i64>,
    is_due: bool,
    touched: bool,
}

/// Notes what the channel shows. Reports about products that are not known are named.
pub(super) async fn note(
    connection: &mut Connection,
    channel_id: i64,
    reports: Vec<ListingReport>,
    seen_at: i64,
    taken: &mut Taken,
) -> Result<Vec<Finding>, StoreError> {
    let lookup =
        Lookup::load(connection, channel_id, reports.iter().map(|report| names(&report.key))).await?;
    let mut ids: Vec<i64> = reports.iter().filter_map(|report| lookup.listing(&report.key)).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut known = load(connection, channel_id, &ids).await?;
    let mut found = Vec::new();
    for report in reports {
        let listing = lookup.listing(&report.key).and_then(|product| known.get_mut(&product));
        let Some(listing) = listing else {
            found.push(stranger(&report.key));
            continue;
        };
        taken.listings_told += 1;
        listing.hear(report, seen_at);
    }
    write(connection, channel_id, known).await?;
    Ok(found)
}

/// Makes due again what the channel has lost.
pub(super) async fn lose(
    connection: &mut Connection,
    channel_id: i64,
    gone: &[ListingKey],
    seen_at: i64,
    taken: &mut Taken,
) -> Result<(), StoreError> {
    let lookup = Lookup::load(connection, channel_id, gone.iter().map(names)).await?;
    let ids: Vec<i64> = gone.iter().filter_map(|key| lookup.listing(key)).collect();
    if !ids.is_empty() {
        let mark = Mark::new(connection).await?;
        taken.listings_lost += mark.lost(connection, channel_id, &ids, seen_at).await?;
    }
    Ok(())
}

impl Known {
    fn hear(&mut self, report: ListingReport, seen_at: i64) {
        let ListingReport { key: _, state, url, price, quantity, problems, observed_at } = report;
        let shown = Shown { state, url, price, quantity, problems, seen_at: observed_at.unwrap_or(seen_at) };
        let settled_at = self.settled_at.unwrap_or(0);
        let counts = |at: i64| at > settled_at;
        if let Some(before) = &self.shown {
            // What was said before the last outcome did not count then, and may now.
            let repeats = shown.same_as(before) && counts(before.seen_at) == counts(shown.seen_at);
            if repeats || shown.seen_at < before.seen_at {
                return;
            }
        }
        if !self.is_due && counts(shown.seen_at) {
            self.believe(&shown, settled_at);
        }
        self.shown = Some(shown);
        self.touched = true;
    }

    fn believe(&mut self, shown: &Shown, settled_at: i64) {
        let before = self.shown.take().filter(|before| before.seen_at > settled_at);
        let was_bad = before.as_ref().is_some_and(Shown::is_bad);
        self.state = match self.state {
            ListingState::Accepted if shown.is_bad() => ListingState::Rejected,
            ListingState::Rejected if was_bad && !shown.is_bad() => ListingState::Accepted,
            state => state,
        };
        if let Some(before) = before {
            let told = reasons(&before);
            self.problems.retain(|problem| !told.contains(problem));
        }
        self.problems.extend(reasons(shown));
    }
}

/// The channel's reasons, of which there is at least one when the listing is not shown.
fn reasons(shown: &Shown) -> Vec<Problem> {
    let code = match shown.state {
        RemoteState::Suppressed => "suppressed",
        RemoteState::Ended => "ended",
        _ => return shown.problems.clone(),
    };
    if !shown.problems.is_empty() {
        return shown.problems.clone();
    }
    let message = "the channel took the item and does not show it, without saying why: look at it there";
    vec![Problem::error(code, None, message)]
}

async fn load(
    connection: &mut Connection,
    channel_id: i64,
    ids: &[i64],
) -> Result<HashMap<i64, Known>, StoreError> {
    let mut known = HashMap::new();
    for portion in ids.chunks(MOST_KEYS) {
        let mut builder = QueryBuilder::new(
            "SELECT product_id, state, problems, shown, settled_at, lane IS NOT NULL FROM listings WHERE channel_id = ",
        );
        builder.push_bind(channel_id).push(" AND product_id IN ");
        push_keys(&mut builder, portion);
        for row in builder.build().fetch_all(&mut *connection).await.doing(READING)? {
            known.insert(row.try_get(0).doing(READING)?, listing(&row)?);
        }
    }
    Ok(known)
}

fn listing(row: &Row) -> Result<Known, StoreError> {
    Ok(Known {
        state: ListingState::stored(row.try_get(1).doing(READING)?)?,
        problems: stored_problems(row.try_get(2).doing(READING)?)?,
        shown: Shown::stored(row.try_get(3).doing(READING)?)?,
        settled_at: row.try_get(4).doing(READING)?,
        is_due: row.try_get(5).doing(READING)?,
        touched: false,
    })
}

async fn write(
    connection: &mut Connection,
    channel_id: i64,
    known: HashMap<i64, Known>,
) -> Result<(), StoreError> {
    let mut rows: Vec<(i64, Known)> = known.into_iter().filter(|(_, listing)| listing.touched).collect();
    rows.sort_unstable_by_key(|(product, _)| *product);
    UPDATE
        .execute(connection, rows.into_iter(), |mut row, (product, listing)| {
            let shown = listing.shown.map(|shown| {
                serde_json::to_string(&shown).expect("texts and numbers always have a JSON form")
            });
            row.push_bind(channel_id).push_bind(product).push_bind(listing.state.as_str());
            row.push_bind(problems_text(&listing.problems)).push_bind(shown);
        })
        .await
}

fn stranger(key: &ListingKey) -> Finding {
    let called = called(key);
    let message = format!(
        "the channel shows `{called}`, which Wharf did not put there: add the product, or take it off the channel"
    );
    Finding { subject: called.to_owned(), problem: Problem::warning("not-ours", None, message) }
}
