//! What the server shows beside the API: health, metrics, feed files, errors of one shape.

use std::time::Duration;

use reqwest::{Method, StatusCode};

use crate::running::{Running, send};

#[tokio::test]
async fn health_readiness_and_metrics_need_no_token() {
    let running = Running::start().await;
    for path in ["/health", "/ready", "/metrics", "/openapi.json"] {
        assert_eq!(send(running.request(Method::GET, path)).await.status, StatusCode::OK, "{path}");
    }
    let metrics = String::from_utf8(send(running.request(Method::GET, "/metrics")).await.body).unwrap();
    assert!(metrics.contains("wharf_http_requests_total{status=\"200\",route=\"/health\"}"), "{metrics}");
    assert!(metrics.contains("wharf_http_request_seconds_bucket"), "{metrics}");
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_allowed_have_the_same_shape() {
    let running = Running::start().await;
    running.get("/v2/products").await.problem(StatusCode::NOT_FOUND);
    let answer = send(running.request(Method::PUT, "/v1/products").bearer_auth(&running.token)).await;
    let problem = answer.problem(StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.header("allow").contains("POST"));
    let explained = running.get(problem["type"].as_str().unwrap()).await.json();
    assert_eq!(explained["title"], problem["title"]);
}

#[tokio::test]
async fn feed_files_are_public_and_fetched_again_only_when_they_change() {
    let running = Running::start().await;
    let folder = running.folder.path().join("feeds").join("shop");
    std::fs::create_dir_all(&folder).unwrap();
    let content = "id\ttitle\n".repeat(20_000);
    std::fs::write(folder.join("products.tsv"), &content).unwrap();
    let fetch = || running.request(Method::GET, "/feeds/shop/products.tsv");
    let fetched = send(fetch()).await;
    assert_eq!(fetched.header("content-type"), "text/tab-separated-values; charset=utf-8");
    assert!(fetched.body == content.as_bytes());
    let again = send(fetch().header("if-none-match", fetched.header("etag"))).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    std::fs::write(folder.join("products.tsv"), "id\n").unwrap();
    assert_eq!(send(fetch().header("if-none-match", fetched.header("etag"))).await.body, b"id\n");
}

#[tokio::test]
async fn nothing_outside_the_feeds_can_be_fetched() {
    let running = Running::start().await;
    let feeds = running.folder.path().join("feeds");
    std::fs::create_dir_all(feeds.join("shop")).unwrap();
    std::fs::write(feeds.join("shop").join(".unfinished.csv"), "half").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(running.folder.path().join("wharf.toml"), feeds.join("shop").join("link.csv"))
        .unwrap();
    for path in [
        "/feeds/shop/.unfinished.csv",
        "/feeds/..%2f/wharf.toml",
        "/feeds/%2e%2e/wharf.toml",
        "/feeds/shop/..%2f..%2fwharf.toml",
    ] {
        send(running.request(Method::GET, path)).await.problem(StatusCode::NOT_FOUND);
    }
    #[cfg(unix)]
    assert!(!send(running.request(Method::GET, "/feeds/shop/link.csv")).await.status.is_success());
}

#[tokio::test]
async fn a_component_in_the_drop_folder_is_looked_at_at_once_and_refused_by_name() {
    let running = Running::start().await;
    std::fs::write(running.folder.path().join("connectors").join("bad.wasm"), "sku,title\n").unwrap();
    for _ in 0..100 {
        let items = running.get("/v1/connectors").await.json()["items"].clone();
        if items[0]["file"] == "bad.wasm" {
            assert!(items[0]["refused"].as_str().unwrap().contains("not WebAssembly"), "{items}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the file was not noticed within 5 seconds");
}
