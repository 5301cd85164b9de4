//! `sync`: N items from the database through a connector to a channel, until every outcome is stored.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    measure::{peak_rss_mb, per_second, reset_peak_rss},
    rig::{Kind, Rig},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Products in the catalog, all of them new to the channel.
    #[arg(long, default_value_t = 100_000)]
    items: u64,
    /// Items in one request; 1 uses `google-merchant`, more a bulk connector.
    #[arg(long, default_value_t = 500)]
    per_request: u32,
}

#[tokio::main]
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let kind = if arguments.per_request == 1 { Kind::Single } else { Kind::Bulk(arguments.per_request) };
    let rig = Rig::new(kind, arguments.items).await?;
    reset_peak_rss();
    let started = Instant::now();
    let run = rig.sync().await?;
    let items_per_s = per_second(arguments.items, started);
    anyhow::ensure!(run.report.accepted == arguments.items, "not everything was accepted: {run:?}");
    anyhow::ensure!(rig.receiver.items() == arguments.items, "the receiver counted {}", rig.receiver.items());
    let rss_mb = peak_rss_mb();
    let again = Instant::now();
    let repeated = rig.sync().await?;
    anyhow::ensure!(repeated.report.exchanges == 0, "a second run sent something: {repeated:?}");
    Ok(json!({
        "scenario": "sync",
        "items": arguments.items,
        "per_request": arguments.per_request,
        "items_per_s": items_per_s,
        "requests": run.report.exchanges,
        "rss_mb": rss_mb,
        "second_run_ms": again.elapsed().as_millis() as u64,
    }))
}
