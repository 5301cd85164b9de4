//! A catalog of any size: products of about 2 KB with twenty attributes, a price, stock and pictures.

use wharf_catalog::{
    Decimal, Patch, Sku, Value,
    item::Picture,
    product::{BASE_PRICE_LIST, Price, PricePatch},
};
use wharf_store::{Mode, ProductChange};

/// GTIN-13 with a correct check digit.
fn gtin(number: u64) -> String {
    let digits = format!("400{:09}", number % 1_000_000_000);
    let weighted: u32 = digits
        .bytes()
        .enumerate()
        .map(|(at, digit)| u32::from(digit - b'0') * (1 + 2 * (at as u32 % 2)))
        .sum();
    format!("{digits}{}", (10 - weighted % 10) % 10)
}

pub(crate) fn sku(number: u64) -> Sku {
    format!("SKU-{number:08}").parse().expect("letters and digits make a SKU")
}

/// Attribute codes that the shipped connectors take, with plausible content.
fn attributes(number: u64) -> Vec<(&'static str, String)> {
    const COLORS: [&str; 5] = ["navy", "olive", "sand", "charcoal", "rust"];
    const MATERIALS: [&str; 4] = ["organic cotton", "recycled polyester", "merino wool", "waxed canvas"];
    let pick = |list: &[&str], salt: u64| list[((number / salt) % list.len() as u64) as usize].to_owned();
    let sentence = format!(
        "Cut from {} in {}, double stitched where it matters, and tested through a whole winter on the coast. ",
        pick(&MATERIALS, 3),
        pick(&COLORS, 1)
    );
    vec![
        ("name", format!("Harbour Jacket {number} in {}", pick(&COLORS, 1))),
        (
            "description",
            format!("<p>{}</p><ul><li>two-way zip</li><li>storm collar</li></ul>", sentence.repeat(9)),
        ),
        ("brand", "Nordkai".into()),
        ("gtin", gtin(number)),
        ("mpn", format!("NK-{number}")),
        ("link", format!("https://shop.example.com/p/harbour-jacket-{number}?utm_source=feed")),
        ("mobile_link", format!("https://m.shop.example.com/p/harbour-jacket-{number}")),
        ("condition", "new".into()),
        ("color", pick(&COLORS, 1)),
        ("size", ["S", "M", "L", "XL"][(number % 4) as usize].into()),
        ("material", pick(&MATERIALS, 3)),
        ("pattern", "solid".into()),
        ("gender", "unisex".into()),
        ("age_group", "adult".into()),
        ("google_product_category", "5598".into()),
        ("shipping_label", "standard".into()),
        ("custom_label", format!("margin-{}", number % 7)),
        ("season", "autumn".into()),
    ]
}

/// The product of this number, as an import would bring it.
pub(crate) fn product(number: u64) -> ProductChange {
    let mut patch = Patch {
        family: Some(Some("jackets".into())),
        categories: Some(Some(vec!["Clothing".into(), "Jackets".into()])),
        prices: vec![price(i64::try_from(4_900 + number % 20_000).unwrap_or(4_900))],
        images: Some(Some(pictures(number))),
        ..Patch::default()
    };
    for (code, text) in attributes(number) {
        patch.attributes.insert(code.into(), Some(Value::Text(text)));
    }
    patch.attributes.insert(
        "highlights".into(),
        Some(Value::List(vec!["windproof to 60 km/h".into(), "packs into its own pocket".into()])),
    );
    ProductChange {
        sku: sku(number),
        patch,
        mode: Mode::Upsert,
        stock: vec![("main".into(), (number % 50) as i64 + 1)],
    }
}

fn pictures(number: u64) -> Vec<Picture> {
    let picture =
        |view: &str| Picture { url: format!("https://images.example.com/{number}/{view}.jpg"), alt: None };
    vec![picture("front"), picture("back")]
}

fn price(cents: i64) -> PricePatch {
    PricePatch { list: BASE_PRICE_LIST.into(), currency: "EUR".into(), amount: Some(Decimal::new(cents, 2)) }
}

/// The base price that a product without one is given.
pub(crate) fn own_price(cents: i64) -> Option<Price> {
    let PricePatch { list, currency, amount } = price(cents);
    Some(Price { list, currency, amount: amount? })
}

/// A change that a shop makes all day: another price.
pub(crate) fn repriced(number: u64, round: u64) -> ProductChange {
    let cents = i64::try_from(5_000 + (number + round) % 10_000).unwrap_or(5_000);
    let patch = Patch { prices: vec![price(cents)], ..Patch::default() };
    ProductChange { sku: sku(number), patch, mode: Mode::Update, stock: Vec::new() }
}
