//! Feed files, as channels fetch them.
//!
//! Public by design: a channel's crawler brings no token, and what lies here is what the channel would show
//! anyway. A reverse proxy is the place for more, such as the vendor's address ranges.

use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use cap_std::fs::{Dir, File, Metadata};
use futures::stream::{self, Stream};
use tokio::io::AsyncReadExt;

use super::{Api, extract::Path, problem::Problem};

/// Bytes read at once.
const CHUNK: usize = 64 * 1024;

pub(super) async fn file(
    State(api): State<Api>,
    Path((channel, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let feeds = api.host.site.directory.feeds().try_clone().map_err(|error| Problem::internal(&error))?;
    let place = format!("{channel}/{name}");
    let unknown = || Problem::unknown("feed file", &place);
    // A dot begins the files that are still being written.
    if [&channel, &name].into_iter().any(|part| part.starts_with('.') || part.contains(['/', '\\'])) {
        return Err(unknown());
    }
    let opened = tokio::task::spawn_blocking(move || open(&feeds, &channel, &name)).await;
    let (file, metadata) = match opened.map_err(|error| Problem::internal(&error))? {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(unknown()),
        Err(error) => return Err(Problem::internal(&error)),
    };
    let etag = etag(&metadata);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, media_type(&place).to_owned()),
        (header::CONTENT_LENGTH, metadata.len().to_string()),
        (header::ETAG, etag),
    ];
    Ok((headers, Body::from_stream(chunks(file))).into_response())
}

fn open(feeds: &Dir, channel: &str, name: &str) -> io::Result<(File, Metadata)> {
    let file = feeds.open_dir(channel)?.open(name)?;
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok((file, metadata)) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// A feed file is replaced whole, so its time and length tell one from the next.
fn etag(metadata: &Metadata) -> String {
    let modified = metadata.modified().map_or(UNIX_EPOCH, cap_std::time::SystemTime::into_std);
    let nanoseconds = modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("\"{nanoseconds:x}-{:x}\"", metadata.len())
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("xml" | "rss") => "application/xml; charset=utf-8",
        Some("csv") => "text/csv; charset=utf-8",
        Some("tsv" | "txt") => "text/tab-separated-values; charset=utf-8",
        Some("json") => "application/json",
        Some("jsonl") => "application/x-ndjson",
        _ => "application/octet-stream",
    }
}

fn chunks(file: File) -> impl Stream<Item = io::Result<Bytes>> {
    let file = tokio::fs::File::from_std(file.into_std());
    stream::try_unfold(file, |mut file| async move {
        let mut chunk = Vec::with_capacity(CHUNK);
        let read = (&mut file).take(CHUNK as u64).read_to_end(&mut chunk).await?;
        Ok((read > 0).then(|| (Bytes::from(chunk), file)))
    })
}
