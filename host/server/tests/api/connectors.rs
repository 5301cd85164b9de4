//! Releases over the API, and what another process has decided about them.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use wharf_store::{Release, ReleaseState, Store};

use crate::running::Running;

/// Adds two releases of the connector `shop`, of which the newer one serves. There are no bytes behind them.
pub(crate) async fn add_releases(store: &Store) {
    let release = |version: &str, state| Release {
        digest: format!("{:0<64}", version.replace('.', "")),
        name: "shop".into(),
        version: version.into(),
        summary: "Brings items to the shop".into(),
        state,
        reason: None,
        asks: r#"[{"kind": "ability", "name": "publisher"}]"#.into(),
        approved: None,
        file: "shop.wasm".into(),
        stamp: String::new(),
        signature: None,
        admitted_at: 1,
        changed_at: 1,
        served_at: Some(1),
    };
    let added = store.change_releases("shop", |known| {
        known.extend([release("1.0.0", ReleaseState::Previous), release("1.1.0", ReleaseState::Serving)]);
        Ok::<_, ()>(())
    });
    added.await.unwrap().unwrap();
}

/// The states of the releases in the order of admission.
async fn states(running: &Running) -> Vec<String> {
    let connectors = running.get("/v1/connectors").await.json();
    let items = connectors["items"].as_array().unwrap().iter();
    items.map(|item| item["state"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_operator_rolls_back_and_approves() {
    let running = Running::start().await;
    add_releases(&running.host.site.store).await;
    let call = async |action: &str| {
        running.call(Method::POST, &format!("/v1/connectors/{action}"), json!(null)).await
    };
    let back = call("shop/rollback").await.json();
    assert_eq!((&back["version"], &back["state"]), (&json!("1.0.0"), &json!("serving")));
    assert_eq!(states(&running).await, ["serving", "held"]);
    let detail = call("shop/rollback").await.problem(StatusCode::UNPROCESSABLE_ENTITY)["detail"].to_string();
    assert!(detail.contains("no earlier release"), "{detail}");
    let approved = call("shop/approve?release=1.1.0").await.json();
    assert_eq!((&approved["version"], &approved["state"]), (&json!("1.1.0"), &json!("serving")));
    call("shop/resume").await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    call("none/approve").await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_running_server_takes_over_what_another_process_decides() {
    let running = Running::start().await;
    add_releases(&running.host.site.store).await;
    wharf_sync::roll_back(&running.host.site.store, "shop", None).await.unwrap();
    running.host.site.directory.wake().unwrap();
    for _ in 0..100 {
        if states(&running).await == ["serving", "held"] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the rollback was not taken over within 5 seconds");
}
