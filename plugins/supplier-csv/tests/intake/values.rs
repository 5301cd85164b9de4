//! What cells become: numbers, prices, stock by location, lists, and what empty cells mean.

use serde_json::{Value as Json, json};
use wharf_sdk::{
    Decimal,
    inbound::{AttributeValue, ProductPatch},
};

use crate::reader::{Brought, File, prices, text};

fn read(settings: Json, table: &str) -> Brought {
    let mut settings = settings;
    settings["sku"] = "sku".into();
    File::new("list.csv", table).read(&settings)
}

fn value(patch: &ProductPatch, code: &str) -> Option<AttributeValue> {
    patch.attributes.iter().find(|attribute| attribute.code == code)?.value.clone()
}

#[test]
fn the_numbers_of_a_file_tell_how_it_writes_them() {
    let settings = json!({"prices": [{"column": "price"}]});
    let german = read(settings.clone(), "sku;price\nA;1.234\nB;12,50\n");
    assert_eq!(prices(german.products()[0]), [("", "1234".into(), "EUR")]);
    let english = read(settings.clone(), "sku;price\nA;1.234\nB;12.50\n");
    assert_eq!(prices(english.products()[0]), [("", "1.234".into(), "EUR")]);
    let silent = read(settings, "sku;price\nA;1.234\nB;12\n");
    assert_eq!(silent.told(), [(2, "price", "ambiguous-number")]);
    assert!(silent.findings[0].problem.message.contains("`decimal`"));
    let declared = read(json!({"prices": [{"column": "price"}], "decimal": "comma"}), "sku;price\nA;1.234\n");
    assert_eq!(prices(declared.only_product()), [("", "1234".into(), "EUR")]);
}

#[test]
fn prices_have_a_list_and_a_currency() {
    let settings = json!({"prices": [
        {"column": "price"},
        {"column": "uvp", "list": "rrp", "currency": "CHF"},
        {"column": "net", "list": "purchase", "currency_column": "cur", "factor": "0.01"},
    ]});
    let brought = read(settings.clone(), "sku;price;uvp;net;cur\nA;£ 12.90;1'299.-;4550;sek\nB;;;;\n");
    let products = brought.products();
    assert_eq!(
        prices(products[0]),
        [("", "12.90".into(), "GBP"), ("rrp", "1299".into(), "CHF"), ("purchase", "45.50".into(), "SEK")]
    );
    assert_eq!(prices(products[1]), []);
    let bad = read(settings, "sku;price;uvp;net;cur\nA;12 tulips;5 EUR;1;crown\n");
    assert_eq!(
        bad.told(),
        [(2, "price", "unknown-currency"), (2, "uvp", "other-currency"), (2, "net", "unknown-currency")]
    );
}

#[test]
fn stock_lies_in_columns_or_rows_by_location() {
    let columns = json!({"stock": [
        {"column": "berlin", "location": "berlin"},
        {"column": "cartons", "location": "hamburg", "factor": "12", "translate": {"many": "100"}},
    ]});
    let brought = read(columns, "sku,berlin,cartons\nA,3,2\nB,5-,many\nC,,0\n");
    assert_eq!(
        brought.levels(),
        [
            ("A", "berlin", 3),
            ("A", "hamburg", 24),
            ("B", "berlin", -5),
            ("B", "hamburg", 1_200),
            ("C", "hamburg", 0)
        ]
    );
    let rows = json!({"stock": [{"column": "qty", "location_column": "wh", "locations": {"01": "berlin"}}]});
    let brought = read(rows, "sku,wh,qty\nA,01,3\nA,02,4\nB,,1\n");
    assert_eq!(brought.levels(), [("A", "berlin", 3), ("A", "02", 4)]);
    assert_eq!(brought.told(), [(4, "wh", "missing-location")]);
}

#[test]
fn stock_beside_other_columns_travels_with_the_product() {
    let settings = json!({"attributes": {"name": "name"}, "stock": [{"column": "qty"}]});
    let brought = read(settings, "sku,name,qty\nA,Tent,3\n");
    assert_eq!(brought.only_product().stock[0].quantity, 3);
}

#[test]
fn attributes_have_kinds_languages_and_translations() {
    let settings = json!({
        "parent": "model", "family": {"column": "type", "translate": {"1": "tents"}},
        "attributes": {
            "name@de-DE": "titel",
            "color": {"column": "color", "translate": {"Navyblau": "blue"}},
            "tags": {"column": "tags", "kind": "texts", "separator": "|"},
            "weight": {"column": "grams", "kind": "number", "factor": "0.001"},
            "organic": {"column": "bio", "kind": "flag", "translate": {"ja": "yes"}},
            "deposit": {"column": "deposit", "kind": "money", "currency": "EUR"},
            "gtin": {"column": "ean", "kind": "gtin"},
        },
        "images": [{"column": "pictures", "separator": " "}],
    });
    let brought = read(
        settings,
        "sku,model,type,titel,color,tags,grams,bio,deposit,ean,pictures\n\
         A,M,1,Zelt,Navyblau,a | b||c,1250,ja,0.25,4006381333931,https://a.example/1.jpg https://a.example/2.jpg\n",
    );
    let patch = brought.only_product();
    assert_eq!((patch.parent.as_deref(), patch.family.as_deref()), (Some("M"), Some("tents")));
    let name = patch.attributes.iter().find(|attribute| attribute.code == "name").unwrap();
    assert_eq!(name.locale.as_deref(), Some("de-DE"));
    assert_eq!(text(patch, "color"), Some("blue"));
    assert_eq!(value(patch, "tags"), Some(AttributeValue::Texts(["a", "b", "c"].map(Into::into).into())));
    assert_eq!(value(patch, "weight"), Some(AttributeValue::Number(Decimal::new(1_250, -3))));
    assert_eq!(value(patch, "organic"), Some(AttributeValue::Flag(true)));
    assert!(matches!(value(patch, "deposit"), Some(AttributeValue::Money(money)) if money.currency == "EUR"));
    assert_eq!(text(patch, "gtin"), Some("4006381333931"));
    assert_eq!(patch.images.as_deref().map(<[String]>::len), Some(2));
}

#[test]
fn an_empty_cell_keeps_or_clears_and_an_absent_one_does_nothing() {
    let table = "sku,name,picture\nA,,\nB\n";
    let settings =
        |empty: &str| json!({"attributes": {"name": "name"}, "images": ["picture"], "empty": empty});
    let keep = read(settings("keep"), table);
    assert!(keep.products().iter().all(|patch| patch.attributes.is_empty() && patch.images.is_none()));
    let clear = read(settings("clear"), table);
    let products = clear.products();
    assert_eq!((products[0].attributes[0].value.clone(), products[0].images.clone()), (None, Some(vec![])));
    assert_eq!((products[1].attributes.len(), &products[1].images), (0, &None));
}

#[test]
fn settings_that_cannot_be_read_refuse_the_file() {
    let (code, _) =
        (File::new("a.csv", "sku\nA\n").read(&json!({"columns": {}})).failed.map(|it| (it.code, 0))).unwrap();
    assert_eq!(code, "invalid-settings");
}
