//! A file with faults: each is named with its row, and the rest goes in.

use std::{fmt::Write as _, fs, path::Path};

use serde_json::Value;
use wharf_e2e::binary;

const MAPPING: &str = "\
delimiter = \",\"
sku = \"sku\"

[attributes]
name = \"name\"
gtin = { column = \"gtin\", type = \"gtin\" }

[[prices]]
column = \"price\"
currency = \"EUR\"
";

/// Imports this CSV; returns the tally and the findings.
fn import(folder: &Path, csv: &str) -> anyhow::Result<(Value, Vec<Value>, String)> {
    let (file, mapping, errors) =
        (folder.join("rows.csv"), folder.join("rows.toml"), folder.join("errors.jsonl"));
    fs::write(&file, csv)?;
    fs::write(&mapping, MAPPING)?;
    let output = binary::run(
        &folder.join("data"),
        &[
            "--json",
            "import",
            &file.to_string_lossy(),
            "--mapping",
            &mapping.to_string_lossy(),
            "--errors",
            &errors.to_string_lossy(),
        ],
    )?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let tally = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let findings = fs::read_to_string(&errors).unwrap_or_default();
    let findings = findings.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok((tally, findings, told))
}

#[test]
fn every_bad_row_is_named_and_every_good_row_goes_in() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let mut csv = String::from("sku,name,gtin,price\n");
    csv += "A,good,4006381333931,12.90\n"; // row 2, after the header
    csv += "B,thousands,,\"1,299.00\"\n"; // row 3
    csv += "C,wrong digit,4006381333932,1.00\n"; // row 4
    csv += "A,twice,,2.00\n"; // row 5
    writeln!(csv, "D,{},,3.00", "x".repeat(10 << 20))?; // row 6
    csv += "E,good,,4.00\n"; // row 7
    let (tally, findings, _) = import(folder.path(), &csv)?;
    assert_eq!(tally["created"], 2, "{tally}");
    assert_eq!(tally["refused"], 4, "{tally}");
    let rows: Vec<_> = findings.iter().filter_map(|finding| finding["row"].as_u64()).collect();
    assert_eq!(rows, [3, 4, 5, 6], "{findings:?}");
    let columns: Vec<_> =
        findings.iter().map(|finding| finding["column"].as_str().unwrap_or("sku")).collect();
    assert_eq!(columns, ["price", "gtin", "sku", "name"]);
    assert!(
        findings.iter().all(|finding| finding.to_string().len() < 2_000),
        "a finding is short even if the cell is not"
    );
    Ok(())
}

#[test]
fn a_column_that_is_not_there_stops_the_import_before_it_begins_and_suggests_the_nearest()
-> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (tally, _, told) = import(folder.path(), "sku,nmae,gtin,price\nA,x,,1.00\n")?;
    assert_eq!(tally, Value::Null);
    assert!(told.contains("name") && told.contains("nmae"), "{told}");
    let status = binary::run(&folder.path().join("data"), &["export"])?;
    assert!(status.stdout.is_empty(), "nothing went in");
    Ok(())
}

#[test]
fn a_file_that_was_cut_off_brings_in_its_whole_rows_and_says_so() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (tally, _, told) = import(folder.path(), "sku,name,gtin,price\nA,x,,1.00\nB,\"never clos")?;
    assert_eq!(
        (&tally["created"], &tally["truncated"]),
        (&Value::from(1), &Value::from(true)),
        "{tally} {told}"
    );
    assert!(told.contains("cut off"), "{told}");
    Ok(())
}

/// The catalogs that the project's mapping files are written for, where they are at hand.
#[test]
#[expect(clippy::print_stdout, reason = "a test that was not tried says so")]
fn the_shipped_mappings_take_in_real_catalogs() -> anyhow::Result<()> {
    let Some(shared) = std::env::var_os("WHARF_SHARED") else {
        println!("WHARF_SHARED is not set: the real catalogs are not tried");
        return Ok(());
    };
    let data = Path::new(&shared).join("data");
    let folder = tempfile::tempdir()?;
    for (file, mapping, at_least) in [
        ("akeneo-icecat/product_models.csv", "icecat-models", 70),
        ("akeneo-icecat/products.csv", "icecat-products", 1_200),
        ("magento2-sample/ConfigurableSampleData__products.csv", "magento-products", 1_800),
    ] {
        let file = data.join(file);
        let tally = binary::json(
            &folder.path().join("data"),
            &["import", &file.to_string_lossy(), "--mapping", mapping],
        )?;
        let taken =
            tally["created"].as_u64().unwrap_or_default() + tally["updated"].as_u64().unwrap_or_default();
        assert!(taken >= at_least, "{mapping}: {tally}");
        println!("{mapping}: {tally}");
    }
    Ok(())
}
