//! A connector's declarations and an operator's configuration as the gateway's terms for one channel.

use wharf_catalog::{
    Description,
    declaration::{
        AuthScheme, Budget, BudgetScope, DigestAlgorithm, Endpoint, Method, Placement, Reach, Signature,
        SignedPart, TextEncoding, TimestampUnit, TokenGrant,
    },
    mapping::closest,
};
use wharf_gateway as gateway;

use crate::{configuration::ChannelConfiguration, error::ChannelError, secrets::ChannelSecrets};

/// The channel's way out, as the gateway takes it.
pub(crate) fn spec(
    description: &Description,
    configuration: &ChannelConfiguration,
    secrets: &ChannelSecrets,
) -> Result<gateway::RouteSpec, ChannelError> {
    check_endpoints(description, configuration)?;
    let scheme = scheme(description, configuration)?.map_or(gateway::AuthScheme::None, auth);
    let credentials = secrets.credentials(&scheme, configuration.credentials.as_ref());
    let endpoints = description.endpoints.iter().map(|declared| endpoint(declared, configuration));
    Ok(gateway::RouteSpec {
        account: configuration.account.clone(),
        endpoints: endpoints.collect::<Result<_, _>>()?,
        grants: configuration.grants.clone(),
        credentials: credentials.map_err(gateway::GatewayError::from)?,
        budgets: description.budgets.iter().filter_map(budget).collect(),
        max_in_flight: None,
        reads_headers: description.reads_headers.clone(),
    })
}

fn check_endpoints(
    description: &Description,
    configuration: &ChannelConfiguration,
) -> Result<(), ChannelError> {
    let known = || description.endpoints.iter().map(|endpoint| endpoint.name.as_str());
    match configuration.endpoints.keys().find(|name| !known().any(|endpoint| endpoint == *name)) {
        None => Ok(()),
        Some(name) => {
            Err(ChannelError::UnknownEndpoint { endpoint: name.clone(), nearest: closest(name, known()) })
        }
    }
}

/// The scheme that the operator chose, or else the connector's first.
fn scheme<'a>(
    description: &'a Description,
    configuration: &ChannelConfiguration,
) -> Result<Option<&'a AuthScheme>, ChannelError> {
    let chosen = configuration.credentials.as_ref().and_then(|credentials| credentials.scheme.as_deref());
    let Some(chosen) = chosen else { return Ok(description.auth.first()) };
    let found = description.auth.iter().find(|scheme| scheme.name() == chosen);
    found.map(Some).ok_or_else(|| ChannelError::UnknownScheme {
        scheme: chosen.to_owned(),
        known: description.auth.iter().map(AuthScheme::name).collect(),
    })
}

fn endpoint(
    declared: &Endpoint,
    configuration: &ChannelConfiguration,
) -> Result<gateway::EndpointSpec, ChannelError> {
    let own = configuration.endpoints.get(&declared.name);
    let url = match declared.reach {
        Reach::Named => own.ok_or_else(|| ChannelError::UnnamedEndpoint {
            endpoint: declared.name.clone(),
            pattern: declared.url.clone(),
        })?,
        Reach::Fixed | Reach::Open => own.unwrap_or(&declared.url),
    };
    Ok(gateway::EndpointSpec {
        name: declared.name.clone(),
        url: url.clone(),
        kind: match declared.reach {
            Reach::Fixed | Reach::Named => gateway::EndpointKind::Base,
            Reach::Open => gateway::EndpointKind::Absolute,
        },
        methods: declared.methods.iter().copied().map(method).collect(),
        paths: declared.paths.clone(),
        headers: declared.headers.clone(),
    })
}

/// Budgets of single listings are the reconciler's: the gateway knows no listings.
fn budget(declared: &Budget) -> Option<gateway::BudgetSpec> {
    let scope = match declared.scope {
        BudgetScope::Account => gateway::BudgetScope::Account,
        BudgetScope::Channel => gateway::BudgetScope::Channel,
        BudgetScope::Listing => return None,
    };
    let applies = declared.counts.iter().map(|rule| gateway::BudgetMatch {
        endpoint: rule.endpoint as usize,
        methods: rule.methods.iter().copied().map(method).collect(),
        path_prefix: Some(rule.path.clone()).filter(|path| !path.is_empty()),
    });
    Some(gateway::BudgetSpec {
        name: declared.name.clone(),
        units: declared.units,
        per_seconds: declared.per_seconds,
        scope,
        applies: applies.collect(),
        burst: declared.burst,
        concurrent: declared.concurrent,
    })
}

