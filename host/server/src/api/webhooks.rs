//! Where channels call: one address for each, without a token, since the signature shows who calls.
//!
//! The answer is a status and no more. It comes once what the delivery brought is stored, so a caller who got none
//! calls again, and a repeat brings nothing.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::any,
};
use utoipa::OpenApi;
use wharf_sync::{Answer, ReceiveError, WebhookCall};

use super::{
    Api,
    extract::Path,
    problem::{Kind, Problem, chain},
};

/// The address of all webhooks; a channel's own begins with its name.
const BASE: &str = "/webhooks/";

/// Their part of the description.
#[derive(OpenApi)]
#[openapi(paths(receive_plain))]
pub(super) struct Description;

pub(super) fn router() -> Router<Api> {
    Router::new()
        .route("/webhooks/{channel}", any(receive_plain))
        .route("/webhooks/{channel}/{*rest}", any(receive_below))
}

/// Take a delivery of a channel. It is believed by its signature; no token is needed.
#[utoipa::path(post, path = "/webhooks/{channel}", tag = "webhooks", params(("channel" = String, Path)), security(()),
    request_body(content = Vec<u8>, content_type = "*/*"),
    responses((status = OK, description = "What the delivery brought is stored, now or by an earlier one of its id."),
        (status = UNAUTHORIZED, description = "The signature is missing or wrong.", body = Problem, content_type = "application/problem+json"),
        (status = SERVICE_UNAVAILABLE, description = "Too many at once, or it cannot be stored now: send it again.", body = Problem, content_type = "application/problem+json"),
        (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn receive_plain(
    State(api): State<Api>,
    Path(channel): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    receive(&api, &channel, request).await
}

async fn receive_below(
    State(api): State<Api>,
    Path((channel, _)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    receive(&api, &channel, request).await
}

async fn receive(api: &Api, channel: &str, request: Request) -> Result<Response, Problem> {
    let admitted = api.host.reconciler.admit(channel).await.map_err(|error| refusal(channel, &error))?;
    let (parts, body) = request.into_parts();
    let call = WebhookCall {
        method: parts.method.as_str().to_owned(),
        target: target(&parts.uri, channel),
        headers: headers(&parts.headers),
        body: read(api, body).await?.into(),
    };
    let answer = admitted.receive(call).await.map_err(|error| refusal(channel, &error))?;
    Ok(respond(answer))
}

/// A caller who sends slowly gives up its place.
async fn read(api: &Api, body: Body) -> Result<Bytes, Problem> {
    let settings = api.settings();
    let patience = Duration::from_millis(settings.webhook_read_ms);
    let limit = settings.webhook_bytes;
    match tokio::time::timeout(patience, axum::body::to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Problem::new(
            Kind::TooLarge,
            "the body was cut off, or is longer than the setting `server.webhook-bytes` allows",
        )),
        Err(_) => {
            Err(Problem::new(Kind::Timeout, "the body took longer than the setting `server.webhook-read-ms`"))
        }
    }
}

/// Path below the channel's own address, and query.
fn target(uri: &Uri, channel: &str) -> String {
    let path = uri.path().strip_prefix(BASE).and_then(|path| path.strip_prefix(channel)).unwrap_or_default();
    match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&header::HeaderName, &header::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    if answer.content_type.is_empty() {
        return (status, answer.body).into_response();
    }
    (status, [(header::CONTENT_TYPE, answer.content_type)], answer.body).into_response()
}

/// What the caller may know. The rest is in the log.
fn refusal(channel: &str, error: &ReceiveError) -> Problem {
    match error {
        ReceiveError::Unknown => Problem::new(Kind::NotFound, "there is no channel here that takes webhooks"),
        ReceiveError::Busy => Problem::new(Kind::Busy, "too many deliveries at once; send it again later"),
        ReceiveError::Unauthorized => Problem::new(Kind::Unsigned, "the signature is missing or wrong"),
        ReceiveError::Refused(status) => {
            tracing::warn!(channel, status, "a webhook delivery was refused by the connector");
            if *status >= 500 {
                unable()
            } else {
                Problem::new(Kind::Unprocessable, "the delivery cannot be read")
            }
        }
        ReceiveError::Failed(error) => {
            tracing::error!(channel, error = chain(error), "a webhook delivery could not be taken in");
            unable()
        }
    }
}

fn unable() -> Problem {
    Problem::new(Kind::Busy, "the delivery cannot be taken in now; send it again later")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_what_stands_below_the_channels_own_address() {
        let of = |uri: &'static str| target(&Uri::from_static(uri), "shop");
        assert_eq!(of("/webhooks/shop"), "");
        assert_eq!(of("/webhooks/shop/orders/create?shop=a"), "/orders/create?shop=a");
        assert_eq!(of("/webhooks/shop?a=1"), "?a=1");
    }
}
