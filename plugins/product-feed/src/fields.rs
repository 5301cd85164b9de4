//! What items hold for a feed. Limits are the stricter of the two readers', so that one mapping serves both.

use wharf_sdk::{Field, fields};

fields! {
    TITLE = Field::text("title").required().source("name").characters(150).truncate()
        .about("Name of the product. Google takes 150 characters, Meta 200.");
    DESCRIPTION = Field::html("description").required().source("description")
        .about("Markup is removed. Cut after 5,000 characters for Google and 9,999 for Meta.");
    LINK = Field::url("link").required().source("link").characters(2_000)
        .about("Page of the product in the brand's own shop.");
    IMAGES = Field::images("image_link").required().source("images").at_most(21)
        .about("The first is the main image; up to 10 more go to Google, 20 to Meta.");
    AVAILABILITY = Field::quantity("availability").required().source("stock")
        .about("In stock when there is something to sell. Meta is also told how many.");
    PRICE = Field::money("price").required().source("price")
        .about("Written as `12.90 EUR`, with the places that the currency has.");
    SALE_PRICE = Field::money("sale_price").source("price:sale")
        .about("Reduced price, shown beside the regular one.");
    BRAND = Field::text("brand").source("brand").characters(70)
        .about("Google takes 70 characters, Meta 100.");
    GTIN = Field::gtin("gtin").source("gtin")
        .about("Global Trade Item Number. Numbers for inner use (02, 04, 2) are left out.");
    MPN = Field::text("mpn").source("mpn").characters(70)
        .about("The manufacturer's part number.");
    IDENTIFIER_EXISTS = Field::flag("identifier_exists").source("identifier_exists")
        .about("No, when the product has neither GTIN nor brand and part number. Google only.");
    CONDITION = Field::choice("condition", &["new", "refurbished", "used"]).source("condition")
        .about("The channel's setting fills it where it is missing.");
    GOOGLE_CATEGORY = Field::text("google_product_category").source("google_product_category")
        .about("Number or path in Google's taxonomy; both readers know it.");
    PRODUCT_TYPE = Field::texts("product_type").source("categories")
        .about("The brand's own categories. Tables, and all files for Meta, hold the first one only.");
    COLOR = Field::text("color").source("color").characters(100)
        .about("Required for apparel in several markets, and for variants that differ by it.");
    SIZE = Field::text("size").source("size").characters(100)
        .about("One size; each size of a product is an item of its own.");
    GENDER = Field::choice("gender", &["male", "female", "unisex"]).source("gender")
        .about("Required for apparel in several markets.");
    AGE_GROUP = Field::choice("age_group", &["newborn", "infant", "toddler", "kids", "adult"]).source("age_group")
        .about("Required for apparel in several markets.");
    MATERIAL = Field::text("material").source("material").characters(100)
        .about("Google takes 200 characters, Meta 100.");
    PATTERN = Field::text("pattern").source("pattern").characters(100)
        .about("Required for variants that differ by it.");
    CUSTOM_LABEL = Field::text("custom_label_0").source("custom_label").characters(100)
        .about("Groups products in campaigns; shoppers do not see it.");
}
