//! What a sync brings to the channel, and what it leaves alone.

use serde_json::json;
use wharf_e2e::{
    harbor::{GOOGLE, Harbor},
    products::{priced, product, renamed, sku, stocked, without},
};
use wharf_store::ListingState;

#[tokio::test(flavor = "multi_thread")]
async fn the_channel_shows_what_the_catalog_says_and_a_second_sync_sends_nothing() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A"), product("B")]).await?;
    let first = harbor.sync().await?;
    assert_eq!((first.report.accepted, first.report.upserts), (2, 2));
    assert_eq!(harbor.channel.offers(), ["A", "B"]);
    assert_eq!(harbor.channel.attribute("A", "title"), "Lamp A");
    assert_eq!(
        harbor.channel.attribute("A", "price"),
        json!({"amountMicros": "12900000", "currencyCode": "EUR"})
    );
    assert_eq!(harbor.channel.attribute("A", "availability"), "IN_STOCK");

    harbor.channel.receiver.take_arrivals();
    assert_eq!(harbor.sync().await?.report.exchanges, 0);
    harbor.change(vec![product("A")]).await?;
    assert_eq!(harbor.sync().await?.report.exchanges, 0, "the same content again is no change");
    assert_eq!(harbor.channel.receiver.take_arrivals(), []);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_lost_its_listings_is_given_all_of_them_again() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A"), product("B")]).await?;
    harbor.sync().await?;
    harbor.host.site.store.resend(harbor.host.reconciler.channel(GOOGLE).await?.id).await?;
    let again = harbor.sync().await?;
    assert_eq!((again.report.upserts, again.report.accepted), (2, 2));
    assert_eq!(harbor.sync().await?.report.exchanges, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_changed_travels_and_stock_and_price_travel_alone() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A"), product("B"), product("C"), product("D")]).await?;
    harbor.sync().await?;
    harbor.channel.receiver.take_arrivals();
    harbor.change(vec![stocked("A", 0), priced("B", 999), renamed("C", "Leuchte C")]).await?;
    let run = harbor.sync().await?;
    assert_eq!(
        (run.report.stocks, run.report.prices, run.report.upserts),
        (1, 1, 1),
        "{run:?} {:?}",
        harbor.listing("A").await?
    );
    let arrivals = harbor.channel.receiver.take_arrivals();
    assert_eq!(arrivals.len(), 3);
    let sent = |sku: &str| {
        arrivals.iter().find(|one| one.name.ends_with(sku)).map(|one| (one.what, one.attributes.clone()))
    };
    assert_eq!(sent("~A"), Some(("patch", vec!["availability".to_owned()])));
    assert_eq!(sent("~B"), Some(("patch", vec!["price".to_owned()])));
    assert_eq!(sent("~C").map(|(what, _)| what), Some("insert"));
    assert_eq!(harbor.channel.attribute("A", "availability"), "OUT_OF_STOCK");
    assert_eq!(harbor.channel.attribute("B", "price")["amountMicros"], "9990000");
    assert_eq!(harbor.channel.attribute("C", "title"), "Leuchte C");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_is_sent_before_price_and_price_before_content() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A"), product("B"), product("C")]).await?;
    harbor.sync().await?;
    harbor.channel.receiver.take_arrivals();
    harbor.change(vec![renamed("A", "Leuchte"), priced("B", 999), stocked("C", 0)]).await?;
    // The lanes are taken in their order; what is sent at the same time may arrive in any.
    let id = harbor.host.reconciler.channel(GOOGLE).await?.id;
    let due = harbor.host.site.store.due_summary(id, i64::MAX).await?;
    let lanes: Vec<_> = due.due.into_iter().collect();
    use wharf_catalog::Lane::{Content, Price, Stock};
    assert_eq!(lanes, [(Stock, 1), (Price, 1), (Content, 1)]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_that_changes_during_a_long_run_overtakes_the_content() -> anyhow::Result<()> {
    let harbor = std::sync::Arc::new(Harbor::open().await?);
    harbor.change(vec![product("SOLD-OUT")]).await?;
    harbor.sync().await?;
    harbor.channel.receiver.take_arrivals();
    harbor.change((0..4_000).map(|number| product(&format!("N{number:04}"))).collect()).await?;
    let run = tokio::spawn({
        let harbor = std::sync::Arc::clone(&harbor);
        async move { harbor.sync().await }
    });
    while harbor.channel.offers().len() < 100 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    harbor.change(vec![stocked("SOLD-OUT", 0)]).await?;
    run.await??;
    let arrivals = harbor.channel.receiver.take_arrivals();
    let stock = arrivals.iter().position(|one| one.name.ends_with("~SOLD-OUT"));
    assert!(stock.is_some_and(|position| position < 3_000), "{stock:?} of {}", arrivals.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_product_leaves_the_channel_and_a_new_one_of_its_name_comes_back() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A"), product("B")]).await?;
    harbor.sync().await?;
    harbor.host.site.store.delete(&[sku("A")]).await?;
    assert_eq!(harbor.sync().await?.report.deletes, 1);
    assert_eq!(harbor.channel.offers(), ["B"]);
    assert_eq!(harbor.listing("A").await?.state, ListingState::Removed);
    harbor.change(vec![product("A")]).await?;
    harbor.sync().await?;
    assert_eq!(harbor.channel.offers(), ["A", "B"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_without_a_required_field_is_held_back_with_the_field_named() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A"), product("B")]).await?;
    harbor.change(vec![without("B", "link")]).await?;
    let run = harbor.sync().await?;
    assert_eq!((run.report.accepted, run.report.incomplete), (1, 1));
    assert_eq!(harbor.channel.offers(), ["A"]);
    let listing = harbor.listing("B").await?;
    assert_eq!(listing.state, ListingState::Incomplete);
    assert!(listing.problems[0].message.contains("link"), "{:?}", listing.problems);

    let data = harbor.folder.path().join("data");
    let status = wharf_e2e::binary::json(&data, &["status"])?.to_string();
    for word in ["google-de", "\"B\"", "link"] {
        assert!(status.contains(word), "the status lacks {word}: {status}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_check_digit_is_refused_by_the_connector_before_anything_is_sent() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    let mut wrong = product("A");
    wrong.patch.attributes.insert("gtin".into(), Some(wharf_catalog::Value::Text("4006381333932".into())));
    harbor.change(vec![wrong]).await?;
    let run = harbor.sync().await?;
    assert_eq!((run.report.rejected, run.report.exchanges), (1, 0));
    let listing = harbor.listing("A").await?;
    assert_eq!(listing.state, ListingState::Rejected);
    assert!(listing.problems[0].message.to_lowercase().contains("check digit"), "{:?}", listing.problems);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_travels_the_moment_it_happens() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let scheduler = tokio::spawn(wharf_sync::schedule(harbor.host.reconciler.clone(), async {
        let _ = stopped.await;
    }));
    for sku in ["A", "B"] {
        harbor.change(vec![product(sku)]).await?;
        harbor.host.reconciler.wake();
        for _ in 0..400 {
            if harbor.channel.offers().iter().any(|offer| offer == sku) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
    }
    assert_eq!(harbor.channel.offers(), ["A", "B"]);
    drop(stop);
    scheduler.await?;
    Ok(())
}
