//! What holds for every file: chunks do not matter, what was written is read back, and nothing panics.

use proptest::{prelude::*, sample::Index};
use serde_json::{Value as Json, json};
use wharf_sdk::{Delimited, Separator};

use crate::{
    reader::{Brought, File, text},
    xlsx,
};

fn cell() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zäß€😀 ]{0,6}", "[-=+@'\",;\t\r\n|0-9.]{0,6}", "[0-9]{1,3}"]
}

fn table() -> impl Strategy<Value = Vec<(String, String, u32)>> {
    prop::collection::vec(("[A-Za-z0-9-]{1,8}", cell(), 0_u32..5_000), 1..20)
}

fn settings() -> Json {
    json!({
        "sku": "sku", "attributes": {"name": "näme"}, "stock": [{"column": "stock"}],
        "decimal": "point", "empty": "clear", "lists_everything": true,
    })
}

fn few_rows_a_call() -> Json {
    let mut settings = settings();
    settings["rows_per_call"] = 2.into();
    settings
}

fn delimited(rows: &[(String, String, u32)], separator: Separator) -> String {
    let mut table = Delimited::new(separator);
    table.cell("sku").cell("näme").cell("stock").end_row();
    for (sku, name, stock) in rows {
        table.cell(sku).cell(name).cell(&stock.to_string()).end_row();
    }
    table.into_string()
}

/// The file in every encoding, with and without a byte order mark.
fn encoded(text: &str) -> Vec<Vec<u8>> {
    let marked = format!("\u{feff}{text}");
    let utf16 = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect();
    vec![
        text.into(),
        marked.clone().into(),
        utf16(&marked, u16::to_le_bytes),
        utf16(&marked, u16::to_be_bytes),
    ]
}

fn cuts() -> impl Strategy<Value = Vec<Index>> {
    prop::collection::vec(any::<Index>(), 0..8)
}

fn assert_chunks_do_not_matter(file: &File<'_>, cuts: &[Index]) -> Result<Brought, TestCaseError> {
    let whole = file.read(&settings());
    prop_assert_eq!(&file.read_cut(&settings(), cuts), &whole);
    prop_assert_eq!(&file.read_cut(&few_rows_a_call(), cuts), &whole);
    Ok(whole)
}

/// What becomes of a text between a writer and this reader: outer blanks go.
fn trimmed(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_exported_table_is_read_back_from_any_chunks(rows in table(), cuts in cuts(), tabs: bool) {
        let separator = if tabs { Separator::Tab } else { Separator::Comma };
        // An apostrophe that the text itself has before a formula cannot be told from the one that an export adds.
        let rows: Vec<_> = rows.into_iter().map(|(sku, name, stock)| (sku, name.replace('\'', ""), stock)).collect();
        for bytes in encoded(&delimited(&rows, separator)) {
            let brought = assert_chunks_do_not_matter(&File::new("export.csv", bytes), &cuts)?;
            prop_assert_eq!(&brought.told(), &[]);
            prop_assert!(brought.complete);
            let products = brought.products();
            prop_assert_eq!(products.len(), rows.len());
            for (patch, (sku, name, stock)) in products.iter().zip(&rows) {
                prop_assert_eq!(&patch.sku, sku);
                prop_assert_eq!(text(patch, "name"), trimmed(name));
                prop_assert_eq!(patch.stock[0].quantity, i64::from(*stock));
            }
        }
    }

    #[test]
    fn json_is_read_back_from_any_chunks(rows in table(), cuts in cuts(), lines: bool) {
        let records: Vec<String> = rows
            .iter()
            .map(|(sku, name, stock)| json!({"stock": stock, "näme": name, "sku": sku, "x": [{"y": "]}"}]}).to_string())
            .collect();
        let document = if lines { records.join("\n") } else { format!("[{}]", records.join(" ,\n")) };
        for bytes in encoded(&document) {
            let brought = assert_chunks_do_not_matter(&File::new("export.json", bytes), &cuts)?;
            prop_assert_eq!(&brought.told(), &[]);
            for (patch, (_, name, _)) in brought.products().iter().zip(&rows) {
                prop_assert_eq!(text(patch, "name"), trimmed(name));
            }
        }
    }

    #[test]
    fn damaged_files_say_the_same_from_any_chunks(rows in table(), cuts in cuts(), at: Index, byte: u8, end: Index) {
        let mut bytes = delimited(&rows, Separator::Comma).into_bytes();
        let position = at.index(bytes.len());
        bytes[position] = byte;
        bytes.truncate(end.index(bytes.len() + 1));
        assert_chunks_do_not_matter(&File::new("list.csv", bytes), &cuts)?;
    }

    #[test]
    fn anything_is_read_or_refused(
        bytes in prop_oneof![prop::collection::vec(any::<u8>(), 0..200), "[\\[\\]{}\":,a-z0-9\n ]{0,80}".prop_map(String::into_bytes)],
        cuts in cuts(),
        name in prop::sample::select(vec!["a.csv", "a.json", "a", "a.xlsx"]),
    ) {
        assert_chunks_do_not_matter(&File::new(name, bytes), &cuts)?;
    }

    #[test]
    fn a_workbook_says_the_same_from_any_chunks(cuts in cuts(), damage: Option<(Index, Index, u8)>) {
        let mut file = xlsx::members(xlsx::workbook().unwrap());
        if let Some((part, at, byte)) = damage {
            let part = part.index(file.parts.len());
            let (_, bytes) = &mut file.parts[part];
            let position = at.index(bytes.len());
            bytes[position] = byte;
        }
        let mut settings = xlsx::settings();
        settings["sheet"] = "Liste & mehr".into();
        let whole = file.read(&settings);
        prop_assert_eq!(&file.read_cut(&settings, &cuts), &whole);
        settings["rows_per_call"] = 1.into();
        prop_assert_eq!(&file.read_cut(&settings, &cuts), &whole);
    }
}

#[test]
fn single_bytes_are_chunks_too() {
    let table = delimited(&[("A".into(), "Zelt, \"groß\"\r\n€".into(), 3)], Separator::Comma);
    for bytes in encoded(&table) {
        let file = File::new("list.csv", bytes);
        assert_eq!(file.read_by(&settings(), 1), file.read(&settings()));
    }
    let workbook = xlsx::members(xlsx::workbook().unwrap());
    let mut settings = xlsx::settings();
    settings["sheet"] = "Liste & mehr".into();
    assert_eq!(workbook.read_by(&settings, 7), workbook.read(&settings));
}
