//! Items into the files that Google and Meta read.

use product_feed::ProductFeed;
use serde_json::json;
use wharf_sdk::{
    Context, Decimal, Feed, Reason, Remark, RowsWritten, Severity,
    testing::{self, Batch, Item, Value, context},
};

fn table_settings(profile: &str, format: &str) -> Context {
    context(json!({"profile": profile, "format": format}))
}

fn rss(profile: &str) -> Context {
    context(json!({"profile": profile, "title": "Oak & Co", "link": "https://shop.example"}))
}

fn field(name: &str) -> u32 {
    testing::field::<ProductFeed>(name)
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn euros(coefficient: i64, exponent: i32) -> Value {
    Value::money(Decimal::new(coefficient, exponent), "EUR")
}

fn images(names: &[&str]) -> Value {
    Value::images(names.iter().map(|name| format!("https://shop.example/{name}.jpg")))
}

/// An item that both readers take, with some values changed or added.
fn item(changes: Vec<(&str, Value)>) -> Item {
    let usual = vec![
        ("title", text("Oak table")),
        ("description", text("<p>Solid oak,<br>made in Lyon</p>")),
        ("link", text("https://shop.example/oak?a=1&b=2")),
        ("image_link", images(&["1", "2,3", "4"])),
        ("availability", Value::Quantity(4)),
        ("price", euros(129, -1)),
        ("product_type", Value::texts(["Home > Tables", "Sale"])),
    ];
    let empty = Item::new("OAK-1").group("OAK");
    usual.into_iter().chain(changes).fold(empty, |item, (name, value)| item.with(field(name), value))
}

fn without(name: &str) -> Item {
    item(vec![]).without(field(name))
}

fn rows(context: &Context, items: &[Item]) -> RowsWritten {
    ProductFeed::rows(context, Batch::of_items(items).items())
}

/// A problem's code and the field that is to blame.
type Told<'a> = (&'a str, Option<u32>);

fn remarks(written: &RowsWritten) -> Vec<(u32, Vec<Told<'_>>)> {
    written.remarks.iter().map(|remark| (remark.index, codes(remark))).collect()
}

fn codes(remark: &Remark) -> Vec<Told<'_>> {
    remark.problems.iter().map(|problem| (problem.code.as_str(), problem.field)).collect()
}

/// The whole file, of items that are all taken.
fn file(context: &Context, items: &[Item]) -> String {
    let RowsWritten { content, remarks } = rows(context, items);
    assert!(!remarks.iter().any(Remark::is_rejection), "{remarks:?}");
    let head = ProductFeed::head(context).unwrap().content;
    let whole = [head, content, ProductFeed::tail(context, items.len() as u64)].concat();
    String::from_utf8(whole).unwrap()
}

/// What a reader finds under `column` in the only row.
fn cell(context: &Context, delimiter: u8, item: Item, column: &str) -> String {
    let file = file(context, &[item]);
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(file.as_bytes());
    let position = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    rows[0][position].to_owned()
}

#[test]
fn an_rss_feed_is_a_channel_of_items() {
    let opening = ProductFeed::head(&rss("google")).unwrap();
    assert_eq!(opening.file_name, "products.xml");
    assert_eq!(
        file(&rss("google"), &[item(vec![("sale_price", euros(9, 0))])]),
        r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">
<channel>
<title>Oak &amp; Co</title>
<link>https://shop.example</link>
<description>Oak &amp; Co</description>
<item>
<g:id>OAK-1</g:id>
<g:title>Oak table</g:title>
<g:description>Solid oak,
made in Lyon</g:description>
<g:link>https://shop.example/oak?a=1&amp;b=2</g:link>
<g:image_link>https://shop.example/1.jpg</g:image_link>
<g:additional_image_link>https://shop.example/2,3.jpg</g:additional_image_link>
<g:additional_image_link>https://shop.example/4.jpg</g:additional_image_link>
<g:availability>in_stock</g:availability>
<g:price>12.90 EUR</g:price>
<g:sale_price>9.00 EUR</g:sale_price>
<g:condition>new</g:condition>
<g:product_type>Home &gt; Tables</g:product_type>
<g:product_type>Sale</g:product_type>
<g:item_group_id>OAK</g:item_group_id>
</item>
</channel>
</rss>
"#
    );
}

