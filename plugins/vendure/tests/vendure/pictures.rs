//! Pictures: uploaded once each, shown by product and variants, and never in the way of anything else.

use serde_json::{Value as Json, json};
use wharf_sdk::{
    Body, Exchange, Outcome, PartContent, Reason, Verdict,
    testing::{self, Item, Operation, Value},
};

use crate::shop::*;

const A: &str = "https://cdn.example/a.jpg?w=1";
const B: &str = "https://cdn.example/b.png";

fn pictured(sku: &str, urls: &[&str]) -> Item {
    shirt(sku).with(field("assets"), Value::images(urls.iter().copied()))
}

/// As `listed`, with what was noted of it.
fn noted(item: Item, note: &str) -> Operation {
    Operation { note: Some(note.into()), ..listed(upsert(item)) }
}

/// The chain up to where the variants are written.
fn variants(operations: &[Operation], assets: Option<&[&str]>) -> Exchange {
    let update = only_exchange(operations);
    let skus: Vec<(&str, i64)> =
        operations.iter().map(|operation| (operation.item.sku.as_str(), 0)).collect();
    let mut there = state(&skus);
    if let Some(assets) = assets {
        there["assets"] = assets.iter().map(|id| json!({ "id": id })).collect();
    }
    further(&update, &json!({ "updateProduct": there }))
}

fn all_written(skus: &[&str]) -> Json {
    json!({ "updateProductVariants": skus.iter().map(|sku| written(sku, 1_990)).collect::<Vec<_>>() })
}

fn created(id: &str) -> Json {
    json!({ "createAssets": [{ "id": id }] })
}

/// The outcomes once the product shows these, and its variants theirs.
fn shown(show: &Exchange, assets: &[&str]) -> Vec<Outcome> {
    let assets: Vec<Json> = assets.iter().map(|id| json!({ "id": id })).collect();
    let variants = further(show, &json!({ "updateProduct": { "id": "9", "assets": assets } }));
    assert_eq!(name_of(&variants), "ShowVariantPictures");
    outcomes(&variants, data(&json!({ "updateProductVariants": [] })))
}

/// The address that an upload sends.
fn sent_picture(upload: &Exchange) -> String {
    let parts = testing::form(&upload.request).unwrap();
    let PartContent::Picture(address) = &parts[2].content else { panic!("no picture in {parts:?}") };
    address.clone()
}

fn text(content: &PartContent) -> Json {
    let PartContent::Bytes(bytes) = content else { panic!("no bytes in {content:?}") };
    serde_json::from_slice(bytes).unwrap()
}

/// The outcomes after both pictures of `S` were uploaded, the second also one of `M`.
fn uploaded() -> Vec<Outcome> {
    let operations = [listed(upsert(pictured("S", &[A, B]))), listed(upsert(pictured("M", &[B])))];
    let first = further(&variants(&operations, None), &all_written(&["S", "M"]));
    let show = further(&further(&first, &created("7")), &created("8"));
    shown(&show, &["7", "8"])
}

/// One request of each kind that holds assets, by the name of its GraphQL operation.
pub(crate) fn requests() -> Vec<(String, Json)> {
    let upload = further(&variants(&[listed(upsert(pictured("S", &[A])))], None), &all_written(&["S"]));
    let mut operations = text(&testing::form(&upload.request).unwrap()[0].content);
    // Where the file stands, once the server has found it.
    operations["variables"]["input"][0]["file"] = "0".into();
    let show = further(&upload, &created("7"));
    let note = uploaded()[1].note.clone().unwrap();
    let known = noted(pictured("S", &[A, B]), &note);
    let update = only_exchange(std::slice::from_ref(&known));
    let written = variants(&[known], Some(&["7", "8"]));
    let answer = json!({ "updateProduct": { "id": "9", "assets": [{ "id": "7" }] } });
    let show_variants = further(&show, &answer);
    let named =
        [show, show_variants, update, written].map(|exchange| (name_of(&exchange), json_of(&exchange)));
    named.into_iter().chain([("CreateAsset".to_owned(), operations)]).collect()
}

