//! The attributes that are sent, named as in Amazon's product type definitions; a name with a dot is a part of one.
//!
//! Amazon has a [definition](https://developer-docs.amazon.com/sp-api/docs/product-type-definitions-api) for each of
//! thousands of product types. These are the attributes that most of them share; which more one requires, Amazon's
//! answer says by name. What holds for all sellers is from the
//! [listings items guide](https://developer-docs.amazon.com/sp-api/docs/listings-items-api-v2021-08-01-use-case-guide).

use wharf_sdk::{Categories, Decimal, Field, ImageRules, Lane, fields};

/// Characters of plain text
/// ([product detail page rules](https://sellercentral.amazon.com/help/hub/reference/external/G200390640)).
pub(crate) const DESCRIPTION_LENGTH: usize = 2_000;

/// Beside the main picture: `other_product_image_locator_1` to `_8`.
pub(crate) const OTHER_IMAGES: usize = 8;

const WEIGHTS: [&str; 5] = ["kg", "g", "mg", "lb", "oz"];
const LENGTHS: [&str; 6] = ["m", "cm", "mm", "ft", "in", "yd"];

/// The values of `condition_type`, as the listings items API states them.
const CONDITIONS: [&str; 13] = [
    "new_new",
    "new_open_box",
    "new_oem",
    "refurbished_refurbished",
    "used_like_new",
    "used_very_good",
    "used_good",
    "used_acceptable",
    "collectible_like_new",
    "collectible_very_good",
    "collectible_good",
    "collectible_acceptable",
    "club_club",
];

