//! Every kind of request against Square's own OpenAPI document, and one wrong request of each that it has to refuse.
//!
//! `tests/vendors` does the same with whole catalogs; here are the kinds that those do not bring about.

use crate::{
    pictures::{pictured, sent},
    till::*,
};
use serde_json::{Value as Json, json};
use square::Square;
use wharf_sdk::{
    Action, Body, ChangeDetection, Connector, Exchange, Position, Puller, Request, StreamKind,
    testing::{Item, Value},
};
use wharf_vendors::{Contract as _, Judged, Sent, square::Square as Contract};

fn full(sku: &str) -> Item {
    shirt(sku)
        .with(field("description_html"), Value::text("<p>Soft &amp; warm</p>"))
        .with(field("upc"), Value::text("4006381333931"))
        .with(field("inventory"), levels(&[("berlin", 3), ("hamburg", 0)]))
}

fn document(exchange: &Exchange) -> Json {
    serde_json::from_slice(exchange.document.as_deref().unwrap()).unwrap()
}

/// Path and body of a request, and what makes it wrong.
type Case = (String, Json, fn(&mut Json));

/// One request of each kind.
fn requests() -> Vec<Case> {
    let of = |exchange: &Exchange| (exchange.request.target.clone(), json_of(exchange));
    let search = only_exchange(&[upsert(full("S")), upsert(full("M"))]);
    let update = only_exchange(&[listed(upsert(full("S")))]);
    let mut kept = update.clone();
    let mut answer = taken(&update, 2);
    answer["objects"][0]["item_data"]["tax_ids"] = json!(["T"]);
    let count = further(&update, 200, &answer);
    let counted = outcomes(&count, 200, &json!({"counts": [{"catalog_object_id": "V-S"}]}));
    let next = listed(upsert(full("S")));
    kept.request =
        only_exchange(&[wharf_sdk::testing::Operation { note: only(counted).note, ..next }]).request;
    let price = only_exchange(&[listed(operation(Action::Price, shirt("S")))]);
    let read = json!({"objects": [{"type": "ITEM_VARIATION", "id": "V-S", "version": 3, "item_variation_data": {
        "item_id": "I-SHIRT", "sku": "S", "ordinal": 1, "location_overrides": [{"location_id": "L"}]}}]});
    let priced = further(&price, 200, &read);
    let reading = only_exchange(&[listed(operation(Action::Delete, shirt("S")))]);
    let item = json!({"objects": [{"id": "I-SHIRT", "item_data": {"variations": [{"id": "V-S"}]}}]});
    let deletion = further(&reading, 200, &item);
    let stock = only_exchange(&[listed(operation(Action::Stock, full("S")))]);
    let version = |body: &mut Json| body["batches"][0]["objects"][0]["version"] = "1".into();
    let amount = |body: &mut Json| {
        body["batches"][0]["objects"][0]["item_variation_data"]["price_money"]["amount"] = 9.9.into();
    };
    let quantity = |body: &mut Json| body["changes"][0]["physical_count"]["quantity"] = 3.into();
    let mut all: Vec<Case> = vec![
        (UPSERT.into(), document(&search), |body| {
            drop(body.as_object_mut().unwrap().remove("idempotency_key"));
        }),
        (of(&update).0, of(&update).1, version),
        (of(&kept).0, of(&kept).1, version),
        (of(&priced).0, of(&priced).1, amount),
        (of(&count).0, of(&count).1, quantity),
        (of(&stock).0, of(&stock).1, |body| body["changes"][0]["type"] = "COUNT".into()),
        (of(&search).0, of(&search).1, |body| body["object_types"] = "ITEM_VARIATION".into()),
        (of(&reading).0, of(&reading).1, |body| body["object_ids"] = Json::Null),
        (of(&deletion).0, of(&deletion).1, |body| body["object_id"] = "V-S".into()),
    ];
    for since in [None, Some(NOON)] {
        let position = Position { cursor: None, since, until: NOON };
        let body = |stream| body_of(&Square::request(&context(), stream, &position).request);
        all.push(("/v2/inventory/counts/batch-retrieve".into(), body(0), |body| {
            body["limit"] = 1_001.into();
        }));
        all.push(("/v2/orders/search".into(), body(1), |body| {
            body["query"]["sort"]["sort_field"] = "CHANGED_AT".into();
        }));
    }
    all
}

