//! A host with one of the catalogs, and what happens to it: a whole sync, a change of each kind, reading back.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use tempfile::TempDir;
use wharf_catalog::{Patch, Product, Sku, Value};
use wharf_server::Host;
use wharf_store::{Listing, ListingFilter, ListingState, Mode, ProductChange};
use wharf_sync::Report;

use crate::{
    catalog::{Catalog, LOCATIONS},
    receiver::{Receiver, Vendor},
};

/// How long a channel may take until nothing is left to do.
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) struct Shop {
    pub(crate) host: Host,
    pub(crate) receiver: Receiver,
    pub(crate) address: SocketAddr,
    pub(crate) catalog: &'static Catalog,
    /// What can be sold.
    pub(crate) products: BTreeMap<Sku, Product>,
    pub(crate) folder: TempDir,
}

impl Shop {
    /// Nothing, when there is no catalog.
    pub(crate) async fn open(
        catalog: &'static Catalog,
        connector: &str,
        vendor: impl FnOnce(SocketAddr) -> anyhow::Result<Arc<dyn Vendor>>,
    ) -> anyhow::Result<Option<Self>> {
        // Building and importing take their time.
        let connector = connector.to_owned();
        let folder = tokio::task::spawn_blocking(move || catalog.imported(&connector)).await??;
        let Some(folder) = folder else { return Ok(None) };
        let (receiver, address) = Receiver::listen(vendor).await?;
        let host = Host::open(&folder.path().join("data")).await?;
        let products = catalog.complete(&host).await?;
        anyhow::ensure!(products.len() > 1_000, "{} has only {} products", catalog.name, products.len());
        Ok(Some(Self { host, receiver, address, catalog, products, folder }))
    }

    /// Adds a channel onto the receiver. `configuration` lacks what is the same for all.
    pub(crate) async fn add_channel(
        &self,
        name: &str,
        mut configuration: serde_json::Value,
    ) -> anyhow::Result<()> {
        for (member, value) in [
            ("scope", self.catalog.scope()),
            ("grants", serde_json::json!([{"host": self.address.to_string(), "allow-private": true}])),
            ("credentials", serde_json::json!({"file": self.folder.path().join("token"), "bearer": true})),
        ] {
            if configuration[member].is_null() {
                configuration[member] = value;
            }
        }
        let configuration = serde_json::from_value(configuration).context("the channel's configuration")?;
        self.host.reconciler.add_channel(name, &configuration).await?;
        Ok(())
    }

    /// Syncs until nothing is left to do, waiting out what was postponed. Answers with all that was done.
    pub(crate) async fn sync(&self, channel: &str) -> anyhow::Result<Report> {
        let id = self.host.reconciler.channel(channel).await?.id;
        let mut all = Report::default();
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            let run = self.host.reconciler.sync(channel, Arc::default()).await?;
            anyhow::ensure!(run.halted.is_none(), "the run halted: {run:?}");
            all.accepted += run.report.accepted;
            all.rejected += run.report.rejected;
            all.incomplete += run.report.incomplete;
            let due = self.host.site.store.due_summary(id, now()).await?;
            if due.due.is_empty() && due.next_listing_at.is_none() && due.next_exchange_at.is_none() {
                return Ok(all);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        anyhow::bail!("{channel} did not come to rest")
    }

    /// The first whole sync, of which the channel has to take nearly everything: what a vendor's rules forbid is few.
    pub(crate) async fn sync_whole(&self, channel: &str) -> anyhow::Result<()> {
        let report = self.sync(channel).await?;
        let kept = self.problems(channel).await?;
        anyhow::ensure!(
            report.accepted > 0 && report.accepted >= 20 * (report.rejected + report.incomplete),
            "{report:?}\n{kept}"
        );
        Ok(())
    }

    /// What keeps listings away, by how often.
    pub(crate) async fn problems(&self, channel: &str) -> anyhow::Result<String> {
        let id = self.host.reconciler.channel(channel).await?.id;
        let counts = self.host.site.store.problem_counts(id).await?;
        Ok(counts.iter().take(10).map(|count| format!("{count:?}\n")).collect())
    }

    /// The SKUs that the channel shows, in order.
    pub(crate) async fn accepted(&self, channel: &str) -> anyhow::Result<BTreeSet<Sku>> {
        let id = self.host.reconciler.channel(channel).await?.id;
        let filter = ListingFilter {
            channel_id: Some(id),
            state: Some(ListingState::Accepted),
            ..ListingFilter::default()
        };
        let (mut all, mut last) = (BTreeSet::new(), None);
        loop {
            let page = self.host.site.store.listings(&filter, last, 1_000).await?;
            last = page.last().map(Listing::cursor);
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page.into_iter().map(|listing| listing.sku));
        }
    }

    /// Products that are listed by themselves, or are the only ones of their model.
    pub(crate) fn singles<'a>(&'a self, of: &'a BTreeSet<Sku>) -> impl Iterator<Item = &'a Sku> {
        of.iter().filter(|sku| self.products.get(*sku).is_some_and(|product| product.parent.is_none()))
    }

    pub(crate) async fn change(
        &self,
        sku: &Sku,
        patch: Patch,
        stock: Vec<(String, i64)>,
    ) -> anyhow::Result<()> {
        let change = ProductChange { sku: sku.clone(), patch, mode: Mode::Update, stock };
        for applied in self.host.site.store.change(vec![change]).await? {
            applied?;
        }
        Ok(())
    }

    pub(crate) async fn rename(&self, sku: &Sku, name: &str) -> anyhow::Result<()> {
        let attributes = [("name".to_owned(), Some(Value::Text(name.into())))].into();
        self.change(sku, Patch { attributes, ..Patch::default() }, vec![]).await
    }

    pub(crate) async fn reprice(&self, sku: &Sku, cents: i64) -> anyhow::Result<()> {
        self.change(sku, Patch { prices: vec![self.catalog.price(cents)], ..Patch::default() }, vec![]).await
    }

    pub(crate) async fn restock(&self, sku: &Sku, units: i64) -> anyhow::Result<()> {
        let stock = LOCATIONS.map(|place| (place.to_owned(), units)).to_vec();
        self.change(sku, Patch::default(), stock).await
    }

    pub(crate) async fn delete(&self, skus: &[Sku]) -> anyhow::Result<()> {
        let deleted = self.host.site.store.delete(skus).await?;
        anyhow::ensure!(deleted.iter().all(|deleted| *deleted), "not all of {skus:?} were there");
        Ok(())
    }

    /// Reads every stream of the channel to its end, and asks the probe.
    pub(crate) async fn read_back(&self, channel: &str) -> anyhow::Result<()> {
        for stream in self.host.reconciler.streams(channel).await? {
            let report = self.host.reconciler.pull(channel, &stream).await?;
            anyhow::ensure!(report.ended && report.problem.is_none(), "{report:?}");
        }
        let problems = self.host.reconciler.probe(channel).await?;
        anyhow::ensure!(problems.is_empty(), "{problems:?}");
        Ok(())
    }
}

/// The first of them.
pub(crate) fn some<'a, const N: usize>(all: impl Iterator<Item = &'a Sku>) -> anyhow::Result<[&'a Sku; N]> {
    let found: Vec<&Sku> = all.take(N).collect();
    found.try_into().map_err(|found: Vec<_>| anyhow::anyhow!("only {} of {N} products", found.len()))
}

fn now() -> i64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}
