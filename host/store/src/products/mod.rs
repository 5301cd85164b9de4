//! The products table: reading it. [`change`](crate::Store::change) has its own two files: what a batch means
//! (`working`, in memory) and how it is written (`change`).

pub(crate) mod change;
mod working;

use sqlx::{QueryBuilder, Row as _};
use wharf_catalog::{Patch, Product, Sku};

use crate::{
    database::{Row, Store},
    error::{Doing, StoreError},
};

/// One change to one product, perhaps with what is in stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductChange {
    pub sku: Sku,
    pub patch: Patch,
    pub mode: Mode,
    /// Units by location; locations that are not named stay as they are.
    pub stock: Vec<(String, i64)>,
}

/// Whether the product has to exist already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    Upsert,
    Create,
    Update,
    /// The product has to exist at this revision.
    At(i64),
}

/// What a change came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied {
    pub id: i64,
    /// Grows with every change of the product's own document; stock and inherited values leave it alone.
    pub revision: i64,
    pub effect: Effect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    Created,
    Updated,
    /// The store held exactly this; nothing was written, nothing is due.
    Unchanged,
}

/// Why one change of a batch was not made. The others were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no product with the SKU {0}")]
    Unknown(Sku),
    #[error("there is a product with the SKU {0} already")]
    Exists(Sku),
    #[error("{sku} is at revision {found}, not {expected}: read it again and repeat the change")]
    Revision { sku: Sku, found: i64, expected: i64 },
    #[error("{sku} cannot have the parent {parent}: it would become its own ancestor")]
    Cycle { sku: Sku, parent: Sku },
    #[error("{sku} would have {bytes} bytes; a product has at most {maximum}")]
    TooLarge { sku: Sku, bytes: usize, maximum: usize },
    #[error("the stock of {0} names a location without a name")]
    Location(Sku),
}

impl Refusal {
    /// The product that the change was about.
    pub fn sku(&self) -> &Sku {
        match self {
            Self::Unknown(sku)
            | Self::Exists(sku)
            | Self::Revision { sku, .. }
            | Self::Cycle { sku, .. }
            | Self::TooLarge { sku, .. }
            | Self::Location(sku) => sku,
        }
    }
}

/// A product as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductRecord {
    pub id: i64,
    pub product: Product,
    pub revision: i64,
    /// Unix milliseconds.
    pub updated_at: i64,
}

/// Which products to list; all conditions have to hold. Deleted products are never listed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProductFilter {
    pub sku_prefix: Option<String>,
    /// Children of this product.
    pub parent: Option<Sku>,
    /// Changed at or after this time, in unix milliseconds.
    pub updated_since: Option<i64>,
}

const COLUMNS: &str = "SELECT id, sku, document, revision, updated_at FROM products WHERE NOT deleted";
const READING: &str = "reading products";

impl Store {
    /// The product with this SKU, unless it is unknown or deleted.
    pub async fn product(&self, sku: &str) -> Result<Option<ProductRecord>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        query.push(" AND sku = ").push_bind(sku);
        let row = query.build().fetch_optional(&mut *self.read().await?).await.doing(READING)?;
        row.as_ref().map(record).transpose()
    }

    /// At most `limit` products after the SKU `after`, ascending by SKU (by its bytes).
    pub async fn products(
        &self,
        after: Option<&Sku>,
        limit: u32,
        filter: &ProductFilter,
    ) -> Result<Vec<ProductRecord>, StoreError> {
        let mut query = QueryBuilder::new(COLUMNS);
        if let Some(after) = after {
            query.push(" AND sku > ").push_bind(after.as_str());
        }
        if let Some(prefix) = &filter.sku_prefix {
            query.push(" AND sku >= ").push_bind(prefix.as_str());
            if let Some(end) = prefix_end(prefix) {
                query.push(" AND sku < ").push_bind(end);
            }
        }
        if let Some(parent) = &filter.parent {
            query.push(" AND parent_sku = ").push_bind(parent.as_str());
        }
        if let Some(since) = filter.updated_since {
            query.push(" AND updated_at >= ").push_bind(since);
        }
        query.push(" ORDER BY sku LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&mut *self.read().await?).await.doing(READING)?;
        rows.iter().map(record).collect()
    }

    /// How many products and models there are, without the deleted ones.
    pub async fn product_count(&self) -> Result<u64, StoreError> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM products WHERE NOT deleted")
            .fetch_one(&mut *self.read().await?)
            .await
            .doing("counting products")?;
        Ok(count.unsigned_abs())
    }
}

/// The smallest text that is greater than every text with the prefix, if there is one.
fn prefix_end(prefix: &str) -> Option<String> {
    let (position, last) = prefix.char_indices().rfind(|(_, character)| *character != char::MAX)?;
    let next = (last..=char::MAX).nth(1)?;
    Some(format!("{}{next}", &prefix[..position]))
}

fn record(row: &Row) -> Result<ProductRecord, StoreError> {
    let sku: &str = row.try_get(1).doing(READING)?;
    Ok(ProductRecord {
        id: row.try_get(0).doing(READING)?,
        product: parse_document(sku, row.try_get(2).doing(READING)?)?,
        revision: row.try_get(3).doing(READING)?,
        updated_at: row.try_get(4).doing(READING)?,
    })
}

pub(crate) fn parse_document(sku: &str, document: &str) -> Result<Product, StoreError> {
    serde_json::from_str(document).map_err(|source| StoreError::Document { sku: sku.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::prefix_end;

    #[test]
    fn a_prefix_ends_before_the_next_text_of_its_length() {
        assert_eq!(prefix_end("AB"), Some("AC".into()));
        assert_eq!(prefix_end("A\u{d7ff}"), Some("A\u{e000}".into()));
        assert_eq!(prefix_end("A\u{10ffff}"), Some("B".into()));
        assert_eq!(prefix_end("\u{10ffff}"), None);
        assert_eq!(prefix_end(""), None);
    }
}
