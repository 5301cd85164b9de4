//! Feeds: a document that is put at an address of its own, submitted, worked through, and reported on message by
//! message.

use std::io::Write as _;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

use super::{Amazon, DOCUMENTS, Desk, SELLER, listings, refusal};

/// The type that documents are declared with, which is part of the permission to put one.
const DOCUMENT_TYPE: &str = "application/json; charset=UTF-8";

/// The permission in an address.
const PERMISSION: &str = "X-Amz-Signature=a%2Fb";

#[derive(Debug)]
pub(super) struct Feed {
    pub(super) messages: Vec<Value>,
    polls: usize,
    /// The document with its report, once it is done.
    report: Option<String>,
}

impl Amazon {
    fn address_of(&self, document: &str) -> String {
        format!("http://{}{DOCUMENTS}/{document}?{PERMISSION}", self.address)
    }
}

/// `createFeedDocument`
pub(super) async fn create_document(State(amazon): State<Amazon>, Json(body): Json<Value>) -> Response {
    if body["contentType"] != DOCUMENT_TYPE {
        return refusal(StatusCode::BAD_REQUEST, "InvalidInput", "contentType is invalid.");
    }
    let mut desk = amazon.desk();
    let id = format!("amzn1.tortuga.4.eu.{}", desk.documents.len());
    desk.documents.insert(id.clone(), None);
    let answer = json!({"feedDocumentId": id, "url": amazon.address_of(&id)});
    (StatusCode::CREATED, Json(answer)).into_response()
}

/// An address is its own permission, and beside it no other is taken.
fn is_permitted(query: Option<&str>, headers: &HeaderMap) -> bool {
    let shows_more =
        headers.contains_key("x-amz-access-token") || headers.contains_key(header::AUTHORIZATION);
    query == Some(PERMISSION) && !shows_more
}

/// `PUT` of a document.
pub(super) async fn upload(
    State(amazon): State<Amazon>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let is_declared = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == DOCUMENT_TYPE);
    match amazon.desk().documents.get_mut(&id) {
        Some(content) if is_declared && is_permitted(query.as_deref(), &headers) => {
            *content = Some(body.into());
            StatusCode::OK
        }
        _ => StatusCode::FORBIDDEN,
    }
}

/// `createFeed`
pub(super) async fn submit(State(amazon): State<Amazon>, Json(body): Json<Value>) -> Response {
    let mut desk = amazon.desk();
    let content = body["inputFeedDocumentId"].as_str().and_then(|id| desk.documents.get(id)?.as_deref());
    let document = content.and_then(|content| serde_json::from_slice::<Value>(content).ok());
    let messages =
        document.filter(|document| document["header"]["sellerId"] == SELLER).and_then(|mut document| {
            match document["messages"].take() {
                Value::Array(messages) => Some(messages),
                _ => None,
            }
        });
    match messages {
        Some(messages) if body["feedType"] == "JSON_LISTINGS_FEED" && body["marketplaceIds"].is_array() => {
            desk.feeds.push(Feed { messages, polls: 0, report: None });
            (StatusCode::ACCEPTED, Json(json!({"feedId": desk.feeds.len().to_string()}))).into_response()
        }
        _ => refusal(StatusCode::BAD_REQUEST, "InvalidInput", "The feed has no document that can be read."),
    }
}

/// `getFeed`
pub(super) async fn poll(State(amazon): State<Amazon>, Path(id): Path<String>) -> Response {
    let mut desk = amazon.desk();
    let position = id.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let in_progress = desk.in_progress;
    let Some(position) = position.filter(|position| *position < desk.feeds.len()) else {
        return refusal(StatusCode::NOT_FOUND, "NotFound", "The feed is not known.");
    };
    desk.feeds[position].polls += 1;
    if desk.feeds[position].report.is_none() && desk.feeds[position].polls > in_progress {
        work(&mut desk, position);
    }
    let report = desk.feeds[position].report.as_deref();
    let mut answer = json!({
        "feedId": id, "feedType": "JSON_LISTINGS_FEED", "createdTime": "2026-01-01T00:00:00Z",
        "processingStatus": if report.is_some() { "DONE" } else { "IN_PROGRESS" }
    });
    if let Some(report) = report {
        answer["resultFeedDocumentId"] = report.into();
    }
    Json(answer).into_response()
}

/// Carries every message out that can be, and reports on the others.
fn work(desk: &mut Desk, position: usize) {
    let messages = desk.feeds[position].messages.clone();
    let issues: Vec<Value> =
        messages.iter().filter_map(|message| listings::carry_out(desk, message)).collect();
    let accepted = messages.len() - issues.len();
    let report = json!({
        "header": {"sellerId": SELLER, "version": "2.0", "feedId": (position + 1).to_string()},
        "summary": {
            "errors": issues.len(), "warnings": 0, "messagesProcessed": messages.len(),
            "messagesAccepted": accepted, "messagesInvalid": issues.len()
        },
        "issues": issues
    });
    let id = format!("amzn1.tortuga.4.eu.report-{position}");
    desk.documents.insert(id.clone(), Some(zipped(report.to_string().as_bytes())));
    desk.feeds[position].report = Some(id);
}

fn zipped(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("memory takes what is written into it")
}

/// `getFeedDocument`
pub(super) async fn locate(State(amazon): State<Amazon>, Path(id): Path<String>) -> Response {
    if !amazon.desk().documents.contains_key(&id) {
        return refusal(StatusCode::NOT_FOUND, "NotFound", "The document is not known.");
    }
    let url = amazon.address_of(&id);
    Json(json!({"feedDocumentId": id, "url": url, "compressionAlgorithm": "GZIP"})).into_response()
}

/// `GET` of a document, packed as it lies there.
pub(super) async fn download(
    State(amazon): State<Amazon>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let content = amazon.desk().documents.get(&id).cloned().flatten();
    match content.filter(|_| is_permitted(query.as_deref(), &headers)) {
        Some(content) => content.into_response(),
        None => StatusCode::FORBIDDEN.into_response(),
    }
}
