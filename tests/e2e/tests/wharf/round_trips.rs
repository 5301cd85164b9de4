//! What channels are sent and give back, through the real components and the whole host: vendors that keep what they
//! get stand at the other end. Any catalog goes that way in the connectors' own tests.

use std::{
    fs,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{Json, Router, body::Bytes, extract::State, http::Uri};
use serde_json::{Value, json};
use tempfile::TempDir;
use wharf_catalog::Value as Attribute;
use wharf_e2e::{
    binary,
    harbor::prepare_folder,
    products::{priced, product, stocked},
};
use wharf_server::Host;
use wharf_store::{Listing, ListingFilter, ListingState, ProductChange};
use wharf_sync::Figures;
use wharf_vendors::keeping::{shopify::Shop, square::Seller};

const CHANNEL: &str = "shop";

const SKUS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// A vendor behind an address. It stops with the test's runtime.
#[derive(Debug, Default)]
struct Vendor<T> {
    kept: Arc<Mutex<T>>,
}

impl<T: Default + Send + 'static> Vendor<T> {
    async fn listen(answer: fn(&mut T, &str, &Value) -> Value) -> anyhow::Result<(Self, SocketAddr)> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let vendor = Self { kept: Arc::default() };
        let respond = async move |State(kept): State<Arc<Mutex<T>>>, uri: Uri, body: Bytes| {
            let body = serde_json::from_slice(&body).unwrap_or_default();
            Json(answer(&mut kept.lock().unwrap_or_else(PoisonError::into_inner), uri.path(), &body))
        };
        let router = Router::new().fallback(respond).with_state(Arc::clone(&vendor.kept));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((vendor, address))
    }

    fn kept(&self) -> MutexGuard<'_, T> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A host with one channel, whose counts in Berlin are believed.
struct Trade {
    host: Host,
    _folder: TempDir,
}

impl Trade {
    async fn open(
        connector: &str,
        endpoint: &str,
        address: SocketAddr,
        settings: Value,
    ) -> anyhow::Result<Self> {
        let folder = prepare_folder(&[&format!("plugins/{connector}")])?;
        let host = Host::open(&folder.path().join("data")).await?;
        let channel = json!({
            "connector": connector,
            "settings": settings,
            "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
            "endpoints": {endpoint: format!("http://{address}")},
            "grants": [{"host": address.to_string(), "allow-private": true}],
            "credentials": {"file": folder.path().join("token"), "bearer": connector == "square"},
            "inbound": {"counts": {"berlin": "berlin"}},
        });
        host.reconciler.add_channel(CHANNEL, &serde_json::from_value(channel)?).await?;
        let trade = Self { host, _folder: folder };
        let catalog = SKUS.into_iter().zip(1..).map(|(sku, number)| {
            let levels = vec![("berlin".into(), 10 * number), ("hamburg".into(), number)];
            let priced = priced(sku, 1_000 + number).patch.prices;
            let mut product = product(sku);
            (product.stock, product.patch.prices) = (levels, priced);
            product
        });
        trade.change(catalog.collect()).await?;
        Ok(trade)
    }

    async fn change(&self, changes: Vec<ProductChange>) -> anyhow::Result<()> {
        for applied in self.host.site.store.change(changes).await? {
            applied?;
        }
        self.sync().await
    }

