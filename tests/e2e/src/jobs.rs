//! A channel that takes batches as jobs and works on them for as long as a test wants: the far end of the
//! connector `bulk-json` with the setting `job`.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::channel::TOKEN;

/// A running channel. It stops with the test's runtime.
#[derive(Debug, Clone)]
pub struct Jobs {
    pub address: SocketAddr,
    state: Arc<Mutex<Desk>>,
}

#[derive(Debug, Default)]
struct Desk {
    jobs: Vec<Job>,
    /// What the channel shows, by SKU.
    shown: BTreeMap<String, Value>,
    /// Every SKU that was submitted while an earlier job with it went on.
    overlaps: Vec<String>,
    /// Polls that each job answers with "running".
    running: usize,
    /// The next polls that are answered with 500.
    failing: usize,
    /// Whether the outcomes leave every item out.
    mute: bool,
    polls: usize,
}

#[derive(Debug)]
struct Job {
    entries: Vec<Value>,
    polls: usize,
    ended: bool,
}

impl Jobs {
    pub async fn listen() -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let jobs = Self { address: listener.local_addr()?, state: Arc::default() };
        let router = Router::new()
            .route("/bulk/jobs", post(submit))
            .route("/bulk/jobs/{job}", get(poll).layer(from_fn_with_state(jobs.clone(), fail)))
            .layer(from_fn(admit))
            .with_state(jobs.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(jobs)
    }

    /// From now on a job ends after this many polls that say "running".
    pub fn run_for(&self, polls: usize) {
        self.desk().running = polls;
    }

    /// The next polls are answered with 500, and do not bring a job on.
    pub fn fail_polls(&self, polls: usize) {
        self.desk().failing = polls;
    }

    /// From now on outcomes are reported for no item.
    pub fn report_nothing(&self) {
        self.desk().mute = true;
    }

    /// What each job submitted so far has for this SKU, in order.
    pub fn submitted(&self, sku: &str) -> Vec<Value> {
        let desk = self.desk();
        desk.jobs.iter().flat_map(|job| &job.entries).filter(|entry| entry["sku"] == sku).cloned().collect()
    }

    /// How many jobs were submitted.
    pub fn count(&self) -> usize {
        self.desk().jobs.len()
    }

    /// How many polls were answered, those with 500 not counted.
    pub fn polls(&self) -> usize {
        self.desk().polls
    }

    pub fn failures_left(&self) -> usize {
        self.desk().failing
    }

    /// SKUs that were submitted while an earlier job with them went on.
    pub fn overlaps(&self) -> Vec<String> {
        self.desk().overlaps.clone()
    }

    /// The SKUs that the channel shows, in order.
    pub fn skus(&self) -> Vec<String> {
        self.desk().shown.keys().cloned().collect()
    }

    /// The title that the channel shows.
    pub fn title(&self, sku: &str) -> Value {
        self.desk().shown.get(sku).map(|entry| entry["title"].clone()).unwrap_or_default()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn admit(request: Request, next: Next) -> Response {
    let token = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if token.and_then(|token| token.strip_prefix("Bearer ")) != Some(TOKEN) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    next.run(request).await
}

async fn fail(State(jobs): State<Jobs>, request: Request, next: Next) -> Response {
    let fails = {
        let mut desk = jobs.desk();
        let fails = desk.failing > 0;
        desk.failing = desk.failing.saturating_sub(1);
        fails
    };
    if fails { StatusCode::INTERNAL_SERVER_ERROR.into_response() } else { next.run(request).await }
}

async fn submit(State(jobs): State<Jobs>, Json(entries): Json<Vec<Value>>) -> Response {
    let mut desk = jobs.desk();
    let going_on: BTreeSet<String> =
        desk.jobs.iter().filter(|job| !job.ended).flat_map(|job| &job.entries).map(sku).collect();
    desk.overlaps.extend(entries.iter().map(sku).filter(|sku| going_on.contains(sku)));
    let id = format!("job-{}", desk.jobs.len());
    desk.jobs.push(Job { entries, polls: 0, ended: false });
    (StatusCode::ACCEPTED, Json(json!({"job": id}))).into_response()
}

async fn poll(State(jobs): State<Jobs>, Path(id): Path<String>) -> Response {
    let mut desk = jobs.desk();
    let desk = &mut *desk;
    let number = id.strip_prefix("job-").and_then(|number| number.parse::<usize>().ok());
    let Some(job) = number.and_then(|number| desk.jobs.get_mut(number)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    desk.polls += 1;
    job.polls += 1;
    if !job.ended && job.polls <= desk.running {
        return Json(json!({"state": "running"})).into_response();
    }
    if !job.ended {
        job.ended = true;
        show(&mut desk.shown, &job.entries);
    }
    let reported = if desk.mute { &[] } else { job.entries.as_slice() };
    let outcomes: Vec<Value> =
        reported.iter().map(|entry| json!({"sku": entry["sku"], "status": "ok"})).collect();
    Json(json!({"outcomes": outcomes})).into_response()
}

/// A job takes effect once, when it ends.
fn show(shown: &mut BTreeMap<String, Value>, entries: &[Value]) {
    for entry in entries {
        if entry["delete"] == true {
            shown.remove(&sku(entry));
        } else {
            shown.insert(sku(entry), entry.clone());
        }
    }
}

fn sku(entry: &Value) -> String {
    entry["sku"].as_str().unwrap_or_default().to_owned()
}
