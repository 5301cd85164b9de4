//! An item as Google's `ProductInput`, written in one walk over its values.

use wharf_sdk::{DecimalError, Images, Item, Json, LengthUnit, Money, Problem, Value, cut, gtin, strip_html};

use crate::{
    fields::*,
    losses::{Loss, Memo},
    name::Name,
};

/// The whole product input. Notes in `memo` what had to be left out.
pub(crate) fn whole(
    name: &Name<'_>,
    item: Item<'_>,
    version: Option<u64>,
    memo: &mut Memo,
) -> Result<Json, Vec<Problem>> {
    let mut writer =
        Writer { json: Json::with_capacity(256 + item.expected_length()), memo, problems: Vec::new() };
    writer.identity(name, version);
    writer.json.key("productAttributes").begin_object();
    if let Some(group) = item.group() {
        writer.group(group);
    }
    for (field, value) in item.values() {
        writer.attribute(field, value);
    }
    writer.json.end_object().end_object();
    writer.finish()
}

/// Only `price` and `salePrice`.
pub(crate) fn price(item: Item<'_>) -> Result<Json, Vec<Problem>> {
    if item.money(PRICE).is_none() {
        return Err(vec![missing(PRICE)]);
    }
    attributes_alone(item)
}

/// Only `availability`.
pub(crate) fn availability(item: Item<'_>) -> Result<Json, Vec<Problem>> {
    if item.quantity(AVAILABILITY).is_none() {
        return Err(vec![missing(AVAILABILITY)]);
    }
    attributes_alone(item)
}

/// Google's word for so many units, online and in a store.
pub(crate) fn availability_of(quantity: i64) -> &'static str {
    if quantity > 0 { "IN_STOCK" } else { "OUT_OF_STOCK" }
}

/// Google clears what the update mask names and the body lacks, so an empty item must not be sent.
fn missing(field: u32) -> Problem {
    Problem::error("missing", "The update lacks this field, which Google requires.").at(field)
}

/// The item's values and nothing that identifies it; the path does that.
fn attributes_alone(item: Item<'_>) -> Result<Json, Vec<Problem>> {
    let memo = &mut Memo::from_bytes(&[]);
    let mut writer = Writer { json: Json::with_capacity(192), memo, problems: Vec::new() };
    writer.json.begin_object().key("productAttributes").begin_object();
    for (field, value) in item.values() {
        writer.attribute(field, value);
    }
    writer.json.end_object().end_object();
    writer.finish()
}

struct Writer<'a> {
    json: Json,
    memo: &'a mut Memo,
    problems: Vec<Problem>,
}

