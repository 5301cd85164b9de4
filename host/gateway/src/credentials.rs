//! The secrets that show a channel who calls.
//!
//! They are read from where the operator put them (see `reference`), and they leave this crate only in a request.
//! Nothing here can be printed.

use std::sync::Arc;

use http::HeaderName;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    authorization::header_name,
    error::CredentialsError,
    reference::{CredentialsSettings, StoredSecrets},
    signing::{RequestSigning, Signer},
    token::{GrantKind, KeepRotated, TokenGrant, TokenSource},
};

/// How a vendor wants to be shown who calls, as a connector declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthScheme {
    None,
    Bearer,
    /// The header's name.
    Header(String),
    Basic,
    /// The OAuth 2 scopes.
    ServiceAccount(Vec<String>),
    /// Tokens for the client itself (RFC 6749, section 4.4).
    ClientCredentials(TokenGrant),
    /// Tokens for a merchant who let the client in (RFC 6749, section 6).
    RefreshToken(TokenGrant),
    /// A signature in each request.
    Signed(RequestSigning),
}

/// What a route adds to its requests. Clones share tokens.
#[derive(Debug, Clone, Default)]
pub enum Credentials {
    #[default]
    None,
    /// `authorization: Bearer TOKEN`
    Bearer(SecretString),
    /// `NAME: SECRET`
    Header {
        name: HeaderName,
        secret: SecretString,
    },
    /// `authorization: Basic base64(USER:PASSWORD)`
    Basic {
        user: String,
        password: SecretString,
    },
    Tokens(TokenSource),
    Signed(Signer),
}

impl CredentialsSettings {
    /// Reads the secret and makes of it what the connector's scheme, or the operator's `bearer`, asks for.
    pub fn load(
        &self,
        scheme: &AuthScheme,
        stored: StoredSecrets<'_>,
    ) -> Result<Credentials, CredentialsError> {
        let place = self.place()?;
        let secret = self.read(stored)?;
        let client = |kind, grant| {
            TokenSource::client(kind, grant, secret.expose_secret(), self.token_uri.as_deref(), &place)
                .map(Credentials::Tokens)
        };
        match scheme {
            _ if self.bearer => Ok(Credentials::Bearer(secret)),
            AuthScheme::None => Ok(Credentials::None),
            AuthScheme::Bearer => Ok(Credentials::Bearer(secret)),
            AuthScheme::Header(name) => Ok(Credentials::Header { name: header_name(name)?, secret }),
            AuthScheme::Basic => user_and_password(&secret, place),
            AuthScheme::ServiceAccount(scopes) => {
                let url = self.token_uri.as_deref();
                TokenSource::service_account(secret.expose_secret(), scopes, url, &place)
                    .map(Credentials::Tokens)
            }
            AuthScheme::ClientCredentials(grant) => client(GrantKind::ClientCredentials, grant),
            AuthScheme::RefreshToken(grant) => client(GrantKind::RefreshToken, grant),
            AuthScheme::Signed(recipe) => Signer::new(recipe, &secret, &place).map(Credentials::Signed),
        }
    }
}

impl Credentials {
    /// For a connector with this scheme and the operator's settings, where there are any.
    pub fn load(
        scheme: &AuthScheme,
        settings: Option<&CredentialsSettings>,
        stored: StoredSecrets<'_>,
    ) -> Result<Self, CredentialsError> {
        match (scheme, settings) {
            (_, Some(settings)) => settings.load(scheme, stored),
            (AuthScheme::None, None) => Ok(Self::None),
            (_, None) => Err(CredentialsError::Missing),
        }
    }

    /// Hands refresh tokens that the vendor replaces to `keeper`; of no effect on credentials that have none.
    #[must_use]
    pub fn keep_rotated(self, keeper: Arc<dyn KeepRotated>) -> Self {
        if let Self::Tokens(tokens) = &self {
            tokens.keep_rotated(keeper);
        }
        self
    }
}

fn user_and_password(secret: &SecretString, place: String) -> Result<Credentials, CredentialsError> {
    match secret.expose_secret().split_once(':') {
        Some((user, password)) => Ok(Credentials::Basic { user: user.into(), password: password.into() }),
        None => Err(CredentialsError::Basic { place }),
    }
}