fields! {
    PRODUCT_TYPE = Field::text("product_type").required().source("amazon_product_type")
        .about("Amazon's product type, such as `LUGGAGE`; the stream `product-types` lists them.");
    ITEM_NAME = Field::text("item_name").required().source("name").characters(200).truncate()
        .about("Title of the product page. At most 200 characters.");
    BRAND = Field::text("brand").required().source("brand").characters(100)
        .about("Brand as registered with Amazon, or `Generic`.");
    DESCRIPTION = Field::html("product_description").required().source("description")
        .about("Text about the product. Markup is removed; cut after 2,000 characters.");
    BULLET_POINTS = Field::texts("bullet_point").required().source("highlights")
        .about("Short sentences about what matters most, beside the pictures.");
    GTIN = Field::gtin("externally_assigned_product_identifier").source("gtin")
        .about("EAN, UPC or GTIN. Numbers for inner use (02, 04, 2) are left out with a warning.");
    ASIN = Field::text("merchant_suggested_asin").source("asin").characters(10)
        .about("The catalog page that the offer belongs to, when the product is at Amazon already.");
    GTIN_EXEMPTION = Field::flag("supplier_declared_has_product_identifier_exemption").source("gtin_exemption")
        .about("Yes, when Amazon lets the brand list without a GTIN.");
    CONDITION = Field::choice("condition_type", &CONDITIONS).required().source("condition")
        .about("`new_new` for what is new.");
    COUNTRY_OF_ORIGIN = Field::text("country_of_origin").required().source("country_of_origin").characters(2)
        .about("ISO 3166-1 code of the country where it was made.");
    MANUFACTURER = Field::text("manufacturer").source("manufacturer").characters(100)
        .about("Who made it.");
    MODEL_NAME = Field::text("model_name").source("model_name").about("Name of the model.");
    MODEL_NUMBER = Field::text("model_number").source("model_number").bytes(40)
        .about("Number of the model.");
    PART_NUMBER = Field::text("part_number").source("mpn").about("The manufacturer's part number.");
    ITEM_TYPE_KEYWORD = Field::text("item_type_keyword").source("amazon_item_type_keyword")
        .about("Amazon's browse category in the United States, such as `suitcases`.");
    BROWSE_NODE = Field::text("recommended_browse_nodes").source("amazon_browse_node")
        .about("Number of Amazon's browse node elsewhere.");
    KEYWORDS = Field::text("generic_keyword").source("keywords")
        .about("Words that shoppers search for and the texts lack.");
    COLOR = Field::text("color").source("color").about("Colour as the shopper reads it.");
    SIZE = Field::text("size").source("size").about("Size as the shopper reads it.");
    MATERIAL = Field::texts("material").source("material").about("What it is made of.");
    STYLE = Field::text("style").source("style").about("Style of the product.");
    PATTERN = Field::text("pattern").source("pattern").about("Pattern of the surface.");
    COMPONENTS = Field::texts("included_components").source("included_components")
        .about("What is in the box.");
    FEATURES = Field::texts("special_feature").source("special_features").about("What sets it apart.");
    NUMBER_OF_ITEMS = Field::number("number_of_items").source("number_of_items").minimum(Decimal::new(1, 0))
        .about("How many pieces are sold as one.");
    ITEM_WEIGHT = Field::measure("item_weight", &WEIGHTS).source("weight").about("Weight without packaging.");
    PACKAGE_WEIGHT = Field::measure("item_package_weight", &WEIGHTS).source("package_weight")
        .about("Weight as it is shipped.");
    PACKAGE_LENGTH = Field::measure("item_package_dimensions.length", &LENGTHS).source("package_length")
        .about("Longest side of the package. Sent with width and height only.");
    PACKAGE_WIDTH = Field::measure("item_package_dimensions.width", &LENGTHS).source("package_width")
        .about("Width of the package.");
    PACKAGE_HEIGHT = Field::measure("item_package_dimensions.height", &LENGTHS).source("package_height")
        .about("Height of the package.");
    BATTERIES_REQUIRED = Field::flag("batteries_required").source("batteries_required")
        .about("Whether it needs batteries. Many product types require it.");
    BATTERIES_INCLUDED = Field::flag("batteries_included").source("batteries_included")
        .about("Whether they are in the box.");
    DANGEROUS_GOODS = Field::texts("supplier_declared_dg_hz_regulation").source("dangerous_goods")
        .about("Regulations for dangerous goods that apply, or `not_applicable`.");
    SHIPPING_GROUP = Field::text("merchant_shipping_group").source("shipping_group")
        .about("Id of one of the seller's shipping templates.");
    VARIATION_THEME = Field::text("variation_theme").source("variation_theme")
        .about("How the variants of the product differ, such as `COLOR/SIZE`; sent with `variations`.");
    IMAGES = Field::images("main_product_image_locator").required().source("images").at_most(9)
        .image_rules(image_rules())
        .about("The first is the main picture, up to 8 more become `other_product_image_locator_1` to `_8`.");
    LIST_PRICE = Field::money("list_price").source("price:list").lane(Lane::Content)
        .about("The manufacturer's recommended price.");
    PRICE = Field::money("purchasable_offer.our_price").required().source("price")
        .about("Price with tax, in the currency of the marketplace.");
    SALE_PRICE = Field::money("purchasable_offer.discounted_price").source("price:sale")
        .about("Reduced price. Needs its first and last day.");
    SALE_START = Field::date("purchasable_offer.discounted_price.start_at").source("sale_start").lane(Lane::Price)
        .about("When the reduced price begins.");
    SALE_END = Field::date("purchasable_offer.discounted_price.end_at").source("sale_end").lane(Lane::Price)
        .about("When it ends.");
    QUANTITY = Field::quantity("fulfillment_availability").source("stock")
        .about("Units for sale. Not sent where Amazon ships and counts.");
    LEAD_TIME = Field::number("fulfillment_availability.lead_time_to_ship_max_days").source("handling_days")
        .lane(Lane::Stock).minimum(Decimal::new(0, 0)).maximum(Decimal::new(30, 0))
        .about("Days until it is handed to the carrier, when not the account's.");
}

/// Rules for [pictures](https://sellercentral.amazon.com/help/hub/reference/external/G1881): 500 to 10,000 pixels on the
/// longest side, in these formats.
fn image_rules() -> ImageRules {
    ImageRules::new(&["image/jpeg", "image/png", "image/tiff", "image/gif"]).at_most(10_000)
}

/// What single product types require beyond the fields' own rules.
///
/// Definitions differ by marketplace and change, and there are thousands: declared is what the six common types whose
/// definitions were at hand agree in. The rest Amazon answers with `MISSING_ATTRIBUTE` and the attribute's name.
pub(crate) fn categories() -> Categories {
    let regulated = ["CHAIR", "COOKWARE", "PRODUCT", "SUITCASE", "UMBRELLA"];
    let categories = Categories::new(PRODUCT_TYPE).requires("PRODUCT", COLOR);
    regulated
        .iter()
        .fold(categories, |categories, product_type| categories.requires(product_type, DANGEROUS_GOODS))
}
