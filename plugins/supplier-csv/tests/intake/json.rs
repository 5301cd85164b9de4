//! JSON: lists, lists under a path, a record on every line.

use serde_json::{Value as Json, json};

use crate::reader::{Brought, File, prices, text};

fn settings(records: &str) -> Json {
    json!({
        "sku": "id", "records": records, "attributes": {"name": "texts.name"},
        "prices": [{"column": "price"}], "lists_everything": true,
    })
}

fn read(records: &str, document: &str) -> Brought {
    File::new("products.json", document).read(&settings(records))
}

const RECORDS: [&str; 2] = [
    r#"{"id": "A", "texts": {"name": "Ze\u006ct"}, "price": 12.90}"#,
    r#"{"id": 7, "price": "1.299,50 EUR"}"#,
];

fn assert_both(brought: &Brought) {
    assert_eq!((brought.told(), &brought.failed, brought.complete), (vec![], &None, true));
    let products = brought.products();
    assert_eq!((products[0].sku.as_str(), text(products[0], "name")), ("A", Some("Zelt")));
    assert_eq!(prices(products[0]), [("", "12.90".into(), "EUR")]);
    assert_eq!((products[1].sku.as_str(), products[1].attributes.len()), ("7", 0));
    assert_eq!(prices(products[1]), [("", "1299.50".into(), "EUR")]);
}

#[test]
fn records_come_in_a_list_under_a_path_or_line_by_line() {
    let list = format!("[{}]", RECORDS.join(",\n"));
    assert_both(&read("", &list));
    assert_both(&read(
        "data.products",
        &format!(r#"{{"n": 2, "data": {{"products": {list}, "next": null}}}}"#),
    ));
    assert_both(&read("", &RECORDS.join("\n")));
    assert_both(&read("", &format!("{}\r\n\r\n{}\r\n", RECORDS[0], RECORDS[1])));
}

#[test]
fn null_clears_and_a_missing_member_does_nothing() {
    let brought = read("", r#"[{"id": "A", "texts": {"name": null}}, {"id": "B"}]"#);
    let products = brought.products();
    assert_eq!(products[0].attributes[0].value, None);
    assert_eq!(products[1].attributes, []);
}

#[test]
fn bad_records_are_named_and_good_ones_go_on() {
    let brought = read(
        "",
        "{\"id\": \"A\"}\n{\"id\": \n{\"sku\": \"C\"}\n[1]\n{\"id\": \"E\", \"price\": {}}\n{\"id\": \"F\"}\n",
    );
    assert_eq!(
        brought.told()[..4],
        [(2, "", "invalid-json"), (3, "id", "missing-sku"), (4, "", "invalid-json"), (5, "price", "number")]
    );
    assert!(brought.findings[1].problem.message.contains("only `sku`"));
    assert_eq!(brought.entries.len(), 2);
    assert!(!brought.complete);
}

#[test]
fn a_cut_document_is_never_complete() {
    for (records, document) in [
        ("", "[{\"id\": \"A\"}"),
        ("", "[{\"id\": \"A\"}, {\"id\""),
        ("list", "{\"list\": [{\"id\": \"A\"}]"),
        ("", "{\"id\": \"A\"}\n{\"id\": \"B"),
    ] {
        let brought = read(records, document);
        assert_eq!((brought.entries.len(), brought.complete), (1, false), "{document}");
        assert_eq!(brought.told()[0].2, "truncated", "{document}");
    }
}

#[test]
fn another_document_than_the_settings_say_is_refused() {
    for (records, document, told) in [
        ("products", "{\"items\": []}", "no-records"),
        ("products", "[]", "no-records"),
        ("products", "{\"produ", "no-records"),
        ("", "[{} {}]", "invalid-json"),
        ("", "[{}] []", "invalid-json"),
    ] {
        assert_eq!(read(records, document).failure().0, told, "{document}");
    }
}

#[test]
fn a_record_that_is_too_long_is_passed_over() {
    let long = "x".repeat(1 << 20);
    let document = format!(r#"[{{"id": "A"}}, {{"id": "{long}"}}, {{"id": "C"}}]"#);
    let brought = File::new("a.json", document).read_by(&settings(""), 100_000);
    assert_eq!((brought.told()[0], brought.entries.len()), ((2, "", "row-too-long"), 2));
}
