//! What the server shows of itself: health and readiness for orchestrators, metrics for Prometheus, and for every
//! request a log span, a count and a bound on its time.

use std::time::{Duration, Instant};

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics::{counter, histogram};
use tracing::{Instrument, field::Empty};

use super::{
    Api,
    problem::{Kind, Problem},
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The process runs.
pub(super) async fn health() -> &'static str {
    "alive\n"
}

/// The database answers; connectors were loaded before the first request was taken.
pub(super) async fn ready(State(api): State<Api>) -> Result<&'static str, Problem> {
    api.host.site.store.channel(0).await?;
    Ok("ready\n")
}

pub(super) async fn metrics(State(api): State<Api>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], api.metrics.render())
}

/// Around every request. Logs the path, never the query or a header: those can hold what is not for a log.
pub(super) async fn request(State(api): State<Api>, request: Request, next: Next) -> Response {
    let id = format!("{:016x}", fastrand::u64(..));
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", id, %method, path = request.uri().path(), token = Empty);
    let begin = Instant::now();
    async move {
        let limit = Duration::from_millis(api.settings().request_timeout_ms);
        let mut response = match tokio::time::timeout(limit, next.run(request)).await {
            Ok(response) => response,
            Err(_) => {
                Problem::new(Kind::Timeout, "it took longer than the setting `server.request-timeout-ms`")
                    .into_response()
            }
        };
        let elapsed = begin.elapsed();
        let status = response.status();
        count(method.as_str(), &route, status, elapsed);
        tracing::info!(status = status.as_u16(), milliseconds = elapsed.as_millis() as u64, "answered");
        if let Ok(id) = HeaderValue::try_from(id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }
    .instrument(span)
    .await
}

/// By route and not by path, so that callers cannot multiply the series; methods that are not HTTP's count as one.
fn count(method: &str, route: &str, status: StatusCode, elapsed: Duration) {
    let method = match method {
        "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS" => method.to_owned(),
        _ => "other".to_owned(),
    };
    let labels = [("method", method), ("route", route.to_owned())];
    histogram!("wharf_http_request_seconds", &labels).record(elapsed.as_secs_f64());
    counter!("wharf_http_requests_total", "status" => status.as_str().to_owned(), "route" => route.to_owned())
        .increment(1);
}
