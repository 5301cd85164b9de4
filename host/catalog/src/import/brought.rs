//! What a connector read of a product, under the same rules as a row of a file: a value that breaks one refuses the
//! product, and every such value is named.

use super::{convert, error::Fault, links, mapping::check_key, text};
use crate::{
    inbound::{AttributePatch, AttributeValue, ProductPatch},
    item::{Picture, Problem},
    product::{BASE_PRICE_LIST, Patch, PricePatch, Sku, Value},
};

impl ProductPatch {
    /// The product's key and the change to it. Stock is left out: whether it is believed is the operator's to say.
    ///
    /// # Errors
    /// Every value that breaks a rule, by its attribute's code.
    pub fn into_change(self) -> Result<(Sku, Patch), Vec<Problem>> {
        let mut reading = Reading::default();
        let sku = reading.take("sku", links::sku(&self.sku));
        let parent = self.parent.and_then(|parent| reading.take("parent", links::sku(&parent)));
        if parent.is_some() && parent == sku {
            reading.refuse("parent", "a product cannot be its own parent");
        }
        let mut patch = Patch {
            parent: parent.map(Some),
            family: self.family.map(Some),
            images: self.images.map(|urls| Some(urls.into_iter().map(picture).collect())),
            ..Patch::default()
        };
        for attribute in self.attributes {
            reading.attribute(attribute, &mut patch);
        }
        for price in self.prices {
            let amount = price.price.amount;
            reading.take("price", convert::check_price(amount, &price.price.currency));
            let list = if price.price_list.is_empty() { BASE_PRICE_LIST.into() } else { price.price_list };
            patch.prices.push(PricePatch { list, currency: price.price.currency, amount: Some(amount) });
        }
        match sku {
            Some(sku) if reading.problems.is_empty() => Ok((sku, patch)),
            _ => Err(reading.problems),
        }
    }
}

fn picture(url: String) -> Picture {
    Picture { url, alt: None }
}

/// What was found wrong so far.
#[derive(Default)]
struct Reading {
    problems: Vec<Problem>,
}

impl Reading {
    fn take<T>(&mut self, field: &str, outcome: Result<T, Fault>) -> Option<T> {
        outcome.map_err(|fault| self.refuse(field, format!("{}: {}", fault.message, fault.remedy))).ok()
    }

    fn refuse(&mut self, field: &str, message: impl Into<String>) {
        self.problems.push(Problem::error("invalid", Some(field), message));
    }

    fn attribute(&mut self, attribute: AttributePatch, patch: &mut Patch) {
        let AttributePatch { code, locale, value } = attribute;
        let key = locale.map_or(code.clone(), |locale| format!("{code}@{locale}"));
        if code.contains('@') || check_key(&key).is_err() {
            return self
                .refuse(&key, "write the attribute as a code, and its locale such as `de-DE` beside it");
        }
        if let Some(AttributeValue::Text(content)) = &value {
            self.take(&key, text::check(content));
        }
        patch.attributes.insert(key, value.map(stored));
    }
}

/// An amount of money that is no price is kept as what it measures.
fn stored(value: AttributeValue) -> Value {
    match value {
        AttributeValue::Text(text) => Value::Text(text),
        AttributeValue::Texts(texts) => Value::List(texts),
        AttributeValue::Number(number) => Value::Number(number),
        AttributeValue::Money(money) => Value::Measure { amount: money.amount, unit: money.currency },
        AttributeValue::Flag(flag) => Value::Flag(flag),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{inbound, item::Money};

    fn patch(sku: &str) -> ProductPatch {
        ProductPatch {
            sku: sku.into(),
            parent: None,
            family: None,
            attributes: Vec::new(),
            prices: Vec::new(),
            images: None,
            stock: Vec::new(),
        }
    }

    fn text(code: &str, locale: Option<&str>, text: &str) -> AttributePatch {
        let value = Some(AttributeValue::Text(text.into()));
        AttributePatch { code: code.into(), locale: locale.map(Into::into), value }
    }

    fn price(amount: &str) -> inbound::PricePatch {
        let price = Money { amount: amount.parse().unwrap(), currency: "EUR".into() };
        inbound::PricePatch { price_list: String::new(), price }
    }

    #[test]
    fn what_is_left_out_is_left_alone_and_what_is_empty_is_cleared() {
        let cleared = AttributePatch { code: "color".into(), locale: None, value: None };
        let attributes = vec![text("name", Some("de-DE"), "Lampe"), cleared];
        let brought = ProductPatch { attributes, prices: vec![price("12.90")], ..patch("A") };
        let (sku, change) = brought.into_change().unwrap();
        assert_eq!((sku.as_str(), change.parent, change.images), ("A", None, None));
        assert_eq!(change.attributes["name@de-DE"], Some(Value::Text("Lampe".into())));
        assert_eq!(change.attributes["color"], None);
        assert_eq!(change.prices[0].list, BASE_PRICE_LIST);
    }

    #[test]
    fn every_value_that_breaks_a_rule_is_named() {
        let brought = ProductPatch {
            parent: Some("A".into()),
            attributes: vec![
                text("na@me", None, "x"),
                text("name", Some("German"), "x"),
                text("brand", None, "\u{7}"),
            ],
            prices: vec![price("-1")],
            ..patch("A")
        };
        let problems = brought.into_change().unwrap_err();
        let fields: Vec<_> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
        assert_eq!(fields, ["parent", "na@me", "name@German", "brand", "price"]);
        assert!(patch(" A").into_change().unwrap_err()[0].message.contains("blanks"));
    }
}
