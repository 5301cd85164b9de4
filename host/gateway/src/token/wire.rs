//! The token address on the wire: a form out, a token in, or a complaint without any secret in it.

use std::{fmt, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::form_urlencoded;

use super::TokenSource;
use crate::{
    authorization::sensitive,
    client::Clients,
    destination::{Address, AddressError},
    echo::Echoes,
    error::CredentialsError,
    exchange::{Bounds, Failure, Reply, exchange, is_outage},
    grant::Grants,
    settings::GatewaySettings,
};

/// Bytes of a token response.
const RESPONSE_BYTES: usize = 64 << 10;
/// Characters of a token address's complaint that an error shows.
const SHOWN_CHARACTERS: usize = 200;

/// Whether a rotated secret was kept, or why not.
pub type Kept<'a> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>>;

/// Keeps the secret of a client whose refresh token the vendor has replaced.
///
/// The old refresh token may already be void, so an implementor stores the new text before it answers. After an
/// error it is called again with the next access token.
pub trait KeepRotated: fmt::Debug + Send + Sync {
    /// Takes the whole text to store in place of the loaded one: `{"client_id", "client_secret", "refresh_token"}`.
    fn on_rotated(&self, secret: SecretString) -> Kept<'_>;
}

/// What the token address is asked.
pub(super) struct Question {
    form: SecretString,
    /// The value of `authorization`.
    basic: Option<SecretString>,
    /// What must not be shown of it.
    secrets: Vec<SecretString>,
}

#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: SecretString,
    /// Seconds.
    #[serde(default = "hour", deserialize_with = "seconds")]
    pub(super) expires_in: u64,
    pub(super) refresh_token: Option<SecretString>,
}

fn hour() -> u64 {
    3_600
}

/// A number, or a text that holds one, as some vendors write it.
fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u64),
        Text(String),
    }
    match Seconds::deserialize(deserializer)? {
        Seconds::Number(seconds) => Ok(seconds),
        Seconds::Text(text) => text.trim().parse().map_err(serde::de::Error::custom),
    }
}

/// RFC 6749, section 5.2.
#[derive(Deserialize)]
struct Denied {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// How a route reaches its account's token address.
#[derive(Debug)]
pub(crate) struct TokenRoute {
    address: Address,
    timeout: Duration,
    /// What is left of a token's life when it is replaced.
    pub(super) margin: Duration,
    /// How long a failure is passed on to others before the next try.
    pub(super) failure_memory: Duration,
}

impl Question {
    pub(super) fn new(
        form: &[(&str, &str)],
        basic: Option<SecretString>,
        secrets: Vec<SecretString>,
    ) -> Self {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        Self { form: form.into(), basic, secrets }
    }

    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.secrets.iter().map(ExposeSecret::expose_secret)
    }

    fn request(&self, address: &Address) -> Result<Request<Full<Bytes>>, CredentialsError> {
        let unusable = |error: http::Error| CredentialsError::TokenAddress {
            url: address.host.to_string(),
            reason: error.to_string(),
        };
        let mut request = Request::post(address.base().map_err(unusable)?)
            .header(header::HOST, &address.host_header)
            .header(header::ACCEPT, "application/json")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(basic) = &self.basic {
            request = request
                .header(header::AUTHORIZATION, sensitive(&header::AUTHORIZATION, basic.expose_secret())?);
        }
        request.body(Full::from(self.form.expose_secret().to_owned())).map_err(unusable)
    }
}

impl TokenRoute {
    /// The way to a source's token address. An address that a connector declares needs a grant; one that the
    /// operator's own key names needs it only where it is private.
    pub(crate) fn new(
        source: &TokenSource,
        grants: &Grants,
        settings: &GatewaySettings,
    ) -> Result<Self, CredentialsError> {
        let unusable = |reason| CredentialsError::TokenAddress { url: source.url().to_owned(), reason };
        let (address, granted) = Address::parse(source.url(), grants).map_err(|error| match error {
            AddressError::Url(reason) => unusable(reason),
            AddressError::Refused(refusal) => unusable(refusal.to_string()),
        })?;
        if source.is_declared() && !granted {
            return Err(CredentialsError::TokenNotGranted { host: address.host.to_string() });
        }
        if address.exposes_secrets() {
            return Err(unusable("it must be https unless it is granted with `allow-private`".into()));
        }
        Ok(Self {
            address,
            timeout: settings.request_timeout(),
            margin: Duration::from_secs(settings.token_margin_s),
            failure_memory: Duration::from_millis(settings.retry.backoff_ms),
        })
    }

    pub(super) fn host(&self) -> &Arc<str> {
        &self.address.host
    }

    pub(super) async fn ask(
        &self,
        clients: &Clients,
        question: &Question,
    ) -> Result<Granted, CredentialsError> {
        let host = || self.address.host.to_string();
        let outage = |reason| CredentialsError::TokenOutage { host: host(), reason };
        let bounds = Bounds { timeout: self.timeout, response_bytes: RESPONSE_BYTES, unpack: false };
        let request = question.request(&self.address)?;
        let reply = exchange(self.address.client(clients), request, bounds).await;
        let reply = reply.map_err(|failure| match failure {
            Failure::Refused(refusal) => {
                CredentialsError::TokenAddress { url: host(), reason: refusal.to_string() }
            }
            Failure::Connect(reason) | Failure::Broken(reason) => outage(reason),
            Failure::Timeout => outage("no answer in time".into()),
            Failure::TooLarge(_) => outage(format!("an answer of more than {RESPONSE_BYTES} bytes")),
        })?;
        if is_outage(reply.status) {
            return Err(outage(format!("status {}", reply.status.as_u16())));
        }
        if !reply.status.is_success() {
            let reason = complaint(&reply, &Echoes::of(question.secrets()));
            return Err(CredentialsError::TokenRefused { host: host(), reason });
        }
        serde_json::from_slice(&reply.body).map_err(|_| outage("an answer without `access_token`".into()))
    }
}

/// The token address's own words, without any secret and without anything that is not an OAuth error.
fn complaint(reply: &Reply, secrets: &Echoes) -> String {
    let status = reply.status.as_u16();
    match serde_json::from_slice::<Denied>(&reply.body) {
        Ok(Denied { error, error_description }) => {
            let words = secrets.redact(format!("{error} {error_description}").into());
            let words = String::from_utf8_lossy(&words);
            let words: String =
                words.trim().chars().take(SHOWN_CHARACTERS).flat_map(char::escape_debug).collect();
            format!("status {status}, {words}")
        }
        Err(_) => format!("status {status}"),
    }
}
