//! Products for tests, built from what a test cares about.

use wharf_catalog::{
    Decimal, Patch, Sku, Value,
    item::Picture,
    product::{BASE_PRICE_LIST, PricePatch},
};
use wharf_store::{Mode, ProductChange};

pub fn sku(text: &str) -> Sku {
    text.parse().expect("tests name valid SKUs")
}

/// A product that every shipped connector takes.
pub fn product(text: &str) -> ProductChange {
    let mut patch = Patch {
        prices: vec![price(1_290)],
        images: Some(Some(vec![Picture {
            url: format!("https://images.example.com/{text}.jpg"),
            alt: None,
        }])),
        ..Patch::default()
    };
    let attributes = [
        ("name", format!("Lamp {text}")),
        ("description", format!("<p>The lamp {text}, which shines.</p>")),
        ("brand", "Lux".into()),
        ("condition", "new".into()),
        ("link", format!("https://shop.example.com/{text}")),
    ];
    for (code, content) in attributes {
        patch.attributes.insert(code.into(), Some(Value::Text(content)));
    }
    ProductChange { sku: sku(text), patch, mode: Mode::Upsert, stock: vec![("berlin".into(), 5)] }
}

/// The same product under another title.
pub fn renamed(text: &str, title: &str) -> ProductChange {
    let patch = Patch {
        attributes: [("name".to_owned(), Some(Value::Text(title.to_owned())))].into(),
        ..Patch::default()
    };
    change(text, patch)
}

/// The product without one of its attributes.
pub fn without(text: &str, attribute: &str) -> ProductChange {
    change(text, Patch { attributes: [(attribute.to_owned(), None)].into(), ..Patch::default() })
}

pub fn priced(text: &str, cents: i64) -> ProductChange {
    change(text, Patch { prices: vec![price(cents)], ..Patch::default() })
}

pub fn stocked(text: &str, units: i64) -> ProductChange {
    ProductChange { stock: vec![("berlin".into(), units)], ..change(text, Patch::default()) }
}

fn change(text: &str, patch: Patch) -> ProductChange {
    ProductChange { sku: sku(text), patch, mode: Mode::Update, stock: Vec::new() }
}

fn price(cents: i64) -> PricePatch {
    PricePatch { list: BASE_PRICE_LIST.into(), currency: "EUR".into(), amount: Some(Decimal::new(cents, 2)) }
}
