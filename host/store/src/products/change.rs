//! Writes a batch of changes and its marks in one transaction, in a number of statements that does not
//! depend on the number of changes (beyond the portions of [`crate::batch`]).

use sqlx::QueryBuilder;
use wharf_catalog::{Lane, Sku};

use super::{
    Applied, Effect, ProductChange, Refusal,
    working::{Entry, Step, Stopped, Working},
};
use crate::{
    batch::{KeyQuery, MOST_KEYS, RowStatement, push_keys},
    database::{self, Connection, Store, commit},
    error::{Doing, StoreError},
    marking::Mark,
    sequence::Sequence,
    stock::Levels,
    tree::Parents,
};

const LOAD: KeyQuery = KeyQuery {
    doing: "reading the products of a batch",
    before: "SELECT id, sku, revision, deleted, document FROM products WHERE sku IN ",
    after: "",
};

const INSERT: RowStatement = RowStatement {
    doing: "writing new products",
    before: "INSERT INTO products (id, sku, parent_sku, model, deleted, revision, document, updated_at) ",
    after: "",
};

const UPDATE: RowStatement = RowStatement {
    doing: "writing changed products",
    before: "WITH changed (id, parent_sku, model, deleted, revision, document, updated_at) AS (",
    // A tombstone keeps its parent: the rest of its group may have to know what left it.
    after: ") UPDATE products SET \
            parent_sku = CASE WHEN changed.deleted THEN products.parent_sku ELSE changed.parent_sku END, \
            model = changed.model, \
            deleted = changed.deleted, revision = changed.revision, document = changed.document, \
            updated_at = changed.updated_at FROM changed WHERE products.id = changed.id",
};

impl Store {
    /// Makes a batch of changes in one transaction, each on top of the ones before it; a refused change
    /// leaves the others alone. What has really changed becomes due on every channel, with all that inherits
    /// from it: prices alone in the price lane, stock alone in the stock lane, anything else as content.
    pub async fn change(
        &self,
        changes: Vec<ProductChange>,
    ) -> Result<Vec<Result<Applied, Refusal>>, StoreError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.write().await?;
        let outcomes = make(&mut transaction, changes, self.settings().maximum_document_bytes).await?;
        commit(transaction).await?;
        Ok(outcomes)
    }

    /// Deletes products and their stock. Their listings become due so that they are taken off the channels.
    /// Returns for each SKU whether there was such a product.
    pub async fn delete(&self, skus: &[Sku]) -> Result<Vec<bool>, StoreError> {
        if skus.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = self.write().await?;
        let maximum = self.settings().maximum_document_bytes;
        let mut working = Working::new(skus.iter(), maximum);
        adopt(&mut transaction, &mut working).await?;
        let found = skus.iter().map(|sku| working.delete(sku)).collect();
        bury(&mut transaction, &mut working).await?;
        commit(transaction).await?;
        Ok(found)
    }

    /// Deletes one product, but only if it is at this revision.
    pub async fn delete_at(&self, sku: &Sku, revision: i64) -> Result<Result<(), Refusal>, StoreError> {
        let mut transaction = self.write().await?;
        let mut working = Working::new(std::iter::once(sku), self.settings().maximum_document_bytes);
        adopt(&mut transaction, &mut working).await?;
        if let Err(refusal) = working.delete_at(sku, revision) {
            return Ok(Err(refusal));
        }
        bury(&mut transaction, &mut working).await?;
        commit(transaction).await?;
        Ok(Ok(()))
    }
}

/// Makes the changes inside a transaction.
pub(crate) async fn make(
    connection: &mut Connection,
    changes: Vec<ProductChange>,
    maximum: usize,
) -> Result<Vec<Result<Applied, Refusal>>, StoreError> {
    let mut working = load(connection, &changes, maximum).await?;
    let mut steps = Vec::with_capacity(changes.len());
    let mut stock = Vec::new();
    for mut change in changes {
        let step = match working.apply(&mut change) {
            Ok(step) => Ok(step),
            Err(Stopped::Refused(refusal)) => Err(refusal),
            Err(Stopped::Failed(error)) => return Err(error),
        };
        if step.is_ok() && !change.stock.is_empty() {
            stock.push((steps.len(), change.stock));
        }
        steps.push(step);
    }
    let created = write(connection, &mut working.entries).await?;
    let stocked = write_stock(connection, &working.entries, &mut steps, stock, created).await?;
    mark(connection, &working.entries, created, &stocked).await?;
    Ok(steps.into_iter().map(|step| step.map(|step| applied(&working.entries, step))).collect())
}

