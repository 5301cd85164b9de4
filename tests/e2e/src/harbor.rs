//! A host in a temporary folder with channels that answer on loopback.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use tempfile::TempDir;
use wharf_server::Host;
use wharf_store::{Listing, ListingFilter, ProductChange};
use wharf_sync::{ChannelConfiguration, Figures, RunReport};

use crate::{
    channel::{Channel, TOKEN},
    components::component,
};

/// Short waits, so that tests of long ones end soon.
const SETTINGS: &str = "\
[gateway]
request-timeout-ms = 400

[gateway.retry]
attempts = 3
backoff-ms = 5
backoff-cap-ms = 20

[gateway.breaker]
pause-ms = 50
pause-cap-ms = 100

[sync]
retry-ms = 20
retry-cap-ms = 100
failures-to-halt = 1000
rest-ms = 50

[connectors]
settle-ms = 0
";

/// A host with one channel onto a local stand-in for Google's Merchant API.
#[derive(Debug)]
pub struct Harbor {
    pub host: Host,
    pub channel: Channel,
    pub folder: TempDir,
}

/// The name of the harbor's channel.
pub const GOOGLE: &str = "google-de";

impl Harbor {
    pub async fn open() -> anyhow::Result<Self> {
        let folder = prepare_folder(&["plugins/google-merchant"])?;
        let channel = Channel::listen().await?;
        let host = Host::open(&folder.path().join("data")).await?;
        host.reconciler.add_channel(GOOGLE, &google(channel.address, &folder.path().join("token"))?).await?;
        Ok(Self { host, channel, folder })
    }

    /// Brings changes in, all of which the catalog takes.
    pub async fn change(&self, changes: Vec<ProductChange>) -> anyhow::Result<()> {
        for applied in self.host.site.store.change(changes).await? {
            applied?;
        }
        Ok(())
    }

    pub async fn sync(&self) -> anyhow::Result<RunReport> {
        Ok(self.host.reconciler.sync(GOOGLE, Arc::new(Figures::default())).await?)
    }

    /// Syncs until nothing is due any more, waiting out what was postponed.
    pub async fn sync_until_calm(&self) -> anyhow::Result<()> {
        let id = self.host.reconciler.channel(GOOGLE).await?.id;
        for _ in 0..200 {
            self.sync().await?;
            if self.host.site.store.counts(id).await?.due == 0 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        anyhow::bail!("the channel did not come to rest")
    }

    /// How one SKU stands on the channel.
    pub async fn listing(&self, sku: &str) -> anyhow::Result<Listing> {
        let filter = ListingFilter { sku: Some(crate::products::sku(sku)), ..ListingFilter::default() };
        let found = self.host.site.store.listings(&filter, None, 10).await?;
        found.into_iter().next().ok_or_else(|| anyhow::anyhow!("{sku} has no listing"))
    }
}

/// A folder with settings, a token and these connectors in its drop folder.
pub fn prepare_folder(connectors: &[&str]) -> anyhow::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let drop_folder = folder.path().join("data/connectors");
    std::fs::create_dir_all(&drop_folder)?;
    std::fs::write(folder.path().join("data/wharf.toml"), SETTINGS)?;
    std::fs::write(folder.path().join("token"), TOKEN)?;
    for connector in connectors {
        std::fs::write(
            drop_folder.join(format!("{}.wasm", connector.replace('/', "-"))),
            component(connector)?,
        )?;
    }
    Ok(folder)
}

/// A channel of the connector `google-merchant` onto a local address.
pub fn google(address: SocketAddr, token: &Path) -> anyhow::Result<ChannelConfiguration> {
    Ok(serde_json::from_value(serde_json::json!({
        "connector": "google-merchant",
        "settings": {"account": "1", "data_source": "2"},
        "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
        "endpoints": {"api": format!("http://{address}")},
        "grants": [{"host": address.to_string(), "allow-private": true}],
        "credentials": {"file": token, "bearer": true},
    }))?)
}
