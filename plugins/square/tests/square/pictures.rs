//! Pictures: uploaded once each after everything else, shown by the item, and never in the way of anything else.

use serde_json::{Value as Json, json};
use wharf_sdk::{
    Exchange, Outcome, PartContent, Reason, Request,
    testing::{self, Item, Operation, Value},
};

use crate::till::*;

const A: &str = "https://cdn.example/a.jpg?w=1";
const B: &str = "https://cdn.example/b.png";

pub(crate) fn pictured(sku: &str, urls: &[&str]) -> Item {
    shirt(sku).with(field("image_ids"), Value::images(urls.iter().copied()))
}

/// The variants `M` and `S`, both listed; `M` comes first.
fn both(s: &[&str]) -> [Operation; 2] {
    [listed(upsert(pictured("M", &[B]))), listed(upsert(pictured("S", s)))]
}

/// The first upload after an upsert of which everything was taken.
fn first_upload(upsert: &Exchange) -> (Vec<Outcome>, Exchange) {
    let settlement = settled(upsert, 200, &taken(upsert, 2));
    (settlement.outcomes, only(settlement.further))
}

fn made(id: &str) -> Json {
    json!({ "image": { "type": "IMAGE", "id": id } })
}

/// Address, and the JSON beside it.
pub(crate) fn sent(request: &Request) -> (String, Json) {
    let parts = testing::form(request).unwrap();
    let [request, file] = &parts[..] else { panic!("two parts, not {parts:?}") };
    let (PartContent::Bytes(json), PartContent::Picture(address)) = (&request.content, &file.content) else {
        panic!("JSON and a picture, not {parts:?}")
    };
    assert_eq!((request.name.as_str(), file.name.as_str()), ("request", "image_file"));
    (address.clone(), serde_json::from_slice(json).unwrap())
}

/// The item at this version with these images.
fn item(version: i64, images: &[&str]) -> Json {
    let variation = |sku: &str| {
        json!({ "type": "ITEM_VARIATION", "id": format!("V-{sku}"), "version": 2,
            "item_variation_data": { "item_id": "I-SHIRT", "sku": sku } })
    };
    json!({ "objects": [{ "type": "ITEM", "id": "I-SHIRT", "version": version, "item_data": {
        "image_ids": images, "variations": [variation("M"), variation("S")] } }] })
}

/// The outcome of the one that carries both pictures.
fn carried() -> Outcome {
    let (_, upload) = first_upload(&only_exchange(&both(&[A, B])));
    let next = further(&upload, 200, &made("IMG-B"));
    let read = further(&next, 200, &made("IMG-A"));
    assert_eq!(read.request.target, RETRIEVE);
    only(outcomes(&read, 200, &item(4, &["IMG-B", "IMG-A"])))
}

fn item_data(exchange: &Exchange) -> Json {
    json_of(exchange)["batches"][0]["objects"][0]["item_data"].clone()
}

/// As the operations of [`both`], after [`carried`].
fn noted(s: &[&str]) -> [Operation; 2] {
    let [first, second] = both(s);
    [Operation { note: carried().note, ..first }, second]
}

#[test]
fn one_of_the_group_carries_the_pictures_and_the_others_do_not_wait() {
    let upsert = only_exchange(&both(&[A, B]));
    assert_eq!(item_data(&upsert).get("image_ids"), None);
    let (decided, upload) = first_upload(&upsert);
    assert_eq!(decided.iter().map(|outcome| outcome.remote_id.as_deref()).collect::<Vec<_>>(), [Some("V-S")]);
    assert_eq!((upload.request.target.as_str(), &upload.covers[..]), ("/v2/catalog/images", &[0][..]));
    let (address, request) = sent(&upload.request);
    assert_eq!(
        (address.as_str(), &request["object_id"], &request["is_primary"]),
        (B, &json!("I-SHIRT"), &json!(true))
    );
    let next = further(&upload, 200, &made("IMG-B"));
    let (address, other) = sent(&next.request);
    assert_eq!((address.as_str(), &other["is_primary"]), (A, &json!(false)));
    assert_ne!(request["idempotency_key"], other["idempotency_key"]);
    let (_, again) = first_upload(&only_exchange(&both(&[A, B])));
    assert_eq!(sent(&again.request).1, request, "a repeat has the same key");

    let note: Json = serde_json::from_str(&carried().note.unwrap()).unwrap();
    assert_eq!((&note["item_version"], note["pictures"].as_object().unwrap().len()), (&json!(4), 2));
}

