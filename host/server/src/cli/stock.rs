//! `wharf stock`: what there is to sell, by location.

use anyhow::{anyhow, ensure};
use clap::Subcommand;
use serde_json::json;
use wharf_catalog::{Sku, product::StockLevel};

use super::{Outcome, Session, wake};

#[derive(Debug, Subcommand)]
pub(super) enum Stock {
    /// Set the units of one SKU at one location.
    Set {
        sku: Sku,
        location: String,
        #[arg(allow_negative_numbers = true)]
        quantity: i64,
    },
    /// Show the units of one SKU by location.
    Show { sku: Sku },
}

impl Stock {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        match self {
            Self::Set { sku, location, quantity } => {
                set(session, StockLevel { sku, location, quantity }).await
            }
            Self::Show { sku } => show(session, &sku).await,
        }
    }
}

async fn set(session: &Session, level: StockLevel) -> anyhow::Result<Outcome> {
    let site = session.existing_site().await?;
    let results = site.store.set_stock(std::slice::from_ref(&level)).await?;
    results.into_iter().next().ok_or_else(|| anyhow!("the stock level had no outcome"))??;
    wake(&site.directory, session.output);
    session.output.either(&level, || format!("{} at {}: {}", level.sku, level.location, level.quantity))?;
    Ok(Outcome::Done)
}

async fn show(session: &Session, sku: &Sku) -> anyhow::Result<Outcome> {
    let store = session.existing_site().await?.store;
    ensure!(store.product(sku.as_str()).await?.is_some(), "there is no product with the SKU {sku}");
    let levels = store.stock_of(sku.as_str()).await?;
    if session.output.json() {
        let levels: Vec<_> = levels
            .iter()
            .map(|(location, quantity)| json!({"location": location, "quantity": quantity}))
            .collect();
        session.output.value(&levels)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<_> =
        levels.into_iter().map(|(location, units)| vec![location, units.to_string()]).collect();
    session.output.table(&["LOCATION", "UNITS"], &rows)?;
    Ok(Outcome::Done)
}
