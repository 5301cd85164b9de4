//! The two real catalogs, imported by `wharf import` with the mappings that come with Wharf.
//!
//! Neither is complete: Icecat's demo lacks most prices, pictures and all stock, Magento's has no links. What an operator
//! would have to fill in before the channels take them is filled in here, and only where it is missing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde_json::json;
use wharf_catalog::{
    Decimal, Patch, Product, Sku, Value,
    item::Picture,
    product::{BASE_PRICE_LIST, PricePatch},
};
use wharf_e2e::{binary, harbor::prepare_folder};
use wharf_server::Host;
use wharf_store::{Mode, ProductChange, ProductFilter};
use wharf_vendors::shared;

/// Whole catalogs in large batches, and no request given up because two cores are busy.
const SETTINGS: &str = "\
[gateway]
request-timeout-ms = 60000

[sync]
batch-items = 5000
retry-ms = 20
retry-cap-ms = 100
failures-to-halt = 1000

[connectors]
settle-ms = 0
";

/// Products read or written at once.
const PAGE: u32 = 500;

/// A catalog with its files and the market that its prices are for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Catalog {
    pub(crate) name: &'static str,
    /// Files with the name of their mapping, in their order.
    files: &'static [(&'static str, &'static str)],
    pub(crate) country: &'static str,
    pub(crate) currency: &'static str,
}

pub(crate) const ICECAT: Catalog = Catalog {
    name: "icecat",
    files: &[
        ("akeneo-icecat/product_models.csv", "icecat-models"),
        ("akeneo-icecat/products.csv", "icecat-products"),
    ],
    country: "DE",
    currency: "EUR",
};

pub(crate) const MAGENTO: Catalog = Catalog {
    name: "magento",
    files: &[
        ("magento2-sample/ConfigurableSampleData__products.csv", "magento-products"),
        ("magento2-sample/CatalogSampleData__products_gear_bags.csv", "magento-bags"),
    ],
    country: "US",
    currency: "USD",
};

/// Where everything lies.
pub(crate) const LOCATIONS: [&str; 2] = ["berlin", "hamburg"];

impl Catalog {
    pub(crate) fn scope(&self) -> serde_json::Value {
        json!({"locale": "en-US", "country": self.country, "currency": self.currency})
    }

    /// A data directory with the catalog; nothing when the files are not there. It is imported once and copied.
    pub(crate) fn imported(&self, connector: &str) -> anyhow::Result<Option<tempfile::TempDir>> {
        static IMPORTED: Mutex<BTreeMap<&str, tempfile::TempDir>> = Mutex::new(BTreeMap::new());
        let Some(data) = shared::path("data") else { return Ok(None) };
        let folder = prepare_folder(&[connector])?;
        std::fs::write(folder.path().join("data/wharf.toml"), SETTINGS)?;
        let mut imported = IMPORTED.lock().unwrap_or_else(PoisonError::into_inner);
        if !imported.contains_key(self.name) {
            let original = prepare_folder(&[])?;
            self.import(&data, original.path())?;
            imported.insert(self.name, original);
        }
        for entry in imported.get(self.name).into_iter().flat_map(|original| files(original.path())) {
            std::fs::copy(&entry, folder.path().join("data").join(entry.file_name().unwrap_or_default()))?;
        }
        Ok(Some(folder))
    }

    fn import(&self, data: &Path, folder: &Path) -> anyhow::Result<()> {
        for (file, mapping) in self.files {
            let file = data.join(file).to_string_lossy().into_owned();
            let tally = binary::json(&folder.join("data"), &["import", &file, "--mapping", mapping])?;
            anyhow::ensure!(tally["refused"] == 0, "{file}: {tally}");
        }
        Ok(())
    }

    /// Fills in what the catalog lacks. Answers with the products that can be sold, each with its model, by SKU.
    pub(crate) async fn complete(&self, host: &Host) -> anyhow::Result<BTreeMap<Sku, Product>> {
        let products = products(host).await?;
        let changes: Vec<_> = products.values().map(|product| self.completion(product, &products)).collect();
        for page in changes.chunks(PAGE as usize) {
            for applied in host.site.store.change(page.to_vec()).await? {
                applied?;
            }
        }
        Ok(products.into_iter().filter(|(_, product)| !product.model).collect())
    }

    fn completion(&self, product: &Product, all: &BTreeMap<Sku, Product>) -> ProductChange {
        let above = |product: &Product| product.parent.as_ref().and_then(|parent| all.get(parent));
        let line: Vec<&Product> = std::iter::successors(Some(product), |product| above(product)).collect();
        let mut patch = Patch::default();
        for (code, value) in attributes(&product.sku) {
            let is_there =
                |product: &&Product| product.attributes.keys().any(|key| speaks_english(key, code));
            if !line.iter().any(is_there) {
                patch.attributes.insert(code.into(), Some(value));
            }
        }
        if line.iter().all(|product| product.images.is_empty()) {
            let url = format!("https://images.example.com/{}.jpg", product.sku.as_str().replace(' ', "-"));
            patch.images = Some(Some(vec![Picture { url, alt: None }]));
        }
        let priced = product
            .prices
            .iter()
            .any(|price| price.currency == self.currency && price.list == BASE_PRICE_LIST);
        if !product.model && !priced {
            patch.prices.push(self.price(1_990));
        }
        let units = product.sku.as_str().len() as i64;
        let stock =
            if product.model { vec![] } else { LOCATIONS.map(|place| (place.to_owned(), units)).to_vec() };
        ProductChange { sku: product.sku.clone(), patch, mode: Mode::Update, stock }
    }

    pub(crate) fn price(&self, cents: i64) -> PricePatch {
        let amount = Some(Decimal::new(cents, 2));
        PricePatch { list: BASE_PRICE_LIST.into(), currency: self.currency.into(), amount }
    }
}

/// Whether the key holds the attribute for `en-US`: in that language, or in all.
fn speaks_english(key: &str, code: &str) -> bool {
    key == code || key.strip_prefix(code).is_some_and(|locale| matches!(locale, "@en-US" | "@en"))
}

/// What the channels ask for.
fn attributes(sku: &Sku) -> [(&'static str, Value); 8] {
    let text = |text: &str| Value::Text(text.into());
    [
        ("name", text(&format!("Article {sku}"))),
        ("description", text("<p>An article of the <b>demo</b> catalog.</p>")),
        ("brand", text("Demo")),
        ("link", text(&format!("https://shop.example.com/{}", sku.as_str().replace(' ', "-")))),
        ("condition", text("new")),
        ("highlights", Value::List(vec!["Made to be tested.".into()])),
        ("country_of_origin", text("DE")),
        ("dangerous_goods", Value::List(vec!["not_applicable".into()])),
    ]
}

async fn products(host: &Host) -> anyhow::Result<BTreeMap<Sku, Product>> {
    let mut all = BTreeMap::new();
    let mut last: Option<Sku> = None;
    loop {
        let page = host.site.store.products(last.as_ref(), PAGE, &ProductFilter::default()).await?;
        last = page.last().map(|record| record.product.sku.clone());
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page.into_iter().map(|record| (record.product.sku.clone(), record.product)));
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("data")).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file() && path.extension().is_none_or(|it| it != "toml"))
        .collect()
}
