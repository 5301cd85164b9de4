//! A client registered with a vendor: its id and secret, alone or with the refresh token by which a merchant let it in
//! (RFC 6749, sections 4.4 and 6).

use std::{
    fmt,
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::{
    fingerprint,
    wire::{KeepRotated, Question},
};
use crate::error::CredentialsError;

/// How a connector's vendor hands out tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenGrant {
    /// The token address; its host must be granted like any other.
    pub token_url: String,
    /// Asked for as `scope`, joined by blanks; none leaves it out.
    pub scopes: Vec<String>,
    pub client_in: ClientIn,
    /// The request header that holds the bare token, such as Amazon's `x-amz-access-token`. None:
    /// `authorization: Bearer TOKEN`.
    pub presented_in: Option<String>,
}

/// Where the token address looks for the client's id and secret (RFC 6749, section 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientIn {
    /// `authorization: Basic`, both form-encoded first.
    Basic,
    /// The form's `client_id` and `client_secret`.
    Body,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GrantKind {
    ClientCredentials,
    RefreshToken,
}

pub(super) struct Client {
    id: String,
    secret: SecretString,
    scope: String,
    client_in: ClientIn,
    refresh: Option<Refresh>,
}

/// The refresh token, which the vendor may replace with every answer.
struct Refresh {
    current: RwLock<SecretString>,
    /// As it was loaded.
    first: [u8; 32],
    keeper: OnceLock<Arc<dyn KeepRotated>>,
    /// The current one has not been kept yet, and is tried again with the next token.
    unkept: AtomicBool,
}

/// The stored text of a client's secret.
#[derive(Deserialize)]
struct Stored {
    client_id: String,
    client_secret: SecretString,
    refresh_token: Option<SecretString>,
}

impl Client {
    pub(super) fn parse(
        kind: GrantKind,
        grant: &TokenGrant,
        json: &str,
        place: &str,
    ) -> Result<Self, CredentialsError> {
        let wrong = |reason| CredentialsError::Client { place: place.to_owned(), reason };
        // The parser's own message could quote the secret, so only the kind of fault is passed on.
        let stored: Stored = serde_json::from_str(json).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => {
                wrong("it lacks `client_id` or `client_secret`, or a member is no text")
            }
            _ => wrong("it is not JSON"),
        })?;
        let refresh = match (kind, stored.refresh_token) {
            (GrantKind::ClientCredentials, _) => None,
            (GrantKind::RefreshToken, Some(token)) => Some(Refresh::new(token)),
            (GrantKind::RefreshToken, None) => return Err(wrong("it lacks `refresh_token`")),
        };
        let (id, secret, scope) = (stored.client_id, stored.client_secret, grant.scopes.join(" "));
        Ok(Self { id, secret, scope, client_in: grant.client_in, refresh })
    }

    pub(super) fn keep_rotated(&self, keeper: Arc<dyn KeepRotated>) {
        if let Some(refresh) = &self.refresh {
            // A second route of the account brings the same keeper.
            let _ = refresh.keeper.set(keeper);
        }
    }

    pub(super) fn inherit(&self, twin: &Self) {
        if let Some(keeper) = twin.refresh.as_ref().and_then(|refresh| refresh.keeper.get()) {
            self.keep_rotated(Arc::clone(keeper));
        }
    }

    pub(super) fn is_twin(&self, other: &Self) -> bool {
        let same_refresh = match (&self.refresh, &other.refresh) {
            (None, None) => true,
            (Some(mine), Some(theirs)) => mine.knows(theirs),
            _ => false,
        };
        same_refresh
            && (&self.id, &self.scope, self.client_in) == (&other.id, &other.scope, other.client_in)
            && self.secret.expose_secret() == other.secret.expose_secret()
    }

    /// The form to ask the token address with.
    pub(super) fn question(&self) -> Question {
        let refresh = self.refresh.as_ref().map(Refresh::current);
        let mut form = match &refresh {
            Some(token) => vec![("grant_type", "refresh_token"), ("refresh_token", token.expose_secret())],
            None => vec![("grant_type", "client_credentials")],
        };
        if !self.scope.is_empty() {
            form.push(("scope", &self.scope));
        }
        let basic = match self.client_in {
            ClientIn::Basic => Some(self.basic()),
            ClientIn::Body => {
                form.extend([
                    ("client_id", self.id.as_str()),
                    ("client_secret", self.secret.expose_secret()),
                ]);
                None
            }
        };
        let secrets = [Some(self.secret.clone()), refresh.clone()].into_iter().flatten().collect();
        Question::new(&form, basic, secrets)
    }

    fn basic(&self) -> SecretString {
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(&self.id), encoded(self.secret.expose_secret()));
        format!("Basic {}", BASE64_STANDARD.encode(pair)).into()
    }

    /// Notes a refresh token that came with an access token.
    pub(super) async fn answered(&self, rotated: Option<SecretString>) {
        let Some(refresh) = &self.refresh else { return };
        if let Some(token) = rotated {
            refresh.replace(token);
        }
        if refresh.unkept.load(Relaxed) {
            self.keep(refresh).await;
        }
    }

    async fn keep(&self, refresh: &Refresh) {
        let kept = match refresh.keeper.get() {
            Some(keeper) => keeper.on_rotated(self.stored(refresh)).await,
            None => Err("there is nowhere to keep it".into()),
        };
        match kept {
            Ok(()) => refresh.unkept.store(false, Relaxed),
            Err(reason) => tracing::warn!(
                client = self.id,
                reason,
                "the vendor replaced the refresh token; it is only in memory, and the stored one no longer works"
            ),
        }
    }

    /// The text to store instead of what was loaded.
    fn stored(&self, refresh: &Refresh) -> SecretString {
        let current = refresh.current();
        serde_json::json!({
            "client_id": self.id,
            "client_secret": self.secret.expose_secret(),
            "refresh_token": current.expose_secret(),
        })
        .to_string()
        .into()
    }
}

impl Refresh {
    fn new(token: SecretString) -> Self {
        let first = fingerprint(&token);
        Self { current: RwLock::new(token), first, keeper: OnceLock::new(), unkept: AtomicBool::new(false) }
    }

    fn current(&self) -> SecretString {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, token: SecretString) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.expose_secret() != token.expose_secret() {
            *current = token;
            self.unkept.store(true, Relaxed);
        }
    }

    /// Whether the other begins with the token that this one began with, or has come to.
    fn knows(&self, other: &Self) -> bool {
        self.first == other.first || fingerprint(&self.current()) == other.first
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("id", &self.id).field("scope", &self.scope).finish_non_exhaustive()
    }
}
