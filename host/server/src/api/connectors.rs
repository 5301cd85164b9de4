//! Connectors: what lies in the drop folder, loaded or refused with the reason.

use axum::{Json, extract::State};
use wharf_sync::ConnectorEntry;

use super::{Api, page::Page, problem::Problem, schema};

/// List the files of the drop folder, on one page.
#[utoipa::path(get, path = "/connectors", tag = "connectors",
    responses((status = OK, body = Page<schema::Connector>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(State(api): State<Api>) -> Json<Page<ConnectorEntry>> {
    Json(Page { items: api.host.connectors.list(), next_cursor: None })
}
