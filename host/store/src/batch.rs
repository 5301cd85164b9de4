//! How many rows become few statements.
//!
//! A statement's text depends on its number of rows, and each text is prepared once per connection. So rows
//! go in portions of a few fixed sizes, and the prepared statements are met again in the next batch.

use sqlx::{Encode, QueryBuilder, Type, query_builder::Separated};

use crate::{
    database::{Connection, Dialect, Row},
    error::{Doing, StoreError},
};

/// The most rows of a multi-row statement; the others are the smaller powers of two.
const MOST_ROWS: usize = 256;
/// Values per `IN (...)`, smallest first; a list is filled up by repeating its last value.
const KEYS: [usize; 3] = [8, 64, 512];
/// The most keys that [`push_keys`] takes.
pub(crate) const MOST_KEYS: usize = KEYS[KEYS.len() - 1];

/// Pushes the columns of one row.
pub(crate) type Columns<'a> = Separated<'a, Dialect, &'static str>;

/// A statement around a list of rows: `before VALUES (..), (..) after`.
pub(crate) struct RowStatement {
    pub(crate) doing: &'static str,
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
}

impl RowStatement {
    /// Runs the statement over all rows, in as few portions as the fixed sizes allow.
    pub(crate) async fn execute<T>(
        &self,
        connection: &mut Connection,
        rows: impl ExactSizeIterator<Item = T>,
        mut columns: impl FnMut(Columns<'_>, T),
    ) -> Result<(), StoreError> {
        let mut rows = rows;
        for size in portions(rows.len()) {
            let mut builder = QueryBuilder::new(self.before);
            builder.push_values(rows.by_ref().take(size), &mut columns);
            builder.push(self.after);
            builder.build().execute(&mut *connection).await.doing(self.doing)?;
        }
        Ok(())
    }
}

/// The sizes of the statements that `rows` rows go in.
pub(crate) fn portions(rows: usize) -> impl Iterator<Item = usize> {
    let mut left = rows;
    std::iter::from_fn(move || {
        let size = 1 << left.min(MOST_ROWS).checked_ilog2()?;
        left -= size;
        Some(size)
    })
}

/// A query around a list of keys: `before (.., ..) after`.
pub(crate) struct KeyQuery {
    pub(crate) doing: &'static str,
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
}

impl KeyQuery {
    /// Reads the rows of all keys, in no fixed order.
    pub(crate) async fn fetch<'k, K>(
        &self,
        connection: &mut Connection,
        keys: &[K],
    ) -> Result<Vec<Row>, StoreError>
    where
        K: Copy + Encode<'k, Dialect> + Type<Dialect>,
    {
        let mut found = Vec::new();
        for portion in keys.chunks(MOST_KEYS) {
            let mut builder = QueryBuilder::new(self.before);
            push_keys(&mut builder, portion);
            builder.push(self.after);
            found.append(&mut builder.build().fetch_all(&mut *connection).await.doing(self.doing)?);
        }
        Ok(found)
    }
}

/// Pushes `(key, key, ..)`, filled up to one of the fixed sizes. At most [`MOST_KEYS`] keys.
pub(crate) fn push_keys<'k, K>(builder: &mut QueryBuilder<Dialect>, keys: &[K])
where
    K: Copy + Encode<'k, Dialect> + Type<Dialect>,
{
    let size = KEYS.into_iter().find(|size| keys.len() <= *size).unwrap_or(keys.len());
    let filling = keys.last().into_iter().cycle();
    builder.push("(");
    let mut list = builder.separated(", ");
    for key in keys.iter().chain(filling).take(size) {
        list.push_bind(*key);
    }
    builder.push(")");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_in_few_portions_of_few_sizes() {
        assert_eq!(portions(0).count(), 0);
        assert_eq!(portions(500).collect::<Vec<_>>(), [256, 128, 64, 32, 16, 4]);
        assert_eq!(portions(1_000).sum::<usize>(), 1_000);
    }

    #[test]
    fn keys_are_filled_up_to_a_fixed_size() {
        let mut builder = QueryBuilder::new("");
        push_keys(&mut builder, &[1_i64, 2]);
        assert_eq!(builder.sql().as_str(), "(?, ?, ?, ?, ?, ?, ?, ?)");
    }
}