impl Writer<'_> {
    fn identity(&mut self, name: &Name<'_>, version: Option<u64>) {
        if LengthUnit::Characters.measure(name.offer_id) > ID_LENGTH {
            let message = format!("Google takes SKUs of at most {ID_LENGTH} characters as `offerId`.");
            self.problems.push(Problem::error("sku-too-long", message));
        }
        self.json.begin_object();
        self.json.member("offerId", name.offer_id);
        self.json.member("contentLanguage", name.content_language);
        self.json.member("feedLabel", name.feed_label);
        if let Some(version) = version {
            self.json.key("versionNumber").integer_text(i64::try_from(version).unwrap_or(i64::MAX));
        }
    }

    fn group(&mut self, group: &str) {
        if LengthUnit::Characters.measure(group) > ID_LENGTH {
            let message = format!(
                "Google takes at most {ID_LENGTH} characters as `itemGroupId`; shorten the parent's SKU."
            );
            self.problems.push(Problem::error("group-too-long", message));
        }
        self.json.member("itemGroupId", group);
    }

    fn attribute(&mut self, field: u32, value: Value<'_>) {
        match (field, value) {
            (DESCRIPTION, Value::Text(html)) => self.description(html),
            (GTIN, Value::Text(gtin)) => self.gtin(gtin),
            (IMAGES, Value::Images(images)) => self.images(images),
            (AVAILABILITY, Value::Quantity(quantity)) => {
                self.json.member("availability", availability_of(quantity));
            }
            // Stores are told one by one, after the product.
            (STORES, Value::Levels(_)) => {}
            (PRICE, Value::Money(money)) => self.money(field, "price", money),
            (SALE_PRICE, Value::Money(money)) => self.money(field, "salePrice", money),
            (_, Value::Text(text)) => self.text(field, text),
            (PRODUCT_TYPES, Value::Texts(texts)) => drop(self.json.texts("productTypes", texts)),
            (HIGHLIGHTS, Value::Texts(texts)) => drop(self.json.texts("productHighlights", texts)),
            (IDENTIFIER_EXISTS, Value::Flag(flag)) => drop(self.json.key("identifierExists").flag(flag)),
            (ADULT, Value::Flag(flag)) => drop(self.json.key("adult").flag(flag)),
            (IS_BUNDLE, Value::Flag(flag)) => drop(self.json.key("isBundle").flag(flag)),
            _ => self.misfit(field),
        }
    }

    /// Attributes that are sent as they are.
    fn text(&mut self, field: u32, text: &str) {
        let name = match field {
            TITLE => "title",
            LINK => "link",
            MOBILE_LINK => "mobileLink",
            BRAND => "brand",
            MPN => "mpn",
            CONDITION => "condition",
            GOOGLE_CATEGORY => "googleProductCategory",
            COLOR => "color",
            SIZE => "size",
            SIZE_SYSTEM => "sizeSystem",
            GENDER => "gender",
            AGE_GROUP => "ageGroup",
            MATERIAL => "material",
            PATTERN => "pattern",
            SHIPPING_LABEL => "shippingLabel",
            CUSTOM_LABEL => "customLabel0",
            _ => return self.misfit(field),
        };
        self.json.member(name, text);
    }

    fn description(&mut self, html: &str) {
        let plain = strip_html(html);
        if plain.is_empty() {
            let message = "The description holds markup but no text; write some.";
            return self.problems.push(Problem::error("empty", message).at(DESCRIPTION));
        }
        let text = cut(&plain, DESCRIPTION_LENGTH, LengthUnit::Characters);
        if text.len() < plain.len() {
            self.memo.add(Loss::Description);
        }
        self.json.member("description", text);
    }

    fn gtin(&mut self, number: &str) {
        match gtin::validate(number) {
            Err(error) => self.problems.push(
                Problem::error(
                    "invalid-gtin",
                    format!("`{number}` is not a GTIN: {error}. Correct or remove it."),
                )
                .at(GTIN),
            ),
            Ok(()) if gtin::is_restricted(number) => self.memo.add(Loss::RestrictedGtin),
            Ok(()) => drop(self.json.texts("gtins", [number])),
        }
    }

    fn images(&mut self, mut images: Images<'_>) {
        let Some(main) = images.next() else { return };
        self.json.member("imageLink", main.url);
        if images.len() > ADDITIONAL_IMAGES {
            self.memo.add(Loss::Images);
        }
        if images.len() > 0 {
            let links = images.take(ADDITIONAL_IMAGES).map(|image| image.url);
            self.json.texts("additionalImageLinks", links);
        }
    }

    fn money(&mut self, field: u32, name: &str, money: Money<'_>) {
        match money.amount.to_micros() {
            Ok(micros) if micros >= 0 => {
                self.json.key(name).begin_object();
                self.json.key("amountMicros").integer_text(micros);
                self.json.member("currencyCode", money.currency);
                self.json.end_object();
            }
            Ok(_) => self
                .problems
                .push(Problem::error("negative-price", "A price cannot be below zero.").at(field)),
            Err(error) => self.problems.push(unpriced(error).at(field)),
        }
    }

    /// The host promises that a value fits its field's kind; this names the field if it ever does not.
    fn misfit(&mut self, field: u32) {
        let message = "The value does not fit the field's kind; map another source to it.";
        self.problems.push(Problem::error("wrong-kind", message).at(field));
    }

    fn finish(self) -> Result<Json, Vec<Problem>> {
        if self.problems.is_empty() { Ok(self.json) } else { Err(self.problems) }
    }
}

fn unpriced(error: DecimalError) -> Problem {
    Problem::error("inexact-price", format!("Google counts prices in millionths: {error}. Round the price."))
}
