//! The HTTP side of the host: REST under `/v1` for programs with a token, and what machines ask without one.
//!
//! Handlers read and write through the store and wake the reconciler; none of them talks to a channel. Every
//! error has one shape (`problem`), every list one kind of page (`page`), every bulk call one kind of answer (`bulk`).

mod access;
mod bulk;
mod channels;
mod connectors;
mod extract;
mod feeds;
mod intake;
mod listings;
mod observe;
mod orders;
mod page;
mod problem;
mod products;
pub(crate) mod schema;
mod secrets;
mod shipments;
mod stock;
mod webhooks;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request},
    http::{Method, Uri},
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder,
    security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{configuration::ServerSettings, host::Host};
use problem::{Kind, Problem};

/// Whether callers of `/v1` have to show a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    Required,
    /// For a server that only this machine can reach.
    Off,
}

/// What handlers work with. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Api {
    host: Arc<Host>,
    authentication: Authentication,
    metrics: PrometheusHandle,
    openapi: Arc<OpenApi>,
}

impl Api {
    fn settings(&self) -> &ServerSettings {
        &self.host.site.configuration.server
    }
}

/// The whole server as a tree of routes.
pub fn router(host: Arc<Host>, authentication: Authentication, metrics: PrometheusHandle) -> Router {
    let (resources, mut openapi) =
        OpenApiRouter::with_openapi(description()).nest("/v1", resources()).split_for_parts();
    openapi.merge(<webhooks::Description as utoipa::OpenApi>::openapi());
    let api = Api { host, authentication, metrics, openapi: Arc::new(openapi) };
    let body_bytes = api.settings().body_bytes;
    resources
        .route_layer(middleware::from_fn_with_state(api.clone(), access::check))
        .route("/openapi.json", get(openapi_document))
        .route("/problems/{code}", get(problem::explain))
        .route("/health", get(observe::health))
        .route("/ready", get(observe::ready))
        .route("/metrics", get(observe::metrics))
        .route("/feeds/{channel}/{file}", get(feeds::file))
        .merge(webhooks::router())
        .fallback(unknown_route)
        .method_not_allowed_fallback(unknown_method)
        .layer(DefaultBodyLimit::max(body_bytes))
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .layer(middleware::from_fn_with_state(api.clone(), observe::request))
        .with_state(api)
}

fn resources() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(products::list, products::bulk))
        .routes(routes!(products::get, products::patch, products::delete))
        .routes(routes!(stock::bulk))
        .routes(routes!(stock::get))
        .routes(routes!(channels::list, channels::add))
        .routes(routes!(channels::get, channels::replace, channels::remove))
        .routes(routes!(channels::pause))
        .routes(routes!(channels::resume))
        .routes(routes!(channels::sync))
        .routes(routes!(channels::status))
        .routes(routes!(listings::list))
        .routes(routes!(orders::list))
        .routes(routes!(orders::get))
        .routes(routes!(orders::retry))
        .routes(routes!(shipments::list, shipments::add))
        .routes(routes!(intake::pull))
        .routes(routes!(intake::file))
        .routes(routes!(secrets::list))
        .routes(routes!(secrets::set, secrets::remove))
        .routes(routes!(connectors::list))
        .routes(routes!(connectors::get))
        .routes(routes!(connectors::approve))
        .routes(routes!(connectors::roll_back))
        .routes(routes!(connectors::resume))
}

fn description() -> OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An API token: `wharf token add NAME --scope read|write`."))
        .build();
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Wharf")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "One canonical catalog, brought to every sales channel. Errors are problem details (RFC 9457).",
                ))
                .build(),
        )
        .components(Some(
            ComponentsBuilder::new().security_scheme("token", SecurityScheme::Http(bearer)).build(),
        ))
        .security(Some([SecurityRequirement::new("token", [""; 0])]))
        .build()
}

async fn openapi_document(axum::extract::State(api): axum::extract::State<Api>) -> Response {
    Json(&*api.openapi).into_response()
}

async fn unknown_route(uri: Uri) -> Problem {
    Problem::new(
        Kind::NotFound,
        format!("there is nothing at `{}`; `/openapi.json` lists what there is", uri.path()),
    )
}

async fn unknown_method(method: Method, request: Request) -> Problem {
    Problem::new(
        Kind::MethodNotAllowed,
        format!("`{}` does not take {method}; `/openapi.json` lists what it takes", request.uri().path()),
    )
}

/// The panic itself is in the log, through the panic hook.
fn panicked() -> Response {
    Problem::new(Kind::Internal, "the server failed at this request; its log says where").into_response()
}
