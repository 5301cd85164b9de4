//! Counted stock: a till or a warehouse says how many units there are, and is believed unless a newer count is known.

use std::collections::HashMap;

use sqlx::Row as _;
use wharf_catalog::Problem;

use super::{
    CountedLevel, Taken,
    lookup::{Lookup, called, names},
};
use crate::{
    batch::{KeyQuery, RowStatement},
    database::{self, Connection},
    error::{Doing, StoreError},
    findings::Finding,
    marking::Mark,
};

const LOAD: KeyQuery = KeyQuery {
    doing: "reading counted stock",
    before: "SELECT product_id, location, quantity, counted_at FROM stock WHERE product_id IN ",
    after: "",
};

const UPSERT: RowStatement = RowStatement {
    doing: "writing counted stock",
    before: "INSERT INTO stock (product_id, location, quantity, counted_at, updated_at) ",
    after: " ON CONFLICT (product_id, location) DO UPDATE SET quantity = excluded.quantity, \
            counted_at = excluded.counted_at, updated_at = excluded.updated_at",
};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    quantity: i64,
    counted_at: Option<i64>,
}

/// Sets levels by their counts. Other channels are told of those that have changed.
pub(super) async fn set(
    connection: &mut Connection,
    channel_id: i64,
    counted: Vec<CountedLevel>,
    taken: &mut Taken,
) -> Result<Vec<Finding>, StoreError> {
    let lookup = Lookup::load(connection, channel_id, counted.iter().map(|level| names(&level.key))).await?;
    let mut ids: Vec<i64> = counted.iter().filter_map(|level| lookup.listing(&level.key)).collect();
    ids.sort_unstable();
    ids.dedup();
    let stored = load(connection, &ids).await?;
    let mut counts = stored.clone();
    let mut found = Vec::new();
    for level in counted {
        let Some(product) = lookup.listing(&level.key) else {
            taken.levels_ignored += 1;
            found.push(unknown(&level));
            continue;
        };
        let new = Count { quantity: level.quantity, counted_at: level.counted_at };
        let place = (product, level.location);
        match counts.get(&place) {
            Some(known) if new.counted_at.is_some() && new.counted_at < known.counted_at => {
                taken.levels_ignored += 1;
            }
            Some(known) if known.quantity == new.quantity && new.counted_at.is_none() => {
                taken.levels_unchanged += 1;
            }
            known => {
                let same = known.is_some_and(|known| known.quantity == new.quantity);
                let counted_at = new.counted_at.or_else(|| known?.counted_at);
                let new = Count { counted_at, ..new };
                *(if same { &mut taken.levels_unchanged } else { &mut taken.levels_set }) += 1;
                counts.insert(place, new);
            }
        }
    }
    write(connection, channel_id, &stored, counts).await?;
    Ok(found)
}

async fn load(connection: &mut Connection, ids: &[i64]) -> Result<HashMap<(i64, String), Count>, StoreError> {
    let doing = LOAD.doing;
    let mut counts = HashMap::new();
    for row in LOAD.fetch(connection, ids).await? {
        let place = (row.try_get(0).doing(doing)?, row.try_get(1).doing(doing)?);
        let count =
            Count { quantity: row.try_get(2).doing(doing)?, counted_at: row.try_get(3).doing(doing)? };
        counts.insert(place, count);
    }
    Ok(counts)
}

async fn write(
    connection: &mut Connection,
    channel_id: i64,
    stored: &HashMap<(i64, String), Count>,
    counts: HashMap<(i64, String), Count>,
) -> Result<(), StoreError> {
    let mut rows: Vec<_> =
        counts.into_iter().filter(|(place, count)| stored.get(place) != Some(count)).collect();
    rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    let differs = |(place, count): &&((i64, String), Count)| {
        stored.get(place).is_none_or(|known| known.quantity != count.quantity)
    };
    let mut changed: Vec<i64> = rows.iter().filter(differs).map(|((product, _), _)| *product).collect();
    changed.dedup();
    let now = database::now();
    UPSERT
        .execute(connection, rows.into_iter(), |mut row, ((product, location), count)| {
            row.push_bind(product).push_bind(location).push_bind(count.quantity);
            row.push_bind(count.counted_at).push_bind(now);
        })
        .await?;
    if changed.is_empty() {
        return Ok(());
    }
    Mark::new(connection).await?.stock_elsewhere(connection, &changed, channel_id).await
}

fn unknown(level: &CountedLevel) -> Finding {
    let called = called(&level.key);
    let message = format!(
        "{} of `{called}` are counted at {}, but no product is known by that name: add it, or correct its SKU at the \
         source",
        level.quantity, level.location
    );
    Finding { subject: called.to_owned(), problem: Problem::error("unknown-sku", None, message) }
}
