//! Feed files: whole, escaped, and written only when something changed.

use std::sync::Arc;

use wharf_e2e::{
    harbor::prepare_folder,
    products::{product, renamed, without},
};
use wharf_server::Host;
use wharf_sync::{ChannelConfiguration, Report};

struct Shop {
    host: Host,
    folder: tempfile::TempDir,
}

impl Shop {
    async fn open(format: &str) -> anyhow::Result<Self> {
        let folder = prepare_folder(&["plugins/product-feed"])?;
        let host = Host::open(&folder.path().join("data")).await?;
        let configuration: ChannelConfiguration = serde_json::from_value(serde_json::json!({
            "connector": "product-feed",
            "settings": {"format": format, "title": "Lux", "link": "https://shop.example.com"},
            "scope": {"locale": "en-DE", "country": "DE", "currency": "EUR"},
        }))?;
        host.reconciler.add_channel("feed", &configuration).await?;
        Ok(Self { host, folder })
    }

    async fn change(&self, changes: Vec<wharf_store::ProductChange>) -> anyhow::Result<()> {
        for applied in self.host.site.store.change(changes).await? {
            applied?;
        }
        Ok(())
    }

    async fn sync(&self) -> anyhow::Result<Report> {
        Ok(self.host.reconciler.sync("feed", Arc::default()).await?.report)
    }

    fn file(&self, name: &str) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(self.folder.path().join("data/feeds/feed").join(name))?)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_holds_every_complete_product_and_is_written_again_only_after_a_change() -> anyhow::Result<()>
{
    let shop = Shop::open("rss").await?;
    shop.change(vec![product("A"), product("B"), product("C")]).await?;
    shop.change(vec![without("C", "description"), renamed("B", "Lamp <B> & friends")]).await?;
    let first = shop.sync().await?;
    assert_eq!((first.written, first.incomplete), (2, 1));
    let file = shop.file("products.xml")?;
    assert!(file.starts_with("<?xml") && file.trim_end().ends_with("</rss>"), "the file is whole");
    assert!(file.contains("Lamp &lt;B&gt; &amp; friends"), "{file}");
    assert!(!file.contains("Lamp C"), "an incomplete product is left out");
    assert_eq!(shop.sync().await?.written, 0);
    shop.change(vec![renamed("A", "Another lamp")]).await?;
    let third = shop.sync().await?;
    assert_eq!((third.written, third.accepted), (2, 1));
    assert!(shop.file("products.xml")?.contains("Another lamp"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_a_spreadsheet_would_run_is_only_shown() -> anyhow::Result<()> {
    let shop = Shop::open("csv").await?;
    shop.change(vec![product("A")]).await?;
    shop.change(vec![renamed("A", "=HYPERLINK(\"http://evil.example\")")]).await?;
    shop.sync().await?;
    let file = shop.file("products.csv")?;
    assert!(file.contains("'=HYPERLINK"), "{file}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_broke_off_counts_as_due() -> anyhow::Result<()> {
    let shop = Shop::open("tsv").await?;
    shop.change(vec![product("A")]).await?;
    shop.sync().await?;
    std::fs::write(shop.folder.path().join("data/feeds/feed/.partial"), "half a file")?;
    assert_eq!(shop.sync().await?.written, 1);
    assert!(shop.file("products.tsv")?.contains("Lamp A"));
    Ok(())
}
