//! What a change makes due, in which lane, and what a page of candidates brings along.

use wharf_catalog::{Lane, Patch};
use wharf_store::{DueSummary, ListingState, ProductChange, Selection};

use crate::shop::{LATER, Shop, change, child, draft, model, outcome, priced, titled};

#[tokio::test]
async fn a_change_is_due_in_the_lane_it_touches() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent"), titled("B", "Stove"), titled("C", "Lamp")]).await;
    assert_eq!(shop.due_skus(Lane::Content).await, ["A", "B", "C"]);
    shop.acknowledge_all().await;
    shop.put(vec![priced("A", "1"), titled("B", "Cooker")]).await;
    shop.stock("C", "berlin", 1).await.unwrap();
    assert_eq!(shop.due_skus(Lane::Price).await, ["A"]);
    assert_eq!(shop.due_skus(Lane::Content).await, ["B"]);
    assert_eq!(shop.due_skus(Lane::Stock).await, ["C"]);
}

#[tokio::test]
async fn the_most_urgent_lane_wins_whichever_came_first() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent"), titled("B", "Stove")]).await;
    shop.acknowledge_all().await;
    shop.stock("A", "berlin", 1).await.unwrap();
    shop.put(vec![titled("A", "Big tent"), titled("B", "Big stove")]).await;
    shop.stock("B", "berlin", 1).await.unwrap();
    assert_eq!(shop.due_skus(Lane::Stock).await, ["A", "B"]);
    assert!(shop.due_skus(Lane::Content).await.is_empty());
}

#[tokio::test]
async fn a_new_product_is_due_whole_even_when_it_comes_with_stock() {
    let shop = Shop::open().await;
    shop.put(vec![ProductChange { stock: vec![("berlin".into(), 7)], ..titled("A", "Tent") }]).await;
    let due = shop.due(Lane::Content).await;
    assert_eq!(due[0].stock, [("berlin".to_owned(), 7)]);
    assert_eq!((due[0].state, due[0].delivered), (ListingState::Due, None));
    assert_eq!(due[0].product().unwrap().unwrap().attributes.len(), 1);
}

#[tokio::test]
async fn a_model_is_never_listed_but_its_change_reaches_every_descendant() {
    let shop = Shop::open().await;
    shop.put(vec![model("root", None), model("middle", Some("root")), child("leaf", "middle")]).await;
    shop.put(vec![titled("other", "Lamp")]).await;
    assert_eq!(shop.due_skus(Lane::Content).await, ["leaf", "other"]);
    shop.acknowledge_all().await;
    shop.put(vec![titled("root", "Shared")]).await;
    let due = shop.due(Lane::Content).await;
    assert_eq!(due.len(), 1);
    let chain: Vec<_> = due[0].ancestors.iter().map(|model| model.sku.as_str()).collect();
    assert_eq!(chain, ["middle", "root"]);
    assert!(due[0].ancestors[1].attributes.contains_key("title"));
    shop.acknowledge_all().await;
    shop.put(vec![priced("middle", "5")]).await;
    assert_eq!(shop.due_skus(Lane::Price).await, ["leaf"]);
}

#[tokio::test]
async fn a_parent_may_arrive_later_and_leave_again() {
    let shop = Shop::open().await;
    shop.put(vec![child("leaf", "late")]).await;
    assert!(shop.due(Lane::Content).await[0].ancestors.is_empty());
    shop.acknowledge_all().await;
    shop.put(vec![model("late", None)]).await;
    assert_eq!(shop.due(Lane::Content).await[0].ancestors.len(), 1);
    shop.acknowledge_all().await;
    shop.delete("late").await;
    let due = shop.due(Lane::Content).await;
    assert_eq!((due[0].sku.as_str(), due[0].ancestors.len()), ("leaf", 0));
}

#[tokio::test]
async fn a_deleted_product_leaves_the_channel() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent")]).await;
    shop.acknowledge_all().await;
    shop.delete("A").await;
    let due = shop.due(Lane::Content).await;
    assert_eq!(due[0].document, None);
    assert!(due[0].delivered.is_some());
    shop.settle(vec![outcome(&due[0], ListingState::Removed)]).await;
    assert!(shop.store.page(shop.channel, Selection::All, 0, 10).await.unwrap().is_empty());
    shop.put(vec![titled("A", "Tent again")]).await;
    assert!(shop.due(Lane::Content).await[0].document.is_some());
}

#[tokio::test]
async fn a_product_that_becomes_a_model_leaves_the_channel() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent"), child("A-1", "A")]).await;
    shop.acknowledge_all().await;
    shop.put(vec![model("A", None)]).await;
    let due = shop.due(Lane::Content).await;
    assert_eq!(due.iter().map(|candidate| candidate.document.is_some()).collect::<Vec<_>>(), [false, true]);
    shop.acknowledge_all().await;
    shop.put(vec![change("A", Patch { model: Some(false), ..Patch::default() })]).await;
    assert_eq!(shop.due_skus(Lane::Content).await, ["A", "A-1"]);
}

#[tokio::test]
async fn a_change_is_due_on_every_channel() {
    let shop = Shop::open().await;
    let second = shop.store.add_channel(&draft("second")).await.unwrap();
    shop.put(vec![titled("A", "Tent")]).await;
    shop.acknowledge_all().await;
    let selection = Selection::Due { lane: Lane::Content, now: LATER };
    assert_eq!(shop.store.page(second, selection, 0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn pages_follow_each_other_by_product_id() {
    let shop = Shop::open().await;
    shop.put((0..25).map(|number| titled(&format!("S-{:02}", 24 - number), "Tent")).collect()).await;
    let (mut after, mut seen) = (0, Vec::new());
    loop {
        let page = shop.store.page(shop.channel, Selection::All, after, 10).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.product_id;
        seen.extend(page.iter().map(|candidate| candidate.product_id));
    }
    assert_eq!(seen, (1..=25).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_summary_tells_what_is_due_and_when_there_is_more() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent"), titled("B", "Stove"), titled("C", "Lamp")]).await;
    let due = shop.due(Lane::Content).await;
    let mut later = outcome(&due[0], ListingState::Retry);
    later.next = Some((Lane::Content, 5_000));
    let mut latest = outcome(&due[1], ListingState::Retry);
    latest.next = Some((Lane::Price, 9_000));
    shop.settle(vec![later, latest]).await;
    let summary = shop.store.due_summary(shop.channel, 1_000).await.unwrap();
    let expected =
        DueSummary { due: [(Lane::Content, 1)].into(), next_listing_at: Some(5_000), next_exchange_at: None };
    assert_eq!(summary, expected);
    let selection = |now| Selection::Due { lane: Lane::Content, now };
    assert_eq!(shop.store.page(shop.channel, selection(4_999), 0, 10).await.unwrap().len(), 1);
    assert_eq!(shop.store.page(shop.channel, selection(5_000), 0, 10).await.unwrap().len(), 2);
}