#[test]
fn json_lines_are_an_object_for_each_item() {
    let context = table_settings("google", "jsonl");
    let opening = ProductFeed::head(&context).unwrap();
    assert_eq!((opening.file_name.as_str(), opening.content.len()), ("products.jsonl", 0));
    let plain = item(vec![("title", text("Oak \"table\"\n=1+1"))]).without(field("product_type"));
    let file = file(&context, &[item(vec![]), plain]);
    let lines: Vec<serde_json::Value> =
        file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines[0],
        json!({
            "id": "OAK-1", "title": "Oak table", "description": "Solid oak,\nmade in Lyon",
            "link": "https://shop.example/oak?a=1&b=2", "image_link": "https://shop.example/1.jpg",
            "additional_image_link": ["https://shop.example/2,3.jpg", "https://shop.example/4.jpg"],
            "availability": "in_stock", "price": "12.90 EUR", "condition": "new",
            "product_type": ["Home > Tables", "Sale"], "item_group_id": "OAK",
        })
    );
    assert_eq!((lines.len(), &lines[1]["title"]), (2, &json!("Oak \"table\"\n=1+1")));
    assert_eq!(lines[1].get("product_type"), None);
}

#[test]
fn meta_gets_one_text_where_google_gets_a_list() {
    let file = file(&table_settings("meta", "jsonl"), &[item(vec![])]);
    let line: serde_json::Value = serde_json::from_str(&file).unwrap();
    assert_eq!(line["additional_image_link"], "https://shop.example/2%2C3.jpg,https://shop.example/4.jpg");
    assert_eq!(
        (&line["product_type"], &line["quantity_to_sell_on_facebook"]),
        (&json!("Home > Tables"), &json!("4"))
    );
}

#[test]
fn readers_differ_in_two_columns() {
    let columns = |profile: &str| {
        let head = ProductFeed::head(&table_settings(profile, "csv")).unwrap().content;
        let head = String::from_utf8(head).unwrap();
        head.trim_end().split(',').map(str::to_owned).collect::<Vec<_>>()
    };
    let (google, meta) = (columns("google"), columns("meta"));
    let shared = |columns: &[String], own: &str| {
        assert!(columns.iter().any(|name| name == own), "{own}");
        columns.iter().filter(|name| *name != own).cloned().collect::<Vec<_>>()
    };
    assert_eq!(shared(&google, "identifier_exists"), shared(&meta, "quantity_to_sell_on_facebook"));
}

#[test]
fn what_a_table_leaves_out_by_its_nature_is_no_warning() {
    let several = rows(&table_settings("google", "csv"), &[item(vec![])]);
    assert_eq!(several.remarks, []);
    assert_eq!(cell(&table_settings("google", "csv"), b',', item(vec![]), "product_type"), "Home > Tables");
}

#[test]
fn markup_in_values_cannot_break_the_file() {
    let hostile = item(vec![("title", text("</g:title><x>&\u{0}\u{FFFE}"))]);
    let file = file(&rss("meta"), &[hostile]);
    assert!(file.contains("<g:title>&lt;/g:title&gt;&lt;x&gt;&amp;</g:title>"), "{file}");
}

#[test]
fn tables_have_one_name_for_each_reader() {
    for (format, name, delimiter) in [("csv", "products.csv", b','), ("tsv", "products.tsv", b'\t')] {
        let context = table_settings("meta", format);
        assert_eq!(ProductFeed::head(&context).unwrap().file_name, name);
        assert_eq!(cell(&context, delimiter, item(vec![]), "availability"), "in stock");
        assert_eq!(cell(&context, delimiter, item(vec![]), "quantity_to_sell_on_facebook"), "4");
        let sold_out = item(vec![("availability", Value::Quantity(0))]);
        assert_eq!(cell(&context, delimiter, sold_out, "availability"), "out of stock");
    }
    let sold_out = item(vec![("availability", Value::Quantity(0))]);
    assert_eq!(cell(&table_settings("google", "csv"), b',', sold_out, "availability"), "out_of_stock");
}

