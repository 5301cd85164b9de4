//! Delimited files: encodings, delimiters, damaged rows, cut files.

use serde_json::json;
use supplier_csv::SupplierCsv;
use wharf_sdk::Intake;

use crate::reader::{Brought, File, context, source, text};

fn named() -> serde_json::Value {
    json!({"sku": "Artikel", "attributes": {"name": "Größe"}})
}

fn read(bytes: impl Into<Vec<u8>>) -> Brought {
    File::new("list.csv", bytes).read(&named())
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

fn windows_1252(text: &str) -> Vec<u8> {
    let byte = |character| match character {
        '€' => 0x80,
        character => u8::try_from(character).unwrap(),
    };
    text.chars().map(byte).collect()
}

#[test]
fn every_encoding_is_told_by_the_bytes() {
    let table = "Artikel;Größe\nA-1;Äpfel\n";
    for bytes in [
        table.into(),
        format!("\u{feff}{table}").into_bytes(),
        windows_1252(table),
        utf16(table, u16::to_le_bytes),
        utf16(table, u16::to_be_bytes),
        utf16(&format!("\u{feff}{table}"), u16::to_le_bytes),
        utf16(&format!("\u{feff}{table}"), u16::to_be_bytes),
    ] {
        assert_eq!(text(read(bytes.clone()).only_product(), "name"), Some("Äpfel"), "{bytes:x?}");
    }
}

#[test]
fn a_character_far_behind_the_beginning_still_tells_the_encoding() {
    let many = format!("Artikel,Name\n{}", "A-1,plain\n".repeat(10_000));
    let settings = json!({"sku": "Artikel", "attributes": {"name": "Name"}});
    for (tail, name) in [(windows_1252("A-2,5 €\n"), "5 €"), ("A-2,5 €\n".into(), "5 €")] {
        let brought = File::new("list.csv", [many.as_bytes(), &tail].concat()).read_by(&settings, 4_096);
        assert_eq!(text(brought.products().last().unwrap(), "name"), Some(name));
    }
}

#[test]
fn every_delimiter_is_told_by_the_header() {
    for delimiter in [",", ";", "\t", "|"] {
        let table = ["Artikel", "Größe", "Bemerkung\nA-1", "L", "\"a, b; c|d\te\"\n"].join(delimiter);
        assert_eq!(text(read(table).only_product(), "name"), Some("L"), "{delimiter:?}");
    }
    assert_eq!(text(read("sep=;\r\nArtikel;Größe\r\nA-1;L,XL\r\n").only_product(), "name"), Some("L,XL"));
}

#[test]
fn quoted_cells_hold_anything() {
    let brought = read("Artikel,Größe\r\nA-1,\"L, \"\"large\"\"\r\nor so\"\r\n");
    assert_eq!(text(brought.only_product(), "name"), Some("L, \"large\"\r\nor so"));
}

#[test]
fn columns_are_found_in_any_case_below_a_preamble() {
    let settings = json!({"sku": "SKU", "attributes": {"name": "name"}, "header_row": 3});
    let brought = File::new("list.txt", "Price list;2026\n\n Sku ;NAME\nA-1;Tent\n").read(&settings);
    assert_eq!(text(brought.only_product(), "name"), Some("Tent"));
}

#[test]
fn a_missing_or_double_column_refuses_the_file_by_name() {
    let (code, message) = (read("Artikel;Farbe\nA-1;rot\n").failed.map(|it| (it.code, it.message))).unwrap();
    assert_eq!(code, "missing-column");
    assert!(message.contains("`Größe`") && message.contains("`Farbe`"), "{message}");
    assert_eq!(read("Artikel;Größe;GRÖSSE;größe\nA-1;L;;\n").failure().0, "double-column");
    let optional = json!({"sku": "Artikel", "attributes": {"name": {"column": "Größe", "optional": true}}});
    assert_eq!(File::new("a.csv", "Artikel;Farbe\nA-1;rot\n").read(&optional).only_product().attributes, []);
}

#[test]
fn bad_rows_are_named_and_good_rows_go_on() {
    let settings = json!({
        "sku": "sku", "attributes": {"weight": {"column": "weight", "kind": "number"}}, "lists_everything": true,
    });
    let mut table = b"sku,weight\nA,1.5\n,2\nC,heavy\n\nE,1,2\nF,\"1\"5\nG,\xff\xfe\nH,3.5\n".to_vec();
    table.extend_from_slice("I,ä\nJ,2\n".as_bytes());
    let brought = File::new("list.csv", table).read(&json!({"encoding": "utf-8", "sku": "sku",
        "attributes": settings["attributes"], "lists_everything": true}));
    assert_eq!(
        brought.told(),
        [
            (3, "sku", "missing-sku"),
            (4, "weight", "number"),
            (6, "", "too-many-cells"),
            (7, "", "stray-quote"),
            (8, "weight", "encoding"),
            (10, "weight", "number"),
            (11, "", "not-whole"),
        ]
    );
    let skus: Vec<&str> = brought.products().iter().map(|patch| patch.sku.as_str()).collect();
    assert_eq!(skus, ["A", "H", "J"]);
    assert!(!brought.complete, "the products of refused rows are not gone");
}

#[test]
fn all_faults_of_a_row_are_told_at_once() {
    let settings = json!({
        "sku": "sku", "prices": [{"column": "price"}], "stock": [{"column": "stock"}],
        "images": ["picture"], "attributes": {"ean": {"column": "ean", "kind": "gtin"}},
    });
    let brought = File::new("a.csv", "sku,price,stock,picture,ean\nA,-1,1.5,x.jpg,123\n").read(&settings);
    let rules: Vec<_> = brought.told();
    assert_eq!(
        rules,
        [
            (2, "stock", "whole-units"),
            (2, "ean", "gtin"),
            (2, "price", "negative-price"),
            (2, "picture", "address")
        ]
    );
}

#[test]
fn a_whole_file_may_be_complete_and_a_cut_one_never() {
    let settings = json!({"sku": "sku", "attributes": {"name": "name"}, "lists_everything": true});
    let read = |table: &str| File::new("list.csv", table).read(&settings);
    let whole = "sku,name\nA,Tent\nB,\"Stove\"\n";
    assert!(read(whole).complete && read(whole.trim_end()).complete);
    for cut in ["sku,name\nA,Tent\nB,\"Sto", "sku,name\nA,Tent\nB"] {
        let brought = read(cut);
        assert_eq!((brought.entries.len(), brought.complete), (1, false));
        assert_eq!(brought.told()[0], (3, "", "truncated"), "{cut}");
    }
    assert!(!read("sku,name\n").complete, "a file without rows empties no catalog");
    assert_eq!(read("").failure().0, "empty-file");
    assert_eq!(read(" \n").failure().0, "empty-file");
    let partly = json!({"sku": "sku", "attributes": {"name": "name"}});
    assert!(!File::new("list.csv", whole).read(&partly).complete);
}

#[test]
fn a_quote_that_is_never_closed_stops_within_bounded_memory() {
    let damaged = format!("sku,name\nA,\"Tent\n{}", "B,Stove\n".repeat(400_000));
    let settings = json!({"sku": "sku", "attributes": {"name": "name"}});
    let brought = File::new("list.csv", damaged).read_by(&settings, 1 << 16);
    let (code, message) = brought.failure();
    assert_eq!(code, "row-too-long");
    assert!(message.contains("Row 2") && message.contains("1048576"), "{message}");
    assert!(brought.state_bytes.0 < 2 << 20);
}

#[test]
fn what_is_no_table_is_refused_with_the_way_out() {
    for (bytes, remedy) in [
        (&b"PK\x03\x04rest"[..], ".xlsx"),
        (b"\xd0\xcf\x11\xe0rest", "Excel 97"),
        (b"\x1f\x8brest", "unpack"),
        (b"%PDF-1.7", "CSV"),
    ] {
        let brought = read(bytes);
        let (code, message) = brought.failure();
        assert_eq!(code, "other-format");
        assert!(message.contains(remedy), "{message}");
    }
}

#[test]
fn a_long_file_passes_in_a_small_state_and_many_calls() {
    let rows: String = (0..60_000).map(|row| format!("A-{row},{row}\n")).collect();
    let settings = json!({"sku": "sku", "stock": [{"column": "stock"}]});
    let file = File::new("stock.csv", format!("sku,stock\n{rows}"));
    let brought = file.read_by(&settings, 10_000);
    assert_eq!(brought.entries.len(), 60_000);
    assert!(brought.state_bytes.0 < 70_000, "{:?}", brought.state_bytes);
    assert_eq!(file.read(&settings), brought);
}

#[test]
fn wide_rows_end_a_call_before_it_brings_too_much() {
    let names: Vec<String> = (0..200).map(|column| format!("c{column}")).collect();
    let attributes: serde_json::Map<_, _> =
        names.iter().map(|name| (name.clone(), name.as_str().into())).collect();
    let table = format!("sku,{}\n{}", names.join(","), format!("A{}\n", ",x".repeat(200)).repeat(1_000));
    let settings = json!({"sku": "sku", "attributes": attributes});
    let (context, source) = (context(&settings), source("a.csv", ""));
    let progress = SupplierCsv::parse(&context, &source, b"", table.as_bytes(), true);
    assert!(progress.more && progress.entries.len() < 1_000, "{}", progress.entries.len());
    assert_eq!(File::new("a.csv", table).read(&settings).entries.len(), 1_000);
}

#[test]
fn a_damaged_state_is_told() {
    let (context, source) = (context(named()), source("a.csv", ""));
    for state in [&b"x"[..], &[0xff; 40], &[0; 12]] {
        let progress = SupplierCsv::parse(&context, &source, state, b"", false);
        assert_eq!(progress.failed.unwrap().code, "damaged-state");
    }
}
