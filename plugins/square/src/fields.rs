//! The fields of an item and its variation, named as in Square's
//! [CatalogItem](https://developer.squareup.com/reference/square/objects/CatalogItem) and
//! [CatalogItemVariation](https://developer.squareup.com/reference/square/objects/CatalogItemVariation), which also
//! state the limits.

use wharf_sdk::{Field, fields};

use crate::catalog::description::MARKUP;

/// Attributes in which variations may differ, after Square's limit for item options.
pub(crate) const AXES: u32 = 6;

/// Characters of a variation's name.
pub(crate) const VARIATION_NAME_LENGTH: usize = 255;

/// Characters of a description, markup included.
pub(crate) const DESCRIPTION_LENGTH: usize = 65_535;

fields! {
    NAME = Field::text("name").required().source("name").characters(512)
        .about("Name of the item. The variants of one product share the first one's. At most 512 characters.");
    DESCRIPTION = Field::html("description_html").source("description").characters(65_535).grammar(MARKUP.grammar())
        .about("Description of the item, markup included at most 65,535 characters. What Square does not show is left out.");
    VARIATION_NAME = Field::text("variation_name").source("variant_name").characters(255)
        .about("What tells this variation from the others, such as `M, red`. Without it, colour and size; without those, `Regular` or the SKU.");
    COLOR = Field::text("color").source("color")
        .about("Part of the variation's name when it has none of its own.");
    SIZE = Field::text("size").source("size")
        .about("Part of the variation's name when it has none of its own.");
    PRICE = Field::money("price_money").required().source("price")
        .about("Fixed price. Square counts it in the currency's smallest unit, which has to be that of the location.");
    GTIN = Field::gtin("upc").source("gtin")
        .about("The number under the barcode, of 12 to 14 digits; shorter ones are filled up with zeros.");
    STOCK = Field::levels("inventory").source("stock")
        .about("Units in stock by location, sent as physical counts to the locations that the settings name.");
    PICTURES = crate::catalog::images::field();
}

/// The field that a path of Square's is about, such as `batches[0].objects[0].item_data.name`.
pub(crate) fn find(path: &str) -> Option<u32> {
    path.rsplit(['.', '/']).find_map(|segment| match segment.split('[').next()? {
        "name" if path.contains("item_variation_data") => Some(VARIATION_NAME),
        "name" => Some(NAME),
        "description" | "description_html" => Some(DESCRIPTION),
        "price_money" | "pricing_type" => Some(PRICE),
        "upc" => Some(GTIN),
        "quantity" | "location_id" => Some(STOCK),
        _ => None,
    })
}
