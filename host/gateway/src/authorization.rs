//! What one attempt carries to show who calls: a ready header, and the means to find its secret in the answer.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use secrecy::{ExposeSecret, SecretString};

use crate::{echo::Echoes, error::CredentialsError, request};

pub(crate) struct Authorization {
    header: Option<(HeaderName, HeaderValue)>,
    echoes: Echoes,
}

impl Authorization {
    /// Shows nothing and looks for nothing.
    pub(crate) fn none() -> Self {
        Self { header: None, echoes: Echoes::default() }
    }

    /// Shows nothing itself, such as a signature's, which differs with every request.
    pub(crate) fn unseen(echoes: Echoes) -> Self {
        Self { header: None, echoes }
    }

    /// `authorization: Bearer TOKEN`, or the bare token in a header of the vendor's own.
    pub(crate) fn token<'a>(
        token: &'a SecretString,
        presented_in: Option<&HeaderName>,
        others: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, CredentialsError> {
        let token = token.expose_secret();
        let echoes = Echoes::of(others.into_iter().chain([token]));
        match presented_in {
            Some(name) => Self::new(name.clone(), token, echoes),
            None => Self::new(header::AUTHORIZATION, &format!("Bearer {token}"), echoes),
        }
    }

    /// `NAME: SECRET`
    pub(crate) fn named(name: &HeaderName, secret: &SecretString) -> Result<Self, CredentialsError> {
        let value = secret.expose_secret();
        Self::new(name.clone(), value, Echoes::of([value]))
    }

    /// `authorization: Basic base64(USER:PASSWORD)`
    pub(crate) fn basic(user: &str, password: &SecretString) -> Result<Self, CredentialsError> {
        let password = password.expose_secret();
        let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
        let echoes = Echoes::of([encoded.as_str(), password]);
        Self::new(header::AUTHORIZATION, &format!("Basic {encoded}"), echoes)
    }

    fn new(name: HeaderName, value: &str, echoes: Echoes) -> Result<Self, CredentialsError> {
        let value = sensitive(&name, value)?;
        Ok(Self { header: Some((name, value)), echoes })
    }

    pub(crate) fn header(&self) -> Option<&(HeaderName, HeaderValue)> {
        self.header.as_ref()
    }

    /// The text without any echo of the secret.
    pub(crate) fn redact(&self, text: Bytes) -> Bytes {
        self.echoes.redact(text)
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").field("header", &self.header).finish_non_exhaustive()
    }
}

/// A header value that prints as `Sensitive`.
pub(crate) fn sensitive(name: &HeaderName, value: &str) -> Result<HeaderValue, CredentialsError> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| CredentialsError::Characters { place: format!("the header `{name}`") })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The name of a header that credentials may travel in: any but those that frame and route a message.
pub(crate) fn header_name(name: &str) -> Result<HeaderName, CredentialsError> {
    let parsed = HeaderName::try_from(name).ok();
    let free = |name: &HeaderName| *name == header::AUTHORIZATION || !request::is_reserved(name);
    parsed.filter(free).ok_or_else(|| CredentialsError::HeaderName { name: name.chars().take(100).collect() })
}
