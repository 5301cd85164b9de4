//! Bearer tokens for a service account: a signed assertion, exchanged at the vendor's token address (RFC 7523),
//! kept until shortly before it expires. One request fetches, the others wait for it.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::{sync::Mutex, time::Instant};

use crate::{
    client::Clients,
    credentials::Authorization,
    endpoint::{Address, AddressError, Grant},
    error::CredentialsError,
    exchange::{Bounds, Failure, Reply, exchange, is_outage},
};

/// How long an assertion is valid, in seconds; Google takes at most an hour.
const ASSERTION_LIFETIME: u64 = 3_600;
/// No token is trusted for longer than a day, in seconds.
const LONGEST_LIFE: u64 = 86_400;
/// Bytes of a token response.
const TOKEN_RESPONSE_BYTES: usize = 64 << 10;
/// Characters of a token address's complaint that an error shows.
const SHOWN_CHARACTERS: usize = 200;

/// An account's key and its current token. Clones share both.
#[derive(Clone)]
pub struct ServiceAccount(Arc<Account>);

struct Account {
    email: String,
    key_id: Option<String>,
    key: EncodingKey,
    scope: String,
    token_uri: String,
    current: RwLock<Option<Token>>,
    /// Held while a token is fetched; holds the last failure.
    fetching: Mutex<Option<(Instant, CredentialsError)>>,
}

#[derive(Clone)]
struct Token {
    authorization: Arc<Authorization>,
    /// When it is time for a new one, while this one still works.
    ages: Instant,
    expires: Instant,
}

/// The members of Google's JSON key file that matter here.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key: SecretString,
    private_key_id: Option<String>,
    token_uri: String,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'a str,
    aud: &'a str,
    iat: u64,
    exp: u64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: SecretString,
    #[serde(default = "hour")]
    expires_in: u64,
}

fn hour() -> u64 {
    3_600
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
    margin: Duration,
    /// How long a failure is passed on to others before the next try.
    failure_memory: Duration,
}

