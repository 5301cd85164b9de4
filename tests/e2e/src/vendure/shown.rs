//! What the shop shows, as its administrator reads it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::Vendure;

/// Products read at once.
const PAGE: usize = 100;

const PRODUCTS: &str = "query($skip: Int!, $take: Int!) {
  products(options: { skip: $skip, take: $take, sort: { id: ASC } }) {
    totalItems
    items {
      id name slug description enabled
      optionGroups { name }
      variants {
        id sku name enabled priceWithTax
        prices { currencyCode price }
        options { name group { name } }
        stockLevels { stockLocationId stockOnHand stockAllocated }
      }
    }
  }
}";

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownProduct {
    pub id: String,
    pub name: String,
    pub slug: String,
    pub description: String,
    pub enabled: bool,
    pub option_groups: Vec<Named>,
    pub variants: Vec<ShownVariant>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Named {
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownVariant {
    pub id: String,
    pub sku: String,
    pub name: String,
    pub enabled: bool,
    /// In the currency's smallest unit.
    pub price_with_tax: i64,
    pub prices: Vec<ShownPrice>,
    pub options: Vec<ShownOption>,
    pub stock_levels: Vec<ShownLevel>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownPrice {
    pub currency_code: String,
    pub price: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ShownOption {
    pub name: String,
    pub group: Named,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownLevel {
    pub stock_location_id: String,
    pub stock_on_hand: i64,
    pub stock_allocated: i64,
}

impl ShownVariant {
    /// The option of this group.
    pub fn option(&self, group: &str) -> Option<&str> {
        let option = self.options.iter().find(|option| option.group.name == group);
        option.map(|option| option.name.as_str())
    }

    /// Units on hand and allocated, by Vendure's location; locations without either are left out.
    pub fn levels(&self) -> BTreeMap<&str, (i64, i64)> {
        let level = |level: &ShownLevel| (level.stock_on_hand, level.stock_allocated);
        let levels = self.stock_levels.iter().map(|it| (it.stock_location_id.as_str(), level(it)));
        levels.filter(|(_, level)| *level != (0, 0)).collect()
    }
}

impl Vendure {
    /// All products, with all their variants.
    pub async fn products(&self) -> anyhow::Result<Vec<ShownProduct>> {
        let mut products: Vec<ShownProduct> = Vec::new();
        loop {
            let page = json!({"skip": products.len(), "take": PAGE});
            let mut data = self.admin.call(PRODUCTS, page).await?;
            let items: Vec<ShownProduct> = serde_json::from_value(data["products"]["items"].take())?;
            let total = data["products"]["totalItems"].as_u64().unwrap_or_default();
            let is_last = items.is_empty();
            products.extend(items);
            if is_last || products.len() as u64 >= total {
                return Ok(products);
            }
        }
    }

    /// The variant with this SKU, and the name of its product.
    pub async fn variant(&self, sku: &str) -> anyhow::Result<Option<(String, ShownVariant)>> {
        for product in self.products().await? {
            if let Some(variant) = product.variants.into_iter().find(|variant| variant.sku == sku) {
                return Ok(Some((product.name, variant)));
            }
        }
        Ok(None)
    }
}
