//! The stock table: what is there to sell, by product and location. A level that changes makes the product's
//! listings due in the stock lane.

use std::collections::HashMap;

use sqlx::Row as _;
use wharf_catalog::{Lane, product::StockLevel};

use crate::{
    batch::{KeyQuery, RowStatement},
    database::{self, Connection, Row, Store, commit},
    error::{Doing, StoreError},
    marking::Mark,
    products::{Applied, Effect, Refusal},
};

const LOAD: KeyQuery = KeyQuery {
    doing: "reading stock levels",
    before: "SELECT product_id, location, quantity FROM stock WHERE product_id IN ",
    after: " ORDER BY product_id, location",
};

const UPSERT: RowStatement = RowStatement {
    doing: "writing stock levels",
    before: "INSERT INTO stock (product_id, location, quantity, updated_at) ",
    after: " ON CONFLICT (product_id, location) DO UPDATE SET \
            quantity = excluded.quantity, updated_at = excluded.updated_at",
};

const PRODUCTS: KeyQuery = KeyQuery {
    doing: "looking up products by SKU",
    before: "SELECT sku, id, revision FROM products WHERE NOT deleted AND sku IN ",
    after: "",
};

impl Store {
    /// Sets stock levels in one transaction, each on top of the ones before it. Locations that are not named
    /// stay as they are.
    pub async fn set_stock(&self, stock: &[StockLevel]) -> Result<Vec<Result<Applied, Refusal>>, StoreError> {
        if stock.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.write().await?;
        let mut skus: Vec<&str> = stock.iter().map(|level| level.sku.as_str()).collect();
        skus.sort_unstable();
        skus.dedup();
        let known = known(&mut transaction, &skus).await?;
        let ids: Vec<i64> = known.values().map(|(id, _)| *id).collect();
        let mut levels = Levels::load(&mut transaction, &ids).await?;
        let outcomes = stock.iter().map(|level| set(&known, &mut levels, level)).collect();
        let changed = levels.write(&mut transaction).await?;
        if !changed.is_empty() {
            Mark::new(&mut transaction).await?.products(&mut transaction, &changed, Lane::Stock).await?;
        }
        commit(transaction).await?;
        Ok(outcomes)
    }

    /// Units by location, ascending by location; empty when nothing is known.
    pub async fn stock_of(&self, sku: &str) -> Result<Vec<(String, i64)>, StoreError> {
        sqlx::query_as(
            "SELECT location, quantity FROM stock JOIN products ON products.id = stock.product_id \
             WHERE products.sku = $1 ORDER BY location",
        )
        .bind(sku)
        .fetch_all(&mut *self.read().await?)
        .await
        .doing(LOAD.doing)
    }

    /// Units by location, ascending by location, by product id; products of which nothing is known are left out.
    pub async fn stock_of_products(
        &self,
        ids: &[i64],
    ) -> Result<HashMap<i64, Vec<(String, i64)>>, StoreError> {
        stock_of_page(&mut *self.read().await?, ids).await
    }
}

/// Id and revision by SKU.
async fn known(
    connection: &mut Connection,
    skus: &[&str],
) -> Result<HashMap<String, (i64, i64)>, StoreError> {
    let doing = PRODUCTS.doing;
    let pair = |row: Row| {
        Ok((row.try_get(0).doing(doing)?, (row.try_get(1).doing(doing)?, row.try_get(2).doing(doing)?)))
    };
    PRODUCTS.fetch(connection, skus).await?.into_iter().map(pair).collect()
}

fn set(
    known: &HashMap<String, (i64, i64)>,
    levels: &mut Levels,
    level: &StockLevel,
) -> Result<Applied, Refusal> {
    let (id, revision) = *known.get(level.sku.as_str()).ok_or_else(|| Refusal::Unknown(level.sku.clone()))?;
    if level.location.is_empty() {
        return Err(Refusal::Location(level.sku.clone()));
    }
    let changed = levels.set(id, level.location.clone(), level.quantity);
    Ok(Applied { id, revision, effect: if changed { Effect::Updated } else { Effect::Unchanged } })
}

/// The stock levels of some products, as they are stored and as they will be.
#[derive(Debug)]
pub(crate) struct Levels {
    by_product: HashMap<i64, Vec<Level>>,
}

#[derive(Debug)]
struct Level {
    location: String,
    quantity: i64,
    stored: Option<i64>,
}

impl Levels {
    pub(crate) async fn load(connection: &mut Connection, ids: &[i64]) -> Result<Self, StoreError> {
        let mut by_product: HashMap<i64, Vec<Level>> = HashMap::new();
        for row in LOAD.fetch(connection, ids).await? {
            let (id, location, quantity) = stored_level(&row)?;
            by_product.entry(id).or_default().push(Level { location, quantity, stored: Some(quantity) });
        }
        Ok(Self { by_product })
    }

    /// Units of a product by location, in no fixed order; empty when nothing is known.
    pub(crate) fn of(&self, product_id: i64) -> impl Iterator<Item = (&str, i64)> {
        let levels = self.by_product.get(&product_id).into_iter().flatten();
        levels.map(|level| (level.location.as_str(), level.quantity))
    }

    /// Whether that changed anything.
    pub(crate) fn set(&mut self, product_id: i64, location: String, quantity: i64) -> bool {
        let levels = self.by_product.entry(product_id).or_default();
        match levels.iter_mut().find(|level| level.location == location) {
            Some(level) => std::mem::replace(&mut level.quantity, quantity) != quantity,
            None => {
                levels.push(Level { location, quantity, stored: None });
                true
            }
        }
    }

    /// Writes what differs from what is stored. Returns the products concerned, ascending.
    pub(crate) async fn write(self, connection: &mut Connection) -> Result<Vec<i64>, StoreError> {
        let now = database::now();
        let mut rows: Vec<(i64, Level)> = self
            .by_product
            .into_iter()
            .flat_map(|(id, levels)| levels.into_iter().map(move |level| (id, level)))
            .filter(|(_, level)| level.stored != Some(level.quantity))
            .collect();
        rows.sort_unstable_by(|a, b| (a.0, &a.1.location).cmp(&(b.0, &b.1.location)));
        let mut changed: Vec<i64> = rows.iter().map(|(id, _)| *id).collect();
        changed.dedup();
        UPSERT
            .execute(connection, rows.into_iter(), |mut row, (id, level)| {
                row.push_bind(id).push_bind(level.location).push_bind(level.quantity).push_bind(now);
            })
            .await?;
        Ok(changed)
    }
}

/// Reads the stock of a page of products: units by location, by product.
pub(crate) async fn stock_of_page(
    connection: &mut Connection,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<(String, i64)>>, StoreError> {
    let mut by_product: HashMap<i64, Vec<(String, i64)>> = HashMap::new();
    for row in LOAD.fetch(connection, ids).await? {
        let (id, location, quantity) = stored_level(&row)?;
        by_product.entry(id).or_default().push((location, quantity));
    }
    Ok(by_product)
}

fn stored_level(row: &Row) -> Result<(i64, String, i64), StoreError> {
    let doing = LOAD.doing;
    Ok((row.try_get(0).doing(doing)?, row.try_get(1).doing(doing)?, row.try_get(2).doing(doing)?))
}
