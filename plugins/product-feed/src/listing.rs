//! What an item says under each column, or why it cannot be listed.

use std::borrow::Cow;

use wharf_sdk::{Item, LengthUnit, Money, Problem, Texts, cut, gtin, strip_html};

use crate::{columns::Column, fields::*, settings::Settings};

/// An item that can be listed.
pub(crate) struct Listing<'a> {
    settings: &'a Settings,
    item: Item<'a>,
    description: Cow<'a, str>,
    price: String,
    sale_price: Option<String>,
    gtin: Option<&'a str>,
}

impl<'a> Listing<'a> {
    /// The listing and what it lost. Checks all that can be wrong at once, so that the operator sees the whole list.
    pub(crate) fn new(settings: &'a Settings, item: Item<'a>) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let (mut problems, mut warnings) = (Vec::new(), Vec::new());
        check_required(item, &mut problems);
        let description =
            noted(plain_description(settings, item, &mut warnings), &mut problems).unwrap_or_default();
        let price = noted(price_in(item, PRICE), &mut problems).flatten().unwrap_or_default();
        let sale_price = noted(price_in(item, SALE_PRICE), &mut problems).flatten();
        let gtin = noted(public_gtin(item, &mut warnings), &mut problems).flatten();
        warn_of_images(settings, item, &mut warnings);
        if problems.is_empty() {
            Ok((Self { settings, item, description, price, sale_price, gtin }, warnings))
        } else {
            Err(problems)
        }
    }

    /// The text of a column that holds one.
    pub(crate) fn text(&self, column: Column) -> Option<Cow<'_, str>> {
        let text = match column {
            Column::Id => Some(self.item.sku()),
            Column::Title => self.item.text(TITLE),
            Column::Description => Some(self.description.as_ref()),
            Column::Link => self.item.text(LINK),
            Column::ImageLink => self.item.images(IMAGES).next().map(|image| image.url),
            Column::AdditionalImageLink => return self.joined_images(),
            Column::Availability => {
                self.item.quantity(AVAILABILITY).map(|units| self.settings.profile.availability(units))
            }
            Column::Quantity => {
                return self.item.quantity(AVAILABILITY).map(|units| units.to_string().into());
            }
            Column::Price => Some(self.price.as_str()),
            Column::SalePrice => self.sale_price.as_deref(),
            Column::Brand => self.item.text(BRAND),
            Column::Gtin => self.gtin,
            Column::Mpn => self.item.text(MPN),
            Column::IdentifierExists => {
                self.item.flag(IDENTIFIER_EXISTS).map(|flag| if flag { "yes" } else { "no" })
            }
            Column::Condition => Some(self.item.text(CONDITION).unwrap_or(self.settings.condition.name())),
            Column::GoogleProductCategory => self.item.text(GOOGLE_CATEGORY),
            Column::ProductType => self.product_types().next(),
            Column::ItemGroupId => self.item.group(),
            Column::Color => self.item.text(COLOR),
            Column::Size => self.item.text(SIZE),
            Column::Gender => self.item.text(GENDER),
            Column::AgeGroup => self.item.text(AGE_GROUP),
            Column::Material => self.item.text(MATERIAL),
            Column::Pattern => self.item.text(PATTERN),
            Column::CustomLabel => self.item.text(CUSTOM_LABEL),
        };
        text.map(Cow::Borrowed)
    }

    /// Whether the column has any text.
    pub(crate) fn has(&self, column: Column) -> bool {
        match column {
            Column::AdditionalImageLink => self.additional_images().next().is_some(),
            Column::ProductType => self.product_types().next().is_some(),
            _ => self.text(column).is_some(),
        }
    }

    /// Each text of a column that may have several.
    pub(crate) fn each(&self, column: Column, mut see: impl FnMut(&str)) {
        match column {
            Column::AdditionalImageLink => self.additional_images().for_each(see),
            Column::ProductType => self.product_types().for_each(see),
            _ => {
                if let Some(text) = self.text(column) {
                    see(&text);
                }
            }
        }
    }

    fn additional_images(&self) -> impl Iterator<Item = &str> {
        let most = self.settings.profile.additional_images();
        self.item.images(IMAGES).skip(1).take(most).map(|image| image.url)
    }

    fn product_types(&self) -> Texts<'_> {
        self.item.texts(PRODUCT_TYPE)
    }

    /// Both readers take commas between addresses, so a comma inside one is encoded.
    fn joined_images(&self) -> Option<Cow<'_, str>> {
        let links: Vec<String> = self.additional_images().map(|link| link.replace(',', "%2C")).collect();
        (!links.is_empty()).then(|| links.join(",").into())
    }
}

/// Keeps the value, or notes the problem.
fn noted<T>(result: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}

/// The host does not send incomplete items; a row without these would spoil the whole file.
fn check_required(item: Item<'_>, problems: &mut Vec<Problem>) {
    for field in [TITLE, DESCRIPTION, LINK, IMAGES, AVAILABILITY, PRICE] {
        if item.value(field).is_none() {
            problems.push(Problem::error("missing", "Both readers require this field; fill it.").at(field));
        }
    }
}

fn plain_description<'a>(
    settings: &Settings,
    item: Item<'a>,
    warnings: &mut Vec<Problem>,
) -> Result<Cow<'a, str>, Problem> {
    let Some(html) = item.text(DESCRIPTION) else { return Ok(Cow::default()) };
    let plain = strip_html(html);
    if plain.is_empty() {
        let message = "The description holds markup but no text; write some.";
        return Err(Problem::error("empty", message).at(DESCRIPTION));
    }
    let most = settings.profile.description_characters();
    let length = cut(&plain, most, LengthUnit::Characters).len();
    if length < plain.len() {
        warnings.push(Problem::shortened("description", most).at(DESCRIPTION));
    }
    Ok(match plain {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..length]),
        Cow::Owned(mut text) => {
            text.truncate(length);
            Cow::Owned(text)
        }
    })
}

/// Nothing when the item has no such price.
fn price_in(item: Item<'_>, field: u32) -> Result<Option<String>, Problem> {
    item.money(field).map(priced).transpose().map_err(|problem| problem.at(field))
}

fn priced(money: Money<'_>) -> Result<String, Problem> {
    if money.amount.coefficient < 0 {
        return Err(Problem::error("negative-price", "A price cannot be below zero."));
    }
    let unwritable = |error| {
        let message = format!("The price cannot be written in {}: {error}. Round it.", money.currency);
        Problem::error("inexact-price", message)
    };
    money.to_text().map_err(unwritable)
}

/// Nothing for a number that identifies the product inside a company only.
fn public_gtin<'a>(item: Item<'a>, warnings: &mut Vec<Problem>) -> Result<Option<&'a str>, Problem> {
    let Some(number) = item.text(GTIN) else { return Ok(None) };
    let invalid = |error| {
        Problem::error("invalid-gtin", format!("`{number}` is not a GTIN: {error}. Correct or remove it."))
            .at(GTIN)
    };
    gtin::validate(number).map_err(invalid)?;
    if gtin::is_restricted(number) {
        warnings.push(Problem::restricted_gtin().at(GTIN));
        return Ok(None);
    }
    Ok(Some(number))
}

fn warn_of_images(settings: &Settings, item: Item<'_>, warnings: &mut Vec<Problem>) {
    let most = settings.profile.additional_images();
    if item.images(IMAGES).len() > most + 1 {
        warnings.push(Problem::too_many_images(most).at(IMAGES));
    }
}
