//! An item's attributes in Amazon's forms: each a list of entries, one for each marketplace.

use wharf_sdk::{
    DecimalError, Item, Json, LengthUnit, Measure, Money, Problem, Value, cut, gtin, minor_digits, strip_html,
};

use crate::{
    attributes::{Attribute, Filled, Form},
    fields::*,
    losses::{Loss, Losses},
    settings::Market,
};

/// Roughly the bytes of a message about the item. A good guess keeps a large batch from being copied, and a call's memory
/// flat: what a connector's allocator gives out is freed in place only if nothing came after it.
pub(crate) fn expected_length(market: &Market, item: Item<'_>) -> usize {
    /// An entry repeats the attribute's name, language and marketplace.
    const ENTRY: usize = 160;
    let entries = item.values().map(|(_, value)| match value {
        Value::Texts(texts) => texts.len(),
        Value::Images(images) => images.len(),
        Value::Money(_) => 2,
        _ => 1,
    });
    let marketplaces = market.settings.marketplaces.len().max(1);
    256 + (item.expected_length() + entries.sum::<usize>() * ENTRY) * marketplaces
}

/// Writes entries of one item's attributes, and gathers what is wrong with it.
pub(crate) struct Listing<'a> {
    pub(crate) json: Json,
    pub(crate) market: &'a Market,
    pub(crate) item: Item<'a>,
    pub(crate) filled: Filled,
    pub(crate) losses: Losses,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Listing<'a> {
    pub(crate) fn new(market: &'a Market, item: Item<'a>) -> Self {
        let json = Json::with_capacity(expected_length(market, item));
        let (filled, losses, problems) = Default::default();
        Self { json, market, item, filled, losses, problems }
    }

    /// What was written, or why Amazon would not take it.
    pub(crate) fn finish(self) -> Result<(Json, Filled, Losses), Vec<Problem>> {
        if self.problems.is_empty() { Ok((self.json, self.filled, self.losses)) } else { Err(self.problems) }
    }

    /// The list of the attribute's entries.
    pub(crate) fn entries(&mut self, attribute: &Attribute) {
        self.json.begin_array();
        match attribute.form {
            Form::Localized(field) => self.texts(self.item.text(field), true),
            Form::LocalizedList(field) => self.texts(self.item.texts(field), true),
            Form::PlainText(field) => self.plain_text(field),
            Form::Value(field) => self.texts(self.item.text(field), false),
            Form::ValueList(field) => self.texts(self.item.texts(field), false),
            Form::Flag(field) => {
                let flag = self.item.flag(field).unwrap_or_default();
                self.each(|json| json.key("value").flag(flag));
            }
            Form::Number(field) => {
                if let Some(number) = self.item.number(field) {
                    self.each(|json| json.key("value").decimal(number));
                }
            }
            Form::Price(field) => self.price(field),
            Form::Measure(field) => self.weight(field),
            Form::Dimensions(sides) => self.dimensions(sides),
            Form::Identifier(field) => self.identifier(field),
            Form::Image(position) => self.image(position),
            Form::VariationTheme(field) => {
                let theme = self.item.text(field).unwrap_or_default();
                self.json.begin_object().member("name", theme).end_object();
            }
            Form::ParentageLevel => self.each(|json| json.member("value", "child")),
            Form::ParentSku => {
                let parent = self.item.group().unwrap_or_default();
                self.each(|json| {
                    json.member("child_relationship_type", "variation").member("parent_sku", parent)
                });
            }
            Form::Offer => self.offer(),
            Form::Availability => self.availability(),
        }
        self.json.end_array();
    }

    /// Entries that name what is to be deleted: Amazon wants the values that tell an attribute's entries apart.
    pub(crate) fn selectors(&mut self, attribute: &Attribute) {
        let is_localized =
            matches!(attribute.form, Form::Localized(_) | Form::LocalizedList(_) | Form::PlainText(_));
        let market = self.market;
        self.json.begin_array();
        self.each(|json| if is_localized { json.member("language_tag", &market.language_tag) } else { json });
        self.json.end_array();
    }

    /// What is true of the item whichever way it is sent.
    pub(crate) fn note_losses(&mut self) {
        if self.item.images(IMAGES).len() > OTHER_IMAGES + 1 {
            self.losses.add(Loss::Images);
        }
        if self.item.group().is_some() && !self.market.settings.variations {
            self.losses.add(Loss::Variation);
        }
        if self.item.text(GTIN).is_some_and(gtin::is_restricted) {
            self.losses.add(Loss::RestrictedGtin);
        }
        let sides =
            [PACKAGE_LENGTH, PACKAGE_WIDTH, PACKAGE_HEIGHT].map(|side| self.item.value(side).is_some());
        if sides.contains(&true) && sides.contains(&false) {
            self.losses.add(Loss::Dimensions);
        }
    }

    /// One entry for each marketplace.
    pub(crate) fn each(&mut self, write: impl Fn(&mut Json) -> &mut Json) {
        for marketplace in &self.market.settings.marketplaces {
            self.json.begin_object();
            write(&mut self.json);
            self.json.member("marketplace_id", marketplace).end_object();
        }
    }

    fn texts(&mut self, texts: impl IntoIterator<Item = &'a str>, localized: bool) {
        let market = self.market;
        for text in texts {
            self.each(|json| {
                json.member("value", text);
                if localized { json.member("language_tag", &market.language_tag) } else { json }
            });
        }
    }

    fn plain_text(&mut self, field: u32) {
        let plain = strip_html(self.item.text(field).unwrap_or_default());
        if plain.is_empty() {
            let message = "The description holds markup but no text; write some.";
            return self.problems.push(Problem::error("empty", message).at(field));
        }
        let text = cut(&plain, DESCRIPTION_LENGTH, LengthUnit::Characters);
        if text.len() < plain.len() {
            self.losses.add(Loss::Description);
        }
        let market = self.market;
        self.each(|json| json.member("value", text).member("language_tag", &market.language_tag));
    }

    fn price(&mut self, field: u32) {
        let Some(money) = self.exact(field) else { return };
        self.each(|json| {
            json.key("value").decimal(money.amount);
            json.member("currency", money.currency)
        });
    }

    /// The amount with the currency's own places.
    pub(crate) fn exact(&mut self, field: u32) -> Option<Money<'a>> {
        let money = self.item.money(field)?;
        let problem = match money.amount.with_places(minor_digits(money.currency)) {
            Ok(amount) if amount.coefficient >= 0 => return Some(Money { amount, ..money }),
            Ok(_) => Problem::error("negative-price", "A price cannot be below zero."),
            Err(error) => unpriced(error),
        };
        self.problems.push(problem.at(field));
        None
    }

    fn weight(&mut self, field: u32) {
        let Some(measure) = self.item.measure(field) else { return };
        let Some(unit) = self.unit(field, measure) else { return };
        self.each(|json| {
            json.key("value").decimal(measure.number);
            json.member("unit", unit)
        });
    }

    fn dimensions(&mut self, fields: [u32; 3]) {
        let side = |listing: &mut Self, field| {
            let measure = listing.item.measure(field)?;
            Some((measure.number, listing.unit(field, measure)?))
        };
        let [Some(length), Some(width), Some(height)] = fields.map(|field| side(self, field)) else { return };
        self.each(|json| {
            for (name, (number, unit)) in [("length", length), ("width", width), ("height", height)] {
                json.key(name).begin_object();
                json.key("value").decimal(number);
                json.member("unit", unit).end_object();
            }
            json
        });
    }

    fn unit(&mut self, field: u32, measure: Measure<'_>) -> Option<&'static str> {
        let unit = unit_name(measure.unit);
        if unit.is_none() {
            let message =
                format!("Amazon does not know the unit `{}`; map a source with another.", measure.unit);
            self.problems.push(Problem::error("unknown-unit", message).at(field));
        }
        unit
    }

    fn identifier(&mut self, field: u32) {
        let number = self.item.text(field).unwrap_or_default();
        if let Err(error) = gtin::validate(number) {
            let message = format!("`{number}` is not a GTIN: {error}. Correct or remove it.");
            return self.problems.push(Problem::error("invalid-gtin", message).at(field));
        }
        let kind = match number.len() {
            12 => "upc",
            14 => "gtin",
            _ => "ean",
        };
        self.each(|json| json.member("type", kind).member("value", number));
    }

    fn image(&mut self, position: usize) {
        let Some(image) = self.item.images(IMAGES).nth(position) else { return };
        self.each(|json| json.member("media_location", image.url));
    }
}

