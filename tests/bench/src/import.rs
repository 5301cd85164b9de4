//! `import`: rows of a generated CSV file into an empty catalog, by `wharf import` from start to end.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::{
    measure::rounded,
    wharf::{self, watch},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Rows of the file.
    #[arg(long, default_value_t = 100_000)]
    rows: u64,
    /// Attribute columns of the file, beside SKU, price and stock.
    #[arg(long, default_value_t = 30)]
    attributes: u64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let wharf = wharf::binary()?;
    let folder = tempfile::tempdir()?;
    let (file, mapping) = (folder.path().join("rows.csv"), folder.path().join("rows.toml"));
    write_rows(&file, arguments)?;
    std::fs::write(&mapping, mapping_of(arguments.attributes))?;
    let started = Instant::now();
    let mut child = Command::new(wharf)
        .arg("--data")
        .arg(folder.path().join("data"))
        .args(["--json", "import"])
        .arg(&file)
        .arg("--mapping")
        .arg(&mapping)
        .stdout(Stdio::piped())
        .spawn()?;
    let rss_mb = watch(&mut child)?;
    let elapsed = started.elapsed();
    let tally: Value = serde_json::from_reader(child.stdout.take().context("the import has no output")?)?;
    anyhow::ensure!(tally["created"] == arguments.rows, "not every row went in: {tally}");
    Ok(json!({
        "scenario": "import",
        "rows": arguments.rows,
        "attributes": arguments.attributes,
        "rows_per_s": rounded(arguments.rows as f64 / elapsed.as_secs_f64(), 0),
        "rss_mb": rss_mb,
    }))
}

/// Rows of about 1.3 KB: short values, a sentence now and then.
fn write_rows(path: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    write!(file, "sku,price,stock")?;
    for column in 0..arguments.attributes {
        write!(file, ",attribute_{column}")?;
    }
    writeln!(file)?;
    for row in 0..arguments.rows {
        write!(file, "SKU-{row:08},{}.{:02},{}", 10 + row % 400, row % 100, row % 60)?;
        for column in 0..arguments.attributes {
            match column % 6 {
                0 => write!(
                    file,
                    ",\"A value, with a comma, of row {row}: it was made for walking in the rain\""
                )?,
                1 => write!(file, ",{}", row * (column + 1))?,
                2 => write!(file, ",option-{}", (row + column) % 17)?,
                _ => write!(file, ",plain text {column} of row {row}")?,
            }
        }
        writeln!(file)?;
    }
    Ok(file.flush()?)
}

fn mapping_of(attributes: u64) -> String {
    let mut mapping = String::from("delimiter = \",\"\nsku = \"sku\"\n\n[attributes]\n");
    for column in 0..attributes {
        let kind = if column % 6 == 1 { "number" } else { "text" };
        mapping +=
            &format!("attribute_{column} = {{ column = \"attribute_{column}\", type = \"{kind}\" }}\n");
    }
    mapping + "\n[[prices]]\ncolumn = \"price\"\ncurrency = \"EUR\"\n\n[stock]\nmain = \"stock\"\n"
}
