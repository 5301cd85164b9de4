//! About as many fields as a usual channel has, one of each kind at least.

use wharf_sdk::{Field, fields};

fields! {
    TITLE = Field::text("title").required().source("name").characters(150).truncate();
    DESCRIPTION = Field::html("description").source("description");
    PRICE = Field::money("price").required().source("price");
    SALE_PRICE = Field::money("sale_price").source("price:sale");
    QUANTITY = Field::quantity("quantity").source("stock");
    IMAGES = Field::images("images").source("images").at_most(20);
    LINK = Field::url("link").source("link");
    BRAND = Field::text("brand").source("brand").characters(70);
    GTIN = Field::gtin("gtin").source("gtin");
    MPN = Field::text("mpn").source("mpn");
    CATEGORIES = Field::texts("categories").source("categories");
    CONDITION = Field::choice("condition", &["new", "used", "refurbished"]).source("condition");
    COLOR = Field::text("color").source("color");
    SIZE = Field::text("size").source("size");
    MATERIAL = Field::text("material").source("material");
    PATTERN = Field::text("pattern").source("pattern");
    GENDER = Field::text("gender").source("gender");
    AGE_GROUP = Field::text("age_group").source("age_group");
    HIGHLIGHTS = Field::texts("highlights").source("highlights");
    WEIGHT = Field::number("weight").source("weight");
    RELEASED = Field::date("released").source("released");
    ADULT = Field::flag("adult").source("adult");
}

/// The member of the item's JSON object that a field fills.
pub(crate) fn member(field: u32) -> Option<&'static str> {
    Some(match field {
        TITLE => "title",
        DESCRIPTION => "description",
        PRICE => "price",
        SALE_PRICE => "sale_price",
        QUANTITY => "quantity",
        IMAGES => "images",
        LINK => "link",
        BRAND => "brand",
        GTIN => "gtin",
        MPN => "mpn",
        CATEGORIES => "categories",
        CONDITION => "condition",
        COLOR => "color",
        SIZE => "size",
        MATERIAL => "material",
        PATTERN => "pattern",
        GENDER => "gender",
        AGE_GROUP => "age_group",
        HIGHLIGHTS => "highlights",
        WEIGHT => "weight",
        RELEASED => "released",
        ADULT => "adult",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_named_as_the_fields_are() {
        for (index, field) in (0..).zip(fields()) {
            assert_eq!(member(index), Some(field.name.as_str()));
        }
    }
}
