//! The fields of a product and its variant, named as in Vendure's
//! [inputs](https://docs.vendure.io/reference/graphql-api/admin/input-types/).

use wharf_sdk::{Decimal, Field, fields};

/// Attributes in which variants may differ.
pub(crate) const AXES: u32 = 3;

/// The largest `Int` of GraphQL.
pub(crate) const INTEGER: i64 = 2_147_483_647;

fields! {
    NAME = Field::text("name").required().source("name").characters(255)
        .about("Name of the product. The variants of one product share the first one's. At most 255 characters, as databases store it.");
    DESCRIPTION = Field::html("description").source("description").characters(20_000)
        .about("Description of the product, with markup. At most 20,000 characters, so that a request stays below what Vendure reads.");
    SLUG = Field::text("slug").source("slug").characters(200)
        .about("The product's part of addresses in the shop. Without it, made of name and SKU when the product is created, and then left alone.");
    VARIANT_NAME = Field::text("variantName").source("variant_name").characters(255)
        .about("Name of the variant. Without it, the product's name and the variant's options.");
    COLOR = Field::text("color").source("color").characters(100)
        .about("Option of the group `Color`, when a variant of the product has one.");
    SIZE = Field::text("size").source("size").characters(100)
        .about("Option of the group `Size`, when a variant of the product has one.");
    MATERIAL = Field::text("material").source("material").characters(100)
        .about("Option of the group `Material`, when color and size do not tell the variants apart.");
    PRICE = Field::money("price").required().source("price").minimum(Decimal::new(0, 0))
        .about("Price in the currency of the channel, with or without tax as Vendure's channel is set.");
    STOCK = Field::levels("stockLevels").source("stock")
        .about("Units that may be sold by stock location; what open orders have allocated is added to `stockOnHand`.");
    PICTURES = crate::media::field();
}
