//! Which of Amazon's attributes an item fills, and in which of Amazon's forms each is written.
//!
//! An attribute's position in [`ATTRIBUTES`] is its bit in a [`Filled`], by which a listing remembers what it was
//! last sent: what is empty since then has to be deleted by name. So the order only ever grows at its end.

use wharf_sdk::{Item, gtin};

use crate::{fields::*, settings::Market};

/// One of Amazon's attributes.
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
}

/// How an attribute's entries look, and the fields that fill them. Unless something else is said, an entry has a
/// `marketplace_id` and there is one for each marketplace.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// `{"value": TEXT, "language_tag": ...}`
    Localized(u32),
    /// The same for each text.
    LocalizedList(u32),
    /// The same, without its markup.
    PlainText(u32),
    /// `{"value": TEXT}`
    Value(u32),
    /// The same for each text.
    ValueList(u32),
    /// `{"value": true}`
    Flag(u32),
    /// `{"value": 3}`
    Number(u32),
    /// `{"value": 12.90, "currency": "EUR"}`
    Price(u32),
    /// `{"value": 1.5, "unit": "kilograms"}`
    Measure(u32),
    /// `{"length": {"value": 1.5, "unit": "meters"}, "width": ..., "height": ...}`
    Dimensions([u32; 3]),
    /// `{"type": "ean", "value": DIGITS}`
    Identifier(u32),
    /// `{"media_location": URL}` of the picture at this position.
    Image(usize),
    /// `{"name": THEME}`, once and without a marketplace.
    VariationTheme(u32),
    /// `{"value": "child"}`
    ParentageLevel,
    /// `{"child_relationship_type": "variation", "parent_sku": ...}`
    ParentSku,
    /// Prices of the offer; of the price lane.
    Offer,
    /// Units for sale; of the stock lane, once and without a marketplace.
    Availability,
}

use Form::*;

/// Position of the attribute that a price operation replaces.
pub(crate) const OFFER: usize = 44;

/// Position of the attribute that a stock operation replaces.
pub(crate) const AVAILABILITY: usize = 45;

pub(crate) const ATTRIBUTES: [Attribute; 46] = [
    attribute("item_name", Localized(ITEM_NAME)),
    attribute("brand", Localized(BRAND)),
    attribute("product_description", PlainText(DESCRIPTION)),
    attribute("bullet_point", LocalizedList(BULLET_POINTS)),
    attribute("externally_assigned_product_identifier", Identifier(GTIN)),
    attribute("merchant_suggested_asin", Value(ASIN)),
    attribute("supplier_declared_has_product_identifier_exemption", Flag(GTIN_EXEMPTION)),
    attribute("condition_type", Value(CONDITION)),
    attribute("country_of_origin", Value(COUNTRY_OF_ORIGIN)),
    attribute("manufacturer", Localized(MANUFACTURER)),
    attribute("model_name", Localized(MODEL_NAME)),
    attribute("model_number", Value(MODEL_NUMBER)),
    attribute("part_number", Value(PART_NUMBER)),
    attribute("item_type_keyword", Value(ITEM_TYPE_KEYWORD)),
    attribute("recommended_browse_nodes", Value(BROWSE_NODE)),
    attribute("generic_keyword", Localized(KEYWORDS)),
    attribute("color", Localized(COLOR)),
    attribute("size", Localized(SIZE)),
    attribute("material", LocalizedList(MATERIAL)),
    attribute("style", Localized(STYLE)),
    attribute("pattern", Localized(PATTERN)),
    attribute("included_components", LocalizedList(COMPONENTS)),
    attribute("special_feature", LocalizedList(FEATURES)),
    attribute("number_of_items", Number(NUMBER_OF_ITEMS)),
    attribute("item_weight", Measure(ITEM_WEIGHT)),
    attribute("item_package_weight", Measure(PACKAGE_WEIGHT)),
    attribute("item_package_dimensions", Dimensions([PACKAGE_LENGTH, PACKAGE_WIDTH, PACKAGE_HEIGHT])),
    attribute("batteries_required", Flag(BATTERIES_REQUIRED)),
    attribute("batteries_included", Flag(BATTERIES_INCLUDED)),
    attribute("supplier_declared_dg_hz_regulation", ValueList(DANGEROUS_GOODS)),
    attribute("merchant_shipping_group", Value(SHIPPING_GROUP)),
    attribute("list_price", Price(LIST_PRICE)),
    attribute("variation_theme", VariationTheme(VARIATION_THEME)),
    attribute("parentage_level", ParentageLevel),
    attribute("child_parent_sku_relationship", ParentSku),
    attribute("main_product_image_locator", Image(0)),
    attribute("other_product_image_locator_1", Image(1)),
    attribute("other_product_image_locator_2", Image(2)),
    attribute("other_product_image_locator_3", Image(3)),
    attribute("other_product_image_locator_4", Image(4)),
    attribute("other_product_image_locator_5", Image(5)),
    attribute("other_product_image_locator_6", Image(6)),
    attribute("other_product_image_locator_7", Image(7)),
    attribute("other_product_image_locator_8", Image(8)),
    attribute("purchasable_offer", Offer),
    attribute("fulfillment_availability", Availability),
];

const fn attribute(name: &'static str, form: Form) -> Attribute {
    Attribute { name, form }
}

