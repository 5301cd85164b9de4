//! What a batch of changes means, worked out in memory: one entry per SKU, changed as often as the batch
//! names it, written once.

use std::{collections::HashMap, mem};

use sqlx::Row as _;
use wharf_catalog::{Lane, Patch, Product, Sku, product::Price};

use super::{Effect, Mode, ProductChange, Refusal, parse_document};
use crate::{
    database::Row,
    error::{Doing, StoreError},
    tree::Parents,
};

/// One SKU of the batch, as it will be after the changes so far.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) sku: Sku,
    /// `None` until the product has its row.
    pub(super) id: Option<i64>,
    pub(super) revision: i64,
    /// `None` while the SKU is unknown or deleted.
    pub(super) product: Option<Product>,
    /// The product's JSON; empty without a product.
    pub(super) document: String,
    /// The lane of what has changed, the most urgent if several have.
    pub(super) touched: Option<Lane>,
    /// Whether the stored product could be listed.
    pub(super) was_listed: bool,
}

impl Entry {
    fn unknown(sku: Sku) -> Self {
        Self {
            sku,
            id: None,
            revision: 0,
            product: None,
            document: String::new(),
            touched: None,
            was_listed: false,
        }
    }

    /// Refuses a change that was meant for another revision.
    fn stands_at(&self, expected: i64) -> Result<(), Refusal> {
        if self.revision == expected {
            return Ok(());
        }
        Err(Refusal::Revision { sku: self.sku.clone(), found: self.revision, expected })
    }

    pub(super) fn is_model(&self) -> bool {
        self.product.as_ref().is_some_and(|product| product.model)
    }

    pub(super) fn parent(&self) -> Option<&Sku> {
        self.product.as_ref().and_then(|product| product.parent.as_ref())
    }

    fn advance(&mut self, document: String, lane: Lane) {
        self.touched = Some(self.touched.map_or(lane, |earlier| earlier.min(lane)));
        self.revision += 1;
        self.document = document;
    }

    /// Goes back to the product before a change that is refused.
    fn restore(&mut self) -> Result<(), StoreError> {
        self.product = match self.document.as_str() {
            "" => None,
            document => Some(parse_document(self.sku.as_str(), document)?),
        };
        Ok(())
    }
}

/// What one change came to, before the products have their ids.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) entry: usize,
    pub(super) revision: i64,
    pub(super) effect: Effect,
}

/// All SKUs of the batch.
#[derive(Debug)]
pub(super) struct Working {
    pub(super) entries: Vec<Entry>,
    positions: HashMap<Sku, usize>,
    /// Who is above whom, as the batch goes on.
    pub(super) parents: Parents,
    maximum_document_bytes: usize,
}

