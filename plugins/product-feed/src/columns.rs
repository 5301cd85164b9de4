//! What a file holds, in the order of its columns.

use crate::settings::Profile;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Id,
    Title,
    Description,
    Link,
    ImageLink,
    AdditionalImageLink,
    Availability,
    /// Meta only.
    Quantity,
    Price,
    SalePrice,
    Brand,
    Gtin,
    Mpn,
    /// Google only.
    IdentifierExists,
    Condition,
    GoogleProductCategory,
    ProductType,
    ItemGroupId,
    Color,
    Size,
    Gender,
    AgeGroup,
    Material,
    Pattern,
    CustomLabel,
}

use Column::*;

const GOOGLE: &[Column] = &[
    Id,
    Title,
    Description,
    Link,
    ImageLink,
    AdditionalImageLink,
    Availability,
    Price,
    SalePrice,
    Brand,
    Gtin,
    Mpn,
    IdentifierExists,
    Condition,
    GoogleProductCategory,
    ProductType,
    ItemGroupId,
    Color,
    Size,
    Gender,
    AgeGroup,
    Material,
    Pattern,
    CustomLabel,
];

const META: &[Column] = &[
    Id,
    Title,
    Description,
    Link,
    ImageLink,
    AdditionalImageLink,
    Availability,
    Quantity,
    Price,
    SalePrice,
    Brand,
    Gtin,
    Mpn,
    Condition,
    GoogleProductCategory,
    ProductType,
    ItemGroupId,
    Color,
    Size,
    Gender,
    AgeGroup,
    Material,
    Pattern,
    CustomLabel,
];

impl Column {
    pub(crate) fn all(profile: Profile) -> &'static [Self] {
        match profile {
            Profile::Google => GOOGLE,
            Profile::Meta => META,
        }
    }

    /// In the header row; with the prefix `g:`, the element in RSS.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Id => "id",
            Title => "title",
            Description => "description",
            Link => "link",
            ImageLink => "image_link",
            AdditionalImageLink => "additional_image_link",
            Availability => "availability",
            Quantity => "quantity_to_sell_on_facebook",
            Price => "price",
            SalePrice => "sale_price",
            Brand => "brand",
            Gtin => "gtin",
            Mpn => "mpn",
            IdentifierExists => "identifier_exists",
            Condition => "condition",
            GoogleProductCategory => "google_product_category",
            ProductType => "product_type",
            ItemGroupId => "item_group_id",
            Color => "color",
            Size => "size",
            Gender => "gender",
            AgeGroup => "age_group",
            Material => "material",
            Pattern => "pattern",
            CustomLabel => "custom_label_0",
        }
    }
}
