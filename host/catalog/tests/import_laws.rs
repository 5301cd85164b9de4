//! Laws of import and export, held against generated catalogs and files.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use proptest::{collection, option, prelude::*};
use wharf_catalog::{
    Decimal, Product, Sku, Value,
    import::{ImportLimits, ImportMapping, Importer, Row, export::Exporter},
    item::Picture,
    product::{Price, Status, StockLevel},
};

fn sku() -> impl Strategy<Value = Sku> {
    "[A-Za-zäß0-9][A-Za-z0-9 _.-]{0,12}[A-Za-z0-9]".prop_map(|text| text.parse().expect("a SKU"))
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (any::<i64>(), 0_u32..10).prop_map(|(coefficient, scale)| Decimal::new(coefficient, scale))
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<String>().prop_map(Value::Text),
        decimal().prop_map(Value::Number),
        any::<bool>().prop_map(Value::Flag),
        collection::vec(any::<String>(), 0..4).prop_map(Value::List),
        (decimal(), "[a-z]{1,3}").prop_map(|(amount, unit)| Value::Measure { amount, unit }),
    ]
}

fn product() -> impl Strategy<Value = Product> {
    let price = ("base|sale", "EUR|USD|JPY", decimal()).prop_map(|(list, currency, amount)| Price {
        list,
        currency,
        amount: amount.abs(),
    });
    let image = ("https://[a-z]{1,8}/[a-z]{0,5}", option::of(any::<String>()))
        .prop_map(|(url, alt)| Picture { url, alt });
    (
        (sku(), option::of(sku()), any::<bool>(), any::<bool>(), option::of("[a-z]{1,8}")),
        collection::vec("[a-z/ ]{1,9}", 0..4),
        collection::btree_map("[a-z_]{1,9}(@de-DE|@en)?", value(), 0..6),
        collection::btree_map("base|sale|[a-z]{3}", price, 0..4),
        collection::vec(image, 0..3),
    )
        .prop_map(|((sku, parent, model, active, family), categories, attributes, prices, images)| {
            Product {
                parent: parent.filter(|parent| *parent != sku),
                sku,
                model,
                status: if active { Status::Active } else { Status::Disabled },
                family,
                categories,
                attributes,
                prices: unique_prices(prices),
                images,
            }
        })
}

/// One price of each list, as a product has them: sorted by list and currency.
fn unique_prices(prices: BTreeMap<String, Price>) -> Vec<Price> {
    let named = prices.into_iter().map(|(list, price)| Price { list, ..price });
    let mut prices: Vec<Price> = named.collect();
    prices.sort_by(|a, b| (&a.list, &a.currency).cmp(&(&b.list, &b.currency)));
    prices
}

fn all_rows(file: impl Read, mapping: &ImportMapping) -> Vec<Row> {
    let mut importer = Importer::open(file, mapping, ImportLimits::default()).expect("a readable file");
    let mut rows = Vec::new();
    while let Some(entry) = importer.next_row().expect("a readable file") {
        rows.push(entry.expect("a good row"));
    }
    rows
}

/// Gives its bytes in pieces of a few.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(self.0.len()).min(buffer.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

proptest! {
    #[test]
    fn what_was_exported_comes_back_as_it_was(
        products in collection::btree_map(sku(), (product(), collection::btree_map("[a-z]{1,6}", any::<i64>(), 0..3)), 0..8),
    ) {
        let mut exporter = Exporter::new(Vec::new());
        let mut expected = Vec::new();
        for (sku, (product, levels)) in products {
            let parent = product.parent.clone().filter(|parent| *parent != sku);
            let product = Product { sku: sku.clone(), parent, ..product };
            let levels: Vec<StockLevel> = levels
                .into_iter()
                .map(|(location, quantity)| StockLevel { sku: sku.clone(), location, quantity })
                .collect();
            exporter.write(&product, &levels).unwrap();
            expected.push((product, levels));
        }
        let file = exporter.finish().unwrap();
        let back: Vec<_> = all_rows(file.as_slice(), &ImportMapping::native())
            .into_iter()
            .map(|row| {
                let mut product = Product::new(row.sku);
                row.patch.apply(&mut product);
                (product, row.stock)
            })
            .collect();
        prop_assert_eq!(back, expected);
    }

    #[test]
    fn a_sound_csv_file_is_read_as_the_csv_crate_reads_it(
        cells in collection::vec(collection::vec("[a-z\",;\r\n 'é]{0,6}", 3), 0..12),
        delimiter in prop_oneof![Just(b','), Just(b';'), Just(b'\t')],
        carriage_return in any::<bool>(),
        piece in 1_usize..9,
    ) {
        let terminator = if carriage_return { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).terminator(terminator).from_writer(Vec::new());
        writer.write_record(["sku", "a", "b", "c"]).unwrap();
        for (row, cells) in cells.iter().enumerate() {
            let sku = format!("S{row}");
            writer.write_record(std::iter::once(sku.as_str()).chain(cells.iter().map(String::as_str))).unwrap();
        }
        let file = writer.into_inner().unwrap();
        let mapping: ImportMapping = toml::from_str(
            "empty = \"clear\"\nformula-guard = false\nattributes.a = { column = \"a\", type = \"html\" }\n\
             attributes.b = { column = \"b\", type = \"html\" }\nattributes.c = { column = \"c\", type = \"html\" }",
        ).unwrap();
        let rows = all_rows(Trickle(&file, piece), &mapping);
        let read: Vec<Vec<String>> = rows.iter().map(|row| {
            row.patch.attributes.values().map(|value| match value {
                Some(Value::Text(text)) => text.clone(),
                _ => String::new(),
            }).collect()
        }).collect();
        prop_assert_eq!(read, cells);
    }

    #[test]
    fn no_bytes_make_the_import_panic_or_loop(
        bytes in collection::vec(any::<u8>(), 0..300),
        native in any::<bool>(),
        row_bytes in 1_usize..64,
    ) {
        let file: Vec<u8> = b"sku,name,\"x\"\n".iter().copied().chain(bytes).collect();
        let mapping = if native { ImportMapping::native() } else { ImportMapping::default() };
        let limits = ImportLimits { row_bytes, ..ImportLimits::default() };
        if let Ok(mut importer) = Importer::open(file.as_slice(), &mapping, limits) {
            let mut entries = 0;
            while importer.next_row().unwrap().is_some() {
                entries += 1;
                prop_assert!(entries <= file.len());
            }
        }
    }

    #[test]
    fn rows_around_a_bad_one_are_never_lost(
        good in 1_usize..20,
        at in 0_usize..20,
        bad in prop_oneof![
            Just("X,\"open,1"), Just("X,\"a\"b,1"), Just("X"), Just("X,a,b,c,d"), Just(",a,1"), Just("X,a,1.2.3"),
        ],
    ) {
        let mut lines: Vec<String> = (0..good).map(|row| format!("S{row},\"name, {row}\",{row}")).collect();
        lines.insert(at.min(good), bad.into());
        let file = format!("sku,name,n\n{}\n", lines.join("\n"));
        let mapping: ImportMapping =
            toml::from_str("attributes.name = \"name\"\nattributes.n = { column = \"n\", type = \"number\" }").unwrap();
        let mut importer = Importer::open(file.as_bytes(), &mapping, ImportLimits::default()).unwrap();
        while importer.next_row().unwrap().is_some() {}
        prop_assert_eq!((importer.summary().accepted, importer.summary().refused), (good as u64, 1));
    }
}
