//! Stored secrets: values go in, and no answer brings one out.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wharf_store::{ChannelState, channels::ChannelDraft};

use crate::running::{Answer, Running, send, with_json};

const VALUE: &str = "shpat_d41d8cd98f00b204e9800998";

async fn set(running: &Running, name: &str, body: Value) -> Answer {
    running.call(Method::PUT, &format!("/v1/secrets/{name}"), body).await
}

/// A channel that names this secret; it is never served.
async fn add_channel(running: &Running, name: &str, secret: &str) {
    let configuration = json!({
        "connector": "absent",
        "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
        "credentials": {"secret": secret},
    });
    let draft = ChannelDraft {
        name: name.into(),
        connector: "absent".into(),
        state: ChannelState::Paused,
        configuration: configuration.to_string(),
    };
    running.host.site.store.add_channel(&draft).await.unwrap();
}

#[tokio::test]
async fn a_value_goes_in_and_no_answer_brings_it_out() {
    let running = Running::start().await;
    add_channel(&running, "shop", "shop-token").await;
    let put = set(&running, "shop-token", json!({"value": VALUE})).await;
    assert_eq!(put.status, StatusCode::OK);
    assert_eq!(put.json()["channels"], json!(["shop"]));
    let opened = running.host.site.secrets.open(&["shop-token"]).await.unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(opened.get("shop-token").unwrap()), VALUE);

    let listed = running.get("/v1/secrets").await;
    assert_eq!(listed.json()["items"][0]["name"], "shop-token");
    let channel = running.get("/v1/channels/shop").await;
    assert_eq!(channel.json()["configuration"]["credentials"], json!({"secret": "shop-token"}));
    running.get("/v1/secrets/shop-token").await.problem(StatusCode::METHOD_NOT_ALLOWED);
    for answer in [put, listed, channel] {
        assert!(!String::from_utf8_lossy(&answer.body).contains(VALUE), "{answer:?}");
        assert!(!format!("{:?}", answer.headers).contains(VALUE));
    }
    assert!(!format!("{:?} {:?}", running.host, opened).contains(VALUE));
}

#[tokio::test]
async fn a_request_that_is_refused_is_not_repeated_in_the_answer() {
    let running = Running::start().await;
    for (name, body) in [
        ("shop", json!(VALUE)),
        ("shop", json!({"value": [VALUE]})),
        ("shop", json!({VALUE: "x"})),
        ("shop", json!({"value": VALUE, "other": VALUE})),
        ("shop", json!({"value": VALUE.repeat(4_000)})),
        ("shop", json!({"value": ""})),
        ("a%20b", json!({"value": VALUE})),
    ] {
        let answer = set(&running, name, body).await;
        let problem = answer.problem(StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!problem.to_string().contains(VALUE), "{problem}");
    }
    assert_eq!(running.get("/v1/secrets").await.json()["items"], json!([]));
}

#[tokio::test]
async fn a_secret_that_a_channel_uses_is_not_removed() {
    let running = Running::start().await;
    add_channel(&running, "shop", "shop-token").await;
    for name in ["shop-token", "unused"] {
        set(&running, name, json!({"value": VALUE})).await;
    }
    let remove =
        async |name: &str| running.call(Method::DELETE, &format!("/v1/secrets/{name}"), Value::Null).await;
    let problem = remove("shop-token").await.problem(StatusCode::CONFLICT);
    assert_eq!(problem["type"], "/problems/in-use");
    assert!(problem["detail"].as_str().unwrap().contains("used by shop"), "{problem}");
    assert_eq!(remove("unused").await.status, StatusCode::NO_CONTENT);
    remove("unused").await.problem(StatusCode::NOT_FOUND);
    let items = running.get("/v1/secrets").await.json()["items"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
}

#[tokio::test]
async fn a_token_that_may_read_may_not_set_a_secret() {
    let running = Running::start().await;
    let token = running.token("reader", wharf_server::token::Access::Read).await;
    let put = running.request(Method::PUT, "/v1/secrets/shop").bearer_auth(&token);
    send(with_json(put, &json!({"value": VALUE}))).await.problem(StatusCode::FORBIDDEN);
    assert!(running.host.site.secrets.list().await.unwrap().is_empty());
}
