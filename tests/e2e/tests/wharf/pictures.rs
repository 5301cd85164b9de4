//! Pictures that travel as files: read by the host, sent in forms, once each, and in nobody's way.

use std::{sync::Arc, time::Duration};

use tempfile::TempDir;
use wharf_e2e::{
    binary,
    gallery::{Asset, Gallery, Variant, pictured, repictured},
    harbor::prepare_folder,
    products::{priced, renamed, sku},
};
use wharf_server::Host;
use wharf_store::{Listing, ListingFilter, ListingState, ProductChange};
use wharf_sync::Figures;

const CHANNEL: &str = "shop";

/// What would end a part, if parts ended where lines do.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\r\n--wharf\r\n\r\n\0\xff--\r\n";

/// A host with one channel that takes pictures as files.
struct Exhibition {
    host: Host,
    gallery: Gallery,
    folder: TempDir,
}

impl Exhibition {
    async fn open() -> anyhow::Result<Self> {
        let folder = prepare_folder(&["plugins/vendure"])?;
        let gallery = Gallery::listen().await?;
        let host = Host::open(&folder.path().join("data")).await?;
        host.reconciler.add_channel(CHANNEL, &gallery.channel(&folder.path().join("token"))?).await?;
        Ok(Self { host, gallery, folder })
    }

    async fn change(&self, change: ProductChange) -> anyhow::Result<()> {
        for applied in self.host.site.store.change(vec![change]).await? {
            applied?;
        }
        Ok(())
    }

    /// Syncs until nothing is under way or due.
    async fn sync(&self) -> anyhow::Result<Listing> {
        for _ in 0..200 {
            self.host.reconciler.sync(CHANNEL, Arc::new(Figures::default())).await?;
            let listing = self.listing().await?;
            if listing.state == ListingState::Accepted {
                return Ok(listing);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        anyhow::bail!("the channel did not come to rest: {:?}", self.listing().await?)
    }

    async fn listing(&self) -> anyhow::Result<Listing> {
        let filter = ListingFilter { sku: Some(sku("A")), ..ListingFilter::default() };
        let found = self.host.site.store.listings(&filter, None, 1).await?;
        found.into_iter().next().ok_or_else(|| anyhow::anyhow!("A has no listing"))
    }

    fn files(&self) -> Vec<String> {
        self.gallery.assets().into_iter().map(|asset| asset.filename).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_arrives_byte_for_byte_and_only_once() -> anyhow::Result<()> {
    let exhibition = Exhibition::open().await?;
    let gallery = &exhibition.gallery;
    let main = gallery.hang("main.png", "image/png", PICTURE);
    let large = vec![7; 3 << 20];
    let back =
        gallery.hang("back.jpg", "application/octet-stream", &[&[0xff, 0xd8, 0xff][..], &large].concat());
    exhibition.change(pictured("A", &[main.clone(), back])).await?;
    assert_eq!(exhibition.sync().await?.problems, []);

    let assets = gallery.assets();
    let expected =
        Asset { filename: "main.png".into(), content_type: "image/png".into(), content: PICTURE.into() };
    assert_eq!(assets[0], expected);
    assert_eq!((assets[1].content_type.as_str(), assets[1].content.len()), ("image/jpeg", large.len() + 3));
    assert_eq!(gallery.shown(), ["1", "2"]);
    let variant = Variant { price: 1_290, on_hand: 5, assets: vec!["1".into(), "2".into()] };
    assert_eq!(gallery.variant("A"), Some(variant));

    exhibition.change(renamed("A", "Another lamp")).await?;
    exhibition.sync().await?;
    assert_eq!(exhibition.files(), ["main.png", "back.jpg"], "what is there is not sent again");

    let other = gallery.hang("other.png", "image/png", PICTURE);
    exhibition.change(repictured("A", &[other, main])).await?;
    exhibition.sync().await?;
    assert_eq!(exhibition.files(), ["main.png", "back.jpg", "other.png"]);
    assert_eq!(gallery.shown(), ["3", "1"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_cannot_be_read_is_told_and_keeps_nothing_else_away() -> anyhow::Result<()> {
    let exhibition = Exhibition::open().await?;
    let gallery = &exhibition.gallery;
    let sound = gallery.hang("sound.png", "image/png", PICTURE);
    let missing = gallery.address_of("missing.jpg");
    let foreign = "https://not-granted.example/a.jpg".to_owned();
    exhibition.change(pictured("A", &[missing, sound, foreign])).await?;
    let listing = exhibition.sync().await?;
    let problem = &listing.problems[0];
    assert_eq!((problem.code.as_str(), problem.is_error()), ("pictures-left-out", false));
    assert!(problem.message.contains("2 of the pictures"), "{}", problem.message);
    assert!(problem.message.contains("/pictures/missing.jpg"), "{}", problem.message);
    assert_eq!((exhibition.files(), gallery.shown()), (vec!["sound.png".to_owned()], vec!["1".to_owned()]));

    exhibition.change(priced("A", 990)).await?;
    exhibition.sync().await?;
    assert_eq!(gallery.variant("A").map(|variant| variant.price), Some(990));
    gallery.hang("missing.jpg", "image/jpeg", PICTURE);
    exhibition.change(renamed("A", "Another lamp")).await?;
    exhibition.sync().await?;
    assert_eq!(exhibition.files(), ["sound.png", "missing.jpg"], "the next change brings it");
    assert_eq!(gallery.shown(), ["2", "1"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_killed_between_upload_and_product_uploads_nothing_twice() -> anyhow::Result<()> {
    let Exhibition { host, gallery, folder } = Exhibition::open().await?;
    let data = folder.path().join("data");
    let pictures = ["a.png", "b.png"].map(|name| gallery.hang(name, "image/png", PICTURE));
    host.site.store.change(vec![pictured("A", &pictures)]).await?.remove(0)?;
    host.site.store.close().await;
    drop(host);

    gallery.hang_at(Some("ShowPictures"));
    let sync = binary::start(&data, &["sync", "--wait"])?;
    for _ in 0..2_000 {
        if gallery.was_asked("ShowPictures") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(gallery.was_asked("ShowPictures"), "the chain came to its last step");
    sync.kill()?;
    assert_eq!(gallery.shown(), Vec::<String>::new());

    gallery.hang_at(None);
    let finished = binary::run(&data, &["sync", "--wait"])?;
    assert!(finished.status.success(), "{}", String::from_utf8_lossy(&finished.stderr));
    assert_eq!(gallery.shown(), ["1", "2"]);
    assert_eq!(gallery.assets().len(), 2, "each picture went up once");
    Ok(())
}
