//! Uploads of several steps: a restart goes on at the step that was reached.

use wharf_catalog::{Lane, declaration::Lanes};
use wharf_store::{Cover, ListingState, NewDocument, NewExchange, Settlement};

use crate::shop::{Shop, accepted, fingerprint, outcome, titled};

#[tokio::test]
async fn an_exchange_outlives_the_process_and_ends_with_its_outcomes() {
    let shop = Shop::open().await;
    shop.put((0..20).map(|number| titled(&format!("S-{number:02}"), "Tent")).collect()).await;
    let due = shop.due(Lane::Content).await;
    let covers = due.iter().map(|candidate| Cover {
        product_id: candidate.product_id,
        marked: candidate.marked,
        revision: candidate.revision,
        lanes: Lanes::ALL,
        fingerprint: Some(fingerprint(candidate)),
    });
    let poll = NewExchange {
        due_at: 500,
        request: "{\"poll\":1}".into(),
        memo: vec![9],
        document: NewDocument::New(vec![7; 9_000]),
        covers: covers.collect(),
    };
    let listings = due.iter().map(|candidate| outcome(candidate, ListingState::Pending)).collect();
    let settlement = Settlement { listings, finished: Vec::new(), opened: vec![poll.clone()] };
    let opened = shop.store.settle(shop.channel, settlement).await.unwrap();
    assert_eq!(shop.store.due_summary(shop.channel, 0).await.unwrap().next_exchange_at, Some(500));

    let shop = shop.reopen().await;
    assert!(shop.store.due_exchanges(shop.channel, 499, 10).await.unwrap().is_empty());
    assert!(shop.store.postpone_exchange(opened[0], 700).await.unwrap());
    let exchange = shop.store.due_exchanges(shop.channel, 700, 10).await.unwrap().remove(0);
    assert_eq!((exchange.id, exchange.attempts, exchange.memo), (opened[0], 1, vec![9]));
    assert_eq!(exchange.covers, poll.covers);
    let document = exchange.document.unwrap();
    assert_eq!(shop.store.document(document).await.unwrap(), Some(vec![7; 9_000]));

    let next = NewExchange { document: NewDocument::Same(document), ..poll };
    let settlement = Settlement { listings: Vec::new(), finished: vec![exchange.id], opened: vec![next] };
    let opened = shop.store.settle(shop.channel, settlement).await.unwrap();
    assert!(shop.store.document(document).await.unwrap().is_some(), "the chain still needs it");

    let listings = due.iter().map(accepted).collect();
    let settlement = Settlement { listings, finished: opened, opened: Vec::new() };
    shop.store.settle(shop.channel, settlement).await.unwrap();
    assert!(shop.store.due_exchanges(shop.channel, i64::MAX, 10).await.unwrap().is_empty());
    assert!(shop.store.document(document).await.unwrap().is_none(), "and nobody any more");
    assert_eq!(
        shop.store.counts(shop.channel).await.unwrap().by_state,
        [(ListingState::Accepted, 20)].into()
    );
}
