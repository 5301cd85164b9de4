//! Access tokens: fetched at a vendor's token address, kept until shortly before they expire, shown as a header.
//!
//! One request fetches, the others wait for it or go on with the token that still works. What the token address is
//! asked with differs (`assertion`, `grant`); everything else is here once.

mod assertion;
mod grant;
mod wire;

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock, Weak},
    time::Duration,
};

use aws_lc_rs::digest;
use http::HeaderName;
use secrecy::{ExposeSecret, SecretString};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::Instant,
};

use self::{assertion::AccountKey, grant::Client};
pub(crate) use self::{grant::GrantKind, wire::TokenRoute};
pub use self::{
    grant::{ClientIn, TokenGrant},
    wire::{KeepRotated, Kept},
};
use crate::{
    authorization::{Authorization, header_name},
    client::Clients,
    error::CredentialsError,
    gateway::Gateway,
};

/// No token is trusted for longer than a day.
const LONGEST_LIFE: Duration = Duration::from_secs(86_400);

/// Where an account's access tokens come from, and the current one. Clones share it.
#[derive(Clone)]
pub struct TokenSource(Arc<Source>);

struct Source {
    flow: Flow,
    /// The token address.
    url: String,
    /// None: `authorization: Bearer TOKEN`.
    presented_in: Option<HeaderName>,
    current: RwLock<Option<Token>>,
    /// Held while a token is fetched.
    fetching: Arc<Mutex<LastFailure>>,
}

/// When and why there was no token the last time.
type LastFailure = Option<(Instant, CredentialsError)>;

/// What the token address is asked with.
enum Flow {
    /// A signed assertion (RFC 7523).
    Assertion(AccountKey),
    /// Client credentials or a refresh token (RFC 6749, sections 4.4 and 6).
    Client(Client),
}

#[derive(Clone)]
struct Token {
    authorization: Arc<Authorization>,
    /// When it is time for a new one, while this one still works.
    ages: Instant,
    expires: Instant,
}

impl TokenSource {
    /// Reads a service account's JSON key. `place` is where it came from, for errors; `url` replaces the token
    /// address that the key names.
    pub(crate) fn service_account(
        json: &str,
        scopes: &[String],
        url: Option<&str>,
        place: &str,
    ) -> Result<Self, CredentialsError> {
        let (key, named) = AccountKey::parse(json, scopes, place)?;
        Ok(Self::new(Flow::Assertion(key), url.map_or(named, str::to_owned), None))
    }

    /// Reads a client's JSON secret for the grant that a connector declares; `url` replaces its token address.
    pub(crate) fn client(
        kind: GrantKind,
        grant: &TokenGrant,
        json: &str,
        url: Option<&str>,
        place: &str,
    ) -> Result<Self, CredentialsError> {
        let client = Client::parse(kind, grant, json, place)?;
        let presented_in = grant.presented_in.as_deref().map(header_name).transpose()?;
        Ok(Self::new(Flow::Client(client), url.unwrap_or(&grant.token_url).to_owned(), presented_in))
    }

    fn new(flow: Flow, url: String, presented_in: Option<HeaderName>) -> Self {
        let (current, fetching) = (RwLock::default(), Arc::default());
        Self(Arc::new(Source { flow, url, presented_in, current, fetching }))
    }

    /// Hands refresh tokens that the vendor replaces to `keeper`. The first keeper stays.
    pub fn keep_rotated(&self, keeper: Arc<dyn KeepRotated>) {
        if let Flow::Client(client) = &self.0.flow {
            client.keep_rotated(keeper);
        }
    }

    /// Whether both would get the same tokens, so that one of them is enough. With refresh tokens that rotate,
    /// two would even take each other's token away.
    pub(crate) fn is_twin(&self, other: &Self) -> bool {
        let same_flow = match (&self.0.flow, &other.0.flow) {
            (Flow::Assertion(mine), Flow::Assertion(theirs)) => mine.is_twin(theirs),
            (Flow::Client(mine), Flow::Client(theirs)) => mine.is_twin(theirs),
            _ => false,
        };
        same_flow && self.0.url == other.0.url && self.0.presented_in == other.0.presented_in
    }

    /// Hands on what a twin that is not needed was given.
    pub(crate) fn inherit(&self, twin: &Self) {
        if let (Flow::Client(mine), Flow::Client(theirs)) = (&self.0.flow, &twin.0.flow) {
            mine.inherit(theirs);
        }
    }