impl ServiceAccount {
    /// Reads a JSON key. `place` is where it came from, for errors.
    pub(crate) fn from_key(
        json: &str,
        scopes: &[String],
        token_uri: Option<&str>,
        place: &str,
    ) -> Result<Self, CredentialsError> {
        let wrong = |reason: &str| CredentialsError::ServiceAccountKey {
            place: place.to_owned(),
            reason: reason.to_owned(),
        };
        // The parser's own message could quote the secret, so only the kind of fault is passed on.
        let file: KeyFile = serde_json::from_str(json).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                wrong("it lacks `client_email`, `private_key` or `token_uri`, or one of them is no text")
            }
            _ => wrong("it is not JSON"),
        })?;
        let key = EncodingKey::from_rsa_pem(file.private_key.expose_secret().as_bytes())
            .map_err(|_| wrong("its `private_key` is not an RSA key in PEM form"))?;
        Ok(Self(Arc::new(Account {
            email: file.client_email,
            key_id: file.private_key_id,
            key,
            scope: scopes.join(" "),
            token_uri: token_uri.map_or(file.token_uri, str::to_owned),
            current: RwLock::new(None),
            fetching: Mutex::new(None),
        })))
    }

    /// The way to the token address. The operator's key names it, so no grant is needed unless it is private.
    pub(crate) fn route(
        &self,
        grants: &[Grant],
        timeout: Duration,
        margin: Duration,
        failure_memory: Duration,
    ) -> Result<TokenRoute, CredentialsError> {
        let unusable = |reason| CredentialsError::TokenAddress { url: self.0.token_uri.clone(), reason };
        let (address, _) = Address::parse(&self.0.token_uri, grants).map_err(|error| match error {
            AddressError::Url(reason) => unusable(reason),
            AddressError::Grant(host) => unusable(format!("grant `{host}` is not `HOST` or `HOST:PORT`")),
            AddressError::Refused(refusal) => unusable(refusal.to_string()),
        })?;
        if address.exposes_secrets() {
            return Err(unusable("it must be https unless it is granted with `allow-private`".into()));
        }
        Ok(TokenRoute { address, timeout, margin, failure_memory })
    }

    /// A token that is still good: the current one, or a new one.
    pub(crate) async fn authorization(
        &self,
        clients: &Clients,
        route: &TokenRoute,
    ) -> Result<Arc<Authorization>, CredentialsError> {
        match self.current() {
            Some(token) if token.ages > Instant::now() => Ok(token.authorization),
            Some(token) if token.works() => match self.0.fetching.try_lock() {
                Ok(mut failed) => self.fetch(clients, route, &mut failed).await.or(Ok(token.authorization)),
                Err(_) => Ok(token.authorization),
            },
            _ => {
                let mut failed = self.0.fetching.lock().await;
                match self.current().filter(Token::works) {
                    Some(token) => Ok(token.authorization),
                    None => self.fetch(clients, route, &mut failed).await,
                }
            }
        }
    }

    /// Drops the token that the channel did not take, unless it was replaced meanwhile.
    pub(crate) fn forget(&self, refused: &Arc<Authorization>) {
        let mut current = self.0.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|token| Arc::ptr_eq(&token.authorization, refused)) {
            *current = None;
        }
    }

    fn current(&self) -> Option<Token> {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn fetch(
        &self,
        clients: &Clients,
        route: &TokenRoute,
        failed: &mut Option<(Instant, CredentialsError)>,
    ) -> Result<Arc<Authorization>, CredentialsError> {
        if let Some((at, error)) = failed
            && at.elapsed() < route.failure_memory
        {
            return Err(error.clone());
        }
        match self.request(clients, route).await {
            Ok(token) => {
                *failed = None;
                let authorization = token.authorization.clone();
                *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Some(token);
                Ok(authorization)
            }
            Err(error) => {
                tracing::debug!(host = %route.address.host, %error, "no access token");
                *failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    async fn request(&self, clients: &Clients, route: &TokenRoute) -> Result<Token, CredentialsError> {
        let host = || route.address.host.to_string();
        let assertion = self.assertion()?;
        let request = token_request(&route.address, assertion.expose_secret())?;
        let bounds = Bounds { timeout: route.timeout, response_bytes: TOKEN_RESPONSE_BYTES };
        let outage = |reason| CredentialsError::TokenOutage { host: host(), reason };
        let reply = exchange(route.address.client(clients), request, bounds).await;
        let reply = reply.map_err(|failure| match failure {
            Failure::Refused(refusal) => {
                CredentialsError::TokenAddress { url: self.0.token_uri.clone(), reason: refusal.to_string() }
            }
            Failure::Connect(reason) | Failure::Broken(reason) => outage(reason),
            Failure::Timeout => outage("no answer in time".into()),
            Failure::TooLarge(_) => outage(format!("an answer of more than {TOKEN_RESPONSE_BYTES} bytes")),
        })?;
        if is_outage(reply.status) {
            return Err(outage(format!("status {}", reply.status.as_u16())));
        }
        if !reply.status.is_success() {
            let reason = complaint(&reply, assertion.expose_secret());
            return Err(CredentialsError::TokenRefused { host: host(), reason });
        }
        let granted: Granted = serde_json::from_slice(&reply.body)
            .map_err(|_| outage("an answer without `access_token`".into()))?;
        let authorization = Arc::new(Authorization::bearer(&granted.access_token)?);
        let life = Duration::from_secs(granted.expires_in.min(LONGEST_LIFE));
        let expires = Instant::now() + life;
        Ok(Token { authorization, ages: expires - route.margin.min(life / 2), expires })
    }

    fn assertion(&self) -> Result<SecretString, CredentialsError> {
        let account = &*self.0;
        let now = jsonwebtoken::get_current_timestamp();
        let claims = Claims {
            iss: &account.email,
            scope: &account.scope,
            aud: &account.token_uri,
            iat: now,
            exp: now + ASSERTION_LIFETIME,
        };
        let header = Header { kid: account.key_id.clone(), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, &account.key).map(SecretString::from).map_err(|_| {
            CredentialsError::ServiceAccountKey {
                place: format!("the key of `{}`", account.email),
                reason: "its `private_key` cannot sign; RSA keys need 2048 bits or more".into(),
            }
        })
    }
}

impl Token {
    fn works(&self) -> bool {
        self.expires > Instant::now()
    }
}

impl fmt::Debug for ServiceAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount").field("email", &self.0.email).finish_non_exhaustive()
    }
}

fn token_request(address: &Address, assertion: &str) -> Result<Request<Full<Bytes>>, CredentialsError> {
    // Base64url and dots need no escaping in a form.
    let form =
        format!("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={assertion}");
    let unusable = |error: http::Error| CredentialsError::TokenAddress {
        url: address.host.to_string(),
        reason: error.to_string(),
    };
    Request::post(address.base().map_err(unusable)?)
        .header(header::HOST, &address.host_header)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Full::from(form))
        .map_err(unusable)
}

/// The token address's own words, without the assertion and without anything that is not an OAuth error.
fn complaint(reply: &Reply, assertion: &str) -> String {
    let status = reply.status.as_u16();
    match serde_json::from_slice::<Denied>(&reply.body) {
        Ok(Denied { error, error_description }) => {
            let words = format!("{error} {error_description}").replace(assertion, "[redacted]");
            let words: String =
                words.trim().chars().take(SHOWN_CHARACTERS).flat_map(char::escape_debug).collect();
            format!("status {status}, {words}")
        }
        Err(_) => format!("status {status}"),
    }
}
