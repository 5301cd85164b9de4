//! A channel that fails, and nothing that gets lost or is sent twice.

use wharf_e2e::{
    channel::Fault,
    harbor::Harbor,
    products::{product, renamed},
};
use wharf_store::ListingState;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_and_nothing_acknowledged_is_sent_again_while_the_channel_fails() -> anyhow::Result<()>
{
    let harbor = Harbor::open().await?;
    let names: Vec<String> = (0..120).map(|number| format!("SKU-{number:03}")).collect();
    harbor.change(names.iter().map(|name| product(name)).collect()).await?;
    let faults =
        [Fault::Throttled, Fault::Broken, Fault::Garbage, Fault::Silent, Fault::Broken, Fault::Garbage];
    harbor.channel.fail_next(faults.into_iter().cycle().take(180));
    harbor.sync_until_calm().await?;
    assert_eq!(harbor.channel.faults_left(), 0, "every fault was met");
    assert_eq!(harbor.channel.offers(), names);
    assert_eq!(harbor.channel.most_acknowledged(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_is_down_is_left_alone_and_everything_stays_due() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    let names: Vec<String> = (0..400).map(|number| format!("SKU-{number:03}")).collect();
    harbor.change(names.iter().map(|name| product(name)).collect()).await?;
    harbor.channel.fail_next([Fault::Broken; 150]);
    let run = harbor.sync().await?;
    let reason = run.halted.expect("a run has no use while the channel is left alone");
    assert!(reason.contains("left alone"), "{reason}");
    assert!(harbor.channel.offers().is_empty());
    harbor.sync_until_calm().await?;
    assert_eq!(harbor.channel.offers(), names);
    assert_eq!(harbor.channel.most_acknowledged(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_is_repaired_even_when_the_product_has_changed_back() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    harbor.change(vec![product("A")]).await?;
    harbor.sync().await?;
    // The new title reaches the channel, but its acknowledgement does not reach Wharf.
    harbor.change(vec![renamed("A", "A mistake")]).await?;
    harbor.channel.fail_next([Fault::Lost; 3]);
    harbor.sync().await?;
    assert_eq!(harbor.channel.attribute("A", "title"), "A mistake");
    assert_eq!(harbor.listing("A").await?.state, ListingState::Retry);
    harbor.change(vec![renamed("A", "Lamp A")]).await?;
    harbor.sync_until_calm().await?;
    assert_eq!(harbor.channel.attribute("A", "title"), "Lamp A");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_token_halts_the_run_and_says_so_without_showing_the_token() -> anyhow::Result<()> {
    let harbor = Harbor::open().await?;
    std::fs::write(harbor.folder.path().join("token"), "not-the-right-token")?;
    let configuration =
        wharf_e2e::harbor::google(harbor.channel.address, &harbor.folder.path().join("token"))?;
    harbor.host.reconciler.add_channel("other", &configuration).await?;
    harbor.change((0..50).map(|number| product(&format!("S{number:02}"))).collect()).await?;
    let run = harbor.host.reconciler.sync("other", std::sync::Arc::default()).await?;
    let reason = run.halted.expect("a channel that takes no credentials halts the run");
    assert!(reason.contains("credentials") && !reason.contains("not-the-right-token"), "{reason}");
    assert_eq!(harbor.channel.offers(), Vec::<String>::new());
    Ok(())
}
