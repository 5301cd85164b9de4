//! `shopify`: products whole, prices, compared stock, deletions, and everything that is read.
//!
//! A shop lets a connector spend a hundred points a second, for which a whole catalog in one shop would take minutes. So it
//! is divided among shops by family, or by category where a family is large; each has points of its own. `Find` asks for a
//! listing that Shopify forgot, which happens to neither catalog: the connector's own tests hold it.

mod memory;

use std::{collections::BTreeSet, sync::Arc};

use futures::future::try_join_all;
use serde_json::{Value, json};
use wharf_catalog::{Patch, Sku, Value as Attribute};
use wharf_store::{Mode, ProductChange};
use wharf_vendors::shopify::Shopify;

use crate::{
    catalog::{Catalog, ICECAT, LOCATIONS, MAGENTO},
    shop::{Shop, some},
};
use memory::Admin;

const OPERATIONS: [&str; 15] = [
    "Set",
    "Operation",
    "Publish",
    "Variants",
    "Prices",
    "Stock",
    "StockHeld",
    "DeleteVariants",
    "Delete",
    "Exists",
    "Orders",
    "Order",
    "Levels",
    "Listings",
    "Probe",
];

/// Products of the largest family that is one shop's.
const SHARE: usize = 500;

/// A model with more variants than Shopify sets at once or shows on one page, and than either catalog has.
const LARGE: &str = "LARGE";
const VARIANTS: usize = 120;

/// What each shop sells.
fn selections(shop: &Shop) -> Vec<Value> {
    let family = |product: &wharf_catalog::Product| product.family.clone().unwrap_or_default();
    let families: BTreeSet<String> =
        shop.products.values().map(family).filter(|family| !family.is_empty()).collect();
    let mut selections = Vec::new();
    for name in families {
        let of_family: Vec<_> = shop.products.values().filter(|product| family(product) == name).collect();
        if of_family.len() <= SHARE {
            selections.push(json!({"families": [name]}));
            continue;
        }
        let categories = of_family.iter().flat_map(|product| &product.categories);
        let leaves: BTreeSet<_> = categories.filter(|category| category.split('/').count() > 3).collect();
        selections.extend(leaves.into_iter().map(|leaf| json!({"families": [name], "categories": [leaf]})));
    }
    selections
}

fn channel(shop: &Shop, selection: &Value, publishes: bool) -> Value {
    let mut scope = shop.catalog.scope();
    scope["selection"] = selection.clone();
    json!({
        "connector": "shopify",
        "settings": {
            "locations": {"berlin": "70", "hamburg": "71"},
            "publications": if publishes { vec!["8"] } else { vec![] },
        },
        "scope": scope,
        // Shoes have their own attribute for sizes.
        "mapping": {"option2": {"from": ["size", "eu_shoes_size"]}},
        "endpoints": {"admin": format!("http://{}", shop.address)},
        "credentials": {"file": shop.folder.path().join("token")},
    })
}

/// A large model, which goes another way than others.
async fn add_large(shop: &Shop) -> anyhow::Result<Sku> {
    let text = |text: &str| Some(Attribute::Text(text.into()));
    let model: Sku = LARGE.parse()?;
    let patch = Patch { model: Some(true), family: Some(Some(LARGE.into())), ..Patch::default() };
    let mut changes = vec![ProductChange { sku: model.clone(), patch, mode: Mode::Create, stock: vec![] }];
    for number in 0..VARIANTS {
        let patch = Patch {
            parent: Some(Some(model.clone())),
            attributes: [("name".into(), text("Large")), ("size".into(), text(&number.to_string()))].into(),
            prices: vec![shop.catalog.price(990)],
            ..Patch::default()
        };
        let stock = LOCATIONS.map(|place| (place.to_owned(), 1)).to_vec();
        changes.push(ProductChange {
            sku: format!("{LARGE}-{number}").parse()?,
            patch,
            mode: Mode::Create,
            stock,
        });
    }
    for applied in shop.host.site.store.change(changes).await? {
        applied?;
    }
    Ok(model)
}

async fn take(catalog: &'static Catalog) -> anyhow::Result<()> {
    let Some(contract) = Shopify::shared()?.map(Arc::new) else { return Ok(()) };
    let admin = Arc::new(Admin::new(Arc::clone(&contract), catalog.currency));
    let Some(shop) = Shop::open(catalog, "plugins/shopify", |_| Ok(admin)).await? else { return Ok(()) };
    add_large(&shop).await?;
    let mut names = vec!["large".to_owned()];
    shop.add_channel("large", channel(&shop, &json!({"families": [LARGE]}), true)).await?;
    for (number, selection) in selections(&shop).iter().enumerate() {
        names.push(format!("shop-{number}"));
        shop.add_channel(&names[number + 1], channel(&shop, selection, false)).await?;
    }
    try_join_all(names.iter().map(|name| shop.sync_whole(name))).await?;
    let mut listed = BTreeSet::new();
    for name in &names[1..] {
        listed.extend(shop.accepted(name).await?);
    }
    let sold = shop.products.len();
    anyhow::ensure!(listed.len() * 20 > sold * 19, "the shops list {} of {sold} products", listed.len());
    change(&shop, &listed).await?;
    try_join_all(names.iter().map(|name| shop.sync(name))).await?;
    shop.read_back(&names[1]).await?;
    shop.receiver.conclude(catalog.name, &OPERATIONS)?;
    shop.receiver.bites(&*contract, |_, _| false)
}

/// A change of each kind, each to another model, and a model of which nothing is left.
async fn change(shop: &Shop, listed: &BTreeSet<Sku>) -> anyhow::Result<()> {
    let mut models = BTreeSet::new();
    let of_models =
        listed.iter().filter(|sku| shop.products[*sku].parent.as_ref().is_some_and(|it| models.insert(it)));
    let [titled, stocked, priced, last] = some(of_models)?;
    shop.rename(titled, "Another name").await?;
    shop.restock(stocked, 0).await?;
    shop.reprice(priced, 4_990).await?;
    let model = &shop.products[last].parent;
    let siblings: Vec<Sku> = shop
        .products
        .values()
        .filter(|product| product.parent == *model)
        .map(|product| product.sku.clone())
        .collect();
    shop.delete(&siblings).await
}

#[tokio::test(flavor = "multi_thread")]
async fn shopify_takes_every_request_for_the_icecat_catalog() -> anyhow::Result<()> {
    take(&ICECAT).await
}

#[tokio::test(flavor = "multi_thread")]
async fn shopify_takes_every_request_for_the_magento_catalog() -> anyhow::Result<()> {
    take(&MAGENTO).await
}
