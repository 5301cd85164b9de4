//! A catalog written to a file, in every format, dialect and encoding, becomes patches that are equal to it.
//!
//! What a table cannot hold is lost on the way, as the settings say: blanks around a text go, and an empty cell clears.

use proptest::{prelude::*, sample::select};
use rust_xlsxwriter::{Workbook, XlsxError};
use serde_json::{Value as Json, json};
use wharf_sdk::{
    Decimal,
    inbound::{Attribute, AttributeValue, ListingKey, Money, Price, ProductPatch, StockLevel},
};

use crate::{
    reader::{Brought, File},
    xlsx,
};

/// The columns of every table.
const HEADER: [&str; 8] = ["sku", "parent", "name", "näme de", "price", "sale", "berlin", "image"];

#[derive(Debug, Clone)]
struct Article {
    sku: String,
    parent: Option<String>,
    name: String,
    german: Option<String>,
    cents: i64,
    sale_cents: Option<i64>,
    units: i64,
    image: String,
}

/// Text with all that a table has to quote, and nothing that Windows-1252 lacks.
fn text() -> impl Strategy<Value = String> {
    "[A-Za-zäß€,;|\"<&0-9][a-zäß€ ,;|\t\"\n<&=+0-9-]{0,12}[a-z€\"]"
}

fn article() -> impl Strategy<Value = Article> {
    let texts = (prop::option::of("[A-Z]{1,3}"), text(), prop::option::of(text()));
    let numbers = (0_i64..10_000_000, prop::option::of(0_i64..10_000), 0_i64..5_000);
    (texts, numbers, "[a-z]{1,8}").prop_map(|((parent, name, german), (cents, sale_cents, units), image)| {
        Article {
            sku: String::new(),
            parent,
            name,
            german,
            cents,
            sale_cents,
            units,
            image: format!("https://shop.example/{image}.jpg"),
        }
    })
}

fn catalog() -> impl Strategy<Value = Vec<Article>> {
    prop::collection::vec(article(), 1..12).prop_map(|articles| {
        let numbered = articles.into_iter().enumerate();
        numbered.map(|(number, article)| Article { sku: format!("SKU-{number}"), ..article }).collect()
    })
}

fn settings(encoding: Option<&str>) -> Json {
    let mut settings = json!({
        "sku": "sku", "parent": {"column": "parent", "optional": true},
        "attributes": {"name": "name", "name@de-DE": {"column": "näme de", "optional": true}},
        "prices": [{"column": "price"}, {"column": "sale", "list": "sale", "optional": true}],
        "stock": [{"column": "berlin", "location": "berlin"}],
        "images": ["image"],
        "empty": "clear", "lists_everything": true,
    });
    if let Some(encoding) = encoding {
        settings["encoding"] = encoding.into();
    }
    settings
}

/// What the host is to be told of the article.
fn patch(article: &Article) -> ProductPatch {
    let text = |text: &str| Some(AttributeValue::Text(text.trim().to_owned()));
    let attribute = |locale: Option<&str>, value| Attribute {
        code: "name".into(),
        locale: locale.map(str::to_owned),
        value,
    };
    let price = |list: &str, cents| Price {
        price_list: list.to_owned(),
        price: Money::new(Decimal::new(cents, -2), "EUR"),
    };
    let sale = article.sale_cents.map(|cents| price("sale", cents));
    let level = StockLevel::new(ListingKey::sku(&article.sku), article.units);
    ProductPatch {
        parent: article.parent.clone(),
        attributes: vec![
            attribute(None, text(&article.name)),
            attribute(Some("de-DE"), article.german.as_deref().and_then(text)),
        ],
        prices: [price("", article.cents)].into_iter().chain(sale).collect(),
        images: Some(vec![article.image.clone()]),
        stock: vec![StockLevel { location: "berlin".into(), ..level }],
        ..ProductPatch::new(&article.sku)
    }
}

/// The same with every amount in cents: a float has no trailing zero.
fn in_cents(patch: &ProductPatch) -> ProductPatch {
    let mut patch = patch.clone();
    for price in &mut patch.prices {
        price.price.amount = price.price.amount.with_places(2).unwrap();
    }
    patch
}

fn check(brought: &Brought, catalog: &[Article]) -> Result<(), TestCaseError> {
    prop_assert_eq!((brought.told(), &brought.failed, brought.complete), (vec![], &None, true));
    let patches: Vec<ProductPatch> = brought.products().into_iter().map(in_cents).collect();
    prop_assert_eq!(patches, catalog.iter().map(patch).collect::<Vec<_>>());
    Ok(())
}

