//! Workbooks as Excel would write them, and their members as the host hands them over.

use std::io::{Cursor, Read as _};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};
use serde_json::{Value as Json, json};
use supplier_csv::SupplierCsv;
use wharf_sdk::{Connector as _, inbound::AttributeValue};

use crate::reader::{Brought, File, prices, text};

/// What a host makes of a zip file: the members that the connector declares, in that order.
pub(crate) fn members(bytes: Vec<u8>) -> File<'static> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = Vec::new();
    for name in SupplierCsv::describe().intake.unwrap().members {
        if let Ok(mut member) = archive.by_name(&name) {
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            parts.push((name, bytes));
        }
    }
    File { name: "products.xlsx", parts }
}

pub(crate) fn settings() -> Json {
    json!({
        "sku": "Artikel", "attributes": {
            "name": "Name", "since": {"column": "Seit", "optional": true}, "ean": "EAN",
            "organic": {"column": "Bio", "kind": "flag", "optional": true},
        },
        "prices": [{"column": "Preis"}], "lists_everything": true,
    })
}

/// A workbook whose second sheet is the list.
pub(crate) fn workbook() -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().set_name("Cover")?.write(0, 0, "Price list")?;
    let date = Format::new().set_num_format("dd.mm.yyyy");
    let sheet = workbook.add_worksheet().set_name("Liste & mehr")?;
    for (column, name) in (0..).zip(["Artikel", "Name", "EAN", "Preis", "Seit", "Bio"]) {
        sheet.write(0, column, name)?;
    }
    sheet.write(1, 0, "A-1")?.write(1, 1, "Zelt <groß> & \"rot\"\nzwei")?.write(
        1,
        2,
        4_006_381_333_931_i64,
    )?;
    sheet.write(1, 3, 0.1 + 0.2)?.write(1, 5, true)?;
    sheet.write_with_format(1, 4, &ExcelDateTime::from_ymd(2025, 1, 31)?, &date)?;
    // A row without cells is left out of the file.
    sheet.write(3, 0, 42)?.write(3, 1, "Kocher")?.write(3, 3, "1.299,00 €")?;
    workbook.save_to_buffer()
}

fn read(settings: &Json) -> Brought {
    members(workbook().unwrap()).read(settings)
}

fn of_sheet(sheet: &str) -> Json {
    let mut settings = settings();
    settings["sheet"] = sheet.into();
    settings
}

#[test]
fn a_sheet_becomes_products() {
    let brought = read(&of_sheet("liste & MEHR"));
    assert_eq!((brought.told(), &brought.failed, brought.complete), (vec![], &None, true));
    let products = brought.products();
    assert_eq!(products.len(), 2);
    assert_eq!(text(products[0], "name"), Some("Zelt <groß> & \"rot\"\nzwei"));
    assert_eq!(
        (text(products[0], "ean"), text(products[0], "since")),
        (Some("4006381333931"), Some("2025-01-31"))
    );
    assert!(products[0].attributes.iter().any(|it| it.value == Some(AttributeValue::Flag(true))));
    assert_eq!(prices(products[0]), [("", "0.3".into(), "EUR")], "a float is what was typed");
    assert_eq!((products[1].sku.as_str(), prices(products[1])), ("42", vec![("", "1299.00".into(), "EUR")]));
}

#[test]
fn the_first_sheet_is_read_unless_another_is_named() {
    let (code, message) = (read(&settings()).failed.map(|it| (it.code, it.message))).unwrap();
    assert_eq!(code, "missing-column");
    assert!(message.contains("`Price list`"), "{message}");
    let (code, message) = (read(&of_sheet("Prices")).failed.map(|it| (it.code, it.message))).unwrap();
    assert_eq!(code, "no-sheet");
    assert!(message.contains("`Cover`"), "{message}");
}

#[test]
fn rows_are_named_as_excel_shows_them() {
    let mut settings = of_sheet("Liste & mehr");
    settings["attributes"]["ean"] = json!({"column": "EAN", "kind": "gtin"});
    settings["attributes"]["name"] = json!({"column": "Name", "kind": "number"});
    let brought = read(&settings);
    assert_eq!(brought.told()[..2], [(2, "Name", "number"), (4, "Name", "number")]);
    assert!(!brought.complete);
}

#[test]
fn a_cut_workbook_is_never_complete() {
    let settings = of_sheet("Liste & mehr");
    let cut = |name: &str| {
        let mut file = members(workbook().unwrap());
        let (_, bytes) = file.parts.iter_mut().find(|(member, _)| member == name).unwrap();
        bytes.truncate(bytes.len() - bytes.len() / 4);
        file.read(&settings)
    };
    let sheet = cut("xl/worksheets/sheet2.xml");
    assert_eq!((sheet.complete, sheet.told()[0].2), (false, "truncated"));
    assert_eq!(cut("xl/sharedStrings.xml").failure().0, "truncated");
    let mut file = members(workbook().unwrap());
    file.parts.retain(|(member, _)| !member.ends_with("sheet2.xml"));
    assert_eq!(file.read(&settings).failure().0, "no-sheet");
}

#[test]
fn too_many_texts_are_refused_by_the_limit_that_they_exceed() {
    let string = format!("<si><t>{}</t></si>", "x".repeat(1_000));
    let mut strings = b"<sst>".to_vec();
    (0..14_000).for_each(|_| strings.extend_from_slice(string.as_bytes()));
    let file = File { name: "a.xlsx", parts: vec![("xl/sharedStrings.xml".into(), strings)] };
    let brought = file.read_by(&settings(), 1 << 20);
    let (code, message) = brought.failure();
    assert_eq!(code, "string-table-too-large");
    assert!(message.contains("`state-bytes`") && message.contains("CSV"), "{message}");
}

#[test]
fn prefixes_rich_texts_and_inline_texts_are_understood() {
    let part = |name: &str, xml: &str| (name.to_owned(), xml.as_bytes().to_vec());
    let file = File {
        name: "a.xlsx",
        parts: vec![
            part(
                "xl/workbook.xml",
                r#"<x:workbook><x:sheets><x:sheet name="H" state="hidden" r:id="r1"/><x:sheet name="S" r:id="r2"/></x:sheets></x:workbook>"#,
            ),
            part(
                "xl/_rels/workbook.xml.rels",
                r#"<Relationships><Relationship Id="r2" Target="/xl/worksheets/sheet1.xml"/></Relationships>"#,
            ),
            part(
                "xl/sharedStrings.xml",
                "<sst><si><r><t>Na</t></r><r><t>me</t></r><rPh><t>x</t></rPh></si><si/><si><t>a_x000D_b &#233;</t></si></sst>",
            ),
            part(
                "xl/worksheets/sheet1.xml",
                r#"<x:worksheet><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>sku</x:t></x:is></x:c><x:c t="s"><x:v>0</x:v></x:c></x:row>
                <x:row><x:c t="str"><x:f>1&lt;2</x:f><x:v>A</x:v></x:c><x:c t="s"><x:v>2</x:v></x:c></x:row>
                <x:row><x:c t="str"><x:v>B</x:v></x:c><x:c t="e"><x:v>#N/A</x:v></x:c></x:row>
                <x:row><x:c t="str"><x:v>C</x:v></x:c><x:c t="s"><x:v>9</x:v></x:c></x:row></x:sheetData></x:worksheet>"#,
            ),
        ],
    };
    let brought = file.read(&json!({"sku": "sku", "attributes": {"name": "name"}}));
    assert_eq!(text(brought.products()[0], "name"), Some("a\rb é"));
    assert_eq!(brought.told(), [(3, "name", "unreadable"), (4, "name", "unreadable")]);
}
