//! The attributes that are sent, named as in the API's `productAttributes`.
//!
//! Limits are those of the [product data specification](https://support.google.com/merchants/answer/7052112);
//! where the API reference states one, that is said. The description has no limit for the host, as it is
//! measured without its markup.

use wharf_sdk::{Field, ImageRules, fields};

/// Characters of plain text.
pub(crate) const DESCRIPTION_LENGTH: usize = 5_000;

/// Beside the main image.
pub(crate) const ADDITIONAL_IMAGES: usize = 10;

/// Characters of `offerId` and `itemGroupId`.
pub(crate) const ID_LENGTH: usize = 50;

fields! {
    TITLE = Field::text("title").required().source("name").characters(150).truncate()
        .about("Name of the product as on its page. At most 150 characters.");
    DESCRIPTION = Field::html("description").required().source("description")
        .about("Text about the product. Markup is removed; cut after 5,000 characters.");
    LINK = Field::url("link").required().source("link").characters(2_000)
        .about("Page of the product in the brand's own shop.");
    MOBILE_LINK = Field::url("mobileLink").source("mobile_link").characters(2_000)
        .about("Page for mobile devices, when it has another address.");
    IMAGES = Field::images("imageLinks").required().source("images").at_most(11).image_rules(image_rules())
        .about("The first becomes `imageLink`, up to 10 more become `additionalImageLinks`.");
    AVAILABILITY = Field::quantity("availability").required().source("stock")
        .about("`IN_STOCK` when there is something to sell, else `OUT_OF_STOCK`.");
    STORES = Field::levels("localInventories").source("stock")
        .about("Units by location. Those that the channel's `stores` name go to Google as the stores' own stock.");
    PRICE = Field::money("price").required().source("price")
        .about("Price in the currency of the market.");
    SALE_PRICE = Field::money("salePrice").source("price:sale")
        .about("Reduced price, shown beside the regular one.");
    BRAND = Field::text("brand").source("brand").characters(70)
        .about("Brand as the shopper knows it. Required for new products except media.");
    GTIN = Field::gtin("gtins").source("gtin")
        .about("Global Trade Item Number. Numbers for inner use (02, 04, 2) are left out with a warning.");
    MPN = Field::text("mpn").source("mpn").characters(70)
        .about("The manufacturer's part number. Required when there is no GTIN.");
    IDENTIFIER_EXISTS = Field::flag("identifierExists").source("identifier_exists")
        .about("No, when the product has neither GTIN nor brand and part number, such as a one-off.");
    CONDITION = Field::choice("condition", &["NEW", "USED", "REFURBISHED"]).source("condition")
        .about("Required when the product is not new.");
    GOOGLE_CATEGORY = Field::text("googleProductCategory").source("google_product_category")
        .about("Number or path in Google's own taxonomy. Google assigns one where it is missing.");
    PRODUCT_TYPES = Field::texts("productTypes").source("categories")
        .about("The brand's own categories, for campaigns and reports.");
    COLOR = Field::text("color").source("color").characters(100)
        .about("Required for apparel in several markets, and for variants that differ by it.");
    SIZE = Field::text("size").source("size").characters(100)
        .about("One size; each size of a product is an item of its own.");
    SIZE_SYSTEM = Field::choice(
        "sizeSystem",
        &["AU", "BR", "CN", "DE", "EU", "FR", "IT", "JP", "MEX", "UK", "US"],
    ).source("size_system").about("The country's system that the size is given in.");
    GENDER = Field::choice("gender", &["MALE", "FEMALE", "UNISEX"]).source("gender")
        .about("Required for apparel in several markets.");
    AGE_GROUP = Field::choice("ageGroup", &["ADULT", "KIDS", "TODDLER", "INFANT", "NEWBORN"]).source("age_group")
        .about("Required for apparel in several markets.");
    MATERIAL = Field::text("material").source("material").characters(200)
        .about("Required for variants that differ by it.");
    PATTERN = Field::text("pattern").source("pattern").characters(100)
        .about("Required for variants that differ by it.");
    HIGHLIGHTS = Field::texts("productHighlights").source("highlights").characters(150).at_most(100)
        .about("Short sentences about what matters most.");
    ADULT = Field::flag("adult").source("adult")
        .about("Yes, when the product has sexually suggestive content.");
    IS_BUNDLE = Field::flag("isBundle").source("is_bundle")
        .about("Yes, when different products are sold together for one price.");
    SHIPPING_LABEL = Field::text("shippingLabel").source("shipping_label").characters(100)
        .about("Groups products for the account's shipping rules. The API reference states the limit.");
    CUSTOM_LABEL = Field::text("customLabel0").source("custom_label").characters(100)
        .about("Groups products in campaigns; shoppers do not see it.");
}

/// Rules of the attribute [image link](https://support.google.com/merchants/answer/6324350). Clothes need 250 pixels
/// a side; whether an item is one is not known here, so the host checks what all products need.
fn image_rules() -> ImageRules {
    const FORMATS: [&str; 6] =
        ["image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff"];
    ImageRules::new(&FORMATS).at_least(100).bytes(16 * 1024 * 1024)
}

/// The field that Google means by a path such as `productAttributes.imageLink` or `product_attributes.image_link`, or by
/// an attribute's name in words, such as `image link`.
pub(crate) fn find(path: &str) -> Option<u32> {
    let attribute = path.rsplit_once('.').map_or(path, |(_, last)| last);
    let attribute = attribute.split('[').next().unwrap_or(attribute);
    let letters = |name: &str| -> String {
        name.chars()
            .filter(|character| !matches!(character, '_' | ' '))
            .map(|character| character.to_ascii_lowercase())
            .collect()
    };
    let wanted = letters(attribute);
    match wanted.as_str() {
        "imagelink" | "additionalimagelinks" | "additionalimagelink" => Some(IMAGES),
        "gtin" => Some(GTIN),
        _ => (0..).zip(fields()).find(|(_, field)| letters(&field.name) == wanted).map(|(index, _)| index),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_googles_errors_lead_to_fields() {
        assert_eq!(find("productAttributes.title"), Some(TITLE));
        assert_eq!(find("product_attributes.sale_price"), Some(SALE_PRICE));
        assert_eq!(find("productAttributes.additionalImageLinks[3]"), Some(IMAGES));
        assert_eq!(find("gtin"), Some(GTIN));
        assert_eq!((find("image link"), find("sale_price")), (Some(IMAGES), Some(SALE_PRICE)));
        assert_eq!(find(""), None);
        assert_eq!(find("feedLabel"), None);
    }
}
