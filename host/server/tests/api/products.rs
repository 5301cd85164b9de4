//! Products and stock: read in pages, changed alone and in bulk.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::running::{Running, send, with_json};

async fn running_with(skus: &[&str]) -> Running {
    let running = Running::start().await;
    let products: Vec<_> = skus.iter().map(|sku| json!({"sku": sku, "attributes": {"name": sku}})).collect();
    let answer = running.call(Method::POST, "/v1/products", json!({"products": products})).await.json();
    assert_eq!(answer["created"], skus.len());
    running
}

fn skus(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_show_every_product_once_also_when_products_come_and_go_between_them() {
    let running = running_with(&["b", "d", "f", "h", "ü/1"]).await;
    let first = running.get("/v1/products?limit=2").await.json();
    assert_eq!(skus(&first), ["b", "d"]);
    running.call(Method::PATCH, "/v1/products/a", json!({})).await;
    running.call(Method::DELETE, "/v1/products/d", json!(null)).await;
    let mut seen = Vec::new();
    let mut cursor = first["next_cursor"].as_str().map(str::to_owned);
    while let Some(next) = cursor {
        let page = running.get(&format!("/v1/products?limit=2&cursor={next}")).await.json();
        seen.extend(skus(&page));
        cursor = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert_eq!(seen, ["f", "h", "ü/1"]);
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused_with_the_parameter() {
    let running = Running::start().await;
    let problem = running.get("/v1/products?limit=0").await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(problem["errors"][0]["pointer"], "limit");
    let problem = running.get("/v1/products?cursor=%25").await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(problem["errors"][0]["pointer"], "cursor");
    running.get("/v1/products?limit=many").await.problem(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_patch_sets_clears_and_leaves_alone() {
    let running = Running::start().await;
    let created = running
        .call(
            Method::PATCH,
            "/v1/products/a",
            json!({"family": "tents", "attributes": {"name": "T", "color": "red"}}),
        )
        .await;
    assert_eq!((created.status, created.header("etag")), (StatusCode::CREATED, "\"1\""));
    let changed = running
        .call(Method::PATCH, "/v1/products/a", json!({"family": null, "attributes": {"color": null}}))
        .await;
    assert_eq!((changed.status, changed.header("etag")), (StatusCode::OK, "\"2\""));
    let product = running.get("/v1/products/a").await.json();
    assert_eq!(product["attributes"], json!({"name": "T"}));
    assert_eq!(product.get("family"), None);
    let unchanged = running.call(Method::PATCH, "/v1/products/a", json!({"attributes": {"name": "T"}})).await;
    assert_eq!(unchanged.header("etag"), "\"2\"");
}

#[tokio::test]
async fn a_change_meant_for_another_revision_is_not_made() {
    let running = running_with(&["a"]).await;
    let change = |method, condition: (&'static str, &'static str), body: Value| {
        let request = running.request(method, "/v1/products/a").bearer_auth(&running.token);
        send(with_json(request.header(condition.0, condition.1), &body))
    };
    let first = change(Method::PATCH, ("if-match", "\"1\""), json!({"family": "tents"})).await;
    assert_eq!(first.status, StatusCode::OK);
    let late = change(Method::PATCH, ("if-match", "\"1\""), json!({"family": "stoves"})).await;
    assert_eq!(late.problem(StatusCode::PRECONDITION_FAILED)["type"], "/problems/revision-conflict");
    change(Method::DELETE, ("if-match", "\"1\""), json!(null)).await.problem(StatusCode::PRECONDITION_FAILED);
    change(Method::PATCH, ("if-none-match", "*"), json!({})).await.problem(StatusCode::PRECONDITION_FAILED);
    change(Method::PATCH, ("if-match", "2"), json!({})).await.problem(StatusCode::BAD_REQUEST);
    assert_eq!(running.get("/v1/products/a").await.json()["family"], "tents");
    let deleted = change(Method::DELETE, ("if-match", "\"2\""), json!(null)).await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    running.get("/v1/products/a").await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn bad_input_is_answered_with_its_place() {
    let running = Running::start().await;
    let refused = |body: Value, status| {
        let call = running.call(Method::PATCH, "/v1/products/a", body);
        async move { call.await.problem(status)["errors"][0]["pointer"].as_str().unwrap().to_owned() }
    };
    let invalid = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(
        refused(json!({"prices": [{"currency": "EUR", "amount": "1"}, {"amount": "1"}]}), invalid).await,
        "/prices/1"
    );
    assert_eq!(
        refused(json!({"attributes": {"a/b": {"number": "x"}}}), invalid).await,
        "/attributes/a~1b/number"
    );
    assert_eq!(refused(json!({"parent": "a"}), invalid).await, "/parent");
    let request = || running.request(Method::PATCH, "/v1/products/a").bearer_auth(&running.token);
    send(request().body("{}")).await.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let broken = request().header("content-type", "application/json").body("{\"family\": ");
    send(broken).await.problem(StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_bad_line_costs_itself_only() {
    let running = Running::start().await;
    let lines = json!({"products": [
        {"sku": "a", "stock": {"main": 3}},
        {"sku": " b"},
        {"attributes": {}},
        {"sku": "c", "colour": "red"},
        {"sku": "d", "stock": {"main": "three"}},
        {"sku": "e", "parent": "e"},
        {"sku": "f"},
        {"sku": "a"},
    ]});
    let answer = running.call(Method::POST, "/v1/products", lines).await;
    assert_eq!(answer.status, StatusCode::OK);
    let answer = answer.json();
    let outcomes: Vec<_> =
        answer["lines"].as_array().unwrap().iter().map(|line| line["outcome"].clone()).collect();
    let expected = ["created", "refused", "refused", "refused", "refused", "refused", "created", "unchanged"];
    assert_eq!(outcomes, expected.map(Value::from));
    assert_eq!(
        (&answer["created"], &answer["refused"], &answer["unchanged"]),
        (&json!(2), &json!(5), &json!(1))
    );
    let place = |line: usize| answer["lines"][line]["errors"][0]["pointer"].as_str().unwrap();
    assert_eq!([place(1), place(2), place(4), place(5)], ["/sku", "/sku", "/stock/main", "/parent"]);
    assert_eq!(skus(&running.get("/v1/products").await.json()), ["a", "f"]);
    assert_eq!(
        running.get("/v1/stock/a").await.json()["levels"],
        json!([{"location": "main", "quantity": 3}])
    );
}

#[tokio::test]
async fn stock_is_set_line_by_line() {
    let running = running_with(&["a"]).await;
    let levels = json!({"levels": [
        {"sku": "a", "location": "main", "quantity": 5},
        {"sku": "a", "location": "", "quantity": 5},
        {"sku": "unknown", "location": "main", "quantity": 5},
        {"sku": "a", "location": "main", "quantity": 1.5},
        {"sku": "a", "location": "shop", "quantity": -1},
    ]});
    let answer = running.call(Method::PUT, "/v1/stock", levels).await.json();
    let outcomes: Vec<_> =
        answer["lines"].as_array().unwrap().iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes, ["updated", "refused", "refused", "refused", "updated"].map(Value::from));
    let known = json!([{"location": "main", "quantity": 5}, {"location": "shop", "quantity": -1}]);
    assert_eq!(running.get("/v1/stock/a").await.json()["levels"], known);
    running.get("/v1/stock/unknown").await.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn requests_beyond_the_limits_are_refused_by_the_settings_name() {
    let running = Running::start_with("[server]\nbody-bytes = 200\nbulk-lines = 2\n").await;
    let lines = json!({"products": [{"sku": "a"}, {"sku": "b"}, {"sku": "c"}]});
    let problem =
        running.call(Method::POST, "/v1/products", lines).await.problem(StatusCode::PAYLOAD_TOO_LARGE);
    assert!(problem["detail"].as_str().unwrap().contains("server.bulk-lines"));
    let long = json!({"family": "x".repeat(300)});
    let problem =
        running.call(Method::PATCH, "/v1/products/a", long).await.problem(StatusCode::PAYLOAD_TOO_LARGE);
    assert!(problem["detail"].as_str().unwrap().contains("server.body-bytes"));
}