fn unpriced(error: DecimalError) -> Problem {
    Problem::error(
        "inexact-price",
        format!("Amazon counts in the currency's smallest coin: {error}. Round the price."),
    )
}

/// Amazon's name of a unit.
fn unit_name(symbol: &str) -> Option<&'static str> {
    Some(match symbol {
        "kg" => "kilograms",
        "g" => "grams",
        "mg" => "milligrams",
        "lb" => "pounds",
        "oz" => "ounces",
        "m" => "meters",
        "cm" => "centimeters",
        "mm" => "millimeters",
        "ft" => "feet",
        "in" => "inches",
        "yd" => "yards",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wharf_sdk::{
        Action, Context,
        testing::{Batch, Item, Operation, Value},
    };

    use super::*;
    use crate::change::message;

    fn market(marketplaces: usize) -> Market {
        let ids: Vec<String> = (0..marketplaces).map(|number| format!("\"A1PA6795UKMFR{number}\"")).collect();
        let settings = format!(r#"{{"seller_id":"A1SELLER","marketplaces":[{}]}}"#, ids.join(","));
        let (locale, country, currency) = ("de-DE".into(), "DE".into(), "EUR".into());
        Market::of(&Context { settings, locale, country, currency }).unwrap()
    }

    proptest! {
        #[test]
        fn a_message_fits_what_was_reserved(marketplaces in 1_usize..4, lists in 0_usize..12, length in 0_usize..300, whole: bool) {
            let (text, market) = ("x".repeat(length), market(marketplaces));
            let texts = || Value::texts(vec![text.as_str(); lists]);
            let item = Item::new("SKU")
                .with(PRODUCT_TYPE, Value::text("SUITCASE"))
                .with(ITEM_NAME, Value::text(text.as_str()))
                .with(BRAND, Value::text("b"))
                .with(DESCRIPTION, Value::text("<p>d</p>"))
                .with(BULLET_POINTS, texts())
                .with(MATERIAL, texts())
                .with(DANGEROUS_GOODS, texts())
                .with(GTIN, Value::text("4006381333931"))
                .with(BATTERIES_REQUIRED, Value::Flag(true))
                .with(ITEM_WEIGHT, Value::measure(wharf_sdk::Decimal::new(1, 0), "kg"))
                .with(IMAGES, Value::images(vec!["https://shop.example/1.jpg"; lists]))
                .with(QUANTITY, Value::Quantity(1));
            let price = Value::money(wharf_sdk::Decimal::new(1, 0), "EUR");
            let item = if whole { item.with(PRICE, price) } else { item };
            let batch = Batch::of_operations(&[Operation::new(Action::Upsert, item)]);
            let operation = batch.operations().get(0).unwrap();
            let written = message(&market, 5_000, &operation).unwrap();
            prop_assert!(written.json.len() <= expected_length(&market, operation.item));
        }
    }
}