fn amount(cents: i64, mark: char) -> String {
    format!("{}{mark}{:02}", cents / 100, cents % 100)
}

fn cells(article: &Article, mark: char) -> [String; 8] {
    [
        article.sku.clone(),
        article.parent.clone().unwrap_or_default(),
        article.name.clone(),
        article.german.clone().unwrap_or_default(),
        amount(article.cents, mark),
        article.sale_cents.map(|cents| amount(cents, mark)).unwrap_or_default(),
        article.units.to_string(),
        article.image.clone(),
    ]
}

#[derive(Debug, Clone, Copy)]
struct Dialect {
    delimiter: u8,
    mark: char,
    terminator: csv::Terminator,
}

fn dialect() -> impl Strategy<Value = Dialect> {
    let terminators = vec![csv::Terminator::CRLF, csv::Terminator::Any(b'\n')];
    (select(b",;\t|".to_vec()), select(vec!['.', ',']), select(terminators))
        .prop_map(|(delimiter, mark, terminator)| Dialect { delimiter, mark, terminator })
}

fn table(catalog: &[Article], Dialect { delimiter, mark, terminator }: Dialect) -> String {
    let mut builder = csv::WriterBuilder::new();
    let mut table = builder.delimiter(delimiter).terminator(terminator).from_writer(Vec::new());
    table.write_record(HEADER).unwrap();
    for article in catalog {
        table.write_record(cells(article, mark)).unwrap();
    }
    String::from_utf8(table.into_inner().unwrap()).unwrap()
}

/// The file in every encoding, with the setting that it needs.
fn encoded(text: &str) -> [(Option<&'static str>, Vec<u8>); 5] {
    let marked = format!("\u{feff}{text}");
    let utf16 = |unit: fn(u16) -> [u8; 2]| marked.encode_utf16().flat_map(unit).collect();
    let windows = |character| match character {
        '€' => 0x80,
        character => u8::try_from(u32::from(character)).unwrap(),
    };
    [
        (None, text.into()),
        (None, utf16(u16::to_le_bytes)),
        (None, utf16(u16::to_be_bytes)),
        (None, marked.into()),
        (Some("windows-1252"), text.chars().map(windows).collect()),
    ]
}

fn workbook(catalog: &[Article]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(HEADER) {
        sheet.write(0, column, name)?;
    }
    for (row, article) in (1..).zip(catalog) {
        for (column, cell) in (0..).zip(cells(article, '.')) {
            sheet.write(row, column, cell)?;
        }
        sheet.write(row, 4, article.cents as f64 / 100.0)?.write(row, 6, article.units)?;
        if let Some(cents) = article.sale_cents {
            sheet.write(row, 5, cents as f64 / 100.0)?;
        }
    }
    workbook.save_to_buffer()
}

/// A number is written as such, and what an article lacks is null or left out.
fn record(article: &Article, sparse: bool) -> Json {
    let price = |cents| serde_json::from_str::<serde_json::Number>(&amount(cents, '.')).unwrap();
    let mut record = json!({
        "sku": article.sku, "parent": article.parent, "name": article.name, "näme de": article.german,
        "price": price(article.cents), "sale": article.sale_cents.map(price), "berlin": article.units,
        "image": article.image,
    });
    // Nothing clears what a record leaves out.
    if sparse && let Some(members) = record.as_object_mut() {
        members.retain(|name, value| !value.is_null() || name == "näme de");
    }
    record
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_table_in_any_dialect_is_the_catalog(catalog in catalog(), dialect in dialect()) {
        for (encoding, bytes) in encoded(&table(&catalog, dialect)) {
            check(&File::new("list.csv", bytes).read(&settings(encoding)), &catalog)?;
        }
    }

    #[test]
    fn a_workbook_is_the_catalog(catalog in catalog()) {
        check(&xlsx::members(workbook(&catalog).unwrap()).read(&settings(None)), &catalog)?;
    }

    #[test]
    fn json_is_the_catalog(catalog in catalog(), lines: bool, sparse: bool) {
        let records: Vec<String> = catalog.iter().map(|article| record(article, sparse).to_string()).collect();
        let document = if lines { records.join("\n") } else { format!("[{}]", records.join(",")) };
        for (encoding, bytes) in encoded(&document) {
            check(&File::new("list.json", bytes).read(&settings(encoding)), &catalog)?;
        }
    }
}
