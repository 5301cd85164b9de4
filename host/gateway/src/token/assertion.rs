//! A service account's key: it signs a short-lived assertion, which the token address takes for a token (RFC 7523).

use std::fmt;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use super::{fingerprint, wire::Question};
use crate::error::CredentialsError;

/// How long an assertion is valid, in seconds; Google takes at most an hour.
const LIFETIME: u64 = 3_600;

pub(super) struct AccountKey {
    email: String,
    key_id: Option<String>,
    key: EncodingKey,
    fingerprint: [u8; 32],
    scope: String,
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

impl AccountKey {
    /// The key, and the token address that its file names.
    pub(super) fn parse(
        json: &str,
        scopes: &[String],
        place: &str,
    ) -> Result<(Self, String), CredentialsError> {
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
        let fingerprint = fingerprint(&file.private_key);
        let (email, key_id, scope) = (file.client_email, file.private_key_id, scopes.join(" "));
        Ok((Self { email, key_id, key, fingerprint, scope }, file.token_uri))
    }

    pub(super) fn is_twin(&self, other: &Self) -> bool {
        (&self.email, &self.fingerprint, &self.scope) == (&other.email, &other.fingerprint, &other.scope)
    }

    /// The form to ask the token address at `url` with.
    pub(super) fn question(&self, url: &str) -> Result<Question, CredentialsError> {
        let assertion = self.assertion(url)?;
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", assertion.expose_secret()),
        ];
        Ok(Question::new(&form, None, vec![assertion.clone()]))
    }

    fn assertion(&self, audience: &str) -> Result<SecretString, CredentialsError> {
        let now = jsonwebtoken::get_current_timestamp();
        let claims =
            Claims { iss: &self.email, scope: &self.scope, aud: audience, iat: now, exp: now + LIFETIME };
        let header = Header { kid: self.key_id.clone(), ..Header::new(Algorithm::RS256) };
        jsonwebtoken::encode(&header, &claims, &self.key).map(SecretString::from).map_err(|_| {
            CredentialsError::ServiceAccountKey {
                place: format!("the key of `{}`", self.email),
                reason: "its `private_key` cannot sign; RSA keys need 2048 bits or more".into(),
            }
        })
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountKey").field("email", &self.email).finish_non_exhaustive()
    }
}
