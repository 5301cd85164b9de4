//! `contain`: what healthy channels lose while a hostile connector works beside them, for each hostile connector.
//!
//! The hostile channel sees only its bait, all of which changes several times a second; its connectors misbehave on
//! nothing else. The figure is the throughput of the healthy channels against that of the same channels by themselves,
//! measured in turns, and the median of several such pairs.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_catalog::Lane;
use wharf_server::Host;
use wharf_sync::Figures;

use crate::{
    catalog,
    measure::{median, rounded},
    receiver::Receiver,
    rig,
};

const HOSTILE: &str = "hostile";
const BAIT: &str = "bait";

/// Between two changes of all bait.
const PAUSE: Duration = Duration::from_millis(200);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Products on each of the healthy channels.
    #[arg(long, default_value_t = 20_000)]
    items: u64,
    /// Healthy channels.
    #[arg(long, default_value_t = 3)]
    channels: u32,
    /// Products that only the hostile channel has.
    #[arg(long, default_value_t = 50)]
    bait: u64,
    /// Pairs of measurements for each connector.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Only the hostile connectors whose name holds this.
    #[arg(long)]
    only: Option<String>,
}

struct Yard {
    host: Host,
    address: String,
    folder: TempDir,
    rounds: u32,
}

#[tokio::main]
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let mut yard = Yard::open(arguments).await?;
    // The first one warms up.
    yard.healthy(arguments).await?;
    let mut alone = Vec::new();
    let mut drops = BTreeMap::new();
    let mut refused = Vec::new();
    let wanted = |name: &str| arguments.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
    for (name, component) in wharf_hostile::components::all()?.iter().filter(|(name, _)| wanted(name)) {
        if !yard.let_in(name, component.to_vec()).await {
            refused.push(name.clone());
            continue;
        }
        let mut lost = Vec::new();
        for _ in 0..arguments.rounds.max(1) {
            let baseline = yard.healthy(arguments).await?;
            let beside = yard.beside(arguments).await?;
            alone.push(baseline);
            lost.push((1.0 - beside / baseline) * 100.0);
        }
        yard.host.reconciler.remove_channel(HOSTILE).await?;
        drops.insert(name.clone(), rounded(median(lost), 1));
    }
    let worst = drops.iter().max_by(|one, other| one.1.total_cmp(other.1));
    Ok(json!({
        "scenario": "contain",
        "channels": arguments.channels,
        "items_per_s": rounded(median(alone), 0),
        "worst_drop_percent": worst.map(|(_, drop)| drop),
        "worst": worst.map(|(name, _)| name),
        "drop_percent": drops,
        "refused_at_the_door": refused,
    }))
}

impl Yard {
    async fn open(arguments: &Arguments) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        rig::install("tests/bulk", folder.path())?;
        std::fs::write(folder.path().join("token"), "bench-token")?;
        let host = Host::open(folder.path()).await?;
        for start in (0..arguments.items).step_by(1_000) {
            let batch = (start..arguments.items.min(start + 1_000)).map(catalog::product);
            change(&host, batch.map(|product| filed(product, "goods")).collect()).await?;
        }
        let bait = (0..arguments.bait).map(|number| {
            let product = catalog::product(arguments.items + number);
            let sku = format!("X-{number:04}").parse().expect("letters and digits make a SKU");
            filed(wharf_store::ProductChange { sku, ..product }, BAIT)
        });
        change(&host, bait.collect()).await?;
        let address = Receiver::default().listen().await?.to_string();
        Ok(Self { host, address, folder, rounds: 0 })
    }

    /// Items a second that fresh healthy channels bring to the receiver together.
    async fn healthy(&mut self, arguments: &Arguments) -> anyhow::Result<f64> {
        self.rounds += 1;
        let names: Vec<_> =
            (0..arguments.channels).map(|number| format!("healthy-{}-{number}", self.rounds)).collect();
        for name in &names {
            self.add(name, "bulk-json", "goods").await?;
        }
        let started = Instant::now();
        let reconciler = &self.host.reconciler;
        let runs = try_join_all(names.iter().map(|name| reconciler.sync(name, Arc::new(Figures::default()))))
            .await?;
        let seconds = started.elapsed().as_secs_f64();
        let accepted: u64 = runs.iter().map(|run| run.report.accepted).sum();
        let expected = arguments.items * u64::from(arguments.channels);
        anyhow::ensure!(accepted == expected, "{accepted} of {expected} items were accepted: {runs:?}");
        for name in &names {
            reconciler.remove_channel(name).await?;
        }
        Ok(accepted as f64 / seconds)
    }

    /// Whether the connector gets as far as a channel of its own.
    async fn let_in(&self, name: &str, component: Vec<u8>) -> bool {
        let installed = self.host.connectors.install(&format!("{name}.wasm"), component, None).await;
        installed.is_ok() && self.add(HOSTILE, name, BAIT).await.is_ok()
    }

    /// The same while the hostile channel is at work.
    async fn beside(&mut self, arguments: &Arguments) -> anyhow::Result<f64> {
        let reconciler = self.host.reconciler.clone();
        let store = self.host.site.store.clone();
        let channel = reconciler.channel(HOSTILE).await?.id;
        let trouble = tokio::spawn(async move {
            loop {
                // What it fails with is the tests' concern; here it only has to be at it.
                let _ = store.mark_all(channel, Lane::Content).await;
                let _ = reconciler.sync(HOSTILE, Arc::new(Figures::default())).await;
                tokio::time::sleep(PAUSE).await;
            }
        });
        let rate = self.healthy(arguments).await;
        trouble.abort();
        let _ = trouble.await;
        rate
    }

    async fn add(&self, channel: &str, connector: &str, category: &str) -> anyhow::Result<()> {
        let configuration = serde_json::from_value(json!({
            "connector": connector,
            "scope": {
                "locale": "en-DE", "country": "DE", "currency": "EUR", "selection": {"categories": [category]},
            },
            "endpoints": {"api": format!("http://{}", self.address)},
            "grants": [{"host": self.address, "allow-private": true}],
            "credentials": {"file": self.folder.path().join("token"), "bearer": true},
        }))?;
        self.host.reconciler.add_channel(channel, &configuration).await?;
        Ok(())
    }
}

/// The product, in this category alone.
fn filed(mut product: wharf_store::ProductChange, category: &str) -> wharf_store::ProductChange {
    product.patch.categories = Some(Some(vec![category.to_owned()]));
    product
}

async fn change(host: &Host, products: Vec<wharf_store::ProductChange>) -> anyhow::Result<()> {
    for applied in host.site.store.change(products).await? {
        applied?;
    }
    Ok(())
}
