//! The one shape of an error: problem details for HTTP APIs (RFC 9457).

use std::borrow::Cow;

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;
use wharf_store::StoreError;

use super::extract::Path;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// Why a request was not done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// A URI reference that names the kind of problem; scripts may branch on it.
    #[serde(rename = "type")]
    #[schema(example = "/problems/not-found")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// The HTTP status, once more.
    status: u16,
    /// What was wrong with this request, and what would put it right.
    detail: String,
    /// The places in the body, the query or the path that are to blame.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Violation>,
}

/// One place that is to blame.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Violation {
    /// JSON Pointer (RFC 6901) into the body; for queries and paths, the parameter's name.
    #[schema(example = "/prices/0/currency")]
    pub(crate) pointer: String,
    pub(crate) detail: String,
}

/// Every kind of problem. The code is the last part of its `type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    BadRequest,
    Unauthorized,
    Unsigned,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Conflict,
    InUse,
    PreconditionFailed,
    TooLarge,
    UnsupportedMediaType,
    Unprocessable,
    Internal,
    Busy,
    Timeout,
}

impl Kind {
    const ALL: [Self; 15] = [
        Self::BadRequest,
        Self::Unauthorized,
        Self::Unsigned,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::InUse,
        Self::PreconditionFailed,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Unprocessable,
        Self::Internal,
        Self::Busy,
        Self::Timeout,
    ];

    fn parts(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::BadRequest => ("bad-request", StatusCode::BAD_REQUEST, "The request cannot be read"),
            Self::Unauthorized => ("unauthorized", StatusCode::UNAUTHORIZED, "An API token is needed"),
            Self::Unsigned => ("unsigned", StatusCode::UNAUTHORIZED, "The signature does not show who calls"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "The token does not allow this"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "There is no such thing"),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "The resource has no such method")
            }
            Self::Conflict => ("conflict", StatusCode::CONFLICT, "It is there already"),
            Self::InUse => ("in-use", StatusCode::CONFLICT, "It is still in use"),
            Self::PreconditionFailed => {
                ("revision-conflict", StatusCode::PRECONDITION_FAILED, "Someone else was faster")
            }
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be JSON")
            }
            Self::Unprocessable => ("invalid", StatusCode::UNPROCESSABLE_ENTITY, "The request breaks a rule"),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "The server failed"),
            Self::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE, "The server is busy"),
            Self::Timeout => ("timeout", StatusCode::GATEWAY_TIMEOUT, "The request took too long"),
        }
    }
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (code, status, title) = kind.parts();
        let kind = format!("/problems/{code}");
        Self { kind, title, status: status.as_u16(), detail: detail.into(), errors: Vec::new() }
    }

    /// Bad input at one place.
    pub(crate) fn at(kind: Kind, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let violation = Violation { pointer: pointer.into(), detail: detail.clone() };
        Self { errors: vec![violation], ..Self::new(kind, detail) }
    }

    /// The place that is to blame, for the answer to a line of a bulk request.
    pub(crate) fn into_violation(mut self) -> Violation {
        self.errors.pop().unwrap_or(Violation { pointer: String::new(), detail: self.detail })
    }

    pub(crate) fn unknown(what: &str, name: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no {what} `{name}`"))
    }

    /// A fault of the server's own: told to the log in full, to the caller only that it happened.
    pub(crate) fn internal(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = chain(error), "a request failed");
        Self::new(Kind::Internal, "the server could not do this; its log says why")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let wants_token = self.kind == "/problems/unauthorized";
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, MEDIA_TYPE);
        match status {
            StatusCode::UNAUTHORIZED if wants_token => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NameTaken { .. } => Self::new(Kind::Conflict, error.to_string()),
            StoreError::Busy { .. } => {
                tracing::warn!(error = chain(&error), "the database was busy");
                Self::new(Kind::Busy, "the database is kept busy by another process; try again")
            }
            _ => Self::internal(&error),
        }
    }
}

/// An error with everything that caused it, in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text: Cow<'_, str> = cause.to_string().into();
        // Many errors repeat their cause in their own words.
        if !text.contains(&*cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}

/// What a kind of problem means; where its `type` leads.
pub(super) async fn explain(Path(code): Path<String>) -> Result<Json<Explanation>, Problem> {
    let known = Kind::ALL.into_iter().map(Kind::parts).find(|(known, ..)| *known == code);
    let (code, status, title) = known.ok_or_else(|| Problem::unknown("kind of problem", &code))?;
    Ok(Json(Explanation { kind: format!("/problems/{code}"), status: status.as_u16(), title }))
}

#[derive(Debug, Serialize)]
pub(super) struct Explanation {
    #[serde(rename = "type")]
    kind: String,
    status: u16,
    title: &'static str,
}
