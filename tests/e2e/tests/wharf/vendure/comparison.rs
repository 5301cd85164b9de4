//! What a channel should show, as the catalog projects it, held against what a real Vendure shows.
//!
//! Nothing of the connector is used but its description: names, options, prices and stock are looked at as an
//! administrator would. A difference counts unless the listing tells of it as a loss.

use std::collections::{BTreeMap, BTreeSet};

use wharf_catalog::{
    Item, Product,
    declaration::Description,
    item::Content,
    projection::{Candidate, Projection, Projector},
};
use wharf_e2e::vendure::{ShownProduct, ShownVariant, Vendure};
use wharf_server::Host;
use wharf_store::{ListingFilter, ProductFilter};
use wharf_sync::ChannelConfiguration;

/// Items and listings read at once.
const PAGE: u32 = 1_000;

/// The fields that become options, in the order in which a variant's name lists them.
const AXES: [(&str, &str); 3] = [("color", "Color"), ("size", "Size"), ("material", "Material")];

/// What a channel should show.
pub(crate) struct Expected {
    description: Description,
    pub(crate) items: Vec<Item>,
    /// The losses that a listing tells of: SKU and code.
    losses: BTreeSet<(String, String)>,
}

impl Expected {
    pub(crate) async fn of(host: &Host, channel: &str) -> anyhow::Result<Self> {
        let channel = host.reconciler.channel(channel).await?;
        let configuration: ChannelConfiguration = serde_json::from_str(&channel.configuration)?;
        let connector = host.connectors.resolve(&configuration.connector, None).await?;
        let description = connector.description().clone();
        let projector = Projector::new(description.clone(), &configuration.mapping, configuration.scope)?;
        let items = items(host, &projector).await?;
        Ok(Self { description, items, losses: losses(host, channel.id).await? })
    }

    /// Everything that the shop shows otherwise, in words.
    pub(crate) async fn differences(&self, vendure: &Vendure) -> anyhow::Result<Vec<String>> {
        let products = vendure.products().await?;
        let mut shown = BTreeMap::new();
        let mut differences = Vec::new();
        for product in &products {
            for variant in &product.variants {
                if shown.insert(variant.sku.as_str(), (product, variant)).is_some() {
                    differences.push(format!("{} is there twice", variant.sku));
                }
            }
            if product.variants.is_empty() {
                differences.push(format!("{} has no variants", product.name));
            }
        }
        let mut groups: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
        for item in &self.items {
            groups.entry(item.group.as_deref().unwrap_or(&item.sku)).or_default().push(item);
        }
        for items in groups.values() {
            self.compare_group(vendure, items, &shown, &mut differences);
        }
        let wanted: BTreeSet<&str> = self.items.iter().map(|item| item.sku.as_str()).collect();
        let more = shown.keys().filter(|sku| !wanted.contains(*sku));
        differences.extend(more.map(|sku| format!("{sku} should not be there")));
        Ok(differences)
    }

    fn compare_group(
        &self,
        vendure: &Vendure,
        items: &[&Item],
        shown: &BTreeMap<&str, (&ShownProduct, &ShownVariant)>,
        differences: &mut Vec<String>,
    ) {
        let mut of = BTreeSet::new();
        let mut options = BTreeSet::new();
        for item in items {
            let Some((product, variant)) = shown.get(item.sku.as_str()) else {
                differences.push(format!("{} is missing", item.sku));
                continue;
            };
            of.insert(product.id.as_str());
            let own: BTreeSet<_> =
                variant.options.iter().map(|it| (it.group.name.as_str(), it.name.as_str())).collect();
            let groups: BTreeSet<_> = product.option_groups.iter().map(|group| group.name.as_str()).collect();
            let mut check = |what: &str, expected: String, seen: String| {
                if expected != seen {
                    differences.push(format!("{}: {what} is {seen:?}, not {expected:?}", item.sku));
                }
            };
            check("variants of the product", items.len().to_string(), product.variants.len().to_string());
            check("groups of options", groups.len().to_string(), own.len().to_string());
            self.compare_texts(item, product, items, &mut check);
            self.compare_variant(vendure, item, product, variant, &mut check);
            if !options.insert(own) {
                differences.push(format!("{} has the options of another variant", item.sku));
            }
        }
        if of.len() > 1 {
            differences.push(format!("the group of {} is spread over products", items[0].sku));
        }
    }

    fn compare_texts(
        &self,
        item: &Item,
        product: &ShownProduct,
        group: &[&Item],
        check: &mut impl FnMut(&str, String, String),
    ) {
        for (field, code, seen) in [
            ("name", "name-differs", &product.name),
            ("description", "description-differs", &product.description),
        ] {
            let own = self.text(item, field).unwrap_or_default();
            if self.losses.contains(&(item.sku.clone(), code.to_owned())) {
                let others = group.iter().any(|other| self.text(other, field).unwrap_or_default() == *seen);
                check(&format!("{field}, told to be lost,"), "another variant's".into(), {
                    let what = if others && own != *seen { "another variant's" } else { seen.as_str() };
                    what.into()
                });
            } else {
                check(field, own.into(), seen.clone());
            }
        }
    }

