//! `wharf export`: all products as JSON Lines, which `wharf import` reads back.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use anyhow::Context;
use clap::Args;
use wharf_catalog::{Sku, import::export::Exporter, product::StockLevel};
use wharf_store::{ProductFilter, ProductRecord, Store};

use super::{Outcome, Session};
use crate::output::counted;

/// Products read at once.
const PAGE: u32 = 500;

#[derive(Debug, Args)]
pub(super) struct Export {
    /// The file to write; left out, the lines go to standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let store = session.existing_site().await?.store;
        let Some(path) = self.output else {
            write(&store, BufWriter::new(io::stdout().lock())).await?;
            return Ok(Outcome::Done);
        };
        let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
        let written = write(&store, BufWriter::new(file)).await?;
        session.output.note(format_args!("{} written to {}", counted(written, "product"), path.display()));
        Ok(Outcome::Done)
    }
}

async fn write(store: &Store, target: impl Write) -> anyhow::Result<u64> {
    let mut exporter = Exporter::new(target);
    let (mut after, mut written) = (None::<Sku>, 0);
    loop {
        let page = store.products(after.as_ref(), PAGE, &ProductFilter::default()).await?;
        let ids: Vec<i64> = page.iter().map(|record| record.id).collect();
        let mut stock = store.stock_of_products(&ids).await?;
        for record in &page {
            let levels = stock.remove(&record.id).unwrap_or_default();
            exporter.write(&record.product, &own(record, levels))?;
        }
        written += page.len() as u64;
        match page.into_iter().next_back() {
            Some(last) => after = Some(last.product.sku),
            None => break,
        }
    }
    exporter.finish()?;
    Ok(written)
}

fn own(record: &ProductRecord, levels: Vec<(String, i64)>) -> Vec<StockLevel> {
    let sku = &record.product.sku;
    levels
        .into_iter()
        .map(|(location, quantity)| StockLevel { sku: sku.clone(), location, quantity })
        .collect()
}