#[test]
fn pictures_come_after_everything_else_one_by_one() {
    let operations = [listed(upsert(pictured("S", &[A, B]))), listed(upsert(pictured("M", &[B])))];
    assert_eq!(variables(&only_exchange(&operations))["input"].get("assetIds"), None);
    let variants = variants(&operations, None);
    assert_eq!(variables(&variants)["update"][0].get("assetIds"), None);

    let upload = further(&variants, &all_written(&["S", "M"]));
    assert_eq!((upload.request.target.as_str(), sent_picture(&upload).as_str()), ("/admin-api", B));
    let parts = testing::form(&upload.request).unwrap();
    let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
    assert_eq!(names, ["operations", "map", "0"], "in the order that the specification asks for");
    assert_eq!(text(&parts[0].content)["variables"], json!({ "input": [{ "file": null }] }));
    assert_eq!(text(&parts[1].content), json!({ "0": ["variables.input.0.file"] }));
    assert_eq!(parts[2].filename.as_deref(), Some("b.png"));

    let upload = further(&upload, &created("8"));
    assert_eq!(sent_picture(&upload), A);
    let show = further(&upload, &created("7"));
    assert_eq!(name_of(&show), "ShowPictures");
    let of =
        |id: &str, assets: &[&str]| json!({ "id": id, "featuredAssetId": assets[0], "assetIds": assets });
    assert_eq!(variables(&show)["input"], of("9", &["8", "7"]));
    let answer = json!({ "updateProduct": { "id": "9", "assets": [{ "id": "7" }, { "id": "8" }] } });
    let variants = variables(&further(&show, &answer));
    assert_eq!(variants["input"], json!([of("v-M", &["8"]), of("v-S", &["7", "8"])]));
    let outcomes = shown(&show, &["7", "8"]);
    assert!(outcomes.iter().all(|outcome| outcome.verdict == Verdict::accepted()));
    assert_eq!(outcomes[1].remote_id.as_deref(), Some("v-S"));
}

#[test]
fn a_known_picture_is_never_uploaded_again_and_a_new_one_is() {
    let notes: Vec<String> = uploaded().into_iter().map(|outcome| outcome.note.unwrap()).collect();
    let operations = [noted(pictured("M", &[B]), &notes[0]), noted(pictured("S", &[A, B]), &notes[1])];
    assert_eq!(variables(&only_exchange(&operations))["input"]["assetIds"].as_array().unwrap().len(), 2);
    let variants = variants(&operations, Some(&["7", "8"]));
    assert_eq!(
        variables(&variants)["update"][1]["featuredAssetId"],
        variables(&variants)["update"][1]["assetIds"][0]
    );
    let outcomes = outcomes(&variants, data(&all_written(&["S", "M"])));
    let kept: Vec<String> = outcomes.into_iter().map(|outcome| outcome.note.unwrap()).collect();
    assert_eq!(kept, notes, "nothing else follows, and nothing is forgotten");

    let changed = [
        noted(pictured("M", &[B]), &notes[0]),
        noted(pictured("S", &[A, "https://cdn.example/c.jpg"]), &notes[1]),
    ];
    let upload = further(&self::variants(&changed, None), &all_written(&["S", "M"]));
    assert_eq!(sent_picture(&upload), "https://cdn.example/c.jpg");
    assert_eq!(name_of(&further(&upload, &created("11"))), "ShowPictures");
}

#[test]
fn a_picture_that_vendure_lost_is_uploaded_again() {
    let note = uploaded()[1].note.clone().unwrap();
    let variants = variants(&[noted(pictured("S", &[A, B]), &note)], Some(&["8"]));
    let upload = further(&variants, &all_written(&["S"]));
    let show = further(&upload, &created("12"));
    assert_eq!(name_of(&show), "ShowPictures", "only the lost one goes up");
    assert_eq!(retried(&only(shown(&show, &["12"]))), ("picture-gone", Reason::Conflict));
}

