//! A host in a temporary folder: a hostile connector on channel `hostile`, a healthy one on channel `shop`, both onto
//! one market, and twenty products of which some are bait.

use std::{collections::BTreeMap, sync::Arc};

use anyhow::Context as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_e2e::{
    components::component,
    products::{product, sku},
};
use wharf_server::Host;
use wharf_store::{Listing, ListingFilter};
use wharf_sync::{ConnectorEntry, RunReport, SyncError};

use crate::{components, market::Market, words};

/// The channel of the hostile connector.
pub const HOSTILE: &str = "hostile";

/// The channel that has to go on.
pub const SHOP: &str = "shop";

/// Where the healthy connector lies in the drop folder.
const SHOP_FILE: &str = "shop.wasm";

/// What the channels show to the market.
pub const TOKEN: &str = "secret-of-the-hostile-market";

/// The name that DNS knows for an address on this machine.
pub const REBOUND: &str = "rebound.example.com";

/// Small limits and short waits, so that what reaches them is over soon.
const SETTINGS: &str = "\
[sandbox]
memory-bytes = 16777216
returned-bytes = 4194304
cpu-ms = 100
failure-rest = 1
concurrent-calls = 2

[gateway]
request-timeout-ms = 400
response-bytes = 1048576
hosts = { \"rebound.example.com\" = [\"127.0.0.1\"] }

[gateway.retry]
attempts = 2
backoff-ms = 5
backoff-cap-ms = 20

[sync]
attempts = 3
steps = 25
retry-ms = 5
retry-cap-ms = 10
rest-ms = 50

[connectors]
settle-ms = 0
";

/// How many products there are.
const PRODUCTS: usize = 20;

/// A host with both channels, and nothing sent yet.
#[derive(Debug)]
pub struct Scene {
    pub host: Host,
    pub market: Market,
    folder: TempDir,
    skus: Vec<String>,
}

impl Scene {
    /// With this hostile connector on its channel, and these SKUs as bait.
    pub async fn open(connector: &str, bait: &[&str]) -> anyhow::Result<Self> {
        Self::open_as(connector, bait, |_, _| {}).await
    }

    /// The same, with the hostile channel's configuration changed; beside it, the market's address.
    pub async fn open_as(
        connector: &str,
        bait: &[&str],
        change: impl FnOnce(&mut Value, &str),
    ) -> anyhow::Result<Self> {
        let scene = Self::at_the_door(connector, components::named(connector)?.as_ref(), bait).await?;
        anyhow::ensure!(scene.refusal().is_none(), "refused at the door: {:?}", scene.refusal());
        let mut configuration = scene.configuration(connector);
        change(&mut configuration, &scene.market.address.to_string());
        scene.add(HOSTILE, configuration).await?;
        Ok(scene)
    }

    /// Only with the channel `shop`, and this component in the drop folder.
    pub async fn at_the_door(name: &str, bytes: &[u8], bait: &[&str]) -> anyhow::Result<Self> {
        words::listen();
        let folder = tempfile::tempdir()?;
        let drop_folder = folder.path().join("data/connectors");
        std::fs::create_dir_all(&drop_folder)?;
        std::fs::write(folder.path().join("data/wharf.toml"), SETTINGS)?;
        std::fs::write(folder.path().join("token"), TOKEN)?;
        std::fs::write(drop_folder.join(SHOP_FILE), component("tests/bulk")?)?;
        std::fs::write(drop_folder.join(format!("{name}.wasm")), bytes)?;
        let market = Market::listen().await?;
        let host = Host::open(&folder.path().join("data")).await?;
        let plain = (0..PRODUCTS - bait.len()).map(|number| format!("A{number:02}"));
        let mut skus: Vec<String> = plain.chain(bait.iter().map(|&bait| bait.to_owned())).collect();
        skus.sort();
        let scene = Self { host, market, folder, skus };
        for applied in
            scene.host.site.store.change(scene.skus.iter().map(|sku| product(sku)).collect()).await?
        {
            applied?;
        }
        let shop = scene.refused().find(|(file, _)| file == SHOP_FILE);
        anyhow::ensure!(shop.is_none(), "the healthy connector is refused: {shop:?}");
        scene.add(SHOP, scene.configuration("bulk-json")).await?;
        Ok(scene)
    }

    fn configuration(&self, connector: &str) -> Value {
        let address = self.market.address.to_string();
        json!({
            "connector": connector,
            "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
            "endpoints": {"api": format!("http://{address}")},
            "grants": [{"host": address, "allow-private": true}],
            "credentials": {"file": self.folder.path().join("token"), "bearer": true},
        })
    }

    async fn add(&self, channel: &str, configuration: Value) -> anyhow::Result<()> {
        let configuration = serde_json::from_value(configuration)?;
        self.host.reconciler.add_channel(channel, &configuration).await?;
        Ok(())
    }

    /// Why a file in the drop folder other than the shop's was refused, if one was.
    pub fn refusal(&self) -> Option<String> {
        self.refused().find_map(|(file, reason)| (file != SHOP_FILE).then_some(reason))
    }

    fn refused(&self) -> impl Iterator<Item = (String, String)> {
        self.host.connectors.list().into_iter().filter_map(|entry| match entry {
            ConnectorEntry::Refused { file, refused } => Some((file, refused)),
            ConnectorEntry::Release(_) => None,
        })
    }

    /// Puts a file into the drop folder and has it looked at.
    pub async fn drop_in(&self, file: &str, bytes: &[u8]) -> anyhow::Result<()> {
        std::fs::write(self.folder.path().join("data/connectors").join(file), bytes)?;
        self.host.connectors.scan_settled().await?;
        Ok(())
    }

    /// Runs both channels at once, and makes sure that the shop got every product, each once.
    ///
    /// # Errors
    /// When the shop did not. What the hostile channel came to is the answer.
    pub async fn run(&self) -> anyhow::Result<Result<RunReport, SyncError>> {
        let reconciler = &self.host.reconciler;
        let (hostile, shop) =
            tokio::join!(reconciler.sync(HOSTILE, Arc::default()), reconciler.sync(SHOP, Arc::default()));
        self.check_shop(&shop?)?;
        Ok(hostile)
    }

    /// Runs the shop alone.
    pub async fn run_shop(&self) -> anyhow::Result<()> {
        self.check_shop(&self.host.reconciler.sync(SHOP, Arc::default()).await?)
    }

    fn check_shop(&self, report: &RunReport) -> anyhow::Result<()> {
        let accepted = report.report.accepted as usize;
        anyhow::ensure!(accepted == PRODUCTS && report.halted.is_none(), "the shop suffered: {report:?}");
        anyhow::ensure!(self.market.shelf() == self.skus, "the shop's market has {:?}", self.market.shelf());
        Ok(())
    }

    /// Runs the hostile channel again until nothing is due there.
    pub async fn run_until_calm(&self) -> anyhow::Result<()> {
        let id = self.host.reconciler.channel(HOSTILE).await?.id;
        for _ in 0..50 {
            if self.host.site.store.counts(id).await?.due == 0 {
                return Ok(());
            }
            self.host.reconciler.sync(HOSTILE, Arc::default()).await?;
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        anyhow::bail!("the hostile channel did not come to rest")
    }

    /// How one SKU stands on the hostile channel.
    pub async fn listing(&self, text: &str) -> anyhow::Result<Listing> {
        let id = self.host.reconciler.channel(HOSTILE).await?.id;
        let filter = ListingFilter { channel_id: Some(id), sku: Some(sku(text)), ..ListingFilter::default() };
        let found = self.host.site.store.listings(&filter, None, 1).await?;
        found.into_iter().next().with_context(|| format!("{text} has no listing"))
    }

    /// The words of the only problem of one SKU on the hostile channel.
    pub async fn complaint(&self, sku: &str) -> anyhow::Result<String> {
        let listing = self.listing(sku).await?;
        match listing.problems.as_slice() {
            [problem] => Ok(problem.message.clone()),
            problems => anyhow::bail!("{sku} is {} with {problems:?}", listing.state),
        }
    }

    /// How many listings of the hostile channel are in each state.
    pub async fn states(&self) -> anyhow::Result<BTreeMap<&'static str, u64>> {
        let id = self.host.reconciler.channel(HOSTILE).await?.id;
        let counts = self.host.site.store.counts(id).await?;
        Ok(counts.by_state.into_iter().map(|(state, count)| (state.as_str(), count)).collect())
    }

    /// The folder of the data directory and what belongs to it.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}
