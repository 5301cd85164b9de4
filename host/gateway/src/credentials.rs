//! The secrets that show a channel who calls.
//!
//! They are read from where the operator put them (an environment variable or a file), never from the
//! database, and they leave this crate only as a request header. Nothing here can be printed.

use std::{fmt, path::PathBuf, sync::Arc};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use memchr::memmem::Finder;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{error::CredentialsError, service_account::ServiceAccount};

/// Shorter echoes of a secret are not looked for: they would hit innocent text.
const SHORTEST_ECHO: usize = 8;

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
}

/// Where the operator keeps a secret: `{"env": "NAME"}` or `{"file": "PATH"}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CredentialsSettings {
    /// An environment variable's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// A file's path. Trailing line ends are not part of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The secret is a plain bearer token, whatever scheme the connector declares.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bearer: bool,
    /// Replaces the token address that a service-account key names, for test systems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_uri: Option<String>,
}

/// What a route adds to its requests. Clones share a service account's token.
#[derive(Debug, Clone)]
pub enum Credentials {
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
    ServiceAccount(ServiceAccount),
}

impl CredentialsSettings {
    /// Reads the secret and makes of it what the connector's scheme, or the operator's `bearer`, asks for.
    pub fn load(&self, scheme: &AuthScheme) -> Result<Credentials, CredentialsError> {
        let place = self.place()?;
        let secret = self.read()?;
        if secret.expose_secret().is_empty() {
            return Err(CredentialsError::Empty { place });
        }
        match scheme {
            _ if self.bearer => Ok(Credentials::Bearer(secret)),
            AuthScheme::None => Ok(Credentials::None),
            AuthScheme::Bearer => Ok(Credentials::Bearer(secret)),
            AuthScheme::Header(name) => match HeaderName::try_from(name.as_str()) {
                Ok(name) => Ok(Credentials::Header { name, secret }),
                Err(_) => Err(CredentialsError::Characters { place: format!("the header name `{name}`") }),
            },
            AuthScheme::Basic => basic(&secret, place),
            AuthScheme::ServiceAccount(scopes) => {
                ServiceAccount::from_key(secret.expose_secret(), scopes, self.token_uri.as_deref(), &place)
                    .map(Credentials::ServiceAccount)
            }
        }
    }

    /// In words, for errors: the place and never the secret.
    fn place(&self) -> Result<String, CredentialsError> {
        match (&self.env, &self.file) {
            (Some(name), None) => Ok(format!("the environment variable `{name}`")),
            (None, Some(path)) => Ok(format!("the file `{}`", path.display())),
            _ => Err(CredentialsError::Reference),
        }
    }

    fn read(&self) -> Result<SecretString, CredentialsError> {
        let mut text = match (&self.env, &self.file) {
            (Some(name), _) => std::env::var(name)
                .map_err(|_| CredentialsError::Environment { name: name.clone() })
                .map(SecretString::from),
            (_, Some(path)) => std::fs::read_to_string(path).map(SecretString::from).map_err(|error| {
                CredentialsError::File { path: path.display().to_string(), reason: error.to_string() }
            }),
            _ => Err(CredentialsError::Reference),
        }?;
        let trimmed = text.expose_secret().trim_end_matches(['\r', '\n']);
        if trimmed.len() != text.expose_secret().len() {
            text = SecretString::from(trimmed);
        }
        Ok(text)
    }
}

impl Credentials {
    /// For a connector with this scheme and the operator's settings, where there are any.
    pub fn load(
        scheme: &AuthScheme,
        settings: Option<&CredentialsSettings>,
    ) -> Result<Self, CredentialsError> {
        match (scheme, settings) {
            (_, Some(settings)) => settings.load(scheme),
            (AuthScheme::None, None) => Ok(Self::None),
            (_, None) => Err(CredentialsError::Missing),
        }
    }

    /// The header that these credentials add, unless it takes a token to know it.
    pub(crate) fn fixed(&self) -> Result<Option<Authorization>, CredentialsError> {
        match self {
            Self::None => Ok(Some(Authorization::none())),
            Self::Bearer(token) => Authorization::bearer(token).map(Some),
            Self::Header { name, secret } => {
                let value = secret.expose_secret();
                Authorization::new(name.clone(), value, &[value]).map(Some)
            }
            Self::Basic { user, password } => {
                let password = password.expose_secret();
                let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
                Authorization::new(header::AUTHORIZATION, &format!("Basic {encoded}"), &[&encoded, password])
                    .map(Some)
            }
            Self::ServiceAccount(_) => Ok(None),
        }
    }
}

fn basic(secret: &SecretString, place: String) -> Result<Credentials, CredentialsError> {
    match secret.expose_secret().split_once(':') {
        Some((user, password)) => Ok(Credentials::Basic { user: user.into(), password: password.into() }),
        None => Err(CredentialsError::Basic { place }),
    }
}

/// One ready header, and the means to find its secret in what a channel sends back.
pub(crate) struct Authorization {
    header: Option<(HeaderName, HeaderValue)>,
    echoes: Vec<Finder<'static>>,
}

impl Authorization {
    fn none() -> Self {
        Self { header: None, echoes: Vec::new() }
    }

    pub(crate) fn bearer(token: &SecretString) -> Result<Self, CredentialsError> {
        let token = token.expose_secret();
        Self::new(header::AUTHORIZATION, &format!("Bearer {token}"), &[token])
    }

    fn new(name: HeaderName, value: &str, secrets: &[&str]) -> Result<Self, CredentialsError> {
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| CredentialsError::Characters { place: format!("the header `{name}`") })?;
        value.set_sensitive(true);
        let echoes = secrets
            .iter()
            .filter(|secret| secret.len() >= SHORTEST_ECHO)
            .map(|secret| Finder::new(secret.as_bytes()).into_owned())
            .collect();
        Ok(Self { header: Some((name, value)), echoes })
    }

    pub(crate) fn header(&self) -> Option<&(HeaderName, HeaderValue)> {
        self.header.as_ref()
    }

    /// The body without any echo of the secret: a connector must not learn it from a talkative channel.
    pub(crate) fn redact(&self, mut body: Bytes) -> Bytes {
        for echo in &self.echoes {
            if echo.find(&body).is_some() {
                body = replace(&body, echo);
            }
        }
        body
    }
}

fn replace(body: &[u8], echo: &Finder<'_>) -> Bytes {
    let mut clean = Vec::with_capacity(body.len());
    let mut end = 0;
    for start in echo.find_iter(body) {
        clean.extend_from_slice(&body[end..start]);
        clean.extend_from_slice(b"[redacted]");
        end = start + echo.needle().len();
    }
    clean.extend_from_slice(&body[end..]);
    clean.into()
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("header", &self.header).finish_non_exhaustive()
    }
}

/// What a route holds: a header for good, or an account that gets one when needed.
#[derive(Debug)]
pub(crate) enum Authorizer {
    Fixed(Arc<Authorization>),
    ServiceAccount(ServiceAccount),
}
