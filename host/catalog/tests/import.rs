//! What a person sees who imports a file with something wrong in it.

use std::io::{self, Read};

use wharf_catalog::{
    Severity, Value,
    import::{Batch, FileError, ImportLimits, ImportMapping, Importer, Row, RowError, Rule, Summary},
    product::{Patch, PricePatch, Status},
};

/// Everything that a file comes to.
struct Outcome {
    rows: Vec<Row>,
    errors: Vec<RowError>,
    summary: Summary,
}

impl Outcome {
    fn skus(&self) -> Vec<&str> {
        self.rows.iter().map(|row| row.sku.as_str()).collect()
    }

    fn only_error(&self) -> &RowError {
        assert_eq!(self.errors.len(), 1, "{:#?}", self.errors);
        &self.errors[0]
    }
}

fn mapping(text: &str) -> ImportMapping {
    toml::from_str(text).expect("a mapping")
}

fn shop() -> ImportMapping {
    mapping(
        r#"
        parent = { column = "parent", optional = true }
        status = { column = "online", optional = true }
        attributes.name = "name"
        attributes.gtin = { column = "ean", type = "gtin", optional = true }
        prices = [{ column = "price", currency = "EUR", optional = true }]
        stock.berlin = { column = "berlin", optional = true }
        "#,
    )
}

fn read_with(file: impl Read, mapping: &ImportMapping, limits: ImportLimits) -> Result<Outcome, FileError> {
    let mut importer = Importer::open(file, mapping, limits)?;
    let mut outcome = Outcome { rows: Vec::new(), errors: Vec::new(), summary: Summary::default() };
    while let Some(Batch { mut rows, mut errors }) = importer.next_batch(7)? {
        outcome.rows.append(&mut rows);
        outcome.errors.append(&mut errors);
    }
    outcome.summary = importer.summary().clone();
    Ok(outcome)
}

fn read(file: impl AsRef<[u8]>, mapping: &ImportMapping) -> Outcome {
    read_with(file.as_ref(), mapping, ImportLimits::default()).expect("a readable file")
}

fn refusal(file: impl AsRef<[u8]>, mapping: &ImportMapping) -> String {
    read_with(file.as_ref(), mapping, ImportLimits::default()).err().expect("a refused file").to_string()
}

#[test]
fn a_grouped_price_is_named_with_its_row_and_the_rest_is_imported() {
    let outcome = read("sku;name;price\nA;Tent;1,299.00\nB;Stove;12.90\n", &shop());
    assert_eq!(outcome.skus(), ["B"]);
    let amount = Some("12.90".parse().unwrap());
    let price = PricePatch { list: "base".into(), currency: "EUR".into(), amount };
    assert_eq!(outcome.rows[0].patch.prices, [price]);
    assert_eq!(
        outcome.only_error().to_string(),
        "row 2, SKU A, column `price`, value \"1,299.00\": this is not a number with `.` for decimals and nothing \
         for thousands. Write 1299.00, or declare `numbers = { decimal = \".\", grouping = \",\" }` in the mapping [number]"
    );
}

#[test]
fn a_declared_grouping_is_read() {
    let mut mapping = shop();
    mapping.numbers = toml::from_str("decimal = \",\"\ngrouping = \".\"").unwrap();
    let outcome = read("sku;name;price\nA;Tent;1.299,00\n", &mapping);
    assert_eq!(outcome.rows[0].patch.prices[0].amount, Some("1299.00".parse().unwrap()));
}

#[test]
fn a_wrong_check_digit_is_named_with_the_right_one() {
    let outcome = read("sku,name,ean\nA,Tent,4006381333932\nB,Stove,4006381333931\n", &shop());
    assert_eq!(outcome.skus(), ["B"]);
    let error = outcome.only_error();
    assert_eq!((error.row, error.column.as_deref(), error.rule), (2, Some("ean"), Rule::Gtin));
    assert!(error.message.contains("is 2 where the other digits need 1"), "{error}");
}

