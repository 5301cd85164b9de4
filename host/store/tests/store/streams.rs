//! How far a source was read goes in with what it brought, or not at all.

use wharf_catalog::{
    Problem,
    inbound::{ListingKey, ListingReport, RemoteState},
};
use wharf_store::{
    Arrival, Bookmark, Finding, ListingFilter, ListingState, NextPage, Pass, Sender, StoreSettings, Stream,
    Taken,
};

use crate::{
    orders::{line, order, sender},
    shop::{Shop, draft, titled},
};

fn reading(cursor: &[u8]) -> Stream {
    let next = NextPage { request: "{}".into(), memo: vec![0, 255], digest: "abc".into() };
    Stream {
        cursor: Some(cursor.to_vec()),
        pass: Some(Pass { since: Some(5), until: 9, pages: 2, next: Some(next) }),
        due_at: 77,
        attempts: 3,
        problem: Some(Problem::error("outage", None, "Later.")),
        began_at: Some(10),
        ..Stream::new("orders")
    }
}

#[tokio::test]
async fn the_position_comes_back_as_it_was_stored_with_the_page() {
    let shop = Shop::open().await;
    let stream = reading(b"next");
    let arrival = Arrival { orders: vec![order("1", 10, vec![line("a", "A", 1)])], ..Arrival::default() };
    shop.store.take_in(&sender(shop.channel), arrival, Bookmark::Stream(&stream)).await.unwrap();
    let shop = shop.reopen().await;
    assert_eq!(shop.store.stream(shop.channel, "orders").await.unwrap(), stream);
    assert_eq!(shop.store.stream(shop.channel, "stock").await.unwrap(), Stream::new("stock"));
    let done = Stream { pass: None, attempts: 0, problem: None, ..stream };
    shop.store.note_stream(shop.channel, &done).await.unwrap();
    assert_eq!(shop.store.streams(shop.channel).await.unwrap(), [done]);
}

