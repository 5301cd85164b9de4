//! Streams and files of a channel: read one now, hand over the other.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wharf_sync::{FileFinding, FileIntake, IntakeReport, PullReport};

use super::{
    Api, channels,
    extract::{Path, Query},
    problem::{Kind, Problem, chain},
};

/// Whether to wait for the end of the pass.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PullQuery {
    /// Answer with what was read instead of at once.
    #[serde(default)]
    wait: bool,
}

/// Read a stream of a channel now, whatever its schedule says.
#[utoipa::path(post, path = "/channels/{name}/streams/{stream}/pull", tag = "channels",
    params(("name" = String, Path), ("stream" = String, Path), PullQuery),
    responses((status = OK, description = "Counters by name, how it ended, and why it stopped.", body = Object), (status = ACCEPTED, description = "The stream is being read."), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn pull(
    State(api): State<Api>,
    Path((name, stream)): Path<(String, String)>,
    Query(query): Query<PullQuery>,
) -> Result<Response, Problem> {
    let known = api.host.reconciler.streams(&name).await?;
    if !known.contains(&stream) {
        return Err(Problem::unknown("stream", &stream));
    }
    let reconciler = api.host.reconciler.clone();
    // Of its own, so that a caller who hangs up does not cut the pass short.
    let pull = tokio::spawn(async move {
        let outcome = reconciler.pull(&name, &stream).await;
        if let Err(error) = &outcome {
            tracing::error!(channel = name, stream, error = chain(error), "a pull failed");
        }
        outcome
    });
    if !query.wait {
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    let report: PullReport = pull.await.map_err(|error| Problem::internal(&error))??;
    Ok(Json(report).into_response())
}

/// What the file is called.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FileQuery {
    /// Its name with its ending, such as `prices.csv`.
    name: String,
}

/// What a file came to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FileAnswer {
    /// Counters by name; `complete`; under `failed` why the file could not be read to its end.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    report: IntakeReport,
    /// The first of what was found wrong; `GET /channels/{name}/status` tells the rest.
    #[schema(value_type = Vec<Object>)]
    findings: Vec<FileFinding>,
}

/// Findings in one answer.
const SHOWN: usize = 100;

/// Hand over a supplier's file; what was read before an error stays. The body is the file itself.
#[utoipa::path(post, path = "/channels/{name}/files", tag = "channels", params(("name" = String, Path), FileQuery),
    request_body(content = Vec<u8>, content_type = "*/*"),
    responses((status = OK, body = FileAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn file(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(query): Query<FileQuery>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<FileAnswer>, Problem> {
    channels::find(&api, &name).await?;
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let intake = api.host.reconciler.intake(&name, &query.name, media_type.unwrap_or_default()).await?;
    let (intake, findings) = take_in(intake, body).await?;
    let report = intake.report().clone();
    Ok(Json(FileAnswer { report, findings }))
}

/// Chunk by chunk, as they come from the caller.
async fn take_in(mut intake: FileIntake, body: Body) -> Result<(FileIntake, Vec<FileFinding>), Problem> {
    let mut found = Vec::new();
    let mut pending = Vec::new();
    let mut bytes = body.into_data_stream();
    while let Some(next) = bytes.next().await {
        // A body that breaks off is a file that was cut: its last stretch is not handed over as the end.
        let next = next
            .map_err(|_| Problem::new(Kind::BadRequest, "the file was cut off on its way; send it again"))?;
        pending.extend_from_slice(&next);
        if intake.unpacks(&pending) {
            let detail =
                "a zip file has to be read from its end: take it in with `wharf import FILE --channel NAME`";
            return Err(Problem::new(Kind::Unprocessable, detail));
        }
        while pending.len() >= intake.chunk_bytes() {
            let rest = pending.split_off(intake.chunk_bytes());
            let chunk = std::mem::replace(&mut pending, rest);
            found.extend(intake.chunk(chunk, false).await?);
            found.truncate(SHOWN);
        }
        if intake.is_over() {
            return Ok((intake, found));
        }
    }
    found.extend(intake.chunk(pending, true).await?);
    found.truncate(SHOWN);
    Ok((intake, found))
}
