//! Releases of connectors: changed together or not at all.

use wharf_store::{Release, ReleaseState, Store, StoreSettings};

async fn store(folder: &tempfile::TempDir) -> Store {
    Store::open(&folder.path().join("wharf.db"), &StoreSettings::default()).await.unwrap()
}

fn release(version: &str, state: ReleaseState) -> Release {
    Release {
        digest: format!("digest-of-{version}"),
        name: "shop".into(),
        version: version.into(),
        summary: "Brings items to the shop".into(),
        state,
        reason: None,
        asks: "[]".into(),
        approved: None,
        file: "shop.wasm".into(),
        stamp: "1:1".into(),
        signature: None,
        admitted_at: 1,
        changed_at: 0,
        served_at: None,
    }
}

async fn add(store: &Store, new: Release) {
    let added = store.change_releases("shop", |known| {
        known.push(new);
        Ok::<_, ()>(())
    });
    added.await.unwrap().unwrap();
}

#[tokio::test]
async fn the_one_that_serves_is_replaced_in_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    add(&store, release("1.0.0", ReleaseState::Serving)).await;
    let swapped = store.change_releases("shop", |known| {
        // The successor comes first, and is still written after its predecessor has made room.
        known.insert(0, release("1.1.0", ReleaseState::Serving));
        known[1].state = ReleaseState::Previous;
        Ok::<_, ()>(())
    });
    swapped.await.unwrap().unwrap();
    let states: Vec<_> = store.releases().await.unwrap();
    let states: Vec<_> = states.iter().map(|one| (one.version.as_str(), one.state)).collect();
    assert_eq!(states, [("1.0.0", ReleaseState::Previous), ("1.1.0", ReleaseState::Serving)]);
}

#[tokio::test]
async fn two_of_one_name_never_serve() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    add(&store, release("1.0.0", ReleaseState::Serving)).await;
    let both = store.change_releases("shop", |known| {
        known.push(release("1.1.0", ReleaseState::Serving));
        Ok::<_, ()>(())
    });
    assert!(both.await.is_err());
    assert_eq!(store.releases().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_decision_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    add(&store, release("1.0.0", ReleaseState::Serving)).await;
    let refused = store.change_releases("shop", |known| {
        known.clear();
        Err::<(), _>("no")
    });
    assert_eq!(refused.await.unwrap(), Err("no"));
    let kept = store.releases().await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].served_at.is_some() && kept[0].changed_at > 0, "when it began to serve is noted");
}
