//! Connectors: every release with its standing, and what an operator decides about them.

use axum::{Json, extract::State};
use serde::Deserialize;
use wharf_sync::{Comparison, ConnectorEntry, ConnectorError, ReleaseEntry, StandingError};

use super::{
    Api,
    extract::{Path, Query},
    page::Page,
    problem::{Kind, Problem},
    schema,
};

/// List every release, and every file of the drop folder that was refused, on one page.
#[utoipa::path(get, path = "/connectors", tag = "connectors",
    responses((status = OK, body = Page<schema::Connector>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(State(api): State<Api>) -> Json<Page<ConnectorEntry>> {
    Json(Page { items: api.host.connectors.list(), next_cursor: None })
}

/// Read one connector: its releases, what they ask for, what is approved, and what each channel grants.
#[utoipa::path(get, path = "/connectors/{name}", tag = "connectors", params(("name" = String, Path)),
    responses((status = OK, body = schema::Comparison), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<Comparison>, Problem> {
    Ok(Json(api.host.connectors.compare(&name).await?))
}

/// Which release is meant.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReleaseQuery {
    /// A version, or the first digits of a digest.
    release: Option<String>,
}

/// Let a release serve that waits or is held back: the newest one, unless another is named.
#[utoipa::path(post, path = "/connectors/{name}/approve", tag = "connectors", params(("name" = String, Path), ReleaseQuery),
    responses((status = OK, body = schema::Release), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn approve(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(query): Query<ReleaseQuery>,
) -> Result<Json<ReleaseEntry>, Problem> {
    let release = api.host.connectors.approve(&name, query.release.as_deref()).await?;
    Ok(changed(&api, release))
}

/// Go back to the release that served before, or to the one that is named; the present one is held back.
#[utoipa::path(post, path = "/connectors/{name}/rollback", tag = "connectors", params(("name" = String, Path), ReleaseQuery),
    responses((status = OK, body = schema::Release), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn roll_back(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(query): Query<ReleaseQuery>,
) -> Result<Json<ReleaseEntry>, Problem> {
    let release = api.host.connectors.roll_back(&name, query.release.as_deref()).await?;
    Ok(changed(&api, release))
}

/// Let a quarantined connector serve again; everything on its channels becomes due.
#[utoipa::path(post, path = "/connectors/{name}/resume", tag = "connectors", params(("name" = String, Path)),
    responses((status = OK, body = schema::Release), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resume(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<ReleaseEntry>, Problem> {
    let release = api.host.connectors.resume(&name).await?;
    Ok(changed(&api, release))
}

/// Channels take the change up at once.
fn changed(api: &Api, release: ReleaseEntry) -> Json<ReleaseEntry> {
    api.host.reconciler.wake();
    Json(release)
}

impl From<ConnectorError> for Problem {
    fn from(error: ConnectorError) -> Self {
        match error {
            ConnectorError::Standing(StandingError::Unknown(name)) => Self::unknown("connector", &name),
            ConnectorError::Standing(error) => Self::new(Kind::Unprocessable, error.to_string()),
            ConnectorError::InUse { .. } => Self::new(Kind::InUse, error.to_string()),
            ConnectorError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
