//! The mappings and the sample catalog that the project ships, over the files they are for.

use std::{
    collections::HashSet,
    env, fs,
    path::{Path, PathBuf},
};

use wharf_catalog::{
    Severity, Value,
    gtin::Gtin,
    import::{ImportLimits, ImportMapping, Importer, Row, RowError, Rule, Summary},
};

struct Outcome {
    rows: Vec<Row>,
    errors: Vec<RowError>,
    summary: Summary,
}

impl Outcome {
    fn row(&self, sku: &str) -> &Row {
        self.rows.iter().find(|row| row.sku.as_str() == sku && !row.existing_only).expect(sku)
    }

    fn skus(&self) -> HashSet<&str> {
        self.rows.iter().map(|row| row.sku.as_str()).collect()
    }
}

fn asset(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../server/assets").join(path)
}

fn import(file: impl AsRef<Path>, mapping: &str) -> Outcome {
    let mapping: ImportMapping =
        toml::from_str(&fs::read_to_string(asset(mapping)).unwrap()).expect("a mapping");
    let file = fs::File::open(file).expect("a file");
    let mut importer =
        Importer::open(file, &mapping, ImportLimits::default()).unwrap_or_else(|error| panic!("{error}"));
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    while let Some(mut batch) = importer.next_batch(500).unwrap() {
        rows.append(&mut batch.rows);
        errors.append(&mut batch.errors);
    }
    Outcome { rows, errors, summary: importer.summary().clone() }
}

/// A file of the data that is kept outside the project; without it the test passes and says so.
fn shared(path: &str) -> Option<PathBuf> {
    let found = env::var_os("WHARF_SHARED").map(|folder| PathBuf::from(folder).join("data").join(path));
    if found.is_none() {
        eprintln_once(path);
    }
    found
}

#[expect(clippy::print_stderr, reason = "says why the test looked at nothing")]
fn eprintln_once(path: &str) {
    eprintln!("WHARF_SHARED is not set: {path} was not imported");
}

fn text(value: &str) -> Option<Value> {
    Some(Value::Text(value.into()))
}

#[test]
fn the_icecat_catalog_is_imported_whole() {
    let (Some(models), Some(products)) =
        (shared("akeneo-icecat/product_models.csv"), shared("akeneo-icecat/products.csv"))
    else {
        return;
    };
    let models = import(models, "mappings/icecat-models.toml");
    let products = import(products, "mappings/icecat-products.toml");
    assert_eq!((models.summary.accepted, models.summary.refused), (81, 0), "{:#?}", models.errors);
    assert_eq!((products.summary.accepted, products.summary.refused), (1239, 0), "{:#?}", products.errors);

    let known = models.skus();
    assert!(known.is_disjoint(&products.skus()), "models and products share one namespace");
    for row in models.rows.iter().chain(&products.rows) {
        if let Some(Some(parent)) = &row.patch.parent {
            assert!(known.contains(parent.as_str()), "{} has the unknown parent {parent}", row.sku);
        }
    }
    assert!(
        products.errors.iter().all(|error| error.severity == Severity::Warning && error.rule == Rule::Gtin)
    );
    for error in &products.errors {
        let value = error.value.as_deref().unwrap();
        assert!(value.parse::<Gtin>().is_err(), "{value} was refused and is sound");
    }
    assert_eq!(products.errors.len(), 105);
    let with_gtin = products.rows.iter().filter(|row| row.patch.attributes.contains_key("gtin")).count();
    assert_eq!(with_gtin, 10);
}

#[test]
fn icecat_values_arrive_typed_localized_and_scoped() {
    let Some(products) = shared("akeneo-icecat/products.csv") else { return };
    let products = import(products, "mappings/icecat-products.toml");
    let bag = &products.row("1111111171").patch;
    assert_eq!(bag.attributes["name"], text("Bag"));
    let weight = Value::Measure { amount: 500.into(), unit: "g".into() };
    assert_eq!(bag.attributes["weight"], Some(weight));
    let image = &bag.images.clone().flatten().unwrap()[0];
    assert_eq!(image.url, "https://images.example.com/icecat/files/1111111171/image/bag.jpg");
    let tv = &products.row("14596093").patch;
    assert!(
        matches!(&tv.attributes["description@en-US"], Some(Value::Text(text)) if text.contains("</b>\nThe"))
    );
    let count = |key: &str| products.rows.iter().filter(|row| row.patch.attributes.contains_key(key)).count();
    assert_eq!(count("description@de-DE"), 403);
    assert_eq!(count("name"), 1234);
    assert_eq!(count("release_date"), 993);
    let prices: usize = products.rows.iter().map(|row| row.patch.prices.len()).sum();
    assert_eq!(prices, 187 + 13);
}

#[test]
fn the_magento_catalog_is_imported_with_its_variants_linked() {
    let Some(file) = shared("magento2-sample/ConfigurableSampleData__products.csv") else { return };
    let outcome = import(file, "mappings/magento-products.toml");
    assert_eq!((outcome.summary.accepted, outcome.summary.refused), (1994, 0), "{:#?}", outcome.errors);
    assert_eq!(outcome.summary.linked, 1847);
    assert_eq!(outcome.errors, []);
    assert_eq!(outcome.summary.unmapped, <[&str; 0]>::default());
    let variant = &outcome.row("MH01-XS-Black");
    assert_eq!(variant.patch.attributes["size"], text("XS"));
    assert_eq!(variant.patch.attributes["color"], text("Black"));
    assert_eq!(variant.stock[0].quantity, 100);
    let model = &outcome.row("MH01").patch;
    assert_eq!(model.model, Some(true));
    assert_eq!(model.images.clone().flatten().unwrap().len(), 3);
    let climate = ["All-weather", "Cool", "Indoor", "Spring", "Windy"].map(String::from).to_vec();
    assert_eq!(model.attributes["climate"], Some(Value::List(climate)));
}

#[test]
fn magentos_bags_are_imported() {
    let Some(file) = shared("magento2-sample/CatalogSampleData__products_gear_bags.csv") else { return };
    let outcome = import(file, "mappings/magento-bags.toml");
    assert_eq!((outcome.summary.accepted, outcome.summary.refused), (14, 0), "{:#?}", outcome.errors);
    let materials = Value::List(vec!["Nylon".into(), "Polyester".into()]);
    assert!(
        outcome.rows.iter().any(|row| row.patch.attributes.get("material") == Some(&Some(materials.clone())))
    );
}

#[test]
fn the_sample_catalog_is_sound() {
    let outcome = import(asset("sample/sample.csv"), "sample/sample.toml");
    assert_eq!(outcome.errors, []);
    assert_eq!(outcome.summary.unmapped, <[&str; 0]>::default());
    assert!(outcome.summary.accepted >= 200, "{:?}", outcome.summary);
    let skus = outcome.skus();
    let mut gtins = HashSet::new();
    for row in &outcome.rows {
        if let Some(Some(parent)) = &row.patch.parent {
            assert!(skus.contains(parent.as_str()), "{parent}");
        }
        if let Some(Some(Value::Text(gtin))) = row.patch.attributes.get("gtin") {
            assert!(
                gtin.starts_with("952"),
                "GS1 keeps 952 for examples, and {gtin} might be a real article"
            );
            assert!(gtins.insert(gtin.parse::<Gtin>().unwrap()), "{gtin} stands twice");
        }
    }
    let locations: HashSet<&str> =
        outcome.rows.iter().flat_map(|row| &row.stock).map(|level| level.location.as_str()).collect();
    assert_eq!(locations.len(), 3);
}
