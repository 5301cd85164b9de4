//! Channels: what the operator has set up, and the switches on it.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use wharf_store::{Channel, ChannelState};
use wharf_sync::{ChannelConfiguration, ChannelError, Figures, SyncError, Unavailable};

use super::{
    Api,
    extract::{Body, Path, Query},
    page::Page,
    problem::{Kind, Problem, chain},
    products::instant,
    schema,
};
use crate::status::{self, ChannelStatus};

/// A channel as it is set up. Credentials are named here, never held.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChannelAnswer {
    name: String,
    connector: String,
    /// `enabled` or `paused`.
    state: &'static str,
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    #[schema(value_type = schema::ChannelConfiguration)]
    configuration: Box<RawValue>,
}

impl ChannelAnswer {
    fn new(channel: Channel) -> Result<Self, Problem> {
        Ok(Self {
            name: channel.name,
            connector: channel.connector,
            state: channel.state.as_str(),
            created_at: instant(channel.created_at),
            configuration: RawValue::from_string(channel.configuration)
                .map_err(|error| Problem::internal(&error))?,
        })
    }
}

/// List all channels, ascending by name, on one page.
#[utoipa::path(get, path = "/channels", tag = "channels",
    responses((status = OK, body = Page<ChannelAnswer>), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list(State(api): State<Api>) -> Result<Json<Page<ChannelAnswer>>, Problem> {
    let channels = api.host.site.store.channels().await?;
    let items = channels.into_iter().map(ChannelAnswer::new).collect::<Result<_, _>>()?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// A channel to be set up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChannel {
    /// Letters, digits, `-` and `_`; at most 64.
    name: String,
    #[schema(value_type = schema::ChannelConfiguration)]
    configuration: ChannelConfiguration,
}

/// Set up a channel; everything in its scope becomes due.
#[utoipa::path(post, path = "/channels", tag = "channels", request_body = NewChannel,
    responses((status = CREATED, body = ChannelAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn add(
    State(api): State<Api>,
    Body(body): Body<NewChannel>,
) -> Result<(StatusCode, Json<ChannelAnswer>), Problem> {
    let channel = api.host.reconciler.add_channel(&body.name, &body.configuration).await?;
    Ok((StatusCode::CREATED, Json(ChannelAnswer::new(channel)?)))
}

/// Read one channel.
#[utoipa::path(get, path = "/channels/{name}", tag = "channels", params(("name" = String, Path)),
    responses((status = OK, body = ChannelAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<ChannelAnswer>, Problem> {
    ChannelAnswer::new(find(&api, &name).await?).map(Json)
}

/// Replace a channel's configuration; everything in its scope becomes due.
#[utoipa::path(put, path = "/channels/{name}", tag = "channels", params(("name" = String, Path)),
    request_body = schema::ChannelConfiguration,
    responses((status = OK, body = ChannelAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn replace(
    State(api): State<Api>,
    Path(name): Path<String>,
    Body(configuration): Body<ChannelConfiguration>,
) -> Result<Json<ChannelAnswer>, Problem> {
    let channel = api.host.reconciler.update_channel(&name, &configuration).await?;
    ChannelAnswer::new(channel).map(Json)
}

/// Remove a channel. What it shows stays there: to empty it first, disable its products and sync.
#[utoipa::path(delete, path = "/channels/{name}", tag = "channels", params(("name" = String, Path)),
    responses((status = NO_CONTENT), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn remove(State(api): State<Api>, Path(name): Path<String>) -> Result<StatusCode, Problem> {
    api.host.reconciler.remove_channel(&name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Stop serving a channel; changes are remembered.
#[utoipa::path(post, path = "/channels/{name}/pause", tag = "channels", params(("name" = String, Path)),
    responses((status = OK, body = ChannelAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn pause(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<ChannelAnswer>, Problem> {
    switch(&api, &name, ChannelState::Paused).await
}

/// Serve a channel again.
#[utoipa::path(post, path = "/channels/{name}/resume", tag = "channels", params(("name" = String, Path)),
    responses((status = OK, body = ChannelAnswer), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resume(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<ChannelAnswer>, Problem> {
    switch(&api, &name, ChannelState::Enabled).await
}

async fn switch(api: &Api, name: &str, state: ChannelState) -> Result<Json<ChannelAnswer>, Problem> {
    api.host.reconciler.set_state(name, state).await?;
    ChannelAnswer::new(find(api, name).await?).map(Json)
}

/// How much to send, and whether to wait for the end of the run.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SyncQuery {
    /// Answer with the run's report instead of at once.
    #[serde(default)]
    wait: bool,
    /// Send everything again, as to a channel that has lost what it was given.
    #[serde(default)]
    full: bool,
}

/// Sync a channel now, whatever its schedule says.
#[utoipa::path(post, path = "/channels/{name}/sync", tag = "channels", params(("name" = String, Path), SyncQuery),
    responses((status = OK, body = schema::RunReport), (status = ACCEPTED, description = "The run was started."), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn sync(
    State(api): State<Api>,
    Path(name): Path<String>,
    Query(query): Query<SyncQuery>,
) -> Result<Response, Problem> {
    let channel = find(&api, &name).await?;
    if query.full {
        api.host.site.store.resend(channel.id).await?;
    }
    let reconciler = api.host.reconciler.clone();
    // Of its own, so that a caller who hangs up does not cut the run short.
    let run = tokio::spawn(async move {
        let outcome = reconciler.sync(&name, Arc::new(Figures::default())).await;
        if let Err(error) = &outcome {
            tracing::error!(channel = name, error = chain(error), "a sync failed");
        }
        outcome
    });
    if !query.wait {
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    let report = run.await.map_err(|error| Problem::internal(&error))??;
    Ok(Json(report).into_response())
}

/// How a channel stands: listings by state, what is wrong with them, the last run.
#[utoipa::path(get, path = "/channels/{name}/status", tag = "channels", params(("name" = String, Path)),
    responses((status = OK, body = ChannelStatus), (status = "default", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn status(
    State(api): State<Api>,
    Path(name): Path<String>,
) -> Result<Json<ChannelStatus>, Problem> {
    let channel = find(&api, &name).await?;
    Ok(Json(status::of(&api.host.site.store, &channel).await?))
}

pub(super) async fn find(api: &Api, name: &str) -> Result<Channel, Problem> {
    api.host.site.store.channel_named(name).await?.ok_or_else(|| Problem::unknown("channel", name))
}

impl From<ChannelError> for Problem {
    fn from(error: ChannelError) -> Self {
        match error {
            ChannelError::Store(error) => error.into(),
            ChannelError::Unknown(name) => Self::unknown("channel", &name),
            ChannelError::Name(_) => Self::at(Kind::Unprocessable, "/name", error.to_string()),
            ChannelError::Connector(Unavailable::NoneFits { .. }) => {
                Self::at(Kind::Unprocessable, "/configuration/version", error.to_string())
            }
            ChannelError::Connector(_) => {
                Self::at(Kind::Unprocessable, "/configuration/connector", error.to_string())
            }
            ChannelError::Secret(error) => error.into(),
            other => Self::new(Kind::Unprocessable, chain(&other)),
        }
    }
}

impl From<SyncError> for Problem {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Channel(error) => error.into(),
            SyncError::Store(error) => error.into(),
            other => Self::internal(&other),
        }
    }
}