#[test]
fn an_unreadable_picture_keeps_nothing_else_away() {
    let operations = [listed(upsert(pictured("S", &[A, B])))];
    let upload = further(&variants(&operations, None), &all_written(&["S"]));
    let settlement = settled(&upload, response(424, "`cdn.example` has no picture at `/a.jpg`"));
    let upload = only(settlement.further);
    assert_eq!(sent_picture(&upload), B);
    let show = further(&upload, &created("8"));
    assert_eq!(variables(&show)["input"]["assetIds"], json!(["8"]));
    let outcome = only(shown(&show, &["8"]));
    assert_eq!(warned(&outcome), ["pictures-left-out"]);
    let Verdict::Accepted(problems) = &outcome.verdict else { unreachable!("it was accepted") };
    assert!(problems[0].message.contains("no picture at `/a.jpg`"), "{problems:?}");
    let next = only_exchange(&[noted(pictured("S", &[A, B]), outcome.note.as_deref().unwrap())]);
    assert_eq!(variables(&next)["input"].get("assetIds"), None, "it is tried again with the next change");
}

#[test]
fn a_picture_that_cannot_be_read_now_is_tried_again_but_not_for_ever() {
    let outcome = |attempt| {
        let operation = Operation { attempt, ..listed(upsert(pictured("S", &[A]))) };
        let upload = further(&variants(&[operation], None), &all_written(&["S"]));
        only(outcomes(&upload, response(503, "`cdn.example` is down")))
    };
    assert_eq!(retried(&outcome(0)), ("picture-unavailable", Reason::Outage));
    assert_eq!(warned(&outcome(2)), ["pictures-left-out"]);
    assert_eq!(outcome(2).remote_id.as_deref(), Some("v-S"));
}

#[test]
fn a_picture_that_vendure_refuses_is_told() {
    let upload = further(&variants(&[listed(upsert(pictured("S", &[A])))], None), &all_written(&["S"]));
    let refused = json!({ "createAssets": [{ "errorCode": "MIME_TYPE_ERROR", "message": "No such type." }] });
    let outcome = only(outcomes(&upload, data(&refused)));
    assert_eq!(warned(&outcome), ["pictures-left-out"]);
    // Vendure without a place for assets.
    assert_eq!(retried(&only(outcomes(&upload, error("INTERNAL_SERVER_ERROR")))).0, "picture-unavailable");
}

#[test]
fn pictures_that_are_gone_from_the_catalog_are_no_longer_shown() {
    let note = uploaded()[1].note.clone().unwrap();
    let update = only_exchange(&[noted(shirt("S"), &note)]);
    assert_eq!(variables(&update)["input"]["assetIds"], json!([]));
    let variants = variants(&[noted(shirt("S"), &note)], Some(&[]));
    assert_eq!(variables(&variants)["update"][0]["assetIds"], json!([]));
    let outcome = only(outcomes(&variants, data(&all_written(&["S"]))));
    assert_eq!(outcome.note.as_deref(), Some("9"));
    // What somebody added at the vendor's is left alone.
    let never = variables(&only_exchange(&[listed(upsert(shirt("S")))]));
    assert_eq!(never["input"].get("assetIds"), None);
}

#[test]
fn variants_that_were_refused_do_not_wait_for_pictures() {
    let operations = [listed(upsert(pictured("S", &[A]))), listed(upsert(pictured("M", &[A])))];
    let variants = variants(&operations, None);
    let mut foreign = written("M", 1_990);
    foreign["prices"][0]["currencyCode"] = "USD".into();
    let answer = json!({ "updateProductVariants": [written("S", 1_990), foreign] });
    let settlement = settled(&variants, data(&answer));
    assert_eq!(rejected(&settlement.outcomes[0])[0].0, "other-currency");
    assert_eq!(only(settlement.further).covers, [1]);
}

#[test]
fn as_many_pictures_as_a_memo_holds_are_sent_and_the_rest_is_told() {
    let urls: Vec<String> =
        (0..20).map(|number| format!("https://cdn.example/{}/{number}.jpg", "x".repeat(150))).collect();
    let item = |sku: &str| {
        let own = urls.iter().map(|url| format!("{url}?{sku}"));
        shirt(sku).with(field("assets"), Value::images(own))
    };
    let operations: Vec<Operation> =
        (0..30).map(|number| listed(upsert(item(&format!("S{number:02}"))))).collect();
    let update = only_exchange(&operations);
    assert!(update.memo.len() <= 40 << 10, "{}", update.memo.len());
    assert!(String::from_utf8_lossy(&update.memo).contains("\"Pictures\""), "the last variants are warned");
    assert!(matches!(update.request.body, Body::Bytes(_)));
}
