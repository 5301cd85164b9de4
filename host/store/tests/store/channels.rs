//! Work on whole channels, and the small tables: runs and tokens.

use wharf_catalog::Lane;
use wharf_store::{
    ChannelDraft, ChannelState, ListingFilter, ListingState, NewToken, StoreError, StoreSettings,
};

use crate::shop::{Shop, draft, model, outcome, titled};

/// So small that every sweep takes several transactions.
fn small_sweeps() -> StoreSettings {
    StoreSettings { sweep_rows: 3, kept_runs: 2, ..StoreSettings::default() }
}

#[tokio::test]
async fn a_new_channel_gets_the_whole_catalog_but_no_models() {
    let shop = Shop::with(small_sweeps()).await;
    shop.put((0..10).map(|number| titled(&format!("S-{number}"), "Tent")).collect()).await;
    shop.put(vec![model("M", None)]).await;
    shop.delete("S-4").await;
    let second = shop.store.add_channel(&draft("second")).await.unwrap();
    assert_eq!(shop.store.channel(second).await.unwrap().unwrap().marking, Some(Lane::Content));
    shop.store.finish_marking(second).await.unwrap();
    assert_eq!(shop.store.channel(second).await.unwrap().unwrap().marking, None);
    assert_eq!(shop.store.due_summary(second, 0).await.unwrap().due[&Lane::Content], 9);
}

#[tokio::test]
async fn marking_everything_also_retries_what_should_be_gone() {
    let shop = Shop::with(small_sweeps()).await;
    shop.put(["A", "B", "C", "D"].map(|name| titled(name, "Tent")).into()).await;
    shop.acknowledge_all().await;
    shop.delete("A").await;
    shop.delete("B").await;
    let due = shop.due(Lane::Content).await;
    shop.settle(vec![outcome(&due[0], ListingState::Removed), outcome(&due[1], ListingState::Dead)]).await;
    shop.store.mark_all(shop.channel, Lane::Price).await.unwrap();
    assert_eq!(shop.due_skus(Lane::Content).await, ["B"]);
    assert_eq!(shop.due_skus(Lane::Price).await, ["C", "D"]);
    let unknown = shop.store.mark_all(99, Lane::Price).await.unwrap_err();
    assert!(matches!(unknown, StoreError::UnknownChannel(99)));
}

#[tokio::test]
async fn a_channel_is_changed_and_removed_by_its_id() {
    let shop = Shop::with(small_sweeps()).await;
    shop.put((0..10).map(|number| titled(&format!("S-{number}"), "Tent")).collect()).await;
    let taken = shop.store.add_channel(&draft("shop")).await.unwrap_err();
    assert!(matches!(taken, StoreError::NameTaken { .. }));
    let renamed = ChannelDraft { configuration: "{\"a\":1}".into(), ..draft("renamed") };
    shop.store.update_channel(shop.channel, &renamed).await.unwrap();
    shop.store.set_channel_state(shop.channel, ChannelState::Paused).await.unwrap();
    let channel = shop.store.channel_named("renamed").await.unwrap().unwrap();
    assert_eq!((channel.state, channel.configuration.as_str()), (ChannelState::Paused, "{\"a\":1}"));
    shop.store.start_run(shop.channel).await.unwrap();
    assert!(shop.store.remove_channel(shop.channel).await.unwrap());
    assert!(!shop.store.remove_channel(shop.channel).await.unwrap());
    assert!(shop.store.channels().await.unwrap().is_empty());
    let next = shop.store.add_channel(&draft("next")).await.unwrap();
    assert!(next > shop.channel, "an id is not used twice");
    assert!(shop.store.listings(&ListingFilter::default(), None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn outcomes_for_a_removed_channel_are_left_out() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent")]).await;
    let due = shop.due(Lane::Content).await;
    shop.store.remove_channel(shop.channel).await.unwrap();
    shop.settle(vec![outcome(&due[0], ListingState::Accepted)]).await;
    assert!(shop.store.listings(&ListingFilter::default(), None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_last_runs_are_kept() {
    let shop = Shop::with(small_sweeps()).await;
    let first = shop.store.start_run(shop.channel).await.unwrap();
    shop.store.start_run(shop.channel).await.unwrap();
    let last = shop.store.start_run(shop.channel).await.unwrap();
    assert!(shop.store.finish_run(last, "{\"sent\":3}").await.unwrap());
    assert!(!shop.store.finish_run(first, "{}").await.unwrap());
    let runs = shop.store.runs(shop.channel, 10).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [last, last - 1]);
    assert_eq!(runs[0].report.as_deref(), Some("{\"sent\":3}"));
    assert!(runs[0].finished_at.is_some() && runs[1].finished_at.is_none());
}

#[tokio::test]
async fn a_token_is_found_by_its_hash_until_it_is_removed() {
    let shop = Shop::open().await;
    let token = NewToken { name: "till".into(), hash: vec![1; 32], scopes: "stock".into() };
    let id = shop.store.add_token(&token).await.unwrap();
    let same_name = NewToken { hash: vec![2; 32], ..token.clone() };
    assert!(matches!(shop.store.add_token(&same_name).await, Err(StoreError::NameTaken { .. })));
    shop.store.touch_token(id).await.unwrap();
    let found = shop.store.token(&[1; 32]).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.scopes.as_str()), ("till", "stock"));
    assert!(found.last_used_at.is_some());
    assert_eq!(shop.store.tokens().await.unwrap(), [found]);
    assert!(shop.store.remove_token("till").await.unwrap());
    assert_eq!(shop.store.token(&[1; 32]).await.unwrap(), None);
}