/// Writes the tombstones of what was deleted, and marks every listing that showed it or inherited from it.
async fn bury(connection: &mut Connection, working: &mut Working) -> Result<(), StoreError> {
    write(connection, &mut working.entries).await?;
    let deleted: Vec<&Entry> = working.entries.iter().filter(|entry| entry.touched.is_some()).collect();
    let ids: Vec<i64> = deleted.iter().filter_map(|entry| entry.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    clear_stock(connection, &ids).await?;
    let mark = Mark::new(connection).await?;
    mark.gone(connection, &ids).await?;
    let skus: Vec<&str> = deleted.iter().map(|entry| entry.sku.as_str()).collect();
    mark.descendants(connection, &skus, Lane::Content).await
}

/// Reads what the batch is about: the products it names, and what is above the parents it sets.
async fn load(
    connection: &mut Connection,
    changes: &[ProductChange],
    maximum: usize,
) -> Result<Working, StoreError> {
    let mut working = Working::new(changes.iter().map(|change| &change.sku), maximum);
    adopt(connection, &mut working).await?;
    let mut parents: Vec<&str> =
        changes.iter().filter_map(|change| change.patch.parent.as_ref()?.as_ref().map(Sku::as_str)).collect();
    parents.sort_unstable();
    parents.dedup();
    working.parents = Parents::load(connection, &parents).await?;
    Ok(working)
}

async fn adopt(connection: &mut Connection, working: &mut Working) -> Result<(), StoreError> {
    let skus: Vec<&str> = working.entries.iter().map(|entry| entry.sku.as_str()).collect();
    for row in LOAD.fetch(connection, &skus).await? {
        working.adopt(&row)?;
    }
    Ok(())
}

/// The ids of the products that had no row before; empty when `first > last`.
#[derive(Debug, Clone, Copy)]
struct Created {
    first: i64,
    last: i64,
}

impl Created {
    fn contains(self, id: i64) -> bool {
        (self.first..=self.last).contains(&id)
    }
}

/// Writes every touched entry and gives ids to the new ones.
async fn write(connection: &mut Connection, entries: &mut [Entry]) -> Result<Created, StoreError> {
    let now = database::now();
    let new = entries.iter().filter(|entry| entry.touched.is_some() && entry.id.is_none()).count();
    let changed: Vec<&Entry> =
        entries.iter().filter(|entry| entry.touched.is_some() && entry.id.is_some()).collect();
    UPDATE
        .execute(connection, changed.into_iter(), |mut row, entry| {
            row.push_bind(entry.id).push_bind(entry.parent().map(Sku::as_str)).push_bind(entry.is_model());
            row.push_bind(entry.product.is_none()).push_bind(entry.revision);
            row.push_bind(entry.document.as_str()).push_bind(now);
        })
        .await?;
    if new == 0 {
        return Ok(Created { first: 1, last: 0 });
    }
    let first = Sequence::Product.take(connection, new).await?;
    let mut created: Vec<&mut Entry> =
        entries.iter_mut().filter(|entry| entry.touched.is_some() && entry.id.is_none()).collect();
    for (entry, id) in created.iter_mut().zip(first..) {
        entry.id = Some(id);
    }
    INSERT
        .execute(connection, created.into_iter(), |mut row, entry| {
            row.push_bind(entry.id).push_bind(entry.sku.as_str());
            row.push_bind(entry.parent().map(Sku::as_str)).push_bind(entry.is_model()).push_bind(false);
            row.push_bind(entry.revision).push_bind(std::mem::take(&mut entry.document)).push_bind(now);
        })
        .await?;
    Ok(Created { first, last: first + new as i64 - 1 })
}

/// Writes the stock levels of the steps that were taken. Returns the older products whose stock has changed.
async fn write_stock(
    connection: &mut Connection,
    entries: &[Entry],
    steps: &mut [Result<Step, Refusal>],
    stock: Vec<(usize, Vec<(String, i64)>)>,
    created: Created,
) -> Result<Vec<i64>, StoreError> {
    if stock.is_empty() {
        return Ok(Vec::new());
    }
    let id_of = |step: &Result<Step, Refusal>| step.as_ref().ok().and_then(|step| entries[step.entry].id);
    let older: Vec<i64> = stock
        .iter()
        .filter_map(|(step, _)| id_of(&steps[*step]))
        .filter(|id| !created.contains(*id))
        .collect();
    let mut levels = Levels::load(connection, &older).await?;
    for (position, named) in stock {
        let (Some(id), Ok(step)) = (id_of(&steps[position]), &mut steps[position]) else { continue };
        for (location, quantity) in named {
            if levels.set(id, location, quantity) && step.effect == Effect::Unchanged {
                step.effect = Effect::Updated;
            }
        }
    }
    let mut changed = levels.write(connection).await?;
    changed.retain(|id| !created.contains(*id));
    Ok(changed)
}

/// Makes everything that has changed due on every channel.
async fn mark(
    connection: &mut Connection,
    entries: &[Entry],
    created: Created,
    stocked: &[i64],
) -> Result<(), StoreError> {
    if stocked.is_empty() && entries.iter().all(|entry| entry.touched.is_none()) {
        return Ok(());
    }
    let mark = Mark::new(connection).await?;
    if created.first <= created.last {
        mark.created(connection, created.first, created.last).await?;
    }
    for lane in [Lane::Content, Lane::Price] {
        let touched: Vec<&Entry> = entries.iter().filter(|entry| entry.touched == Some(lane)).collect();
        let ids: Vec<i64> =
            touched.iter().filter_map(|entry| entry.id).filter(|id| !created.contains(*id)).collect();
        mark.products(connection, &ids, lane).await?;
        let skus: Vec<&str> = touched.iter().map(|entry| entry.sku.as_str()).collect();
        mark.descendants(connection, &skus, lane).await?;
    }
    let withdrawn: Vec<i64> = entries
        .iter()
        .filter(|entry| entry.was_listed && entry.is_model())
        .filter_map(|entry| entry.id)
        .collect();
    mark.gone(connection, &withdrawn).await?;
    mark.products(connection, stocked, Lane::Stock).await
}

async fn clear_stock(connection: &mut Connection, ids: &[i64]) -> Result<(), StoreError> {
    for portion in ids.chunks(MOST_KEYS) {
        let mut builder = QueryBuilder::new("DELETE FROM stock WHERE product_id IN ");
        push_keys(&mut builder, portion);
        builder.build().execute(&mut *connection).await.doing("deleting the stock of products")?;
    }
    Ok(())
}

fn applied(entries: &[Entry], step: Step) -> Applied {
    let id = entries[step.entry].id.expect("a product that was changed or found has its row by now");
    Applied { id, revision: step.revision, effect: step.effect }
}
