//! A host in a temporary folder, with connectors built from source and one channel onto the receiver.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use serde_json::json;
use tempfile::TempDir;
use wharf_server::{Host, connector};
use wharf_sync::{ChannelConfiguration, Figures, RunReport};

use crate::{catalog, receiver::Receiver};

/// Products written per transaction.
const BATCH: u64 = 1_000;

pub(crate) const CHANNEL: &str = "bench";

/// Which connector the channel uses.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// `google-merchant`, one item a request.
    Single,
    /// `bulk-json`, so many items a request.
    Bulk(u32),
    /// `product-feed`, in this format.
    Feed(String),
}

pub(crate) struct Rig {
    pub(crate) host: Host,
    pub(crate) receiver: Receiver,
    folder: TempDir,
}

impl Rig {
    /// A host with `items` products and nothing sent yet.
    pub(crate) async fn new(kind: Kind, items: u64) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let connector = match &kind {
            Kind::Single => "plugins/google-merchant",
            Kind::Bulk(_) => "tests/bulk",
            Kind::Feed(_) => "plugins/product-feed",
        };
        install(connector, folder.path())?;
        let host = Host::open(folder.path()).await?;
        let receiver = Receiver::default();
        let address = receiver.listen().await?;
        let rig = Self { host, receiver, folder };
        rig.fill(items).await?;
        let configuration = configuration(kind, &address.to_string(), &rig.secret()?)?;
        rig.host.reconciler.add_channel(CHANNEL, &configuration).await?;
        Ok(rig)
    }

    fn secret(&self) -> anyhow::Result<String> {
        let path = self.folder.path().join("token");
        std::fs::write(&path, "bench-token")?;
        Ok(path.to_string_lossy().into_owned())
    }

    async fn fill(&self, items: u64) -> anyhow::Result<()> {
        for start in (0..items).step_by(BATCH as usize) {
            let batch = (start..items.min(start + BATCH)).map(catalog::product).collect();
            for applied in self.host.site.store.change(batch).await? {
                applied?;
            }
        }
        Ok(())
    }

    /// The size of the channel's feed files together.
    pub(crate) fn feed_bytes(&self) -> anyhow::Result<u64> {
        let files = std::fs::read_dir(self.folder.path().join("feeds").join(CHANNEL))?;
        files.map(|file| Ok(file?.metadata()?.len())).sum()
    }

    pub(crate) async fn sync(&self) -> anyhow::Result<RunReport> {
        let run = self.host.reconciler.sync(CHANNEL, Arc::new(Figures::default())).await?;
        anyhow::ensure!(run.halted.is_none(), "the run was halted: {run:?}");
        Ok(run)
    }
}

/// Builds a connector of this repository and puts it into the drop folder.
pub(crate) fn install(connector: &str, data: &Path) -> anyhow::Result<()> {
    let component = build(connector)?;
    let folder = data.join("connectors");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join(format!("{}.wasm", connector.replace('/', "-"))), component)?;
    Ok(())
}

/// The component of a connector of this repository.
pub(crate) fn build(connector: &str) -> anyhow::Result<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(connector);
    let built = connector::build::build(&folder, |_| {})?;
    std::fs::read(&built.component).with_context(|| format!("cannot read {}", built.component.display()))
}

fn configuration(kind: Kind, address: &str, secret: &str) -> anyhow::Result<ChannelConfiguration> {
    let scope = json!({"locale": "en-DE", "country": "DE", "currency": "EUR"});
    let (connector, settings) = match kind {
        Kind::Feed(format) => {
            let settings = json!({"format": format, "title": "Bench", "link": "https://shop.example.com"});
            let feed = json!({"connector": "product-feed", "settings": settings, "scope": scope});
            return Ok(serde_json::from_value(feed)?);
        }
        Kind::Single => ("google-merchant", json!({"account": "1", "data_source": "2"})),
        Kind::Bulk(per_request) => ("bulk-json", json!({"per_request": per_request})),
    };
    Ok(serde_json::from_value(json!({
        "connector": connector,
        "settings": settings,
        "scope": scope,
        "endpoints": {"api": format!("http://{address}")},
        "grants": [{"host": address, "allow-private": true}],
        "credentials": {"file": secret, "bearer": true},
    }))?)
}
