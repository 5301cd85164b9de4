//! Stored secrets: values go in and never come out; names, times and users can be read.

use axum::{Json, extract::State, http::StatusCode};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use wharf_store::SecretError;
use wharf_sync::{SecretRemovalError, remove_secret, secret_uses};

use super::{
    Api,
    extract::{Body, Path},
    page::Page,
    problem::{Kind, Problem},
};
use crate::shown_secret::ShownSecret;

/// List all secrets, ascending by name, on one page. Their values are not in it.
#[utoipa::path(get, path = "/secrets", tag = "secrets",
    responses((status = OK, body = Page<ShownSecret>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(State(api): State<Api>) -> Result<Json<Page<ShownSecret>>, Problem> {
    let items = ShownSecret::all(&api.host.site.secrets).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// The value of a secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SecretValue {
    #[schema(value_type = String, format = Password, write_only)]
    value: SecretString,
}

/// Keep a value under a name, in place of an earlier one. Channels use it from their next run.
#[utoipa::path(put, path = "/secrets/{name}", tag = "secrets", params(("name" = String, Path)),
    request_body = SecretValue,
    responses((status = OK, body = ShownSecret), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn set(
    State(api): State<Api>,
    Path(name): Path<String>,
    Body(body): Body<Box<RawValue>>,
) -> Result<Json<ShownSecret>, Problem> {
    // Words of its own: those of the parser would repeat what it found in the value's place.
    let body: SecretValue = serde_json::from_str(body.get()).map_err(|_| {
        Problem::at(Kind::Unprocessable, "/value", "send `{\"value\": \"...\"}` with the secret as a text")
    })?;
    let site = &api.host.site;
    let record = site.secrets.set(&name, &body.value).await?;
    let channels = secret_uses(&site.store).await?.remove(&name).unwrap_or_default();
    api.host.reconciler.wake();
    Ok(Json(ShownSecret::new(record, channels)))
}

/// Remove a secret that no channel uses.
#[utoipa::path(delete, path = "/secrets/{name}", tag = "secrets", params(("name" = String, Path)),
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn remove(State(api): State<Api>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    remove_secret(&api.host.site.secrets, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        match error {
            SecretError::Store(error) => error.into(),
            SecretError::Name(_) => Self::at(Kind::Unprocessable, "name", error.to_string()),
            SecretError::Empty { .. } | SecretError::TooLong { .. } => {
                Self::at(Kind::Unprocessable, "/value", error.to_string())
            }
            SecretError::Missing { .. } | SecretError::OtherKey { .. } | SecretError::Altered { .. } => {
                Self::new(Kind::Unprocessable, error.to_string())
            }
            other => Self::internal(&other),
        }
    }
}

impl From<SecretRemovalError> for Problem {
    fn from(error: SecretRemovalError) -> Self {
        match error {
            SecretRemovalError::InUse { .. } => Self::new(Kind::InUse, error.to_string()),
            SecretRemovalError::Unknown(name) => Self::unknown("secret", &name),
            SecretRemovalError::Secret(error) => error.into(),
            SecretRemovalError::Store(error) => error.into(),
        }
    }
}