#[test]
fn a_bad_value_may_be_dropped_instead_of_its_row() {
    let mut mapping = shop();
    mapping.attributes.get_mut("gtin").unwrap().0.on_error = Some(from_json("\"drop-value\""));
    let outcome = read("sku,name,ean\nA,Tent,4006381333932\n", &mapping);
    assert_eq!(outcome.rows[0].patch.attributes.keys().collect::<Vec<_>>(), ["name"]);
    assert_eq!(outcome.only_error().severity, Severity::Warning);
    assert_eq!(outcome.summary.warnings, 1);
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_fault_of_a_row_is_named_at_once() {
    let outcome = read("sku,name,price,berlin,ean,online\nA,Tent,-1,2.5,123,maybe\n", &shop());
    let rules: Vec<Rule> = outcome.errors.iter().map(|error| error.rule).collect();
    assert_eq!(rules, [Rule::Flag, Rule::Gtin, Rule::Quantity, Rule::NegativePrice]);
    assert_eq!(outcome.summary.refused, 1);
}

#[test]
fn a_missing_column_refuses_the_file_with_the_nearest_names() {
    let message = refusal("SKU;Name;Preis\nA;Tent;1\n", &shop());
    assert_eq!(
        message,
        "the file lacks the column `name` (nearest: `Name`), the column `sku` (nearest: `SKU`); correct the mapping \
         or the file's header"
    );
}

#[test]
fn a_column_that_appears_twice_is_refused_only_when_it_is_used() {
    assert!(refusal("sku,name,name\nA,x,y\n", &shop()).contains("`name` appears 2 times"));
    assert_eq!(read("sku,name,note,note\nA,x,y,z\n", &shop()).skus(), ["A"]);
}

#[test]
fn a_file_cut_within_a_quoted_cell_is_noticed() {
    let outcome = read("sku,name\nA,Tent\nB,\"Stove with two burn", &shop());
    assert_eq!(outcome.skus(), ["A"]);
    assert_eq!((outcome.only_error().row, outcome.only_error().rule), (3, Rule::Truncated));
    assert!(outcome.summary.truncated);
}

#[test]
fn a_file_cut_between_cells_is_noticed() {
    let outcome = read("sku,name,price\nA,Tent,1\nB,Sto", &shop());
    assert_eq!(outcome.skus(), ["A"]);
    assert_eq!((outcome.only_error().row, outcome.only_error().rule), (3, Rule::Truncated));
    assert!(outcome.summary.truncated);
}

#[test]
fn a_sound_last_row_needs_no_line_end() {
    let outcome = read("sku,name\nA,Tent\nB,\"Stove\"", &shop());
    assert_eq!(outcome.skus(), ["A", "B"]);
    assert!(!outcome.summary.truncated);
}

#[test]
fn a_stray_quote_costs_its_own_row_and_not_those_it_seems_to_hold() {
    let outcome = read("sku,name,price\nA,\"Tent,1\nB,Stove,2\nC,\"Mat\",3\nD,Rope,4\n", &shop());
    assert_eq!(outcome.skus(), ["B", "C", "D"]);
    assert_eq!((outcome.only_error().row, outcome.only_error().rule), (2, Rule::Quotes));
    let outcome = read("sku,name,price\nA,\"Tent,1\nB,Stove,2\nD,Rope,4\n", &shop());
    assert_eq!(outcome.skus(), ["B", "D"]);
}

#[test]
fn the_inside_of_a_broken_cell_is_never_taken_for_a_row() {
    let file = "sku,name,price\nA,\"says \"hi\"\nlight, dry, warm\nno, wind\",1\nB,Stove,2\n";
    let outcome = read(file, &shop());
    assert_eq!(outcome.skus(), ["B"]);
    let file = "sku,name\nA,\"first line\nsecond; line\nthird line of a cut cell";
    assert!(read(file, &shop()).skus().is_empty());
}

#[test]
fn rows_with_too_many_or_too_few_cells_are_named() {
    let outcome = read("sku,name\nA,Tent,red\nB\nC,Rope,\nD,Mat\n", &shop());
    assert_eq!(outcome.skus(), ["C", "D"]);
    let found: Vec<_> = outcome.errors.iter().map(|error| (error.row, error.rule)).collect();
    assert_eq!(found, [(2, Rule::CellCount), (3, Rule::CellCount)]);
}

#[test]
fn rows_are_counted_as_a_spreadsheet_does_and_lines_as_an_editor_does() {
    let outcome = read("sku,name\nA,\"two\nlines\"\n\n,\nB,x\u{1}y\n", &shop());
    let error = outcome.only_error();
    assert_eq!((error.row, error.line, error.rule), (5, 6, Rule::ControlCharacter));
    assert_eq!(outcome.summary.blank, 1);
}

#[test]
fn a_second_row_of_a_sku_names_the_first() {
    let outcome = read("sku,name\nA,Tent\nB,Stove\nA,Tent again\n", &shop());
    assert_eq!(outcome.skus(), ["A", "B"]);
    let error = outcome.only_error();
    assert_eq!((error.row, error.rule), (4, Rule::DuplicateSku));
    assert!(error.message.contains("row 2"), "{error}");
}

#[test]
fn duplicates_beyond_what_is_remembered_are_said_to_be_unchecked() {
    let limits = ImportLimits { remembered_skus: 2, ..ImportLimits::default() };
    let file = "sku,name\nA,x\nB,x\n";
    assert!(!read_with(file.as_bytes(), &shop(), limits).unwrap().summary.duplicates_unchecked);
    let longer = format!("{file}C,x\nA,x\n");
    let outcome = read_with(longer.as_bytes(), &shop(), limits).unwrap();
    assert!(outcome.summary.duplicates_unchecked);
    assert_eq!(outcome.only_error().rule, Rule::DuplicateSku);
}

#[test]
fn a_default_stands_in_for_an_empty_cell() {
    let mut mapping = shop();
    mapping.attributes.insert("brand".into(), from_json(r#"{ "column": "brand", "default": "Acme" }"#));
    let outcome = read("sku,name,brand\nA,x,Zenith\nB,x,  \n", &mapping);
    let brand = |row: usize| outcome.rows[row].patch.attributes["brand"].clone();
    assert_eq!((brand(0), brand(1)), (Some(Value::Text("Zenith".into())), Some(Value::Text("Acme".into()))));
}

#[test]
fn a_cell_over_the_limit_costs_its_row() {
    let file = format!("sku,name\nA,{}\nB,Stove\n", "x".repeat(10 * 1024 * 1024));
    let outcome = read(file, &shop());
    assert_eq!(outcome.skus(), ["B"]);
    let error = outcome.only_error();
    assert_eq!((error.row, error.column.as_deref(), error.rule), (2, Some("name"), Rule::CellLength));
    assert!(error.to_string().len() < 400);
}

#[test]
fn a_row_over_the_limit_is_passed_over_without_being_held() {
    /// A row that would need a gigabyte.
    struct Endless(u64);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(self.0 as usize);
            buffer[..length].fill(b'x');
            self.0 -= length as u64;
            Ok(length)
        }
    }
    let limits = ImportLimits { row_bytes: 256 * 1024, ..ImportLimits::default() };
    let file = "sku,name\nA,\"".as_bytes().chain(Endless(64 << 20)).chain("\"\nB,Stove\n".as_bytes());
    let outcome = read_with(file, &shop(), limits).unwrap();
    assert_eq!(outcome.skus(), ["B"]);
    assert_eq!((outcome.only_error().row, outcome.only_error().rule), (2, Rule::RowLength));
}

#[test]
fn text_in_another_encoding_is_named_by_cell() {
    let outcome = read(b"sku,name\nA,Caf\xe9\nB,Caf\xc3\xa9\n", &shop());
    assert_eq!(outcome.skus(), ["B"]);
    let error = outcome.only_error();
    assert_eq!((error.row, error.column.as_deref(), error.rule), (2, Some("name"), Rule::Encoding));
    assert!(refusal(b"\xff\xfes\0k\0u\0", &shop()).contains("UTF-16"));
}

#[test]
fn delimiter_and_byte_order_mark_are_detected() {
    for delimiter in [",", ";", "\t", "|"] {
        let file = "\u{feff}sku,name,price\r\n\"A\",Tent,\"12.90\"\r\n".replace(',', delimiter);
        assert_eq!(read(file, &shop()).skus(), ["A"], "{delimiter:?}");
    }
}

#[test]
fn an_empty_cell_keeps_the_value_unless_the_mapping_clears() {
    let mut mapping = shop();
    mapping.family = Some(from_json("\"family\""));
    let file = "sku,name,price,family\nA,,,\n";
    assert_eq!(read(file, &mapping).rows[0].patch, Patch::default());
    mapping.empty = from_json("\"clear\"");
    let patch = &read(file, &mapping).rows[0].patch;
    assert_eq!(patch.attributes.get("name"), Some(&None));
    assert_eq!(patch.family, Some(None));
    assert_eq!(patch.prices[0].amount, None);
    assert!(!patch.attributes.contains_key("gtin"), "a column that the file lacks clears nothing");
}

#[test]
fn a_formula_guard_is_taken_off_and_other_apostrophes_stay() {
    let outcome = read("sku,name,price\nA,'=SUM(1),'-0\nB,'s nachts,1\n", &shop());
    let name = |row: usize| outcome.rows[row].patch.attributes["name"].clone();
    assert_eq!(name(0), Some(Value::Text("=SUM(1)".into())));
    assert_eq!(name(1), Some(Value::Text("'s nachts".into())));
}

#[test]
fn a_product_cannot_be_its_own_parent() {
    let outcome = read("sku,name,parent\nA,Tent,A\nB,Stove,A\n", &shop());
    assert_eq!(outcome.skus(), ["B"]);
    assert_eq!(outcome.only_error().rule, Rule::Parent);
}

#[test]
fn status_words_are_those_of_the_mapping() {
    let mut mapping = shop();
    mapping.status = Some(from_json(r#"{ "column": "online", "true": ["An"], "false": ["Aus"] }"#));
    let outcome = read("sku,name,online\nA,x,an\nB,x,AUS\nC,x,yes\n", &mapping);
    let status: Vec<_> = outcome.rows.iter().map(|row| row.patch.status).collect();
    assert_eq!(status, [Some(Status::Active), Some(Status::Disabled)]);
    assert!(outcome.only_error().remedy.contains("`an` or `aus`"));
}

#[test]
fn models_link_their_variants_wherever_those_stand() {
    let mapping = mapping(
        r#"
        model = { column = "type", is = ["configurable"] }
        variants = { column = "variants", separator = "|", key = "sku" }
        stock.main = "qty"
        "#,
    );
    let file = "sku,type,qty,variants\nA-S,simple,3,\nA,configurable,9,\"sku=A-S,size=S|sku=A-M,size=M\"\nA-M,simple,4,\n";
    let outcome = read(file, &mapping);
    assert_eq!(outcome.skus(), ["A-S", "A", "A-S", "A-M", "A-M"]);
    let links: Vec<_> = outcome.rows.iter().filter(|row| row.existing_only).collect();
    assert!(links.iter().all(|row| row.patch.parent == Some(Some("A".parse().unwrap()))));
    assert_eq!(outcome.rows[1].patch.model, Some(true));
    assert!(outcome.rows[1].stock.is_empty(), "a model is not sold, so it has no stock");
    assert_eq!(outcome.rows[4].stock.len() + outcome.rows[3].stock.len(), 1);
    assert_eq!(outcome.summary.linked, 2);
}

#[test]
fn rows_that_a_filter_holds_back_are_counted() {
    let mut mapping = shop();
    mapping.filter = from_json(r#"[{ "column": "store", "is": [""] }]"#);
    let outcome = read("sku,name,store\nA,Tent,\nA,Zelt,de\n", &mapping);
    assert_eq!(outcome.skus(), ["A"]);
    assert_eq!(outcome.summary.filtered, 1);
}

#[test]
fn columns_that_nobody_mapped_are_listed_or_refused() {
    let mut mapping = shop();
    mapping.ignore = vec!["internal_*".into()];
    let file = "sku,name,internal_id,colour\nA,Tent,1,red\n";
    assert_eq!(read(file, &mapping).summary.unmapped, ["colour"]);
    mapping.unmapped = from_json("\"refuse\"");
    assert!(refusal(file, &mapping).contains("says nothing about `colour`"));
}

#[test]
fn json_lines_are_read_with_a_mapping() {
    let mut mapping = shop();
    mapping.format = from_json("\"json-lines\"");
    mapping.attributes.insert("tags".into(), from_json(r#"{ "column": "tags", "type": "list" }"#));
    mapping.prices = from_json(r#"[{ "column": "price.amount", "currency": "EUR" }]"#);
    let file = concat!(
        r#"{"sku":"A","name":"Tent","price":{"amount":12.90},"tags":["dry","light"],"berlin":3,"extra":1}"#,
        "\n",
        r#"{"sku":"B","name":null,"price":{"amount":"1,299.00"}}"#,
        "\n{\"sku\":\"C\", name}\n\n",
        r#"{"sku":4711,"name":"Stove","online":false}"#,
        "\n",
        r#"{"sku":"D","na"#
    );
    let outcome = read(file, &mapping);
    assert_eq!(outcome.skus(), ["A", "4711"]);
    let patch = &outcome.rows[0].patch;
    assert_eq!(patch.prices[0].amount.map(|amount| amount.to_string()).as_deref(), Some("12.90"));
    assert_eq!(patch.attributes["tags"], Some(Value::List(vec!["dry".into(), "light".into()])));
    assert_eq!(outcome.rows[0].stock[0].quantity, 3);
    assert_eq!(outcome.rows[1].patch.status, Some(Status::Disabled));
    let found: Vec<_> = outcome.errors.iter().map(|error| (error.row, error.rule)).collect();
    assert_eq!(found, [(2, Rule::Number), (3, Rule::Json), (6, Rule::Truncated)]);
    assert_eq!(outcome.summary.unmapped, ["extra"]);
    assert!(outcome.summary.truncated);
}

#[test]
fn a_bad_member_of_a_native_line_is_named() {
    let file = concat!(
        r#"{"sku":"A","attributes":{"name@de_DE":"Zelt","weight":{"amount":"x","unit":"kg"}},"colour":"red"}"#,
        "\n",
        r#"{"sku":"B","attributes":{"name@de-DE":"Zelt","name@fr-FR":null},"parent":null,"stock":{"berlin":5}}"#,
        "\n",
        r#"{"sku":"C","sku":"D"}"#,
        "\n"
    );
    let outcome = read(file, &ImportMapping::native());
    assert_eq!(outcome.skus(), ["B"]);
    assert_eq!(outcome.rows[0].patch.parent, Some(None));
    assert_eq!(outcome.rows[0].patch.attributes["name@fr-FR"], None);
    let found: Vec<_> =
        outcome.errors.iter().map(|error| (error.row, error.column.as_deref(), error.rule)).collect();
    assert_eq!(
        found,
        [
            (1, Some("attributes.name@de_DE"), Rule::AttributeKey),
            (1, Some("attributes.weight"), Rule::Member),
            (1, Some("colour"), Rule::Member),
            (3, None, Rule::Json),
        ]
    );
}

#[test]
fn a_mapping_that_contradicts_itself_is_refused_by_name() {
    let error = |text: &str| refusal("sku,name\nA,x\n", &mapping(text));
    assert!(error("attributes.\"name@german\" = \"name\"").contains("`name@german` is no attribute key"));
    assert!(
        error("locales = [\"en-US\"]\nattributes.\"name@de-DE\" = \"name\"")
            .contains("`locales` does not list")
    );
    assert!(error("attributes.name = { type = \"number\" }").contains("either a `column` or a `value`"));
    assert!(error("attributes.weight = { column = \"name\", type = \"measure\" }").contains("`unit`"));
    assert!(
        error("attributes.new = { value = \"perhaps\", type = \"flag\" }").contains("does not fit its type")
    );
    assert!(error("prices = [{ column = \"name\", currency = \"euro\" }]").contains("ISO 4217"));
    let unknown = toml::from_str::<ImportMapping>("attributes.name = { colum = \"name\" }").unwrap_err();
    assert!(unknown.to_string().contains("unknown field `colum`"), "{unknown}");
}