/// Where the gateway counts a declared budget, if it does.
pub(crate) fn budget_position(description: &Description, declared: u32) -> Option<usize> {
    let counted = |budget: &&Budget| budget.scope != BudgetScope::Listing;
    let (before, rest) = description.budgets.split_at_checked(declared as usize)?;
    rest.first().filter(counted)?;
    Some(before.iter().filter(counted).count())
}

pub(crate) fn method(method: Method) -> gateway::Method {
    match method {
        Method::Get => gateway::Method::GET,
        Method::Post => gateway::Method::POST,
        Method::Put => gateway::Method::PUT,
        Method::Patch => gateway::Method::PATCH,
        Method::Delete => gateway::Method::DELETE,
    }
}

fn auth(scheme: &AuthScheme) -> gateway::AuthScheme {
    match scheme {
        AuthScheme::Bearer => gateway::AuthScheme::Bearer,
        AuthScheme::Header(name) => gateway::AuthScheme::Header(name.clone()),
        AuthScheme::Basic => gateway::AuthScheme::Basic,
        AuthScheme::ClientCredentials(grant) => gateway::AuthScheme::ClientCredentials(token_grant(grant)),
        AuthScheme::RefreshToken(grant) => gateway::AuthScheme::RefreshToken(token_grant(grant)),
        AuthScheme::ServiceAccount(scopes) => gateway::AuthScheme::ServiceAccount(scopes.clone()),
        AuthScheme::Signature(signature) => gateway::AuthScheme::Signed(signing(signature)),
    }
}

fn token_grant(grant: &TokenGrant) -> gateway::TokenGrant {
    let client_in = if grant.client_in_body { gateway::ClientIn::Body } else { gateway::ClientIn::Basic };
    gateway::TokenGrant {
        token_url: grant.token_url.clone(),
        scopes: grant.scopes.clone(),
        client_in,
        presented_in: grant.presented_in.clone(),
    }
}

fn signing(signature: &Signature) -> gateway::RequestSigning {
    let presents = signature.presents.iter().map(|(member, placed)| (member.clone(), placement(placed)));
    gateway::RequestSigning {
        algorithm: algorithm(signature.algorithm),
        over: signature.over.iter().map(part).collect(),
        encoding: match signature.encoding {
            TextEncoding::HexLower => gateway::SignatureEncoding::HexLower,
            TextEncoding::HexUpper => gateway::SignatureEncoding::HexUpper,
            TextEncoding::Base64 => gateway::SignatureEncoding::Base64,
        },
        prefix: signature.prefix.clone(),
        placed: placement(&signature.placed),
        time: signature.timestamp.as_ref().map(|(placed, unit)| gateway::SigningTime {
            placed: placement(placed),
            unit: match unit {
                TimestampUnit::Seconds => gateway::TimeUnit::Seconds,
                TimestampUnit::Milliseconds => gateway::TimeUnit::Milliseconds,
            },
        }),
        presents: presents.collect(),
    }
}

pub(crate) fn algorithm(algorithm: DigestAlgorithm) -> gateway::SigningAlgorithm {
    match algorithm {
        DigestAlgorithm::HmacSha1 => gateway::SigningAlgorithm::HmacSha1,
        DigestAlgorithm::HmacSha256 => gateway::SigningAlgorithm::HmacSha256,
        DigestAlgorithm::HmacSha512 => gateway::SigningAlgorithm::HmacSha512,
    }
}

fn part(part: &SignedPart) -> gateway::SigningPart {
    match part {
        SignedPart::Secret => gateway::SigningPart::Secret,
        SignedPart::Member(name) => gateway::SigningPart::Member(name.clone()),
        SignedPart::Method => gateway::SigningPart::Method,
        SignedPart::Path => gateway::SigningPart::Path,
        SignedPart::PathBelowBase => gateway::SigningPart::PathBelowBase,
        SignedPart::Address => gateway::SigningPart::Address,
        SignedPart::SortedQuery(text) => gateway::SigningPart::SortedQuery(gateway::QueryText {
            after_name: text.after_name.clone(),
            between_pairs: text.between_pairs.clone(),
            except: text.except.clone(),
        }),
        SignedPart::Body => gateway::SigningPart::Body,
        SignedPart::BodyDigest => gateway::SigningPart::BodySha256,
        SignedPart::Timestamp => gateway::SigningPart::Time,
        SignedPart::Header(name) => gateway::SigningPart::Header(name.clone()),
        SignedPart::Literal(text) => gateway::SigningPart::Literal(text.clone()),
    }
}

fn placement(placement: &Placement) -> gateway::Placement {
    match placement {
        Placement::Header(name) => gateway::Placement::Header(name.clone()),
        Placement::Query(name) => gateway::Placement::Query(name.clone()),
    }
}
