//! A channel that takes many items in one request; for tests and benchmarks, no vendor has it.
//!
//! `POST /bulk` carries a JSON array of items, or of `{"sku": ..., "delete": true}`. The channel answers
//! `{"outcomes": [{"sku": ..., "status": "ok" | "error", "code": ..., "message": ...}]}` in any order; an item
//! that the answer leaves out is tried again.
//!
//! With the setting `job`, the array goes to `POST /bulk/jobs`, which answers 202 `{"job": ID}`. Then
//! `GET /bulk/jobs/ID` answers `{"state": "running"}` until the job has ended, and after that the outcomes as above.

mod answer;
mod entry;
mod fields;
mod job;

use std::time::Duration;

use serde::Deserialize;
use wharf_sdk::{
    Action, Answer, AuthScheme, Connector, Context, Description, Endpoint, Exchange, Json, Method,
    Operations, Preparation, Publisher, Publishing, Request, Settlement,
};

/// The most operations one `prepare` takes, and the most items one request may be set to carry. The memo lists
/// their SKUs, of up to 100 characters each, and hosts keep memos of 64 KiB.
const MAXIMUM: u32 = 500;

/// Position in the description's endpoints.
const API: u32 = 0;

/// The connector.
#[derive(Debug)]
pub struct BulkJson;

wharf_sdk::connector!(BulkJson: Publisher);

#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The most items that one request carries.
    per_request: usize,
    /// Whether batches are submitted as jobs, which are polled.
    job: bool,
    /// The pause before each poll of a job, in milliseconds.
    poll_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { per_request: 500, job: false, poll_ms: 50 }
    }
}

impl Settings {
    fn pause(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }
}

impl Connector for BulkJson {
    fn describe() -> Description {
        Description::new("bulk-json", env!("CARGO_PKG_VERSION"), "Sends items in bulk to a test channel.")
            .fields(fields::fields())
            .settings_schema(include_str!("../settings.schema.json"))
            .auth(AuthScheme::Bearer)
            .endpoint(
                Endpoint::new("api", "https://bulk.example", &[Method::Post, Method::Get])
                    .json()
                    .path("/bulk"),
            )
            .publishing(Publishing::new(MAXIMUM))
    }
}

impl Publisher for BulkJson {
    fn prepare(context: &Context, operations: Operations<'_>) -> Preparation {
        let settings = match context.settings::<Settings>() {
            Ok(settings) => settings,
            Err(problem) => return Preparation::reject_all(operations.len(), &problem),
        };
        let positions: Vec<u32> = (0..).take(operations.len()).collect();
        let per_request = settings.per_request.max(1);
        let batches = operations.chunks(per_request).zip(positions.chunks(per_request));
        let target = if settings.job { job::JOBS } else { "/bulk" };
        let exchanges =
            batches.map(|(operations, positions)| exchange(target, operations, positions)).collect();
        Preparation { exchanges, rejections: Vec::new() }
    }

    fn settle(context: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        answers.iter().map(|answer| answer::settlement(context, answer)).collect()
    }
}

/// One request for these operations. The memo lists their SKUs, one a line, as the answer names only those.
fn exchange(target: &str, operations: Operations<'_>, positions: &[u32]) -> Exchange {
    let length: usize = operations.iter().map(|operation| 96 + operation.item.expected_length()).sum();
    let mut json = Json::with_capacity(length);
    json.begin_array();
    for operation in operations {
        match operation.action {
            Action::Delete => entry::write_deletion(&mut json, operation.item),
            Action::Upsert | Action::Price | Action::Stock | Action::Keep => {
                entry::write(&mut json, operation.item);
            }
        }
    }
    json.end_array();
    let skus: Vec<&str> = operations.iter().map(|operation| operation.item.sku()).collect();
    Request::post(API, target).json(json).covering(positions.to_vec()).memo(skus.join("\n"))
}
