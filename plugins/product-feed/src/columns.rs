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
    Quantity,
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
}

use Column::*;

/// Every column of any reader.
const ALL: [Column; 25] = [
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

impl Column {
    /// The columns of one reader's files.
    pub(crate) fn all(profile: Profile) -> impl Iterator<Item = Self> {
        ALL.into_iter().filter(move |column| column.is_read_by(profile))
    }

    /// The readers share all columns but two.
    fn is_read_by(self, profile: Profile) -> bool {
        match self {
            Quantity => profile == Profile::Meta,
            IdentifierExists => profile == Profile::Google,
            _ => true,
        }
    }

    /// Whether a format that knows lists has a value for each entry. Google takes several; Meta one text with commas,
    /// as in a table.
    pub(crate) fn repeats(self, profile: Profile) -> bool {
        profile == Profile::Google && matches!(self, AdditionalImageLink | ProductType)
    }

    /// In the header row and in JSON; with the prefix `g:`, the element in RSS.
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
