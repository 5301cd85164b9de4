//! The products that every connector is measured with.

use std::{collections::BTreeMap, env, fs::File, path::Path};

use anyhow::Context as _;
use wharf_catalog::{
    Action, Operation, Product, Sku, Value,
    import::{ImportLimits, ImportMapping, Importer},
    item::Picture,
    projection::{Candidate, Projection, Projector},
};

use crate::catalog;

/// How many products of our own there are where Icecat's are not.
const OWN: u64 = 1_200;

/// What the channels ask for and no catalog here says. A catalog's own value stays.
const FILLED: [(&str, &str); 6] = [
    ("amazon_product_type", "COAT"),
    ("brand", "Nordkai"),
    ("condition", "new"),
    ("country_of_origin", "PT"),
    ("description", "<p>Made to last.</p>"),
    ("link", "https://shop.example.com/p/article"),
];
const HIGHLIGHTS: &str = "Made to last";
const PICTURE: &str = "https://images.example.com/article.jpg";

/// Products with their models.
pub(super) struct Catalog {
    pub(super) name: &'static str,
    products: BTreeMap<Sku, Product>,
}

impl Catalog {
    /// Icecat's as the host imports it, where it is at hand.
    pub(super) fn read() -> anyhow::Result<Self> {
        match env::var_os("WHARF_SHARED") {
            Some(shared) => Self::icecat(&Path::new(&shared).join("data/akeneo-icecat")),
            None => Ok(Self::own()),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.products.values().filter(|product| !product.model).count()
    }

    fn icecat(folder: &Path) -> anyhow::Result<Self> {
        const MAPPINGS: [(&str, &str); 2] = [
            (
                "product_models.csv",
                include_str!("../../../../host/server/assets/mappings/icecat-models.toml"),
            ),
            ("products.csv", include_str!("../../../../host/server/assets/mappings/icecat-products.toml")),
        ];
        let mut catalog = Self { name: "icecat", products: BTreeMap::new() };
        for (file, mapping) in MAPPINGS {
            catalog.import(&folder.join(file), &toml::from_str(mapping)?)?;
        }
        catalog.products.values_mut().for_each(fill);
        Ok(catalog)
    }

    fn import(&mut self, file: &Path, mapping: &ImportMapping) -> anyhow::Result<()> {
        let opened = File::open(file).with_context(|| file.display().to_string())?;
        let mut importer = Importer::open(opened, mapping, ImportLimits::default())?;
        while let Some(batch) = importer.next_batch(500)? {
            for row in batch.rows {
                let product = self.products.entry(row.sku.clone()).or_insert_with(|| Product::new(row.sku));
                row.patch.apply(product);
            }
        }
        Ok(())
    }

    /// Variants in groups of five.
    fn own() -> Self {
        let mut products = BTreeMap::new();
        for number in 0..OWN {
            let change = catalog::product(number);
            let model = catalog::sku(1_000_000 + number / 5);
            let mut product = Product { parent: Some(model.clone()), ..Product::new(change.sku) };
            change.patch.apply(&mut product);
            fill(&mut product);
            products.insert(product.sku.clone(), product);
            products.insert(model.clone(), Product { model: true, ..Product::new(model) });
        }
        Self { name: "own", products }
    }

    /// Whole upserts of everything that the connector takes, whole groups together.
    pub(super) fn batches(&self, projector: &Projector, size: usize, pictures: bool) -> Vec<Vec<Operation>> {
        let products = self.products.values().filter(|product| !product.model);
        let mut operations: Vec<_> =
            products.filter_map(|product| self.operation(projector, product, pictures)).collect();
        let group = |operation: &Operation| {
            operation.item.group.clone().unwrap_or_else(|| operation.item.sku.clone())
        };
        operations.sort_by_key(group);
        let mut batches: Vec<Vec<Operation>> = Vec::new();
        for operation in operations {
            match batches.last_mut() {
                Some(batch) if batch.len() < size || batch.last().map(group) == Some(group(&operation)) => {
                    batch.push(operation);
                }
                _ => batches.push(vec![operation]),
            }
        }
        batches
    }

    /// Nothing if the connector lacks a value that it requires.
    fn operation(&self, projector: &Projector, product: &Product, pictures: bool) -> Option<Operation> {
        let mut product = product.clone();
        if !pictures {
            product.images.clear();
        }
        let ancestors = self.ancestors(&product);
        let stock = [("main".to_owned(), 7)];
        let candidate = Candidate { product: &product, ancestors: &ancestors, stock: &stock };
        let Projection::Listed { mut item, .. } = projector.project(candidate) else { return None };
        if !pictures {
            // A model's own.
            item.values.retain(|value| !matches!(value.content, wharf_catalog::item::Content::Images(_)));
        }
        let action = Action::Upsert;
        Some(Operation { action, item, remote_id: None, note: None, revision: 1, attempt: 0, as_of: 0 })
    }

    /// The nearest first.
    fn ancestors(&self, product: &Product) -> Vec<&Product> {
        let parent = |of: &Product| of.parent.as_ref().and_then(|sku| self.products.get(sku));
        std::iter::successors(parent(product), |model| parent(model)).take(3).collect()
    }
}

/// A model passes on what it has, so only products are filled.
fn fill(product: &mut Product) {
    if product.model {
        return;
    }
    for (code, text) in FILLED {
        let localized = format!("{code}@en-US");
        if !product.attributes.contains_key(&localized) {
            product.attributes.entry(code.into()).or_insert_with(|| Value::Text(text.into()));
        }
    }
    product.attributes.entry("highlights".into()).or_insert_with(|| Value::List(vec![HIGHLIGHTS.into()]));
    product.attributes.entry("name".into()).or_insert_with(|| Value::Text(product.sku.to_string()));
    if product.images.is_empty() {
        product.images.push(Picture { url: PICTURE.into(), alt: None });
    }
    if !product.prices.iter().any(|price| price.currency == "EUR") {
        product.prices.extend(catalog::own_price(1_990));
    }
}