#[tokio::test]
async fn a_page_that_cannot_be_stored_leaves_the_position_as_it_was() {
    let shop = Shop::open().await;
    let nobody = sender(99);
    let arrival = Arrival { orders: vec![order("1", 10, Vec::new())], ..Arrival::default() };
    let refused = shop.store.take_in(&nobody, arrival, Bookmark::Stream(&reading(b"next"))).await;
    assert!(refused.is_err(), "there is no such channel");
    assert!(shop.store.orders(&Default::default(), None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn who_asks_for_a_stream_is_heard_unless_it_rests_after_a_failure() {
    let shop = Shop::open().await;
    let names = ["orders".to_owned()];
    let wanted = Bookmark::Delivery { id: None, streams: &names };
    shop.store.take_in(&sender(shop.channel), Arrival::default(), wanted).await.unwrap();
    let asked = shop.store.stream(shop.channel, "orders").await.unwrap();
    let far = i64::MAX;
    assert!(asked.wanted_at.is_some());
    let at = |stream: Stream| Stream { due_at: far, ..stream }.next_at();
    assert!(at(asked.clone()) < far);
    assert_eq!(at(Stream { began_at: asked.wanted_at, ..asked.clone() }), far, "it was heard");
    assert_eq!(at(Stream { attempts: 1, ..asked.clone() }), far, "it rests");
    let resting = Stream { due_at: far, attempts: 4, ..asked };
    shop.store.note_stream(shop.channel, &resting).await.unwrap();
    shop.store.hasten_streams(shop.channel, &names).await.unwrap();
    assert!(shop.store.stream(shop.channel, "orders").await.unwrap().next_at() < far, "a person asks");
}

#[tokio::test]
async fn a_delivery_that_comes_twice_counts_once() {
    let shop = Shop::open().await;
    let deliver = async |id| {
        let orders = vec![order("1", 10, Vec::new()), order("2", 10, Vec::new())];
        let arrival = Arrival { orders, ..Arrival::default() };
        let bookmark = Bookmark::Delivery { id: Some(id), streams: &[] };
        shop.store.take_in(&sender(shop.channel), arrival, bookmark).await.unwrap().0
    };
    assert_eq!(deliver("d-1").await.orders_new, 2);
    assert_eq!(deliver("d-1").await, Taken { repeated: 1, ..Taken::default() });
    assert_eq!(deliver("d-2").await.orders_unchanged, 2);
}

#[tokio::test]
async fn findings_are_kept_once_each_and_within_bounds() {
    let shop = Shop::with(StoreSettings { kept_findings: 3, ..StoreSettings::default() }).await;
    let find = async |subjects: &[&str]| {
        let finding = |subject: &&str| Finding {
            subject: (*subject).to_owned(),
            problem: Problem::error("unreadable", None, "It is no number."),
        };
        let findings = subjects.iter().map(finding).collect();
        let arrival = Arrival { findings, ..Arrival::default() };
        shop.store.take_in(&sender(shop.channel), arrival, Bookmark::None).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    };
    find(&["row 1", "row 1"]).await;
    find(&["row 1"]).await;
    for row in ["row 2", "row 3", "row 4", "row 5"] {
        find(&[row]).await;
    }
    let found = shop.store.findings(shop.channel, 10).await.unwrap();
    let subjects: Vec<&str> = found.iter().map(|finding| finding.subject.as_str()).collect();
    assert_eq!(subjects[..3], ["row 5", "row 4", "row 3"]);
    assert!(!subjects.contains(&"row 1"));
    find(&["row 5"]).await;
    assert_eq!(shop.store.findings(shop.channel, 1).await.unwrap()[0].times, 2);
    shop.store.clear_findings(shop.channel, "stream orders", i64::MAX).await.unwrap();
    assert!(shop.store.findings(shop.channel, 10).await.unwrap().is_empty());
}

fn report(state: RemoteState, problems: Vec<Problem>, observed_at: i64) -> ListingReport {
    ListingReport {
        key: ListingKey { sku: Some("A".into()), remote_id: None },
        state,
        url: None,
        price: None,
        quantity: None,
        problems,
        observed_at: Some(observed_at),
    }
}

impl Shop {
    async fn told(&self, report: ListingReport) -> (ListingState, Vec<String>) {
        let arrival = Arrival { listings: vec![report], ..Arrival::default() };
        self.store.take_in(&sender(self.channel), arrival, Bookmark::None).await.unwrap();
        let filter = ListingFilter { channel_id: Some(self.channel), ..ListingFilter::default() };
        let listing = self.store.listings(&filter, None, 1).await.unwrap().remove(0);
        (listing.state, listing.problems.into_iter().map(|problem| problem.code).collect())
    }
}

#[tokio::test]
async fn a_listing_that_the_channel_hides_is_rejected_for_as_long_as_it_is_hidden() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Lamp")]).await;
    shop.acknowledge_all().await;
    let policy = Problem::error("policy", None, "Not allowed here.");
    let suppressed = |at| report(RemoteState::Suppressed, vec![policy.clone()], at);
    assert_eq!(
        shop.told(suppressed(1)).await,
        (ListingState::Accepted, Vec::new()),
        "older than the outcome"
    );
    let later = i64::MAX - 10;
    assert_eq!(shop.told(suppressed(later)).await, (ListingState::Rejected, vec!["policy".into()]));
    let live = report(RemoteState::Live, Vec::new(), later + 1);
    assert_eq!(shop.told(live).await, (ListingState::Accepted, Vec::new()));
    let ended = report(RemoteState::Ended, Vec::new(), later + 2);
    assert_eq!(shop.told(ended).await, (ListingState::Rejected, vec!["ended".into()]));
}

#[tokio::test]
async fn what_the_channel_has_lost_is_due_again() {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Lamp")]).await;
    shop.acknowledge_all().await;
    let other = shop.store.add_channel(&draft("other")).await.unwrap();
    let lose = async |channel| {
        let gone = vec![ListingKey { sku: Some("A".into()), remote_id: None }];
        let arrival = Arrival { gone, seen_at: i64::MAX, ..Arrival::default() };
        let sender = Sender { channel: "any".into(), ..sender(channel) };
        shop.store.take_in(&sender, arrival, Bookmark::None).await.unwrap().0.listings_lost
    };
    assert_eq!(lose(other).await, 0, "it was never there");
    assert_eq!(lose(shop.channel).await, 1);
    let due = shop.all_due().await;
    assert_eq!((due.len(), due[0].delivered.is_none()), (1, true));
}
