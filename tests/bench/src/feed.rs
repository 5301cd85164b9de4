//! `feed`: the whole catalog from the database into a feed file.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    measure::{peak_rss_mb, per_second, reset_peak_rss},
    rig::{Kind, Rig},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Products in the catalog, all of them in the feed.
    #[arg(long, default_value_t = 1_000_000)]
    items: u64,
    /// The file's format, as the connector `product-feed` names them.
    #[arg(long, default_value = "rss")]
    format: String,
}

#[tokio::main]
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let rig = Rig::new(Kind::Feed(arguments.format.clone()), arguments.items).await?;
    reset_peak_rss();
    let started = Instant::now();
    let run = rig.sync().await?;
    let items_per_s = per_second(arguments.items, started);
    let rss_mb = peak_rss_mb();
    anyhow::ensure!(run.report.written == arguments.items, "not everything was written: {run:?}");
    Ok(json!({
        "scenario": "feed",
        "items": arguments.items,
        "format": arguments.format,
        "items_per_s": items_per_s,
        "rss_mb": rss_mb,
        "file_mb": rig.feed_bytes()? / 1_000_000,
    }))
}
