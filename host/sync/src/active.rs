//! A channel made ready: its connector, its compiled view on the catalog, its way out.

use wharf_catalog::{
    Context, Description, Problem,
    declaration::{AuthScheme, Idempotency, Method},
    mapping::closest,
    projection::{Candidate as Subject, Projection, Projector, Seed},
};
use wharf_gateway::{Budget, BudgetSpec, Credentials, EndpointSpec, Gateway, Route, RouteSpec};
use wharf_sandbox::Connector;
use wharf_store::{Candidate, StoreError};

use crate::{
    configuration::ChannelConfiguration, connectors::Connectors, error::ChannelError, schedule::Timetable,
};

/// A channel with everything that a run needs. Made once and kept while nothing about it changes, because its
/// route holds budgets, pauses and tokens.
#[derive(Debug)]
pub(crate) struct ActiveChannel {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) connector: Connector,
    pub(crate) projector: Projector,
    pub(crate) context: Context,
    pub(crate) seed: Seed,
    pub(crate) route: Route,
    pub(crate) timetable: Timetable,
    /// What it was made from; anything else needs a new one.
    pub(crate) origin: Origin,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) configuration: String,
    pub(crate) digest: String,
}

impl ActiveChannel {
    pub(crate) fn new(
        channel: &wharf_store::Channel,
        connectors: &Connectors,
        gateway: &Gateway,
    ) -> Result<Self, ChannelError> {
        let configuration: ChannelConfiguration = serde_json::from_str(&channel.configuration)
            .map_err(|source| ChannelError::Configuration { channel: channel.name.clone(), source })?;
        let connector = connectors
            .get(&configuration.connector)
            .ok_or_else(|| ChannelError::NoConnector { connector: configuration.connector.clone() })?;
        let description = connector.description();
        check_settings(description, &configuration)?;
        let timetable = Timetable::new(&configuration.schedule)?;
        let route = gateway.route(route(description, &configuration)?)?;
        let settings = serde_json::Value::Object(configuration.settings.clone()).to_string();
        let projector =
            Projector::new(description.clone(), &configuration.mapping, configuration.scope.clone())?;
        let context = projector.context(settings);
        let seed = Seed::new([
            connector.digest(),
            &context.settings,
            &context.locale,
            &context.country,
            &context.currency,
        ]);
        Ok(Self {
            id: channel.id,
            name: channel.name.clone(),
            origin: Origin {
                configuration: channel.configuration.clone(),
                digest: connector.digest().into(),
            },
            connector,
            projector,
            context,
            seed,
            route,
            timetable,
        })
    }

    /// What the channel should show for a candidate; nothing once its product was deleted.
    ///
    /// # Errors
    /// A damaged document is the product's problem; any other error of the store is an error here.
    pub(crate) fn project(&self, candidate: &Candidate) -> Result<Projection, StoreError> {
        let product = match candidate.product() {
            Ok(product) => product,
            Err(StoreError::Document { sku, source }) => {
                let message = format!("the stored product {sku} is damaged ({source}): import it again");
                return Ok(Projection::Incomplete(vec![Problem::error("damaged", None, message)]));
            }
            Err(other) => return Err(other),
        };
        let ancestors: Vec<_> = candidate.ancestors.iter().map(AsRef::as_ref).collect();
        let subject = product.as_ref().map(|product| Subject {
            product,
            ancestors: &ancestors,
            stock: &candidate.stock,
        });
        Ok(subject.map_or(Projection::Absent, |subject| self.projector.project(subject)))
    }

    /// Whether an exchange may be sent twice.
    pub(crate) fn idempotency(&self) -> Idempotency {
        let publishing = self.connector.description().publishing.as_ref();
        publishing.map_or(Idempotency::None, |terms| terms.idempotency)
    }
}

fn check_settings(
    description: &Description,
    configuration: &ChannelConfiguration,
) -> Result<(), ChannelError> {
    let unusable = |reason: String| ChannelError::Schema { connector: description.name.clone(), reason };
    let schema =
        serde_json::from_str(&description.settings_schema).map_err(|error| unusable(error.to_string()))?;
    let validator = jsonschema::validator_for(&schema).map_err(|error| unusable(error.to_string()))?;
    let settings = serde_json::Value::Object(configuration.settings.clone());
    let problems: Vec<String> = validator
        .iter_errors(&settings)
        .map(|error| match error.instance_path().as_str() {
            "" => error.to_string(),
            path => format!("{path}: {error}"),
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(ChannelError::Settings { problems }) }
}

fn route(description: &Description, configuration: &ChannelConfiguration) -> Result<RouteSpec, ChannelError> {
    for name in configuration.endpoints.keys() {
        let known = || description.endpoints.iter().map(|endpoint| endpoint.name.as_str());
        if !known().any(|endpoint| endpoint == name) {
            return Err(ChannelError::UnknownEndpoint {
                endpoint: name.clone(),
                nearest: closest(name, known()),
            });
        }
    }
    let endpoints = description.endpoints.iter().map(|endpoint| EndpointSpec {
        name: endpoint.name.clone(),
        url: configuration.endpoints.get(&endpoint.name).unwrap_or(&endpoint.url).clone(),
        methods: endpoint.methods.iter().copied().map(method).collect(),
        paths: endpoint.paths.clone(),
    });
    let budgets = description.budgets.iter().map(|budget| {
        let (requests, per_seconds) = (budget.requests, budget.per_seconds);
        Budget::new(BudgetSpec { name: budget.name.clone(), requests, per_seconds })
    });
    Ok(RouteSpec {
        endpoints: endpoints.collect(),
        grants: configuration.grants.clone(),
        credentials: Credentials::load(&auth(&description.auth), configuration.credentials.as_ref())
            .map_err(wharf_gateway::GatewayError::from)?,
        budgets: budgets.collect::<Result<_, _>>()?,
        max_in_flight: None,
        reads_headers: description.publishing.iter().flat_map(|terms| terms.reads_headers.clone()).collect(),
    })
}

fn auth(scheme: &AuthScheme) -> wharf_gateway::AuthScheme {
    match scheme {
        AuthScheme::None => wharf_gateway::AuthScheme::None,
        AuthScheme::Bearer => wharf_gateway::AuthScheme::Bearer,
        AuthScheme::Header(name) => wharf_gateway::AuthScheme::Header(name.clone()),
        AuthScheme::Basic => wharf_gateway::AuthScheme::Basic,
        AuthScheme::ServiceAccount(scopes) => wharf_gateway::AuthScheme::ServiceAccount(scopes.clone()),
    }
}

pub(crate) fn method(method: Method) -> wharf_gateway::Method {
    match method {
        Method::Get => wharf_gateway::Method::GET,
        Method::Post => wharf_gateway::Method::POST,
        Method::Put => wharf_gateway::Method::PUT,
        Method::Patch => wharf_gateway::Method::PATCH,
        Method::Delete => wharf_gateway::Method::DELETE,
    }
}
