//! The fields that are sent, named as in Shopify's
//! [`ProductSetInput`](https://shopify.dev/docs/api/admin-graphql/2026-10/input-objects/ProductSetInput) and
//! [`ProductVariantSetInput`](https://shopify.dev/docs/api/admin-graphql/2026-10/input-objects/ProductVariantSetInput).
//!
//! The schema has no lengths. Handles and tags end at 255 characters, as
//! [importers](https://matrixify.app/documentation/shopify-limits/) found; the other short texts are held to the same.
//! A product has at most [250 tags](https://shopify.dev/changelog/product-tags-now-have-a-limit-of-250-per-product).

use wharf_sdk::{Field, ImageRules, fields};

/// Options that a product may have, in the schema's words "maximum of 3 per product".
pub(crate) const OPTIONS: [u32; 3] = [OPTION_1, OPTION_2, OPTION_3];

/// The most pictures of one product. Shopify's schema only names the error, `PRODUCT_MEDIA_LIMIT_EXCEEDED`; the figure is
/// that of [Akeneo's connector](https://help.akeneo.com/shopify-app-features/shopify-app-media-mapping).
pub(crate) const MAXIMUM_MEDIA: usize = 250;

/// The most units in one place, as `INVALID_QUANTITY_TOO_HIGH` says.
pub(crate) const MAXIMUM_QUANTITY: i64 = 1_000_000_000;

fields! {
    TITLE = Field::text("title").required().source("name").characters(255)
        .about("Name of the product. Of a product with variants, that of the first one by SKU.");
    DESCRIPTION = Field::html("descriptionHtml").source("description")
        .about("Text about the product, with markup.");
    VENDOR = Field::text("vendor").source("brand").characters(255)
        .about("Brand or maker.");
    PRODUCT_TYPE = Field::text("productType").source("product_type").characters(255)
        .about("The brand's own kind of product.");
    CATEGORY = Field::text("category").source("shopify_category").characters(255)
        .about("Id in Shopify's product taxonomy, such as `sg-4-17-2-17`.");
    TAGS = Field::texts("tags").source("tags").at_most(250).characters(255)
        .about("Words to search and filter by. They replace all tags that the product has.");
    HANDLE = Field::text("handle").source("shopify_handle").characters(255)
        .about("Last part of the product's address. Without it, one is made of the SKU when the product is created.");
    STATUS = Field::choice("status", &["ACTIVE", "DRAFT", "ARCHIVED", "UNLISTED"]).source("shopify_status")
        .about("Without it, that of the settings.");
    SEO_TITLE = Field::text("seo.title").source("meta_title").characters(255)
        .about("Title for search engines.");
    SEO_DESCRIPTION = Field::text("seo.description").source("meta_description").characters(320)
        .about("Text for search engines, of which they show about 160 characters.");
    IMAGES = Field::images("files").source("images").at_most(250).image_rules(image_rules())
        .about("Pictures of the product; the first of a variant is the variant's. Sent again only when they change.");
    OPTION_1 = Field::text("option1").source("color").characters(255)
        .about("First attribute in which the variants of a product may differ; the settings name it.");
    OPTION_2 = Field::text("option2").source("size").characters(255)
        .about("Second attribute in which variants may differ.");
    OPTION_3 = Field::text("option3").source("material").characters(255)
        .about("Third attribute in which variants may differ.");
    BARCODE = Field::gtin("barcode").source("gtin")
        .about("Global Trade Item Number of the variant.");
    PRICE = Field::money("price").required().source("price")
        .about("Regular price. While there is a lower `salePrice`, it becomes `compareAtPrice`.");
    SALE_PRICE = Field::money("salePrice").source("price:sale")
        .about("Reduced price, which becomes Shopify's `price`.");
    QUANTITIES = Field::levels("inventoryQuantities").source("stock")
        .about("Units available by location, at the locations that the settings name.");
    WEIGHT = Field::measure("weight", &["g", "kg", "oz", "lb"]).source("weight")
        .about("Weight for shipping.");
    ORIGIN = Field::text("countryCodeOfOrigin").source("country_of_origin").characters(2)
        .about("ISO 3166-1 alpha-2 code of the country it was made in.");
    TARIFF = Field::text("harmonizedSystemCode").source("hs_code").characters(13)
        .about("Customs tariff number of 6 to 13 digits.");
    TAXABLE = Field::flag("taxable").source("taxable")
        .about("No, when no tax is charged.");
}

/// At most 4,472 pixels a side, says Shopify's
/// [guide to media](https://shopify.dev/docs/apps/build/online-store/product-media). It names three of the formats, and
/// Akeneo's connector the others.
fn image_rules() -> ImageRules {
    const FORMATS: [&str; 5] = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/heic"];
    ImageRules::new(&FORMATS).at_most(4_472)
}

/// The field that is to blame by the path of an error, such as `input`, `variants`, `3`, `price`.
pub(crate) fn find<'a>(path: impl DoubleEndedIterator<Item = &'a str>) -> Option<u32> {
    let mut path = path.rev().peekable();
    while let Some(part) = path.next() {
        match named(part) {
            // The title for search engines is named like the product's own.
            Some(TITLE) if path.peek() == Some(&"seo") => return Some(SEO_TITLE),
            None => {}
            found => return found,
        }
    }
    None
}

fn named(part: &str) -> Option<u32> {
    Some(match part {
        "title" => TITLE,
        "description" | "seo" => SEO_DESCRIPTION,
        "compareAtPrice" => PRICE,
        "file" | "files" | "media" | "originalSource" => IMAGES,
        "optionValues" | "productOptions" | "options" => OPTION_1,
        "measurement" => WEIGHT,
        "quantities" | "quantity" => QUANTITIES,
        _ => (0..).zip(fields()).find(|(_, field)| field.name == part).map(|(index, _)| index)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_shopifys_errors_lead_to_fields() {
        let find = |path: &str| find(path.split('.'));
        assert_eq!((find("input.title"), find("input.seo.title")), (Some(TITLE), Some(SEO_TITLE)));
        assert_eq!(find("input.variants.3.price"), Some(PRICE));
        assert_eq!(find("input.variants.3.optionValues.0.name"), Some(OPTION_1));
        assert_eq!(find("input.files.2.originalSource"), Some(IMAGES));
        assert_eq!(find("input.variants.0.inventoryItem.measurement.weight.value"), Some(WEIGHT));
        assert_eq!(find("input.quantities.4.quantity"), Some(QUANTITIES));
        assert_eq!((find("input"), find("identifier.id")), (None, None));
    }

    #[test]
    fn every_field_has_a_bit_in_a_note() {
        assert!(fields().len() <= 32);
    }
}
