//! Settling: what an outcome changes, what it must not, and how people see it.

use wharf_catalog::{Lane, Problem, declaration::Lanes, projection::Fingerprint};
use wharf_store::{Delivery, ListingFilter, ListingState, Settled, StoreSettings, Write};

use crate::shop::{LATER, Shop, accepted, fingerprint, outcome, rejected, sku, titled};

#[tokio::test]
async fn an_acknowledged_listing_is_done_and_remembers_what_was_delivered() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent")]).await;
    let due = shop.due(Lane::Content).await;
    shop.settle(vec![Settled { remote_id: Write::Set("r-1".into()), ..accepted(&due[0]) }]).await;
    assert!(shop.all_due().await.is_empty());
    shop.put(vec![titled("A", "Big tent")]).await;
    let again = shop.due(Lane::Content).await;
    assert_eq!(again[0].remote_id.as_deref(), Some("r-1"));
    assert!(again[0].delivered.is_some() && again[0].marked > due[0].marked);
    shop.settle(vec![rejected(&again[0], "bad-title", "title")]).await;
    let listing = shop.store.listings(&ListingFilter::default(), None, 10).await.unwrap().remove(0);
    assert_eq!((listing.delivered_revision, listing.revision), (1, 2));
    assert_eq!(listing.remote_id.as_deref(), Some("r-1"));
}

#[tokio::test]
async fn a_change_that_arrives_meanwhile_stays_due() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent")]).await;
    let taken = shop.due(Lane::Content).await;
    shop.stock("A", "berlin", 1).await.unwrap();
    let mut late = accepted(&taken[0]);
    late.next = Some((Lane::Content, LATER));
    shop.settle(vec![late]).await;
    let due = shop.due(Lane::Stock).await;
    assert_eq!((due[0].state, due[0].attempts), (ListingState::Accepted, 0));
    assert!(due[0].delivered.is_some(), "what was acknowledged is remembered all the same");
}

#[tokio::test]
async fn a_change_ends_the_backoff() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent")]).await;
    let due = shop.due(Lane::Content).await;
    let mut retry = outcome(&due[0], ListingState::Retry);
    retry.next = Some((Lane::Content, LATER));
    shop.settle(vec![retry]).await;
    assert!(shop.store.due_summary(shop.channel, 0).await.unwrap().due.is_empty());
    shop.put(vec![titled("A", "Big tent")]).await;
    assert_eq!(shop.store.due_summary(shop.channel, 0).await.unwrap().due[&Lane::Content], 1);
    assert_eq!(shop.due(Lane::Content).await[0].attempts, 0);
}

#[tokio::test]
async fn delivered_and_remote_id_can_be_cleared() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent")]).await;
    let due = shop.due(Lane::Content).await;
    shop.settle(vec![Settled { remote_id: Write::Set("r-1".into()), ..accepted(&due[0]) }]).await;
    shop.delete("A").await;
    let due = shop.due(Lane::Content).await;
    let removed = outcome(&due[0], ListingState::Removed);
    shop.settle(vec![Settled { delivered: Write::Clear, remote_id: Write::Clear, ..removed }]).await;
    shop.put(vec![titled("A", "Tent")]).await;
    let due = shop.due(Lane::Content).await;
    assert_eq!((due[0].delivered, due[0].remote_id.clone()), (None, None));
}

#[tokio::test]
async fn what_one_lane_delivers_leaves_the_others_as_they_are() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent")]).await;
    let due = shop.due(Lane::Content).await;
    shop.settle(vec![Settled {
        lanes: Lanes::ALL.without(Lane::Stock),
        ..outcome(&due[0], ListingState::Pending)
    }])
    .await;
    shop.put(vec![titled("A", "Soft tent")]).await;
    let due = shop.due(Lane::Content).await;
    assert_eq!((due[0].state, due[0].under_way.contains(Lane::Stock)), (ListingState::Pending, false));
    let stock = Settled { lanes: Lane::Stock.into(), ..accepted(&due[0]) };
    shop.settle(vec![stock.clone()]).await;
    let listing = &shop.all().await[0];
    assert_eq!((listing.state, listing.under_way), (ListingState::Pending, Lanes::ALL.without(Lane::Stock)));
    let content = Settled { lanes: Lanes::ALL.without(Lane::Stock), ..accepted(&due[0]) };
    shop.settle(vec![content]).await;
    let listing = &shop.all().await[0];
    assert_eq!((listing.state, listing.delivered), (ListingState::Accepted, Some(fingerprint(&due[0]))));
    let doubt = Write::Set(Delivery { fingerprint: Fingerprint::UNKNOWN, revision: 0 });
    shop.settle(vec![Settled { delivered: doubt, ..stock }]).await;
    let known = shop.all().await[0].delivered.unwrap();
    let agreeing = Lane::ALL.map(|lane| known.agrees(&fingerprint(&due[0]), lane));
    assert_eq!(agreeing, [false, true, true]);
}

