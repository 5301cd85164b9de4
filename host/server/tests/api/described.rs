//! The OpenAPI document tells the truth: every route is in it, and answers fit what it says of them.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use wharf_store::{Arrival, Bookmark, ChannelDraft, ChannelState, Sender, Store, TakingTerms};

use crate::{
    connectors::add_releases,
    running::{Running, send},
};

async fn document(running: &Running) -> Value {
    send(running.request(Method::GET, "/openapi.json")).await.json()
}

/// The resources that this document promises, written down once more by hand.
const RESOURCES: [(&str, &[&str]); 25] = [
    ("/v1/channels", &["get", "post"]),
    ("/v1/channels/{name}", &["delete", "get", "put"]),
    ("/v1/channels/{name}/files", &["post"]),
    ("/v1/channels/{name}/listings", &["get"]),
    ("/v1/channels/{name}/pause", &["post"]),
    ("/v1/channels/{name}/resume", &["post"]),
    ("/v1/channels/{name}/status", &["get"]),
    ("/v1/channels/{name}/streams/{stream}/pull", &["post"]),
    ("/v1/channels/{name}/sync", &["post"]),
    ("/v1/connectors", &["get"]),
    ("/v1/connectors/{name}", &["get"]),
    ("/v1/connectors/{name}/approve", &["post"]),
    ("/v1/connectors/{name}/resume", &["post"]),
    ("/v1/connectors/{name}/rollback", &["post"]),
    ("/v1/orders", &["get"]),
    ("/v1/orders/{id}", &["get"]),
    ("/v1/orders/{id}/retry", &["post"]),
    ("/v1/orders/{id}/shipments", &["get", "post"]),
    ("/v1/products", &["get", "post"]),
    ("/v1/products/{sku}", &["delete", "get", "patch"]),
    ("/v1/secrets", &["get"]),
    ("/v1/secrets/{name}", &["delete", "put"]),
    ("/v1/stock", &["put"]),
    ("/v1/stock/{sku}", &["get"]),
    ("/webhooks/{channel}", &["post"]),
];

