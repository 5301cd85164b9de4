//! An item as the shop takes it.

use wharf_sdk::{
    Action, Context, Decimal, Item, Json, LengthUnit, Money, Problem, cut, minor_digits, percent_encoded,
    strip_html, xml,
};

use crate::{
    DEPTH, DESCRIPTION, Defect, GTIN, IMAGES, PRICE, QUANTITY, SIZE, TAGS, TITLE, settings::Settings,
};

/// Pictures that a connector with [`Defect::TenPictures`] sends.
const TEN: usize = 10;

/// Bytes that a connector with [`Defect::CutsBytes`] takes for characters.
const BYTES: usize = 60;

/// Writes one item under the channel's settings.
pub(crate) struct Writer<'a> {
    pub(crate) context: &'a Context,
    pub(crate) settings: &'a Settings,
}

impl Writer<'_> {
    fn has(&self, defect: Defect) -> bool {
        self.settings.has(defect)
    }

    /// The fields that an operation of this kind changes.
    pub(crate) fn body(&self, action: Action, item: Item<'_>) -> Result<Json, Problem> {
        let mut json = Json::with_capacity(128 + item.expected_length());
        json.begin_object().member("sku", &self.key(item.sku()));
        if matches!(action, Action::Upsert | Action::Keep) {
            self.content(item, &mut json)?;
        }
        if action != Action::Stock {
            json.key("price").raw(&self.price(item)?);
            json.member("currency", item.money(PRICE).map_or("", |money| money.currency));
        }
        if action != Action::Price
            && let Some(quantity) = item.quantity(QUANTITY)
        {
            json.key("quantity").integer(quantity);
        }
        json.end_object();
        Ok(json)
    }

    fn content(&self, item: Item<'_>, json: &mut Json) -> Result<(), Problem> {
        let title = self.title(item)?;
        match self.has(Defect::PastesJson) {
            true => json.key("title").raw(&format!("\"{title}\"")),
            false => json.member("title", title),
        };
        if let Some(html) = item.text(DESCRIPTION) {
            json.member("description", &self.description(html));
        }
        if let Some(gtin) = item.text(GTIN) {
            match (self.has(Defect::NumericGtin), gtin.parse()) {
                (true, Ok(number)) => json.key("gtin").integer(number),
                _ => json.member("gtin", gtin),
            };
        }
        if !self.has(Defect::DropsTags) {
            json.texts("tags", item.texts(TAGS));
        }
        let most = if self.has(Defect::TenPictures) { TEN } else { usize::MAX };
        json.texts("images", item.images(IMAGES).take(most).map(|image| image.url));
        json.member("size", item.text(SIZE).unwrap_or_default());
        if let Some(depth) = item.number(DEPTH) {
            json.key("depth").decimal(depth);
        }
        Ok(())
    }

    /// How the shop names the article, in a body.
    pub(crate) fn key(&self, sku: &str) -> String {
        let dash = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
        match self.has(Defect::Slugs) {
            true => sku.chars().map(dash).collect(),
            false => sku.to_owned(),
        }
    }

    /// Where the article is.
    pub(crate) fn target(&self, sku: &str) -> String {
        format!("/items/{}?shop={}", percent_encoded(&self.key(sku)), self.settings.shop)
    }

    pub(crate) fn title<'a>(&self, item: Item<'a>) -> Result<&'a str, Problem> {
        let title = item.text(TITLE).ok_or_else(|| missing("title", TITLE))?;
        Ok(if self.has(Defect::CutsBytes) { cut(title, BYTES, LengthUnit::Bytes) } else { title })
    }

    fn description(&self, html: &str) -> String {
        if self.has(Defect::RawMarkup) {
            return html.to_owned();
        }
        let mut paragraph = "<p>".to_owned();
        xml::push_escaped(&strip_html(html), &mut paragraph);
        paragraph + "</p>"
    }

    /// The price as a number with a point; a fraction of the smallest coin is refused.
    pub(crate) fn price(&self, item: Item<'_>) -> Result<String, Problem> {
        let blamed = if self.has(Defect::BlamesTheTitle) { TITLE } else { PRICE };
        let Money { amount, currency } = item.money(PRICE).ok_or_else(|| missing("price", blamed))?;
        match self.settings.defect {
            Defect::Hundredths => {
                return Ok(Decimal::new(amount.coefficient, amount.exponent + 2).to_string());
            }
            Defect::Floats => return Ok(float(amount)),
            Defect::Rounds => return Ok(rounded(amount).to_string()),
            _ => {}
        }
        let exact = amount.with_places(minor_digits(currency));
        let text = exact.map_err(|_| inexact())?.to_string();
        Ok(match self.has(Defect::LocalDecimals) && self.context.language() == "de" {
            true => format!("\"{}\"", text.replace('.', ",")),
            false => text,
        })
    }
}

fn missing(name: &str, field: u32) -> Problem {
    Problem::error("missing", format!("`{name}` is empty; fill it.")).at(field)
}

fn inexact() -> Problem {
    Problem::error("inexact-price", "The price has more decimals than its currency; round it.").at(PRICE)
}

/// What becomes of an amount in the hands of a careless author.
#[expect(clippy::cast_precision_loss, reason = "that is the defect")]
fn float(amount: Decimal) -> String {
    (amount.coefficient as f64 / 10_f64.powi(-amount.exponent)).to_string()
}

/// To two decimals, without a word.
fn rounded(amount: Decimal) -> Decimal {
    match amount.exponent {
        exponent @ ..-3 => {
            let divisor = 10_i64.pow(exponent.unsigned_abs().min(18) - 2);
            Decimal::new((amount.coefficient + divisor / 2) / divisor, -2)
        }
        _ => amount,
    }
}
