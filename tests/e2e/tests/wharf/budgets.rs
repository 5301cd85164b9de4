//! Budgets that a channel counts for every listing by itself: Google lets a product be inserted twice a day.

use std::time::Duration;

use jiff::Timestamp;
use wharf_e2e::{
    harbor::Harbor,
    products::{priced, product, renamed, stocked},
};
use wharf_store::ListingState;

const DAY: Duration = Duration::from_hours(24);

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_used_up_its_day_waits_and_says_until_when() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A"), product("B")]).await?;
    harbor.sync().await?;
    harbor.change(vec![renamed("A", "Second"), renamed("B", "Second")]).await?;
    harbor.sync().await?;
    harbor.change(vec![renamed("A", "Third")]).await?;
    let run = harbor.sync().await?;
    assert_eq!((run.report.exchanges, run.report.postponed), (0, 1));
    assert_eq!(harbor.channel.attribute("A", "title"), "Second");
    let waiting = harbor.listing("A").await?;
    assert_eq!(waiting.state, ListingState::Retry);
    assert!(waiting.problems[0].message.contains("`product inserts per day`"), "{waiting:?}");
    let next = Timestamp::from_millisecond(waiting.due_at)?.duration_since(Timestamp::now());
    assert!(next > jiff::SignedDuration::from_hours(23) && next <= DAY.try_into()?, "{next}");
    assert_eq!(harbor.listing("B").await?.state, ListingState::Accepted);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_and_price_do_not_wait_for_the_budget_of_the_whole_product() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A")]).await?;
    harbor.sync().await?;
    harbor.change(vec![renamed("A", "Second")]).await?;
    harbor.sync().await?;
    harbor.change(vec![renamed("A", "Third")]).await?;
    harbor.sync().await?;
    harbor.change(vec![stocked("A", 0), priced("A", 999)]).await?;
    harbor.sync().await?;
    assert_eq!(harbor.channel.attribute("A", "availability"), "OUT_OF_STOCK");
    assert_eq!(harbor.channel.attribute("A", "price")["amountMicros"], "9990000");
    assert_eq!(harbor.channel.attribute("A", "title"), "Second");
    let waiting = harbor.listing("A").await?;
    assert_eq!((waiting.state, waiting.lane), (ListingState::Retry, Some(wharf_catalog::Lane::Content)));
    assert_eq!(harbor.sync().await?.report.exchanges, 0);
    Ok(())
}