fn body_of(request: &Request) -> Json {
    let Body::Bytes(bytes) = &request.body else { panic!("no bytes in {request:?}") };
    serde_json::from_slice(bytes).unwrap()
}

#[test]
fn square_takes_every_request_and_the_wrong_one_is_refused() {
    let Some(contract) = Contract::shared().unwrap() else { return };
    let judged = |path: &str, body: &Json| -> Judged {
        contract.judge(&Sent::new("POST", path, body.to_string().as_bytes()))
    };
    for (path, mut body, spoil) in requests() {
        judged(&path, &body).unwrap_or_else(|refusal| panic!("{refusal}\n{body}"));
        spoil(&mut body);
        judged(&path, &body).expect_err(&path);
    }
}

/// A form, which the contract of requests with JSON says nothing of.
#[test]
fn an_upload_has_the_parts_and_members_that_square_names() {
    let Some(document) = Contract::document().unwrap() else { return };
    let update = only_exchange(&[listed(upsert(pictured("S", &["https://cdn.example/a.jpg"])))]);
    let upload = further(&update, 200, &taken(&update, 2));
    let (_, request) = sent(&upload.request);
    let form =
        &document["paths"][&upload.request.target]["post"]["requestBody"]["content"]["multipart/form-data"];
    for part in ["request", "image_file"] {
        assert!(form["schema"]["properties"][part].is_object(), "{part}");
    }
    let schemas = &document["components"]["schemas"];
    for (schema, object) in [
        ("CreateCatalogImageRequest", &request),
        ("CatalogObject", &request["image"]),
        ("CatalogImage", &request["image"]["image_data"]),
    ] {
        let members = |name: &str| schemas[schema][name].clone();
        for name in object.as_object().unwrap().keys() {
            assert!(members("properties")[name].is_object(), "{schema} has no {name}");
        }
        for name in members("required").as_array().into_iter().flatten() {
            assert!(!object[name.as_str().unwrap()].is_null(), "{schema} needs {name}");
        }
    }
    let longest = &schemas["CreateCatalogImageRequest"]["properties"]["idempotency_key"]["maxLength"];
    assert!(request["idempotency_key"].as_str().unwrap().len() as u64 <= longest.as_u64().unwrap());
}

#[test]
fn the_limits_are_squares() {
    let Some(document) = Contract::document().unwrap() else { return };
    let schemas = &document["components"]["schemas"];
    let limit = |name: &str| Square::describe().fields[field(name) as usize].length.unwrap().maximum;
    let item = &schemas["CatalogItem"]["properties"];
    assert_eq!(json!(limit("name")), item["name"]["maxLength"]);
    assert_eq!(json!(limit("description_html")), item["description_html"]["maxLength"]);
    let key = &schemas["BatchUpsertCatalogObjectsRequest"]["properties"]["idempotency_key"]["maxLength"];
    let upsert = json_of(&only_exchange(&[listed(upsert(full("S")))]));
    assert!(upsert["idempotency_key"].as_str().unwrap().len() as u64 <= key.as_u64().unwrap());
    let limits = &schemas["CatalogInfoResponse"]["example"]["limits"];
    assert_eq!(limits["batch_delete_max_object_ids"], 200);
    assert_eq!(limits["batch_retrieve_max_object_ids"], 1_000);
}

/// Paths of the requests are among those that the operator is asked to grant.
#[test]
fn every_request_keeps_to_the_declared_paths() {
    let description = Square::describe();
    for (path, _, _) in requests() {
        assert!(description.endpoints[0].paths.iter().any(|prefix| path.starts_with(prefix)), "{path}");
    }
    let kinds: Vec<_> = description.streams.iter().map(|stream| stream.kind).collect();
    assert_eq!(kinds, [StreamKind::Stock, StreamKind::Orders]);
    assert!(description.streams.iter().all(|stream| stream.changes[0] == ChangeDetection::Push));
}
