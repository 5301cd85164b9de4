//! Who is let in, and what those hear who are not.

use reqwest::{Method, StatusCode};
use serde_json::json;
use wharf_server::{
    Host,
    api::Authentication,
    serve::{ServeOptions, Server, first_token},
    token::Access,
};

use crate::running::{Running, send, with_json};

#[tokio::test]
async fn without_a_token_there_is_nothing_to_see_under_v1() {
    let running = Running::start().await;
    for path in ["/v1/products", "/v1/channels", "/v1/connectors", "/v1/stock/a"] {
        let answer = send(running.request(Method::GET, path)).await;
        answer.problem(StatusCode::UNAUTHORIZED);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let answer = send(running.request(Method::GET, "/v1/products").bearer_auth("wharf_guessed")).await;
    answer.problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_token_that_may_read_may_not_write() {
    let running = Running::start().await;
    let token = running.token("reader", Access::Read).await;
    let read = send(running.request(Method::GET, "/v1/products").bearer_auth(&token)).await;
    assert_eq!(read.status, StatusCode::OK);
    let patch = with_json(running.request(Method::PATCH, "/v1/products/a").bearer_auth(&token), &json!({}));
    assert!(
        send(patch).await.problem(StatusCode::FORBIDDEN)["detail"].as_str().unwrap().contains("`reader`")
    );
    assert!(running.host.site.store.product("a").await.unwrap().is_none());
}

#[tokio::test]
async fn a_token_that_was_taken_back_is_refused_at_once() {
    let running = Running::start().await;
    assert_eq!(running.get("/v1/products").await.status, StatusCode::OK);
    assert!(running.host.site.store.remove_token("test").await.unwrap());
    running.get("/v1/products").await.problem(StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_first_start_makes_one_token_and_the_next_none() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::open(folder.path()).await.unwrap();
    let secret = first_token(&host.site.store).await.unwrap().unwrap();
    assert!(host.site.store.token(&secret.hash()).await.unwrap().is_some());
    assert!(first_token(&host.site.store).await.unwrap().is_none());
    let database = std::fs::read(host.site.directory.database()).unwrap();
    let log = std::fs::read(folder.path().join("wharf.db-wal")).unwrap_or_default();
    let revealed = secret.reveal().as_bytes();
    assert!([database, log].iter().all(|file| !file.windows(revealed.len()).any(|bytes| bytes == revealed)));
}

#[tokio::test]
async fn a_server_without_tokens_listens_on_this_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let host = Host::open(folder.path()).await.unwrap();
    let options = ServeOptions { listen: "0.0.0.0:0".parse().unwrap(), authentication: Authentication::Off };
    let error = Server::bind(host, options).await.unwrap_err();
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
}

#[tokio::test]
async fn a_data_directory_is_served_once() {
    let running = Running::start().await;
    let host = Host::open(running.folder.path()).await.unwrap();
    let options =
        ServeOptions { listen: "127.0.0.1:0".parse().unwrap(), authentication: Authentication::Required };
    let error = Server::bind(host, options).await.unwrap_err();
    assert!(error.to_string().contains("another wharf process"), "{error}");
}