    pub(crate) fn downgrade(&self) -> WeakTokenSource {
        WeakTokenSource(Arc::downgrade(&self.0))
    }

    /// A token that is still good: the current one, or a new one.
    pub(crate) async fn authorization(
        &self,
        gateway: &Gateway,
        route: &Arc<TokenRoute>,
    ) -> Result<Arc<Authorization>, CredentialsError> {
        let fetching = Arc::clone(&self.0.fetching);
        match self.current() {
            Some(token) if token.ages > Instant::now() => Ok(token.authorization),
            Some(token) if token.works() => match fetching.try_lock_owned() {
                Ok(failed) => self.fetch(gateway, route, failed).await.or(Ok(token.authorization)),
                Err(_) => Ok(token.authorization),
            },
            _ => {
                let failed = fetching.lock_owned().await;
                match self.current().filter(Token::works) {
                    Some(token) => Ok(token.authorization),
                    None => self.fetch(gateway, route, failed).await,
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

    /// Goes on also when the request that asked is given up: a refresh token that the vendor replaced meanwhile
    /// would be lost with its answer.
    async fn fetch(
        &self,
        gateway: &Gateway,
        route: &Arc<TokenRoute>,
        mut failed: OwnedMutexGuard<LastFailure>,
    ) -> Result<Arc<Authorization>, CredentialsError> {
        if let Some((at, error)) = &*failed
            && at.elapsed() < route.failure_memory
        {
            return Err(error.clone());
        }
        let (source, gateway, owned) = (self.clone(), gateway.clone(), Arc::clone(route));
        let fetched =
            tokio::spawn(async move { source.replace(gateway.clients(), &owned, &mut failed).await });
        let ended = |_| CredentialsError::TokenOutage {
            host: route.host().to_string(),
            reason: "the request for it was broken off".into(),
        };
        fetched.await.map_err(ended)?
    }

    async fn replace(
        &self,
        clients: &Clients,
        route: &TokenRoute,
        failed: &mut LastFailure,
    ) -> Result<Arc<Authorization>, CredentialsError> {
        match self.request(clients, route).await {
            Ok(token) => {
                *failed = None;
                let authorization = token.authorization.clone();
                *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Some(token);
                Ok(authorization)
            }
            Err(error) => {
                tracing::debug!(host = %route.host(), %error, "no access token");
                *failed = Some((Instant::now(), error.clone()));
                Err(error)
            }
        }
    }

    async fn request(&self, clients: &Clients, route: &TokenRoute) -> Result<Token, CredentialsError> {
        let question = match &self.0.flow {
            Flow::Assertion(key) => key.question(&self.0.url)?,
            Flow::Client(client) => client.question(),
        };
        let granted = route.ask(clients, &question).await?;
        let secrets = question.secrets();
        let authorization =
            Authorization::token(&granted.access_token, self.0.presented_in.as_ref(), secrets)?;
        if let Flow::Client(client) = &self.0.flow {
            client.answered(granted.refresh_token).await;
        }
        let life = Duration::from_secs(granted.expires_in).min(LONGEST_LIFE);
        let expires = Instant::now() + life;
        let ages = expires - route.margin.min(life / 2);
        Ok(Token { authorization: Arc::new(authorization), ages, expires })
    }

    pub(crate) fn url(&self) -> &str {
        &self.0.url
    }

    /// Whether a connector, and not the operator's own key, names the token address.
    pub(crate) fn is_declared(&self) -> bool {
        matches!(self.0.flow, Flow::Client(_))
    }
}

impl Token {
    fn works(&self) -> bool {
        self.expires > Instant::now()
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flow: &dyn fmt::Debug = match &self.0.flow {
            Flow::Assertion(key) => key,
            Flow::Client(client) => client,
        };
        f.debug_struct("TokenSource").field("url", &self.0.url).field("flow", flow).finish_non_exhaustive()
    }
}

/// A source that lives only as long as some route uses it.
#[derive(Debug)]
pub(crate) struct WeakTokenSource(Weak<Source>);

impl WeakTokenSource {
    pub(crate) fn upgrade(&self) -> Option<TokenSource> {
        self.0.upgrade().map(TokenSource)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("url", &self.url).finish_non_exhaustive()
    }
}

/// A digest by which two secrets are compared without keeping either for it.
fn fingerprint(secret: &SecretString) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, secret.expose_secret().as_bytes());
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest.as_ref());
    fingerprint
}
