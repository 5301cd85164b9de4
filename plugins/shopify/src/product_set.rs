//! A product as the variables of `productSet`.
//!
//! Fields that a request leaves out stay as they are at Shopify, so that what the merchant fills there is not lost;
//! what Wharf had filled and is empty now is cleared by name. Lists, such as variants, are replaced whole.

use wharf_sdk::{Decimal, Item, Json};

use crate::{
    documents,
    fields::*,
    graphql,
    ids::{self, LOCATION, PRODUCT, VARIANT, gid},
    money::Prices,
    product::{Product, axis_name},
    selection::Candidate,
};

/// Shopify's name of the only option, and of its only value, of products without options.
const NO_OPTION: (&str, &str) = ("Title", "Default Title");

/// Variants that are read back with a product, so that an answer stays far below the 1,000 points that one query may
/// [cost](https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits).
pub(crate) const VARIANTS_PER_PAGE: usize = 100;

/// How many variants to read back of so many.
pub(crate) fn page(variants: usize) -> i64 {
    i64::try_from(variants.clamp(1, VARIANTS_PER_PAGE)).unwrap_or(1)
}

/// The points of a product with so many variants, each of which has an inventory item.
pub(crate) fn read_points(variants: usize) -> u32 {
    4 + 2 * u32::try_from(page(variants)).unwrap_or_default()
}

pub(crate) fn body(product: &Product<'_>, sends_media: bool) -> Json {
    let length =
        product.variants.iter().map(|variant| 256 + variant.numbered.operation.item.expected_length());
    graphql::body(documents::SET, 512 + length.sum::<usize>(), |json| {
        write_identifier(product, json);
        json.key("synchronous").flag(product.is_small());
        json.key("first").integer(page(product.variants.len()));
        json.key("input").begin_object();
        Content { product, item: product.first() }.write(json);
        if sends_media {
            product.media.write(json);
        }
        write_options(product, json);
        json.key("variants").begin_array();
        for (position, variant) in product.variants.iter().enumerate() {
            write_variant(product, position, variant, sends_media, json);
        }
        json.end_array().end_object();
    })
}

/// By its id when that is known. A product that is made has the handle by which it is found if the answer is lost.
fn write_identifier(product: &Product<'_>, json: &mut Json) {
    json.key("identifier").begin_object();
    match product.id {
        Some(id) => json.member("id", &gid(PRODUCT, id)),
        None => json.member("handle", &handle(product)),
    };
    json.end_object();
}

fn handle(product: &Product<'_>) -> String {
    product.first().text(HANDLE).map_or_else(|| ids::handle(product.name), str::to_owned)
}

/// What the product has as a whole.
struct Content<'a> {
    product: &'a Product<'a>,
    item: Item<'a>,
}

impl Content<'_> {
    fn write(&self, json: &mut Json) {
        if self.product.id.is_none() || self.item.text(HANDLE).is_some() {
            json.member("handle", &handle(self.product));
        }
        self.text("title", TITLE, json);
        self.text("descriptionHtml", DESCRIPTION, json);
        self.text("vendor", VENDOR, json);
        self.text("productType", PRODUCT_TYPE, json);
        self.category(json);
        if self.item.texts(TAGS).len() > 0 || self.product.clears(TAGS) {
            json.texts("tags", self.item.texts(TAGS));
        }
        json.member("status", self.item.text(STATUS).unwrap_or(&self.product.settings.status));
        self.seo(json);
    }

    fn text(&self, name: &str, field: u32, json: &mut Json) {
        match self.item.text(field) {
            Some(text) => drop(json.member(name, text)),
            None if self.product.clears(field) => drop(json.member(name, "")),
            None => {}
        }
    }

    fn category(&self, json: &mut Json) {
        match self.item.text(CATEGORY) {
            Some(id) if id.starts_with("gid://") => drop(json.member("category", id)),
            Some(id) => drop(json.member("category", &format!("gid://shopify/TaxonomyCategory/{id}"))),
            None if self.product.clears(CATEGORY) => drop(json.key("category").null()),
            None => {}
        }
    }

    fn seo(&self, json: &mut Json) {
        let said = |field| self.item.text(field).is_some() || self.product.clears(field);
        if said(SEO_TITLE) || said(SEO_DESCRIPTION) {
            json.key("seo").begin_object();
            self.text("title", SEO_TITLE, json);
            self.text("description", SEO_DESCRIPTION, json);
            json.end_object();
        }
    }
}

