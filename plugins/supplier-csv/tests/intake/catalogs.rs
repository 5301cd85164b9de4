//! Two real catalogs, against the `csv` crate as a second reader: found by `WHARF_SHARED`, and passed over without it.

#![expect(clippy::print_stdout, reason = "a test that was not tried says so")]

use std::{fs, path::PathBuf};

use serde_json::json;

use crate::reader::{File, text};

/// Reads one column beside the SKU, cell by cell equal to what the `csv` crate finds.
fn assert_read_alike(path: &str, delimiter: u8, column: &str) {
    let Some(shared) = std::env::var_os("WHARF_SHARED") else {
        println!("WHARF_SHARED is not set: {path} was not read");
        return;
    };
    let bytes = fs::read(PathBuf::from(shared).join("data").join(path)).unwrap();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes.as_slice());
    let header = reader.headers().unwrap().clone();
    let place = |name: &str| header.iter().position(|header| header == name).unwrap();
    let (sku, column_place) = (place("sku"), place(column));
    let trimmed = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let expected: Vec<(String, Option<String>)> = reader
        .records()
        .map(Result::unwrap)
        .filter_map(|row| Some((trimmed(row.get(sku)?)?, row.get(column_place).and_then(trimmed))))
        .collect();

    let brought = File::new("products.csv", bytes.clone())
        .read_by(&json!({"sku": "SKU", "attributes": {"value": column}}), 100_003);
    assert_eq!(brought.failed, None);
    let products = brought.products();
    let read: Vec<_> =
        products.iter().map(|patch| (patch.sku.clone(), text(patch, "value").map(str::to_owned))).collect();
    assert!(expected.len() > 100);
    assert_eq!((brought.told(), read), (vec![], expected));
}

#[test]
fn a_semicolon_separated_catalog_is_read_as_by_another_reader() {
    assert_read_alike("akeneo-icecat/products.csv", b';', "description-en_US-ecommerce");
}

#[test]
fn a_comma_separated_catalog_is_read_as_by_another_reader() {
    assert_read_alike("magento2-sample/ConfigurableSampleData__products.csv", b',', "description");
}
