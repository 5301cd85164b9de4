//! How a route shows who calls: a header for good, tokens that are fetched when needed, or a signature each time.

use std::{sync::Arc, time::SystemTime};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;

use crate::{
    authorization::Authorization,
    credentials::Credentials,
    error::{CredentialsError, Refusal},
    gateway::Gateway,
    grant::Grants,
    signing::Signer,
    token::{TokenRoute, TokenSource},
};

#[derive(Debug)]
pub(crate) enum Authorizer {
    Fixed(Arc<Authorization>),
    Tokens(TokenSource, Arc<TokenRoute>),
    Signed(Signer),
}

impl Authorizer {
    pub(crate) fn new(
        gateway: &Gateway,
        account: Option<&str>,
        credentials: &Credentials,
        grants: &Grants,
    ) -> Result<Self, CredentialsError> {
        let fixed = match credentials {
            Credentials::None => Ok(Authorization::none()),
            Credentials::Bearer(token) => Authorization::token(token, None, []),
            Credentials::Header { name, secret } => Authorization::named(name, secret),
            Credentials::Basic { user, password } => Authorization::basic(user, password),
            Credentials::Tokens(source) => {
                let route = TokenRoute::new(source, grants, gateway.settings())?;
                return Ok(Self::Tokens(gateway.accounts().tokens(account, source), Arc::new(route)));
            }
            Credentials::Signed(signer) => return Ok(Self::Signed(signer.clone())),
        };
        fixed.map(Arc::new).map(Self::Fixed)
    }

    /// What the next attempt shows, apart from a signature.
    pub(crate) async fn authorization(
        &self,
        gateway: &Gateway,
    ) -> Result<Arc<Authorization>, CredentialsError> {
        match self {
            Self::Fixed(authorization) => Ok(Arc::clone(authorization)),
            Self::Tokens(source, route) => source.authorization(gateway, route).await,
            Self::Signed(signer) => Ok(Arc::clone(signer.authorization())),
        }
    }

    /// Refuses a request that sets what the host is to set.
    pub(crate) fn check(&self, query: Option<&str>) -> Result<(), Refusal> {
        let (Self::Signed(signer), Some(query)) = (self, query) else { return Ok(()) };
        for (name, _) in url::form_urlencoded::parse(query.as_bytes()) {
            if signer.query_names().any(|reserved| reserved == name) {
                return Err(Refusal::ReservedQuery { name: name.into_owned() });
            }
        }
        Ok(())
    }

    /// Adds what belongs to this attempt. `base` is the part of the path that is the endpoint's.
    pub(crate) fn apply(
        &self,
        authorization: &Authorization,
        request: &mut Request<Full<Bytes>>,
        body: &Bytes,
        base: &str,
    ) -> Result<(), CredentialsError> {
        if let Some((name, value)) = authorization.header() {
            request.headers_mut().insert(name, value.clone());
        }
        match self {
            Self::Signed(signer) => signer.sign(request, body, base, SystemTime::now()),
            Self::Fixed(_) | Self::Tokens(..) => Ok(()),
        }
    }

    /// Forgets what the channel did not take; tells whether there can be something better.
    pub(crate) fn renew(&self, refused: &Arc<Authorization>) -> bool {
        match self {
            Self::Tokens(source, _) => {
                source.forget(refused);
                true
            }
            Self::Fixed(_) | Self::Signed(_) => false,
        }
    }
}