/// Every option with the values that occur, in the order of their first variant.
fn write_options(product: &Product<'_>, json: &mut Json) {
    json.key("productOptions").begin_array();
    if product.axes.is_empty() {
        write_option(NO_OPTION.0, &[NO_OPTION.1], json);
    }
    for axis in &product.axes {
        let mut values = Vec::new();
        for variant in &product.variants {
            let value = variant.numbered.operation.item.text(*axis).unwrap_or_default();
            if !values.contains(&value) {
                values.push(value);
            }
        }
        write_option(axis_name(product.settings, *axis), &values, json);
    }
    json.end_array();
}

fn write_option(name: &str, values: &[&str], json: &mut Json) {
    json.begin_object().member("name", name).key("values").begin_array();
    for value in values {
        json.begin_object().member("name", value).end_object();
    }
    json.end_array().end_object();
}

fn write_variant(
    product: &Product<'_>,
    position: usize,
    variant: &Candidate<'_>,
    sends_media: bool,
    json: &mut Json,
) {
    let item = variant.numbered.operation.item;
    json.begin_object();
    if let Some(id) = variant.variant {
        json.member("id", &gid(VARIANT, id));
    }
    json.member("sku", item.sku());
    if let Ok(prices) = Prices::of(item) {
        prices.write(json);
    }
    match item.text(BARCODE) {
        Some(barcode) => drop(json.member("barcode", barcode)),
        None if product.clears(BARCODE) => drop(json.key("barcode").null()),
        None => {}
    }
    if let Some(taxable) = item.flag(TAXABLE) {
        json.key("taxable").flag(taxable);
    }
    json.member("inventoryPolicy", &product.settings.inventory_policy);
    write_option_values(product, item, json);
    write_inventory_item(product, item, json);
    if variant.stock_in_set {
        write_quantities(variant, json);
    }
    if sends_media && !product.axes.is_empty() {
        product.media.write_own(position, json);
    }
    json.end_object();
}

fn write_option_values(product: &Product<'_>, item: Item<'_>, json: &mut Json) {
    json.key("optionValues").begin_array();
    let mut write = |name: &str, value: &str| {
        json.begin_object().member("optionName", name).member("name", value).end_object();
    };
    if product.axes.is_empty() {
        write(NO_OPTION.0, NO_OPTION.1);
    }
    for axis in &product.axes {
        write(axis_name(product.settings, *axis), item.text(*axis).unwrap_or_default());
    }
    json.end_array();
}

fn write_inventory_item(product: &Product<'_>, item: Item<'_>, json: &mut Json) {
    json.key("inventoryItem").begin_object().key("tracked").flag(true);
    for (name, field) in [("countryCodeOfOrigin", ORIGIN), ("harmonizedSystemCode", TARIFF)] {
        match item.text(field) {
            Some(code) => drop(json.member(name, code)),
            None if product.clears(field) => drop(json.key(name).null()),
            None => {}
        }
    }
    if let Some(weight) = item.measure(WEIGHT) {
        write_weight(weight.number, weight.unit, json);
    }
    json.end_object();
}

fn write_weight(number: Decimal, unit: &str, json: &mut Json) {
    let unit = match unit {
        "g" => "GRAMS",
        "oz" => "OUNCES",
        "lb" => "POUNDS",
        _ => "KILOGRAMS",
    };
    json.key("measurement").begin_object().key("weight").begin_object();
    json.member("unit", unit).key("value").decimal(number);
    json.end_object().end_object();
}

fn write_quantities(variant: &Candidate<'_>, json: &mut Json) {
    json.key("inventoryQuantities").begin_array();
    for level in &variant.levels {
        json.begin_object().member("locationId", &gid(LOCATION, level.location));
        json.member("name", "available").key("quantity").integer(level.quantity).end_object();
    }
    json.end_array();
}
