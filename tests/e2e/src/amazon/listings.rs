//! What Amazon shows of listings, changed by a feed's message or by a request of its own.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{Amazon, Desk, SELLER, refusal};

/// Of an attribute whose value is not taken.
const WRONG_VALUE: &str = "90220";

/// A message takes effect, or its issue is the answer.
pub(super) fn carry_out(desk: &mut Desk, message: &Value) -> Option<Value> {
    let sku = message["sku"].as_str().unwrap_or_default();
    let issue = |code: &str, attribute: &str| {
        json!({
            "messageId": message["messageId"], "sku": sku, "code": code, "severity": "ERROR",
            "message": format!("`{attribute}` is not taken."), "attributeName": attribute
        })
    };
    let operation = message["operationType"].as_str().unwrap_or_default();
    if let Some(attribute) = desk.refused.get(sku).filter(|_| operation != "DELETE") {
        return Some(issue(WRONG_VALUE, attribute));
    }
    let is_done = match operation {
        "UPDATE" => show(desk, sku, &message["attributes"]),
        "PATCH" => change(desk, sku, &message["patches"]),
        "DELETE" => desk.shown.remove(sku).is_some(),
        _ => false,
    };
    (!is_done).then(|| issue("4000001", "sku"))
}

fn show(desk: &mut Desk, sku: &str, attributes: &Value) -> bool {
    desk.shown.insert(sku.to_owned(), attributes.clone());
    attributes.is_object()
}

/// False for a listing that does not exist.
fn change(desk: &mut Desk, sku: &str, patches: &Value) -> bool {
    let Some(Value::Object(shown)) = desk.shown.get_mut(sku) else { return false };
    for patch in patches.as_array().into_iter().flatten() {
        let name = attribute(patch);
        match patch["op"].as_str() {
            Some("delete") => drop(shown.remove(name)),
            _ => drop(shown.insert(name.to_owned(), patch["value"].clone())),
        }
    }
    true
}

fn attribute(patch: &Value) -> &str {
    patch["path"].as_str().and_then(|path| path.strip_prefix("/attributes/")).unwrap_or_default()
}

/// `putListingsItem`
pub(super) async fn replace(
    State(amazon): State<Amazon>,
    Path((seller, sku)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Response {
    let mut desk = amazon.desk();
    desk.singles.push(format!("PUT {sku}"));
    if let Some(invalid) = invalid(&desk, &sku) {
        return invalid;
    }
    let is_done = show(&mut desk, &sku, &body["attributes"]);
    submission(&seller, &sku, is_done)
}

/// `patchListingsItem`
pub(super) async fn patch(
    State(amazon): State<Amazon>,
    Path((seller, sku)): Path<(String, String)>,
    Json(body): Json<Value>,
) -> Response {
    let mut desk = amazon.desk();
    let names: Vec<_> = body["patches"].as_array().into_iter().flatten().map(attribute).collect();
    desk.singles.push(format!("PATCH {sku} {}", names.join(" ")));
    if let Some(invalid) = invalid(&desk, &sku) {
        return invalid;
    }
    let is_done = change(&mut desk, &sku, &body["patches"]);
    submission(&seller, &sku, is_done)
}

/// `deleteListingsItem`
pub(super) async fn delete(
    State(amazon): State<Amazon>,
    Path((seller, sku)): Path<(String, String)>,
) -> Response {
    let mut desk = amazon.desk();
    desk.singles.push(format!("DELETE {sku}"));
    let is_done = desk.shown.remove(&sku).is_some();
    submission(&seller, &sku, is_done)
}

fn invalid(desk: &Desk, sku: &str) -> Option<Response> {
    let attribute = desk.refused.get(sku)?;
    let issue = json!({
        "code": WRONG_VALUE, "severity": "ERROR", "message": format!("`{attribute}` is not taken."),
        "attributeNames": [attribute], "categories": ["INVALID_ATTRIBUTE"]
    });
    let answer = json!({"sku": sku, "status": "INVALID", "submissionId": "1", "issues": [issue]});
    Some(Json(answer).into_response())
}

fn submission(seller: &str, sku: &str, is_done: bool) -> Response {
    if seller != SELLER || !is_done {
        return refusal(StatusCode::NOT_FOUND, "NOT_FOUND", "SKU was not found in the seller's listings.");
    }
    Json(json!({"sku": sku, "status": "ACCEPTED", "submissionId": "1", "issues": []})).into_response()
}
