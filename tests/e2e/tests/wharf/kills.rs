//! `kill -9` in the middle, and a channel that equals the catalog all the same.

use std::{process::Command, time::Duration};

use wharf_e2e::{
    binary,
    channel::{Channel, Fault},
    harbor::{GOOGLE, Harbor, google, prepare_folder},
    products::{product, renamed},
};
use wharf_server::Host;

const ITEMS: usize = 3_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_sync_goes_on_where_it_was_and_ends_with_the_channel_equal_to_the_catalog()
-> anyhow::Result<()> {
    let folder = prepare_folder(&["plugins/google-merchant"])?;
    let data = folder.path().join("data");
    let channel = Channel::listen().await?;
    let configuration = google(channel.address, &folder.path().join("token"))?;
    let name = |number: usize| format!("SKU-{number:05}");
    {
        let host = Host::open(&data).await?;
        let store = &host.site.store;
        host.reconciler.add_channel(GOOGLE, &configuration).await?;
        for applied in store.change((0..ITEMS).map(|number| product(&name(number))).collect()).await? {
            applied?;
        }
        store.close().await;
    }
    // Killed at different depths, and once with changes that came in between.
    for (kill, depth) in [300, 1_200, 2_100].into_iter().enumerate() {
        let sync = binary::start(&data, &["sync", "--wait"])?;
        while channel.receiver.count() < depth {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        sync.kill()?;
        assert!(channel.receiver.count() < ITEMS, "kill {kill} came after the end");
        let host = Host::open(&data).await?;
        // Others each time: Google takes a product twice a day.
        let changes =
            (0..20).map(|number| renamed(&name(number * 100 + kill), &format!("After kill {kill}")));
        for applied in host.site.store.change(changes.collect()).await? {
            applied?;
        }
        host.site.store.close().await;
    }
    let finished = binary::run(&data, &["sync", "--wait"])?;
    assert!(finished.status.success(), "{}", String::from_utf8_lossy(&finished.stderr));
    let shown = channel.receiver.products();
    assert_eq!(shown.len(), ITEMS);
    for number in 0..ITEMS {
        let changed = number % 100 < 3 && number < 2_000;
        let kill = number % 100;
        let title = if changed { format!("After kill {kill}") } else { format!("Lamp {}", name(number)) };
        let product = &shown[&format!("de~DE~{}", name(number))];
        assert_eq!(product["productAttributes"]["title"], title);
    }
    channel.receiver.take_arrivals();
    assert!(binary::run(&data, &["sync", "--wait"])?.status.success());
    assert_eq!(channel.receiver.take_arrivals(), [], "after the repair nothing is left to send");
    Ok(())
}

/// The change back makes the product equal to what was last acknowledged, but not to what the channel shows.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_was_on_its_way_when_the_sync_was_killed_is_repaired_after_a_change_back()
-> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    let data = harbor.folder.path().join("data");
    harbor.change(vec![product("A")]).await?;
    harbor.sync().await?;
    harbor.change(vec![renamed("A", "A mistake")]).await?;
    harbor.channel.fail_next([Fault::Hung; 10]);
    let sync = binary::start(&data, &["sync", "--wait"])?;
    while harbor.channel.attribute("A", "title") != "A mistake" {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    sync.kill()?;
    harbor.channel.recover();
    harbor.change(vec![renamed("A", "Lamp A")]).await?;
    harbor.sync_until_calm().await?;
    assert_eq!(harbor.channel.attribute("A", "title"), "Lamp A");
    Ok(())
}

/// A server that dies takes its lock on the data directory with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_leaves_nothing_that_keeps_the_next_from_starting() -> anyhow::Result<()> {
    let folder = prepare_folder(&[])?;
    let data = folder.path().join("data");
    for _ in 0..2 {
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let server = binary::start(&data, &["serve", "--no-auth", "--listen", &address])?;
        let ready = || std::net::TcpStream::connect(&address).is_ok();
        for _ in 0..400 {
            if ready() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert!(ready(), "the server came up");
        server.kill()?;
    }
    assert!(Command::new(binary::wharf()?).arg("--version").status()?.success());
    Ok(())
}