impl Form {
    /// Whether the item has what such an entry needs.
    pub(crate) fn is_filled(self, item: Item<'_>, market: &Market) -> bool {
        let is_child = market.settings.variations && item.group().is_some();
        match self {
            Localized(field) | PlainText(field) | Value(field) => item.text(field).is_some(),
            LocalizedList(field) | ValueList(field) => item.texts(field).len() > 0,
            Flag(field) => item.flag(field).is_some(),
            Number(field) => item.number(field).is_some(),
            Price(field) => item.money(field).is_some(),
            Measure(field) => item.measure(field).is_some(),
            Dimensions(sides) => sides.into_iter().all(|side| item.measure(side).is_some()),
            Identifier(field) => item.text(field).is_some_and(|number| !gtin::is_restricted(number)),
            Image(position) => item.images(IMAGES).nth(position).is_some(),
            VariationTheme(field) => is_child && item.text(field).is_some(),
            ParentageLevel | ParentSku => is_child,
            Offer => item.money(PRICE).is_some(),
            Availability => market.is_fulfilled_by_amazon() || item.quantity(QUANTITY).is_some(),
        }
    }
}

impl Form {
    /// The field to blame when Amazon blames the attribute.
    fn field(self) -> u32 {
        match self {
            Localized(field)
            | LocalizedList(field)
            | PlainText(field)
            | Value(field)
            | ValueList(field)
            | Flag(field)
            | Number(field)
            | Price(field)
            | Measure(field)
            | Identifier(field)
            | VariationTheme(field) => field,
            Dimensions([length, ..]) => length,
            Image(_) => IMAGES,
            ParentageLevel | ParentSku => VARIATION_THEME,
            Offer => PRICE,
            Availability => QUANTITY,
        }
    }
}

/// Fields that are parts of an attribute, by the rest of its name.
const PARTS: [(&str, &str, u32); 6] = [
    ("item_package_dimensions", "width", PACKAGE_WIDTH),
    ("item_package_dimensions", "height", PACKAGE_HEIGHT),
    ("purchasable_offer", "discounted_price.start_at", SALE_START),
    ("purchasable_offer", "discounted_price.end_at", SALE_END),
    ("purchasable_offer", "discounted_price", SALE_PRICE),
    ("fulfillment_availability", "lead_time_to_ship_max_days", LEAD_TIME),
];

/// The field that Amazon means by a name such as `purchasable_offer.our_price` or `/attributes/color`.
///
/// A report may hold thousands of names, so nothing is allocated here.
pub(crate) fn find(name: &str) -> Option<u32> {
    let name = name.strip_prefix("/attributes/").unwrap_or(name);
    let (attribute, rest) = name.split_once(['.', '/', '[', '#']).unwrap_or((name, ""));
    if matches!(attribute, "product_type" | "productType") {
        return Some(PRODUCT_TYPE);
    }
    let part = PARTS.iter().find(|(whole, part, _)| *whole == attribute && rest.starts_with(part));
    let whole = || ATTRIBUTES.iter().find(|whole| whole.name == attribute).map(|whole| whole.form.field());
    part.map(|(_, _, field)| *field).or_else(whole)
}

/// A set of attributes, in the order of [`ATTRIBUTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Filled(pub(crate) u64);

/// What stands before the set in a listing's note; another order of [`ATTRIBUTES`] would be another letter.
const NOTE: &str = "a";

impl Filled {
    pub(crate) fn insert(&mut self, position: usize) {
        self.0 |= 1 << position;
    }

    /// Attributes of this set that the other one lacks.
    pub(crate) fn without(self, other: Self) -> impl Iterator<Item = &'static Attribute> {
        let left = self.0 & !other.0;
        ATTRIBUTES.iter().enumerate().filter(move |(position, _)| left >> position & 1 == 1).map(|(_, it)| it)
    }

    /// Without the offer and its stock, which have operations of their own.
    pub(crate) fn content(self) -> Self {
        Self(self.0 & !(1 << OFFER | 1 << AVAILABILITY))
    }

    /// For the listing to remember.
    pub(crate) fn to_note(self) -> String {
        format!("{NOTE}{:x}", self.0)
    }

    /// What a listing remembers: nothing when the note is not ours.
    pub(crate) fn from_note(note: &str) -> Self {
        let bits = note.strip_prefix(NOTE).and_then(|bits| u64::from_str_radix(bits, 16).ok());
        Self(bits.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_note_reads_back(bits: u64) {
            prop_assert_eq!(Filled::from_note(&Filled(bits).to_note()), Filled(bits));
        }

        #[test]
        fn a_strange_note_is_empty_or_a_set(note: String) {
            let _ = Filled::from_note(&note).without(Filled::default()).count();
        }
    }

    #[test]
    fn the_lanes_attributes_stand_where_they_are_looked_for() {
        assert_eq!(ATTRIBUTES[OFFER].name, "purchasable_offer");
        assert_eq!(ATTRIBUTES[AVAILABILITY].name, "fulfillment_availability");
        assert_eq!(Filled(u64::MAX).content().without(Filled::default()).count(), ATTRIBUTES.len() - 2);
    }

    #[test]
    fn every_field_is_found_by_its_name() {
        for (index, field) in (0..).zip(fields()) {
            assert_eq!(find(&field.name), Some(index), "{}", field.name);
        }
        assert_eq!(find("purchasable_offer"), Some(PRICE));
        assert_eq!(find("/attributes/color"), Some(COLOR));
        assert_eq!(find("other_product_image_locator_3"), Some(IMAGES));
        assert_eq!(find("item_package_dimensions"), Some(PACKAGE_LENGTH));
        assert_eq!(find("fake_attribute"), None);
    }

    #[test]
    fn what_is_empty_now_is_named() {
        let (mut before, mut now) = (Filled::default(), Filled::default());
        before.insert(16);
        before.insert(0);
        now.insert(0);
        let gone: Vec<_> = before.without(now).map(|attribute| attribute.name).collect();
        assert_eq!(gone, ["color"]);
    }
}
