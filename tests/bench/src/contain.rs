//! `contain`: what healthy channels lose while a hostile connector works beside them, for each hostile connector.
//!
//! The healthy channels send their catalogs over and over, without a break. The hostile channel sees only its bait, all
//! of which changes several times a second; its connectors misbehave on nothing else. It is let loose and held back in
//! turns, and the figure is what arrives at the receiver in the one kind of window against the other. A window is as
//! long as the longest failure with the rest that the host gives it, so that it holds a whole round of misbehaviour.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;
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
    /// Pairs of windows for each connector.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Seconds of a window.
    #[arg(long, default_value_t = 10)]
    window: u64,
    /// Only the hostile connectors whose name holds this.
    #[arg(long)]
    only: Option<String>,
}

struct Yard {
    host: Host,
    receiver: Receiver,
    address: String,
    folder: TempDir,
    window: Duration,
    /// The numbers of the products that only the hostile channel has.
    bait: Range<u64>,
}

#[tokio::main]
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let yard = Yard::open(arguments).await?;
    let healthy = yard.keep_busy(arguments.channels).await?;
    // The first window warms up.
    yard.rate().await;
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
            let before = yard.rate().await;
            let beside = yard.rate_beside(name).await?;
            let after = yard.rate().await;
            let baseline = f64::midpoint(before, after);
            alone.push(baseline);
            lost.push((1.0 - beside / baseline) * 100.0);
        }
        yard.host.reconciler.remove_channel(HOSTILE).await?;
        #[expect(clippy::print_stderr, reason = "a full run takes the better part of an hour")]
        {
            eprintln!("{name}: {lost:.1?} % less");
        }
        drops.insert(name.clone(), rounded(median(lost), 1));
    }
    anyhow::ensure!(!healthy.is_finished(), "a healthy channel came to a halt: {:?}", healthy.await);
    healthy.abort();
    let worst = drops.iter().max_by(|one, other| one.1.total_cmp(other.1));
    Ok(json!({
        "scenario": "contain",
        "channels": arguments.channels,
        "window_s": arguments.window,
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
        let bait = (arguments.items..arguments.items + arguments.bait).map(catalog::product);
        change(&host, bait.map(|product| filed(product, BAIT)).collect()).await?;
        let receiver = Receiver::default();
        let address = receiver.listen().await?.to_string();
        let window = Duration::from_secs(arguments.window.max(1));
        let bait = arguments.items..arguments.items + arguments.bait;
        Ok(Self { host, receiver, address, folder, window, bait })
    }

    /// Channels that send all of their products over and over. Ends only with an error.
    async fn keep_busy(&self, channels: u32) -> anyhow::Result<JoinHandle<anyhow::Result<()>>> {
        let names: Vec<_> = (0..channels).map(|number| format!("healthy-{number}")).collect();
        for name in &names {
            self.add(name, "bulk-json", "goods").await?;
        }
        let (reconciler, store) = (self.host.reconciler.clone(), self.host.site.store.clone());
        Ok(tokio::spawn(async move {
            try_join_all(names.iter().map(async |name| {
                let id = reconciler.channel(name).await?.id;
                loop {
                    let run = reconciler.sync(name, Arc::new(Figures::default())).await?;
                    anyhow::ensure!(run.halted.is_none() && run.report.rejected == 0, "{name}: {run:?}");
                    store.resend(id).await?;
                }
            }))
            .await
            .map(|_: Vec<()>| ())
        }))
    }

    /// Items that arrive in a second, over one window.
    async fn rate(&self) -> f64 {
        let (started, before) = (Instant::now(), self.receiver.items());
        tokio::time::sleep(self.window).await;
        (self.receiver.items() - before) as f64 / started.elapsed().as_secs_f64()
    }

    /// Whether the connector gets as far as a channel of its own.
    async fn let_in(&self, name: &str, component: Vec<u8>) -> bool {
        let installed = self.host.connectors.install(&format!("{name}.wasm"), component, None).await;
        installed.is_ok() && self.add(HOSTILE, name, BAIT).await.is_ok()
    }

    /// The same while the hostile channel is at work. Returns when it has come to rest.
    async fn rate_beside(&self, connector: &str) -> anyhow::Result<f64> {
        // Where an earlier window ended in quarantine, it begins anew.
        let _ = self.host.connectors.resume(connector).await;
        let reconciler = self.host.reconciler.clone();
        let store = self.host.site.store.clone();
        let bait = self.bait.clone();
        let held = Arc::new(AtomicBool::new(false));
        let hold = Arc::clone(&held);
        let trouble = tokio::spawn(async move {
            for round in 0.. {
                if held.load(Relaxed) {
                    break;
                }
                // What it fails with is the tests' concern; here it only has to be at it.
                let changes = bait.clone().map(|number| catalog::repriced(number, round));
                let _ = store.change(changes.collect()).await;
                let _ = reconciler.sync(HOSTILE, Arc::new(Figures::default())).await;
                tokio::time::sleep(PAUSE).await;
            }
        });
        let rate = self.rate().await;
        hold.store(true, Relaxed);
        trouble.await?;
        Ok(rate)
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
