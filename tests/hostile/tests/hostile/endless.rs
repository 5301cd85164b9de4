//! Connectors that never come to an end with an item, without ever breaking the contract.

use std::time::Duration;

use wharf_hostile::scene::{HOSTILE, Scene};
use wharf_store::ListingState;

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_to_try_for_ever_waits_for_a_person_after_some_attempts() -> anyhow::Result<()> {
    let scene = Scene::open("never-satisfied", &["X"]).await?;
    scene.run().await??;
    scene.run_until_calm().await?;
    let listing = scene.listing("X").await?;
    assert_eq!((listing.state, listing.attempts), (ListingState::Dead, 3));
    assert_eq!(scene.complaint("X").await?, "Once more, please.");
    assert_eq!(scene.market.requests_for("X"), 3);
    assert_eq!(scene.states().await?["accepted"], 19);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_without_end_ends_and_the_operator_sees_why() -> anyhow::Result<()> {
    let scene = Scene::open("endless-chain", &["X"]).await?;
    tokio::time::timeout(Duration::from_secs(10), scene.run()).await???;
    assert_eq!(scene.states().await?["accepted"], 19);
    let listing = scene.listing("X").await?;
    assert_eq!((listing.state, listing.problems[0].code.as_str()), (ListingState::Dead, "too-many-steps"));
    assert_eq!(
        scene.complaint("X").await?,
        "the connector asks for a further request after each of 25 and comes to no outcome; the limit is the sync \
         setting `steps`"
    );
    assert_eq!(scene.market.requests_for("X"), 26);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_listing_stays_deleted_whatever_id_it_is_given() -> anyhow::Result<()> {
    let scene = Scene::open("undead", &["X"]).await?;
    scene.run().await??;
    assert_eq!(scene.listing("X").await?.remote_id.as_deref(), Some("ghost"));
    let sku = wharf_e2e::products::sku("X");
    scene.host.site.store.delete(&[sku]).await?;
    scene.host.reconciler.sync(HOSTILE, std::sync::Arc::default()).await?;
    let listing = scene.listing("X").await?;
    assert_eq!((listing.state, listing.remote_id), (ListingState::Removed, None));
    Ok(())
}