    /// Syncs until every listing is accepted.
    async fn sync(&self) -> anyhow::Result<()> {
        for _ in 0..100 {
            self.host.reconciler.sync(CHANNEL, Arc::new(Figures::default())).await?;
            let listings = self.listings().await?;
            if listings.iter().all(|listing| listing.state == ListingState::Accepted) {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        anyhow::bail!("the channel did not come to rest: {:?}", self.listings().await?)
    }

    async fn listings(&self) -> anyhow::Result<Vec<Listing>> {
        Ok(self.host.site.store.listings(&ListingFilter::default(), None, 100).await?)
    }

    /// What Wharf has of each SKU in Berlin and Hamburg.
    async fn stock(&self) -> anyhow::Result<Vec<Vec<i64>>> {
        let mut all = Vec::new();
        for sku in SKUS {
            let levels = self.host.site.store.stock_of(sku).await?;
            all.push(levels.into_iter().map(|(_, units)| units).collect());
        }
        Ok(all)
    }

    /// Pulls a stream, all of which is understood; how many levels it changed.
    async fn pull_stock(&self) -> anyhow::Result<u64> {
        let pulled = self.host.reconciler.pull(CHANNEL, "stock").await?;
        Ok(pulled.taken.levels_set)
    }
}

fn ordered(number: i64) -> Vec<i64> {
    vec![10 * number, number]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_square_was_sent_comes_back_and_so_does_what_its_till_counts() -> anyhow::Result<()> {
    let (vendor, address) =
        Vendor::<Seller>::listen(|seller, path, body| seller.answer(path, body).1).await?;
    let settings = json!({"locations": {"berlin": "LBER", "hamburg": "LHAM"}});
    let trade = Trade::open("square", "api", address, settings).await?;
    for (sku, number) in SKUS.into_iter().zip(1..) {
        let seller = vendor.kept();
        let shown = seller.variation(sku).and_then(|id| seller.shown(id));
        let description = format!("<p>The lamp {sku}, which shines.</p>");
        assert_eq!(shown, Some((&*format!("Lamp {sku}"), Some(&*description), 1_000 + number)));
    }
    trade.pull_stock().await?;
    assert_eq!(trade.stock().await?, [1, 2, 3, 4, 5].map(ordered), "nothing was lost on the way");

    vendor.kept().recount("B", "LBER", 7);
    assert_eq!(trade.pull_stock().await?, 1);
    trade.change(vec![priced("B", 990), stocked("C", 3)]).await?;
    assert_eq!(trade.stock().await?[1..3], [vec![7, 2], vec![3, 3]]);
    trade.pull_stock().await?;
    assert_eq!(trade.stock().await?[1..3], [vec![7, 2], vec![3, 3]]);
    let seller = vendor.kept();
    assert_eq!(seller.variation("B").and_then(|id| seller.shown(id)).map(|(.., cents)| cents), Some(990));
    assert_eq!(seller.skus().len(), SKUS.len(), "nothing is listed twice");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_shopify_was_sent_comes_back_and_so_does_what_it_counts() -> anyhow::Result<()> {
    let (vendor, address) = Vendor::<Shop>::listen(|shop, _, body| shop.answer(body)).await?;
    let settings = json!({"locations": {"berlin": "70", "hamburg": "71"}});
    let trade = Trade::open("shopify", "admin", address, settings).await?;
    for (sku, number) in SKUS.into_iter().zip(1_i64..) {
        let shop = vendor.kept();
        let (id, price) = shop.variant(sku).ok_or_else(|| anyhow::anyhow!("{sku} is not there"))?;
        let description = format!("<p>The lamp {sku}, which shines.</p>");
        assert_eq!(shop.shown(&id), Some((&*format!("Lamp {sku}"), Some(&*description))));
        assert_eq!(price, format!("10.{number:02}"));
    }
    trade.pull_stock().await?;
    assert_eq!(trade.stock().await?, [1, 2, 3, 4, 5].map(ordered), "nothing was lost on the way");
    let listings = trade.host.reconciler.pull(CHANNEL, "listings").await?;
    assert!(listings.ended && listings.problem.is_none(), "{listings:?}");

    vendor.kept().recount("B", 70, 7);
    assert_eq!(trade.pull_stock().await?, 1);
    trade.change(vec![priced("B", 990), stocked("C", 3)]).await?;
    trade.pull_stock().await?;
    assert_eq!(trade.stock().await?[1..3], [vec![7, 2], vec![3, 3]]);
    assert_eq!(vendor.kept().variant("B").map(|(_, price)| price.to_owned()).as_deref(), Some("9.90"));
    Ok(())
}

/// Of pictures, the alternative text has no column that could hold it, and there is none.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_read_back_by_a_supplier_channel() -> anyhow::Result<()> {
    let folder = prepare_folder(&["plugins/supplier-csv"])?;
    let (here, there) = (folder.path().join("data"), folder.path().join("there"));
    let host = Host::open(&here).await?;
    let changes = SKUS.into_iter().zip(1..).map(|(sku, number)| {
        let mut product = product(sku);
        let german = Attribute::Text(format!("Lampe \"{sku}\";\n= {number} €"));
        product.patch.attributes.insert("name@de-DE".into(), Some(german));
        product.stock = vec![("berlin".into(), number)];
        product
    });
    for applied in host.site.store.change(changes.collect()).await? {
        applied?;
    }
    host.site.store.close().await;
    drop(host);
    let file = folder.path().join("catalog.jsonl");
    let export = |data| binary::run(data, &["export"]).map(|output| output.stdout);
    let exported = export(&here)?;
    fs::write(&file, &exported)?;

    fs::create_dir_all(&there)?;
    for name in ["connectors", "wharf.toml"] {
        fs::rename(here.join(name), there.join(name))?;
    }
    let attributes: serde_json::Map<String, Value> =
        ["name", "name@de-DE", "description", "brand", "condition", "link"]
            .into_iter()
            .map(|name| (name.to_owned(), format!("attributes.{name}").into()))
            .collect();
    let settings = json!({
        "sku": "sku", "attributes": attributes, "images": ["images.0.url"],
        "prices": [{"column": "prices.0.amount", "currency_column": "prices.0.currency"}],
        "stock": [{"column": "stock.berlin", "location": "berlin"}],
    });
    let channel = json!({
        "connector": "supplier-csv", "settings": settings,
        "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
        "inbound": {"counts": {"berlin": "berlin"}},
    });
    let configuration = folder.path().join("supplier.toml");
    fs::write(&configuration, toml::to_string(&channel)?)?;
    for arguments in [
        ["channel", "add", "supplier", "--file", &configuration.to_string_lossy()],
        ["import", &file.to_string_lossy(), "--channel", "supplier", "--json"],
    ] {
        let output = binary::run(&there, &arguments)?;
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(String::from_utf8(export(&there)?)?, String::from_utf8(exported)?);
    Ok(())
}
