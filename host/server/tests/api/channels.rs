//! Channels and their listings.

use reqwest::{Method, StatusCode};
use serde_json::json;
use wharf_catalog::Patch;
use wharf_store::{ChannelState, Mode, ProductChange, channels::ChannelDraft};

use crate::running::Running;

/// A channel of a connector that is not loaded, and so is never served, with `count` listings that are due.
async fn running_with_listings(count: usize) -> Running {
    let running = Running::start().await;
    let store = &running.host.site.store;
    let draft = ChannelDraft {
        name: "shop".into(),
        connector: "absent".into(),
        state: ChannelState::Paused,
        configuration: "{\"connector\": \"absent\"}".into(),
    };
    let id = store.add_channel(&draft).await.unwrap();
    store.finish_marking(id).await.unwrap();
    let change = |number| ProductChange {
        sku: format!("p-{number}").parse().unwrap(),
        patch: Patch::default(),
        mode: Mode::Create,
        stock: Vec::new(),
    };
    store.change((0..count).map(change).collect()).await.unwrap();
    running
}

#[tokio::test]
async fn a_channel_that_could_not_work_is_refused_with_the_reason() {
    let running = Running::start().await;
    let scope = json!({"locale": "de-DE", "country": "DE", "currency": "EUR"});
    let body = json!({"name": "shop", "configuration": {"connector": "absent", "scope": scope}});
    let problem =
        running.call(Method::POST, "/v1/channels", body).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["errors"][0]["pointer"], "/configuration/connector");
    let body =
        json!({"name": "shop", "configuration": {"connector": "absent", "scope": {"locale": "de-DE"}}});
    let problem =
        running.call(Method::POST, "/v1/channels", body).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["errors"][0]["pointer"], "/configuration/scope");
    assert_eq!(running.get("/v1/channels").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_channel_is_shown_paused_resumed_and_removed() {
    let running = running_with_listings(0).await;
    let resumed = running.call(Method::POST, "/v1/channels/shop/resume", json!(null)).await.json();
    assert_eq!(resumed["state"], "enabled");
    assert_eq!(running.get("/v1/channels/shop").await.json()["configuration"]["connector"], "absent");
    running.call(Method::POST, "/v1/channels/shop/pause", json!(null)).await;
    assert_eq!(running.get("/v1/channels").await.json()["items"][0]["state"], "paused");
    let removed = running.call(Method::DELETE, "/v1/channels/shop", json!(null)).await;
    assert_eq!(removed.status, StatusCode::NO_CONTENT);
    running.get("/v1/channels/shop").await.problem(StatusCode::NOT_FOUND);
    running.call(Method::POST, "/v1/channels/shop/sync", json!(null)).await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn listings_come_in_pages_by_state_and_by_sku() {
    let running = running_with_listings(5).await;
    let first = running.get("/v1/channels/shop/listings?limit=3&state=due").await.json();
    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    let next = first["next_cursor"].as_str().unwrap();
    let second = running.get(&format!("/v1/channels/shop/listings?limit=3&cursor={next}")).await.json();
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    assert_eq!(second["next_cursor"], json!(null));
    assert_eq!(first["items"][0]["due"], "content");
    assert_eq!(first["items"][0]["delivered_revision"], json!(null));
    let one = running.get("/v1/channels/shop/listings?sku=p-4").await.json();
    assert_eq!(one["items"][0]["sku"], "p-4");
    assert_eq!(running.get("/v1/channels/shop/listings?state=rejected").await.json()["items"], json!([]));
    running.get("/v1/channels/shop/listings?state=sold").await.problem(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_status_counts_listings_by_state() {
    let running = running_with_listings(4).await;
    let status = running.get("/v1/channels/shop/status").await.json();
    assert_eq!((&status["due"], &status["listings"]), (&json!(4), &json!({"due": 4})));
    assert_eq!(status["last_run"], json!(null));
}