#[test]
fn tables_hold_any_text_and_no_formula() {
    let context = table_settings("google", "csv");
    let value = |title: &str| cell(&context, b',', item(vec![("title", text(title))]), "title");
    assert_eq!(value("Table, \"oak\"\nround"), "Table, \"oak\"\nround");
    for formula in ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx"] {
        assert_eq!(value(formula), format!("'{formula}"));
    }
    assert_eq!(value("-5"), "-5");
}

#[test]
fn several_images_share_a_cell() {
    let cell = cell(&table_settings("google", "csv"), b',', item(vec![]), "additional_image_link");
    assert_eq!(cell, "https://shop.example/2%2C3.jpg,https://shop.example/4.jpg");
}

#[test]
fn a_number_for_inner_use_is_left_out() {
    let context = table_settings("google", "csv");
    let value = |gtin: &str| cell(&context, b',', item(vec![("gtin", text(gtin))]), "gtin");
    assert_eq!(value("4006381333931"), "4006381333931");
    assert_eq!(value("2000000000008"), "");
}

#[test]
fn a_long_description_is_cut_to_what_the_reader_takes() {
    let long = item(vec![("description", text(&"<b>word</b> ".repeat(3_000)))]);
    for (profile, characters) in [("google", 4_999), ("meta", 9_999)] {
        let description = cell(&table_settings(profile, "csv"), b',', long.clone(), "description");
        assert_eq!(description.len(), characters, "{profile}");
    }
}

#[test]
fn what_would_spoil_the_file_is_rejected_by_field() {
    let items = [
        item(vec![]),
        without("price"),
        item(vec![("gtin", text("4006381333930")), ("price", euros(45_454, -4))]),
        item(vec![("description", text("<p>"))]),
        item(vec![]),
    ];
    let written = rows(&rss("google"), &items);
    let at = |code, name| (code, Some(field(name)));
    assert_eq!(
        remarks(&written),
        [
            (1, vec![at("missing", "price")]),
            (2, vec![at("inexact-price", "price"), at("invalid-gtin", "gtin")]),
            (3, vec![at("empty", "description")]),
        ]
    );
    assert_eq!(String::from_utf8(written.content).unwrap().matches("<item>").count(), 2);
}

#[test]
fn slices_join_to_the_same_file() {
    for format in ["tsv", "jsonl"] {
        let context = table_settings("google", format);
        let whole = rows(&context, &vec![item(vec![]); 4]).content;
        let half = rows(&context, &vec![item(vec![]); 2]).content;
        assert_eq!(whole, [half.clone(), half].concat(), "{format}");
    }
}

#[test]
fn an_item_with_losses_keeps_its_row_and_says_what_was_lost() {
    let lossy = item(vec![
        ("description", text(&"word ".repeat(2_000))),
        ("gtin", text("2000000000008")),
        ("image_link", images(&["picture"; 12])),
    ]);
    let written = rows(&rss("google"), &[item(vec![]), lossy]);
    let lost = [("shortened", "description"), ("restricted-gtin", "gtin"), ("too-many-images", "image_link")];
    let lost = lost.map(|(code, name)| (code, Some(field(name))));
    assert_eq!(remarks(&written), [(1, lost.to_vec())]);
    assert!(written.remarks[0].problems.iter().all(|problem| problem.severity == Severity::Warning));
    assert_eq!(String::from_utf8(written.content).unwrap().matches("<item>").count(), 2);
}

#[test]
fn settings_that_cannot_be_read_make_no_file() {
    let unreadable = context(json!({"format": "pdf"}));
    assert_eq!(ProductFeed::head(&unreadable).unwrap_err().reason, Reason::Settings);
    let written = rows(&unreadable, &vec![item(vec![]); 2]);
    assert_eq!((written.content.len(), written.remarks.len()), (0, 2));
    assert!(written.remarks.iter().all(Remark::is_rejection));
}
