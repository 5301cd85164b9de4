//! The product tree upwards: who inherits from whom.
//!
//! Parents are named by SKU and may be missing or deleted; a chain simply ends there.

use std::{collections::HashMap, sync::Arc};

use sqlx::Row as _;
use wharf_catalog::{Product, Sku};

use crate::{
    batch::KeyQuery,
    database::{Connection, Row},
    error::{Doing, StoreError},
    products::parse_document,
};

const EDGES: KeyQuery = KeyQuery {
    doing: "reading the parents of products",
    before: "WITH RECURSIVE up (sku, parent_sku) AS (SELECT sku, parent_sku FROM products WHERE sku IN ",
    after: " UNION SELECT products.sku, products.parent_sku FROM up JOIN products ON products.sku = up.parent_sku) \
            SELECT sku, parent_sku FROM up WHERE parent_sku IS NOT NULL",
};

const DOCUMENTS: KeyQuery = KeyQuery {
    doing: "reading the models of products",
    before: "WITH RECURSIVE up (sku, parent_sku) AS (SELECT sku, parent_sku FROM products WHERE sku IN ",
    after: " UNION SELECT products.sku, products.parent_sku FROM up JOIN products ON products.sku = up.parent_sku) \
            SELECT products.sku, products.parent_sku, products.document FROM up \
            JOIN products ON products.sku = up.sku WHERE NOT products.deleted",
};

/// Which parent each product has, as far as a batch needs to know.
#[derive(Debug, Default)]
pub(crate) struct Parents {
    by_child: HashMap<String, String>,
}

impl Parents {
    /// Reads everything above the given SKUs.
    pub(crate) async fn load(connection: &mut Connection, skus: &[&str]) -> Result<Self, StoreError> {
        let doing = EDGES.doing;
        let edge = |row: Row| Ok((row.try_get(0).doing(doing)?, row.try_get(1).doing(doing)?));
        let by_child =
            EDGES.fetch(connection, skus).await?.into_iter().map(edge).collect::<Result<_, StoreError>>()?;
        Ok(Self { by_child })
    }

    /// Whether `sku` would become its own ancestor below `parent`.
    pub(crate) fn closes_a_cycle(&self, sku: &Sku, parent: &Sku) -> bool {
        let mut above = Some(parent.as_str());
        for _ in 0..=self.by_child.len() {
            match above {
                Some(ancestor) if ancestor == sku.as_str() => return true,
                Some(ancestor) => above = self.by_child.get(ancestor).map(String::as_str),
                None => return false,
            }
        }
        // A chain longer than all known edges goes round already.
        above.is_some()
    }

    /// Takes note of a change made in this batch.
    pub(crate) fn set(&mut self, sku: &Sku, parent: Option<&Sku>) {
        match parent {
            Some(parent) => drop(self.by_child.insert(sku.as_str().to_owned(), parent.as_str().to_owned())),
            None => drop(self.by_child.remove(sku.as_str())),
        }
    }
}

/// Models from the nearest to the root; shared by all their variants on a page.
pub(crate) type Chain = Arc<[Arc<Product>]>;

/// The chains above the products of one page.
#[derive(Debug)]
pub(crate) struct Chains {
    none: Chain,
    by_parent: HashMap<String, Chain>,
}

impl Chains {
    /// Reads the chains that begin at the given SKUs.
    pub(crate) async fn load(connection: &mut Connection, parents: &[&str]) -> Result<Self, StoreError> {
        let mut models = HashMap::new();
        for row in DOCUMENTS.fetch(connection, parents).await? {
            let (sku, model) = model(&row)?;
            models.insert(sku, model);
        }
        let by_parent = parents.iter().map(|parent| ((*parent).to_owned(), chain(&models, parent))).collect();
        Ok(Self { none: Arc::new([]), by_parent })
    }

    pub(crate) fn above(&self, parent: Option<&str>) -> Chain {
        parent.and_then(|parent| self.by_parent.get(parent)).unwrap_or(&self.none).clone()
    }
}

struct Model {
    parent: Option<String>,
    product: Arc<Product>,
}

fn model(row: &Row) -> Result<(String, Model), StoreError> {
    let doing = DOCUMENTS.doing;
    let sku: String = row.try_get(0).doing(doing)?;
    let product = parse_document(&sku, row.try_get(2).doing(doing)?)?;
    let model = Model { parent: row.try_get(1).doing(doing)?, product: Arc::new(product) };
    Ok((sku, model))
}

fn chain(models: &HashMap<String, Model>, nearest: &str) -> Chain {
    let mut chain = Vec::new();
    let mut next = models.get(nearest);
    // Cycles are refused on the way in; the bound keeps a damaged table from looping here.
    while let Some(model) = next.filter(|_| chain.len() < models.len()) {
        chain.push(Arc::clone(&model.product));
        next = model.parent.as_deref().and_then(|parent| models.get(parent));
    }
    chain.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sku(text: &str) -> Sku {
        text.parse().unwrap()
    }

    #[test]
    fn only_an_own_descendant_closes_a_cycle() {
        let mut parents = Parents::default();
        parents.set(&sku("variant"), Some(&sku("model")));
        parents.set(&sku("model"), Some(&sku("root")));
        assert!(parents.closes_a_cycle(&sku("root"), &sku("variant")));
        assert!(parents.closes_a_cycle(&sku("root"), &sku("root")));
        assert!(!parents.closes_a_cycle(&sku("other"), &sku("variant")));
        parents.set(&sku("model"), None);
        assert!(!parents.closes_a_cycle(&sku("root"), &sku("variant")));
    }
}