    fn compare_variant(
        &self,
        vendure: &Vendure,
        item: &Item,
        product: &ShownProduct,
        variant: &ShownVariant,
        check: &mut impl FnMut(&str, String, String),
    ) {
        check("enabled", "true true".into(), format!("{} {}", product.enabled, variant.enabled));
        let mut name = vec![self.text(item, "name").unwrap_or_default()];
        for (field, group) in AXES {
            if let Some(option) = variant.option(group) {
                let own = self.text(item, field).unwrap_or("–");
                check(group, own.into(), option.into());
                name.extend(Some(option).filter(|option| *option != "–"));
            }
        }
        name.extend(variant.option("Variant"));
        let name = self.text(item, "variantName").map_or_else(|| name.join(" "), str::to_owned);
        check("variant's name", name, variant.name.clone());
        let price = self.price(item).unwrap_or_default();
        let prices: Vec<_> = variant.prices.iter().map(|it| (it.price, it.currency_code.as_str())).collect();
        check("prices", format!("{:?}", [(price, vendure.market.currency)]), format!("{prices:?}"));
        check("price with tax", price.to_string(), variant.price_with_tax.to_string());
        let shown = variant.levels();
        let mut levels = BTreeMap::new();
        for (place, quantity) in self.levels(item) {
            let id = vendure.locations.iter().find(|(known, _)| *known == place).map(|(_, id)| id.as_str());
            let id = id.unwrap_or("no location of the shop's");
            let allocated = shown.get(id).map_or(0, |(_, allocated)| *allocated);
            levels.insert(id, (quantity + allocated, allocated));
        }
        levels.retain(|_, level| *level != (0, 0));
        check("stock on hand and allocated", format!("{levels:?}"), format!("{shown:?}"));
    }

    fn content(&self, item: &Item, name: &str) -> Option<Content> {
        let index = self.description.fields.iter().position(|field| field.name == name)?;
        let value = item.values.iter().find(|value| value.field as usize == index)?;
        Some(value.content.clone())
    }

    fn text<'a>(&self, item: &'a Item, name: &str) -> Option<&'a str> {
        let index = self.description.fields.iter().position(|field| field.name == name)?;
        match &item.values.iter().find(|value| value.field as usize == index)?.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// In the currency's smallest unit, of which a hundred make one in every currency tried here.
    fn price(&self, item: &Item) -> Option<i64> {
        match self.content(item, "price")? {
            Content::Money(money) => {
                let text = (money.amount * wharf_catalog::Decimal::ONE_HUNDRED).normalize().to_string();
                text.parse().ok()
            }
            _ => None,
        }
    }

    pub(crate) fn levels(&self, item: &Item) -> Vec<(String, i64)> {
        match self.content(item, "stockLevels") {
            Some(Content::Levels(levels)) => {
                levels.into_iter().map(|level| (level.location, level.quantity)).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// All items of the channel, projected one after the other.
async fn items(host: &Host, projector: &Projector) -> anyhow::Result<Vec<Item>> {
    let store = &host.site.store;
    let mut records = Vec::new();
    loop {
        let after = records.last().map(|record: &wharf_store::ProductRecord| record.product.sku.clone());
        let page = store.products(after.as_ref(), PAGE, &ProductFilter::default()).await?;
        if page.is_empty() {
            break;
        }
        records.extend(page);
    }
    let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
    let stock = store.stock_of_products(&ids).await?;
    let by_sku: BTreeMap<_, &Product> =
        records.iter().map(|record| (record.product.sku.clone(), &record.product)).collect();
    let mut items = Vec::new();
    for record in &records {
        let parent = |product: &&Product| product.parent.as_ref().and_then(|sku| by_sku.get(sku)).copied();
        let ancestors: Vec<&Product> =
            std::iter::successors(parent(&&record.product), |product| parent(product)).collect();
        let stock = stock.get(&record.id).map(Vec::as_slice).unwrap_or_default();
        let candidate = Candidate { product: &record.product, ancestors: &ancestors, stock };
        if let Projection::Listed { item, .. } = projector.project(candidate) {
            items.push(item);
        }
    }
    Ok(items)
}

async fn losses(host: &Host, channel: i64) -> anyhow::Result<BTreeSet<(String, String)>> {
    let filter = ListingFilter { channel_id: Some(channel), ..ListingFilter::default() };
    let mut losses = BTreeSet::new();
    let mut after = None;
    loop {
        let page = host.site.store.listings(&filter, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(losses) };
        after = Some(last.cursor());
        for listing in &page {
            let codes = listing.problems.iter().map(|problem| problem.code.clone());
            losses.extend(codes.map(|code| (listing.sku.to_string(), code)));
        }
    }
}