#[test]
fn a_known_picture_is_never_uploaded_again_and_a_new_one_is() {
    let upsert = only_exchange(&noted(&[A, B]));
    assert_eq!(item_data(&upsert)["image_ids"], json!(["IMG-B", "IMG-A"]));
    let kept = outcomes(&upsert, 200, &taken(&upsert, 5));
    let pictures = |outcome: &Outcome| -> Json {
        serde_json::from_str::<Json>(outcome.note.as_deref().unwrap()).unwrap()["pictures"].clone()
    };
    let carrier = kept.iter().find(|outcome| outcome.remote_id.as_deref() == Some("V-M")).unwrap();
    assert_eq!(pictures(carrier), pictures(&carried()), "nothing is forgotten");

    let upsert = only_exchange(&noted(&["https://cdn.example/c.jpg"]));
    assert_eq!(item_data(&upsert)["image_ids"], json!(["IMG-B"]), "what is not wanted any more goes");
    assert_eq!(sent(&first_upload(&upsert).1.request).0, "https://cdn.example/c.jpg");
}

#[test]
fn images_of_others_stay_and_lost_ones_are_uploaded_again() {
    let (_, upload) = first_upload(&only_exchange(&both(&[B])));
    let read = further(&upload, 200, &made("IMG-B"));
    let outcome = only(outcomes(&read, 200, &item(4, &["TILL", "IMG-B"])));
    let [first, second] = both(&[B]);
    let upsert = only_exchange(&[Operation { note: outcome.note, ..first.clone() }, second.clone()]);
    assert_eq!(item_data(&upsert)["image_ids"], json!(["IMG-B", "TILL"]));

    let outcome = only(outcomes(&read, 200, &item(4, &["TILL"])));
    let upsert = only_exchange(&[Operation { note: outcome.note, ..first }, second]);
    assert_eq!(item_data(&upsert)["image_ids"], json!(["TILL"]));
    assert_eq!(sent(&first_upload(&upsert).1.request).0, B);
}

#[test]
fn pictures_wait_for_the_stock() {
    let item = thing("MUG")
        .with(field("image_ids"), Value::images([A]))
        .with(field("inventory"), levels(&[("berlin", 3)]));
    let upsert = only_exchange(&[listed(upsert(item))]);
    let count = further(&upsert, 200, &taken(&upsert, 2));
    assert_eq!(count.request.target, CHANGE);
    let upload = further(&count, 200, &json!({ "counts": [{ "catalog_object_id": "V-MUG" }] }));
    assert_eq!(sent(&upload.request).1["object_id"], "I-MUG");
}

#[test]
fn a_picture_that_cannot_be_had_is_told_and_keeps_nothing_else_away() {
    let upload = |attempt| {
        let operation = Operation { attempt, ..listed(upsert(pictured("S", &[A]))) };
        first_upload(&only_exchange(&[operation])).1
    };
    let unread = |attempt, status| {
        only(testing::outcomes(answered(&upload(attempt), testing::response(status, "Down"))))
    };
    assert_eq!(warned(&unread(0, 424)), ["pictures-left-out"]);
    assert_eq!(retried(&unread(0, 503)), ("picture-unavailable", Reason::Outage));
    assert_eq!(warned(&unread(2, 503)), ["pictures-left-out"]);
    assert_eq!(unread(2, 503).remote_id.as_deref(), Some("V-S"));
    let refused = only(outcomes(&upload(0), 400, &invalid("INVALID_VALUE", "image_file")));
    assert_eq!(warned(&refused), ["pictures-left-out"]);
    let busy = only(outcomes(&upload(0), 400, &error("API_ERROR", "SERVICE_UNAVAILABLE", "")));
    assert_eq!(retried(&busy).0, "picture-unavailable");
}

#[test]
fn a_conflict_forgets_no_picture() {
    let upsert = only_exchange(&noted(&[A, B]));
    let read = further(&upsert, 400, &invalid("VERSION_MISMATCH", "batches[0].objects[0]"));
    let outcomes = outcomes(&read, 200, &item(9, &["IMG-B", "IMG-A"]));
    let [first, second] = noted(&[A, B]);
    let carrier =
        outcomes.iter().find(|outcome| outcome.note.as_deref().unwrap().contains("pictures")).unwrap();
    let next = only_exchange(&[Operation { note: carrier.note.clone(), ..again(first) }, again(second)]);
    assert_eq!(item_data(&next)["image_ids"], json!(["IMG-B", "IMG-A"]));
}
