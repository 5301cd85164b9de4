//! Where a channel's secret is: an environment variable, a file, or Wharf's own store, by name.
//!
//! What an operator writes names a place and never holds the secret itself.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::error::CredentialsError;

/// Gives the stored secret of a name, if there is one. Whoever makes a route reads them beforehand, so that nothing
/// here waits for a database.
pub type StoredSecrets<'a> = &'a dyn Fn(&str) -> Option<SecretString>;

/// Where the operator keeps a secret: `{"secret": "NAME"}`, `{"env": "NAME"}` or `{"file": "PATH"}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CredentialsSettings {
    /// The name of a secret in Wharf's own store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// An environment variable's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env: Option<String>,
    /// A file's path. Trailing line ends are not part of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The connector's auth scheme that the secret is for, by name, where it declares several. Only carried here:
    /// who makes a route hands in the chosen scheme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The secret is a plain bearer token, whatever scheme the connector declares.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bearer: bool,
    /// Replaces the token address that a service-account key or a connector names, for test systems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_uri: Option<String>,
}

/// Exactly one of the places.
enum Place<'a> {
    Stored(&'a str),
    Environment(&'a str),
    File(&'a std::path::Path),
}

impl CredentialsSettings {
    /// In words, for errors: the place and never the secret.
    pub(crate) fn place(&self) -> Result<String, CredentialsError> {
        Ok(match self.only()? {
            Place::Stored(name) => format!("the stored secret `{name}`"),
            Place::Environment(name) => format!("the environment variable `{name}`"),
            Place::File(path) => format!("the file `{}`", path.display()),
        })
    }

    /// The secret itself, without trailing line ends.
    ///
    /// # Errors
    /// When not exactly one place is named, or when that place holds no secret or an empty one.
    pub fn read(&self, stored: StoredSecrets<'_>) -> Result<SecretString, CredentialsError> {
        let text = match self.only()? {
            Place::Stored(name) => {
                stored(name).ok_or_else(|| CredentialsError::Stored { name: name.to_owned() })?
            }
            Place::Environment(name) => std::env::var(name)
                .map_err(|_| CredentialsError::Environment { name: name.to_owned() })?
                .into(),
            Place::File(path) => std::fs::read_to_string(path)
                .map_err(|error| CredentialsError::File {
                    path: path.display().to_string(),
                    reason: error.to_string(),
                })?
                .into(),
        };
        let secret = without_line_end(text);
        if secret.expose_secret().is_empty() {
            return Err(CredentialsError::Empty { place: self.place()? });
        }
        Ok(secret)
    }

    fn only(&self) -> Result<Place<'_>, CredentialsError> {
        match (&self.secret, &self.env, &self.file) {
            (Some(name), None, None) => Ok(Place::Stored(name)),
            (None, Some(name), None) => Ok(Place::Environment(name)),
            (None, None, Some(path)) => Ok(Place::File(path)),
            _ => Err(CredentialsError::Reference),
        }
    }
}

fn without_line_end(text: SecretString) -> SecretString {
    let trimmed = text.expose_secret().trim_end_matches(['\r', '\n']);
    if trimmed.len() == text.expose_secret().len() { text } else { SecretString::from(trimmed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: serde_json::Value) -> CredentialsSettings {
        serde_json::from_value(json).unwrap()
    }

    fn shop(name: &str) -> Option<SecretString> {
        (name == "shop").then(|| "s3cret\n".into())
    }

    #[test]
    fn a_stored_secret_is_read_by_its_name_and_a_missing_one_is_named_with_the_remedy() {
        let read = settings(serde_json::json!({"secret": "shop"})).read(&shop).unwrap();
        assert_eq!(read.expose_secret(), "s3cret");
        let error = settings(serde_json::json!({"secret": "other"})).read(&shop).unwrap_err();
        assert!(matches!(&error, CredentialsError::Stored { name } if name == "other"), "{error}");
        assert!(error.to_string().contains("`wharf secret set other`"), "{error}");
    }

    #[test]
    fn a_place_that_holds_nothing_holds_no_secret() {
        let blank = settings(serde_json::json!({"secret": "shop"})).read(&|_| Some("\r\n".into()));
        assert!(matches!(blank.unwrap_err(), CredentialsError::Empty { place } if place.contains("`shop`")));
    }

    #[test]
    fn a_chosen_scheme_is_carried_and_an_absent_one_not_written() {
        let json = serde_json::json!({"secret": "shop", "scheme": "refresh-token"});
        let chosen = settings(json.clone());
        assert_eq!(chosen.scheme.as_deref(), Some("refresh-token"));
        assert_eq!(serde_json::to_value(chosen).unwrap(), json);
        let plain = serde_json::json!({"secret": "shop"});
        assert_eq!(serde_json::to_value(settings(plain.clone())).unwrap(), plain);
    }

    #[test]
    fn exactly_one_place_is_named() {
        for json in [
            serde_json::json!({}),
            serde_json::json!({"secret": "shop", "env": "PATH"}),
            serde_json::json!({"secret": "shop", "file": "/etc/hostname"}),
        ] {
            let error = settings(json.clone()).read(&shop).unwrap_err();
            assert!(matches!(error, CredentialsError::Reference), "{json}: {error}");
        }
    }
}
