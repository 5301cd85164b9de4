//! Connectors that take a product only with all its variants.

use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;
use wharf_catalog::Patch;
use wharf_e2e::{
    harbor::prepare_folder,
    products::{product, renamed, sku, stocked, without},
    shelf::Shelf,
};
use wharf_server::Host;
use wharf_store::{Listing, ListingFilter, ListingState, Mode, ProductChange};
use wharf_sync::{ChannelConfiguration, Report};

const CHANNEL: &str = "shelf";

struct Shop {
    host: Host,
    shelf: Shelf,
    _folder: TempDir,
}

impl Shop {
    async fn open() -> anyhow::Result<Self> {
        let folder = prepare_folder(&["tests/grouped"])?;
        let shelf = Shelf::listen().await?;
        let host = Host::open(&folder.path().join("data")).await?;
        let configuration: ChannelConfiguration = serde_json::from_value(json!({
            "connector": "grouped",
            "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
            "endpoints": {"api": format!("http://{}", shelf.address)},
            "grants": [{"host": shelf.address.to_string(), "allow-private": true}],
            "credentials": {"file": folder.path().join("token"), "bearer": true},
        }))?;
        host.reconciler.add_channel(CHANNEL, &configuration).await?;
        Ok(Self { host, shelf, _folder: folder })
    }

    /// A model and these variants of it, brought to the channel.
    async fn with_group(variants: &[&str]) -> anyhow::Result<Self> {
        let shop = Self::open().await?;
        shop.change(vec![model("M")]).await?;
        shop.change(variants.iter().map(|name| variant(name, "M")).collect()).await?;
        shop.sync().await?;
        shop.shelf.take_requests();
        Ok(shop)
    }

    async fn change(&self, changes: Vec<ProductChange>) -> anyhow::Result<()> {
        for applied in self.host.site.store.change(changes).await? {
            applied?;
        }
        Ok(())
    }

    async fn sync(&self) -> anyhow::Result<Report> {
        Ok(self.host.reconciler.sync(CHANNEL, Arc::default()).await?.report)
    }

    async fn listing(&self, name: &str) -> anyhow::Result<Listing> {
        let filter = ListingFilter { sku: Some(sku(name)), ..ListingFilter::default() };
        let found = self.host.site.store.listings(&filter, None, 1).await?;
        found.into_iter().next().ok_or_else(|| anyhow::anyhow!("{name} has no listing"))
    }
}

fn model(name: &str) -> ProductChange {
    let patch = Patch { model: Some(true), ..Patch::default() };
    ProductChange { sku: sku(name), patch, mode: Mode::Upsert, stock: Vec::new() }
}

fn variant(name: &str, model: &str) -> ProductChange {
    let mut variant = product(name);
    variant.patch.parent = Some(Some(sku(model)));
    variant
}

fn shown(titles: &[(&str, &str)]) -> Vec<(String, String)> {
    titles.iter().map(|(sku, title)| ((*sku).to_owned(), (*title).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_one_variant_brings_its_whole_group_and_no_other() -> anyhow::Result<()> {
    let shop = Shop::with_group(&["M-1", "M-2", "M-3"]).await?;
    shop.change(vec![model("N"), product("S")]).await?;
    shop.change(vec![variant("N-1", "N")]).await?;
    shop.sync().await?;
    shop.shelf.take_requests();

    shop.change(vec![renamed("M-2", "Leuchte")]).await?;
    let report = shop.sync().await?;
    assert_eq!(shop.shelf.take_requests(), ["put M"]);
    assert_eq!(
        shop.shelf.titles("M"),
        shown(&[("M-1", "Lamp M-1"), ("M-2", "Leuchte"), ("M-3", "Lamp M-3")])
    );
    assert_eq!((report.upserts, report.unchanged), (1, 2));
    assert_eq!(shop.sync().await?.exchanges, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_variant_leaves_and_the_others_stay() -> anyhow::Result<()> {
    let shop = Shop::with_group(&["M-1", "M-2"]).await?;
    shop.host.site.store.delete(&[sku("M-1")]).await?;
    let report = shop.sync().await?;
    assert_eq!(shop.shelf.titles("M"), shown(&[("M-2", "Lamp M-2")]));
    assert_eq!((report.deletes, shop.listing("M-1").await?.state), (1, ListingState::Removed));
    assert_eq!(shop.sync().await?.exchanges, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_goes_by_itself_without_the_group() -> anyhow::Result<()> {
    let shop = Shop::with_group(&["M-1", "M-2"]).await?;
    shop.change(vec![stocked("M-2", 1)]).await?;
    shop.sync().await?;
    assert_eq!(shop.shelf.take_requests(), ["stock M-2"]);
    assert_eq!(shop.shelf.units("M-2"), Some(1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_waits_for_a_variant_that_is_shown_and_would_be_lost() -> anyhow::Result<()> {
    let shop = Shop::with_group(&["M-1", "M-2"]).await?;
    shop.change(vec![without("M-1", "name"), renamed("M-2", "Leuchte")]).await?;
    shop.sync().await?;
    assert_eq!(shop.shelf.take_requests(), [] as [&str; 0]);
    let held = shop.listing("M-2").await?;
    assert_eq!(held.state, ListingState::Incomplete);
    assert!(held.problems[0].message.contains("M-1 of the same group"), "{held:?}");

    shop.change(vec![renamed("M-1", "Lampe")]).await?;
    shop.sync().await?;
    assert_eq!(shop.shelf.titles("M"), shown(&[("M-1", "Lampe"), ("M-2", "Leuchte")]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_that_was_never_shown_keeps_nobody_waiting() -> anyhow::Result<()> {
    let shop = Shop::with_group(&["M-1"]).await?;
    shop.change(vec![variant("M-2", "M"), renamed("M-1", "Lampe")]).await?;
    shop.change(vec![without("M-2", "name")]).await?;
    shop.sync().await?;
    assert_eq!(shop.shelf.titles("M"), shown(&[("M-1", "Lampe")]));
    assert_eq!(shop.listing("M-2").await?.state, ListingState::Incomplete);
    Ok(())
}