impl Working {
    pub(super) fn new<'s>(skus: impl Iterator<Item = &'s Sku>, maximum_document_bytes: usize) -> Self {
        let mut working = Self {
            entries: Vec::new(),
            positions: HashMap::new(),
            parents: Parents::default(),
            maximum_document_bytes,
        };
        for sku in skus {
            if !working.positions.contains_key(sku) {
                working.positions.insert(sku.clone(), working.entries.len());
                working.entries.push(Entry::unknown(sku.clone()));
            }
        }
        working
    }

    /// Takes over what is stored: id, sku, revision, deleted, document.
    pub(super) fn adopt(&mut self, row: &Row) -> Result<(), StoreError> {
        let doing = "reading the products of a batch";
        let sku: &str = row.try_get(1).doing(doing)?;
        let Some(entry) = self.positions.get(sku).and_then(|position| self.entries.get_mut(*position)) else {
            return Ok(());
        };
        entry.id = Some(row.try_get(0).doing(doing)?);
        entry.revision = row.try_get(2).doing(doing)?;
        if !row.try_get::<bool, _>(3).doing(doing)? {
            entry.document = row.try_get(4).doing(doing)?;
            let product = parse_document(sku, &entry.document)?;
            entry.was_listed = !product.model;
            entry.product = Some(product);
        }
        Ok(())
    }

    /// Leaves a tombstone; whether there was a product.
    pub(super) fn delete(&mut self, sku: &Sku) -> bool {
        let entry = self.positions.get(sku).and_then(|position| self.entries.get_mut(*position));
        let Some(entry) = entry.filter(|entry| entry.product.is_some()) else { return false };
        entry.product = None;
        entry.advance(String::new(), Lane::Content);
        true
    }

    /// Deletes the product if it is there at this revision.
    pub(super) fn delete_at(&mut self, sku: &Sku, expected: i64) -> Result<(), Refusal> {
        let entry = self.positions.get(sku).and_then(|position| self.entries.get(*position));
        let entry =
            entry.filter(|entry| entry.product.is_some()).ok_or_else(|| Refusal::Unknown(sku.clone()))?;
        entry.stands_at(expected)?;
        self.delete(sku);
        Ok(())
    }

    /// Makes one change, or none of it. Takes the patch out of it.
    pub(super) fn apply(&mut self, change: &mut ProductChange) -> Result<Step, Stopped> {
        let position = self.positions[&change.sku];
        let entry = &mut self.entries[position];
        admit(entry, &self.parents, change)?;
        let effect = change_document(entry, mem::take(&mut change.patch), self.maximum_document_bytes)?;
        if effect != Effect::Unchanged {
            self.parents.set(&entry.sku, entry.parent());
        }
        Ok(Step { entry: position, revision: entry.revision, effect })
    }
}

/// Why a change was not made: because of the change, or because of the store.
#[derive(Debug)]
pub(super) enum Stopped {
    Refused(Refusal),
    Failed(StoreError),
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Failed(error)
    }
}

/// Whether the change may be made at all.
fn admit(entry: &Entry, parents: &Parents, change: &ProductChange) -> Result<(), Refusal> {
    match (change.mode, &entry.product) {
        (Mode::Create, Some(_)) => return Err(Refusal::Exists(change.sku.clone())),
        (Mode::Update | Mode::At(_), None) => return Err(Refusal::Unknown(change.sku.clone())),
        (Mode::At(expected), Some(_)) => entry.stands_at(expected)?,
        _ => {}
    }
    if change.stock.iter().any(|(location, _)| location.is_empty()) {
        return Err(Refusal::Location(change.sku.clone()));
    }
    match &change.patch.parent {
        Some(Some(parent)) if parents.closes_a_cycle(&change.sku, parent) => {
            Err(Refusal::Cycle { sku: change.sku.clone(), parent: parent.clone() })
        }
        _ => Ok(()),
    }
}

/// Compares by the JSON, which has one form per product and has to be written anyway.
fn change_document(entry: &mut Entry, patch: Patch, maximum: usize) -> Result<Effect, Stopped> {
    let existed = entry.product.is_some();
    let product = entry.product.get_or_insert_with(|| Product::new(entry.sku.clone()));
    let earlier_prices = product.prices.clone();
    patch.apply(product);
    let document = write_document(product)?;
    if document.len() > maximum {
        entry.restore()?;
        return Err(Refusal::TooLarge { sku: entry.sku.clone(), bytes: document.len(), maximum }.into());
    }
    if document == entry.document {
        return Ok(Effect::Unchanged);
    }
    let only_prices = existed && same_but_for_prices(product, earlier_prices, &entry.document)?;
    entry.advance(document, if only_prices { Lane::Price } else { Lane::Content });
    Ok(if existed { Effect::Updated } else { Effect::Created })
}

/// Whether the product with its earlier prices would be the earlier document.
fn same_but_for_prices(
    product: &mut Product,
    earlier: Vec<Price>,
    document: &str,
) -> Result<bool, StoreError> {
    if product.prices == earlier {
        return Ok(false);
    }
    let prices = mem::replace(&mut product.prices, earlier);
    let same = write_document(product)? == document;
    product.prices = prices;
    Ok(same)
}

fn write_document(product: &Product) -> Result<String, StoreError> {
    serde_json::to_string(product)
        .map_err(|source| StoreError::Document { sku: product.sku.as_str().to_owned(), source })
}