#[tokio::test]
async fn every_resource_is_described_with_every_method_it_takes() {
    let running = Running::start().await;
    let document = document(&running).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let described: Vec<(String, Vec<String>)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, methods)| (path.clone(), methods.as_object().unwrap().keys().cloned().collect()))
        .map(|(path, mut methods): (_, Vec<String>)| {
            methods.sort();
            (path, methods)
        })
        .collect();
    let expected =
        RESOURCES.map(|(path, methods)| (path.to_owned(), methods.iter().map(ToString::to_string).collect()));
    assert_eq!(described, expected);
    for (path, methods) in RESOURCES {
        let path = path.replace("{name}", "none").replace("{sku}", "none");
        let path = path.replace("{id}", "1").replace("{stream}", "none").replace("{channel}", "none");
        for method in methods {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = running.call(method.clone(), &path, json!(null)).await;
            assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn answers_fit_their_description() {
    let running = Running::start().await;
    add_releases(&running.host.site.store).await;
    running.host.connectors.refresh().await.unwrap();
    let document = document(&running).await;
    let product = json!({"products": [{
        "sku": "a", "parent": "m", "model": false, "status": "disabled", "family": "f", "categories": ["c"],
        "attributes": {"t": "x", "f": true, "l": ["a"], "n": {"number": "1.50"}, "m": {"amount": "2", "unit": "kg"}},
        "prices": [{"currency": "EUR", "amount": "9.90"}],
        "images": [{"url": "https://images.example.com/a.jpg", "alt": "A"}],
        "stock": {"main": 1},
    }, {"sku": " b"}]});
    let request = document["paths"]["/v1/products"]["post"]["requestBody"].clone();
    assert_fits(&document, &request["content"]["application/json"]["schema"], &product);
    let bulk = running.call(Method::POST, "/v1/products", product).await;
    check(&document, "/v1/products", "post", &bulk.json());
    for path in ["/v1/products/{sku}", "/v1/stock/{sku}"] {
        check(&document, path, "get", &running.get(&path.replace("{sku}", "a")).await.json());
    }
    for path in ["/v1/products", "/v1/channels", "/v1/connectors"] {
        check(&document, path, "get", &running.get(path).await.json());
    }
    check(&document, "/v1/connectors/{name}", "get", &running.get("/v1/connectors/shop").await.json());
    take_order(&running.host.site.store).await;
    let orders = running.get("/v1/orders?state=paid&troubled=true").await.json();
    assert_eq!(orders["items"][0]["lines"][0]["problems"][0]["code"], "unknown-sku");
    check(&document, "/v1/orders", "get", &orders);
    let id = orders["items"][0]["id"].to_string();
    check(&document, "/v1/orders/{id}", "get", &running.get(&format!("/v1/orders/{id}")).await.json());
    let retried = running.call(Method::POST, &format!("/v1/orders/{id}/retry"), json!(null)).await.json();
    assert_eq!(retried["lines_troubled"], 1);
    check(&document, "/v1/orders/{id}/retry", "post", &retried);
    running.get("/v1/orders/99").await.problem(StatusCode::NOT_FOUND);
    shipments_fit_their_description(&running, &document, &id).await;
    let problem = running.get("/v1/products/none").await.json();
    assert_fits(&document, &json!({"$ref": "#/components/schemas/Problem"}), &problem);
}

async fn shipments_fit_their_description(running: &Running, document: &Value, order: &str) {
    const PATH: &str = "/v1/orders/{id}/shipments";
    let path = PATH.replace("{id}", order);
    let draft = json!({
        "lines": [{"line": "1", "quantity": 1}], "carrier": "DHL", "service": "Paket", "tracking_number": "0034",
        "tracking_url": "https://dhl.example/0034", "location": "berlin", "shipped_at": "2026-01-31T12:00:00Z",
    });
    let request = &document["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]["schema"];
    assert_fits(document, request, &draft);
    let recorded = running.call(Method::POST, &path, draft).await;
    assert_eq!(recorded.status, StatusCode::CREATED);
    let answer =
        &document["paths"][PATH]["post"]["responses"]["201"]["content"]["application/json"]["schema"];
    assert_fits(document, answer, &recorded.json());
    let rest = running.call(Method::POST, &path, json!({})).await.json();
    assert_eq!(rest["lines"][0]["quantity"], 1, "everything that is left");
    check(document, PATH, "get", &running.get(&path).await.json());
    let more = json!({"lines": [{"line": "1", "quantity": 1}]});
    let refused = running.call(Method::POST, &path, more).await.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused["errors"][0]["pointer"], "/lines", "{refused}");
    running
        .call(Method::POST, &path, json!({"carier": "DHL"}))
        .await
        .problem(StatusCode::UNPROCESSABLE_ENTITY);
    running.get("/v1/orders/99/shipments").await.problem(StatusCode::NOT_FOUND);
    let unknown = running.call(Method::POST, "/v1/orders/99/shipments", json!({})).await;
    unknown.problem(StatusCode::NOT_FOUND);
}

/// One order with everything in it, and a SKU that nobody knows.
async fn take_order(store: &Store) {
    let money = json!({"amount": "12.90", "currency": "EUR"});
    let order = json!({
        "remote_id": "r-1", "number": "#1", "state": "paid", "placed_at": 1_000, "changed_at": 2_000,
        "tax_included": true, "shipping": money, "total": money,
        "buyer": {"name": "Ada", "email": null, "phone": null},
        "ship_to": {"name": "Ada", "lines": ["Street 1"], "postal_code": "1", "city": "B", "region": null, "country": "DE"},
        "lines": [{
            "remote_id": "1", "sku": "unknown", "listing_id": null, "title": "Lamp", "quantity": 2, "cancelled": 0,
            "shipped": 0, "returned": 0, "unit_price": money, "tax": money, "discount": null,
        }],
    });
    let draft = ChannelDraft {
        name: "shop".into(),
        connector: "shop".into(),
        state: ChannelState::Paused,
        configuration: "{}".into(),
    };
    let channel_id = store.add_channel(&draft).await.unwrap();
    let terms = TakingTerms::default();
    let sender = Sender { channel_id, channel: "shop".into(), source: "webhook".into(), terms };
    let arrival = Arrival { orders: vec![serde_json::from_value(order).unwrap()], ..Arrival::default() };
    store.take_in(&sender, arrival, Bookmark::None).await.unwrap();
}

fn check(document: &Value, path: &str, method: &str, answer: &Value) {
    let content = &document["paths"][path][method]["responses"]["200"]["content"];
    assert_fits(document, &content["application/json"]["schema"], answer);
}

/// OpenAPI 3.1 describes with JSON Schema; references lead into the document itself.
fn assert_fits(document: &Value, schema: &Value, instance: &Value) {
    assert!(schema.is_object(), "there is no description");
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    let validator = jsonschema::draft202012::new(&whole).unwrap();
    let errors: Vec<_> = validator.iter_errors(instance).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{instance}\n{}", errors.join("\n"));
}