#[tokio::test]
async fn listings_are_found_by_state_and_sku_page_by_page() {
    let shop = Shop::open().await;
    shop.put(["A", "B", "C", "D"].map(|name| titled(name, "Tent")).into()).await;
    let due = shop.due(Lane::Content).await;
    let settled = vec![accepted(&due[0]), rejected(&due[1], "x", "title"), rejected(&due[2], "x", "title")];
    shop.settle(settled).await;
    let of = |state| ListingFilter { channel_id: Some(shop.channel), state: Some(state), sku: None };
    let rejected = shop.store.listings(&of(ListingState::Rejected), None, 1).await.unwrap();
    assert_eq!((rejected[0].sku.as_str(), rejected[0].problems[0].code.as_str()), ("B", "x"));
    let cursor = Some(rejected[0].cursor());
    let next = shop.store.listings(&of(ListingState::Rejected), cursor, 10).await.unwrap();
    assert_eq!(next.iter().map(|listing| listing.sku.as_str()).collect::<Vec<_>>(), ["C"]);
    let by_sku = ListingFilter { sku: Some(sku("D")), ..ListingFilter::default() };
    let found = shop.store.listings(&by_sku, None, 10).await.unwrap();
    assert_eq!((found.len(), found[0].lane, found[0].settled_at), (1, Some(Lane::Content), None));
    let counts = shop.store.counts(shop.channel).await.unwrap();
    let by_state = [(ListingState::Due, 1), (ListingState::Accepted, 1), (ListingState::Rejected, 2)];
    assert_eq!((counts.by_state, counts.due), (by_state.into(), 1));
}

#[tokio::test]
async fn problems_are_counted_by_kind_up_to_a_limit() {
    let shop = Shop::with(StoreSettings { problem_kinds: 2, ..StoreSettings::default() }).await;
    shop.put(["A", "B", "C"].map(|name| titled(name, "Tent")).into()).await;
    let due = shop.due(Lane::Content).await;
    let mut twice = rejected(&due[0], "too-long", "title");
    twice.problems.get_or_insert_default().extend([
        Problem::error("too-long", Some("title"), "again"),
        Problem::warning("cut", None, "cut"),
        Problem::warning("beyond the limit", None, "left out"),
    ]);
    shop.settle(vec![twice, rejected(&due[1], "too-long", "title")]).await;
    let counts = shop.store.problem_counts(shop.channel).await.unwrap();
    let seen: Vec<_> = counts.iter().map(|count| (count.problem.code.as_str(), count.listings)).collect();
    assert_eq!(seen, [("too-long", 2), ("cut", 1)]);
    assert_eq!(counts[0].problem.message, "A is wrong");
}

#[tokio::test]
async fn a_listing_that_was_given_up_can_be_made_due_by_hand() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent")]).await;
    let due = shop.due(Lane::Content).await;
    shop.settle(vec![outcome(&due[0], ListingState::Dead)]).await;
    assert!(shop.all_due().await.is_empty());
    assert!(shop.store.mark(shop.channel, "A", Lane::Content).await.unwrap());
    assert!(!shop.store.mark(shop.channel, "B", Lane::Content).await.unwrap());
    assert_eq!(shop.due_skus(Lane::Content).await, ["A"]);
}

#[tokio::test]
async fn a_run_that_never_finished_puts_what_was_due_in_doubt_and_nothing_else() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Tent"), titled("B", "Mat")]).await;
    shop.acknowledge_all().await;
    shop.put(vec![titled("B", "Soft mat"), titled("C", "Stove")]).await;
    let finished = shop.store.start_run(shop.channel).await.unwrap();
    shop.store.finish_run(finished, "{}").await.unwrap();
    shop.store.start_run(shop.channel).await.unwrap();
    let known = |due: &[wharf_store::Candidate]| {
        due.iter().map(|one| (one.sku.to_string(), one.delivered.is_some(), one.state)).collect::<Vec<_>>()
    };
    let before = [("B".to_owned(), true, ListingState::Accepted), ("C".to_owned(), false, ListingState::Due)];
    assert_eq!(known(&shop.all_due().await), before, "the run before had finished");
    let shop = shop.reopen().await;
    shop.store.start_run(shop.channel).await.unwrap();
    let after =
        [("B".to_owned(), false, ListingState::Accepted), ("C".to_owned(), false, ListingState::Retry)];
    assert_eq!(known(&shop.all_due().await), after, "the run before was cut short");
    let untouched = ListingFilter { sku: Some(sku("A")), ..ListingFilter::default() };
    let listings = shop.store.listings(&untouched, None, 1).await.unwrap();
    assert_eq!(listings[0].delivered_revision, 1, "what was not due is still known");
}
