//! The stored secrets that channels name: opened for a run, kept when a vendor replaces them, and not taken away from
//! under a channel.

use std::{collections::BTreeMap, sync::Arc};

use secrecy::SecretString;
use wharf_gateway::{AuthScheme, Credentials, CredentialsError, CredentialsSettings, KeepRotated, Kept};
use wharf_store::{OpenedSecrets, SecretError, SecretRevisions, Secrets, Store, StoreError};

use crate::configuration::ChannelConfiguration;

/// The stored secrets of one channel with their values, and the way back for those that a vendor replaces.
#[derive(Debug)]
pub(crate) struct ChannelSecrets {
    secrets: Secrets,
    opened: OpenedSecrets,
}

impl ChannelSecrets {
    /// # Errors
    /// When one that the configuration names is missing or does not open.
    pub(crate) async fn open(
        secrets: &Secrets,
        configuration: &ChannelConfiguration,
    ) -> Result<Self, SecretError> {
        let opened = secrets.open(&configuration.secrets()).await?;
        Ok(Self { secrets: secrets.clone(), opened })
    }

    /// The value of a secret that a setting names.
    pub(crate) fn read(&self, reference: &CredentialsSettings) -> Result<SecretString, CredentialsError> {
        reference.read(&|name: &str| self.opened.get(name).cloned())
    }

    /// The credentials for a connector of this scheme.
    pub(crate) fn credentials(
        &self,
        scheme: &AuthScheme,
        settings: Option<&CredentialsSettings>,
    ) -> Result<Credentials, CredentialsError> {
        let credentials = Credentials::load(scheme, settings, &|name: &str| self.opened.get(name).cloned())?;
        let name = settings.and_then(|settings| settings.secret.as_deref());
        Ok(match name.and_then(|name| self.renewal(name)) {
            Some(renewal) => credentials.keep_rotated(Arc::new(renewal)),
            None => credentials,
        })
    }

    pub(crate) fn into_revisions(self) -> SecretRevisions {
        self.opened.revisions
    }

    fn renewal(&self, name: &str) -> Option<Renewal> {
        let revision = *self.opened.revisions.get(name)?;
        Some(Renewal { secrets: self.secrets.clone(), name: name.to_owned(), revision })
    }
}

/// Keeps the refresh token that a vendor gave in place of the stored one.
#[derive(Debug)]
struct Renewal {
    secrets: Secrets,
    name: String,
    revision: i64,
}

impl KeepRotated for Renewal {
    fn on_rotated(&self, secret: SecretString) -> Kept<'_> {
        Box::pin(async move {
            let renewed = self.secrets.renew(&self.name, self.revision, &secret).await;
            if !renewed.map_err(|error| error.to_string())? {
                tracing::info!(
                    secret = self.name,
                    "a vendor's new refresh token gave way to a value set since"
                );
            }
            Ok(())
        })
    }
}

/// Why a stored secret was not removed.
#[derive(Debug, thiserror::Error)]
pub enum SecretRemovalError {
    #[error(
        "the secret `{name}` is used by {}; give these channels other credentials, or remove them, first",
        .channels.join(", ")
    )]
    InUse { name: String, channels: Vec<String> },
    #[error("there is no stored secret `{0}`; see `wharf secret list`")]
    Unknown(String),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The names of the channels that use a secret, ascending, by the secret's name. A secret that none uses is left out.
pub async fn secret_uses(store: &Store) -> Result<BTreeMap<String, Vec<String>>, StoreError> {
    let mut uses: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for channel in store.channels().await? {
        match serde_json::from_str::<ChannelConfiguration>(&channel.configuration) {
            Ok(configuration) => {
                for secret in configuration.secrets() {
                    uses.entry(secret.to_owned()).or_default().push(channel.name.clone());
                }
            }
            // It cannot run either, and says so where it is asked to.
            Err(error) => {
                tracing::debug!(channel = channel.name, %error, "an unreadable channel uses no secret");
            }
        }
    }
    Ok(uses)
}

/// Removes a stored secret that no channel uses.
pub async fn remove_secret(secrets: &Secrets, name: &str) -> Result<(), SecretRemovalError> {
    if let Some(channels) = secret_uses(secrets.store()).await?.remove(name) {
        return Err(SecretRemovalError::InUse { name: name.to_owned(), channels });
    }
    if secrets.remove(name).await? { Ok(()) } else { Err(SecretRemovalError::Unknown(name.to_owned())) }
}

#[cfg(test)]
pub(crate) mod tests {
    use secrecy::ExposeSecret as _;
    use serde_json::json;
    use tempfile::TempDir;
    use wharf_store::{ChannelDraft, ChannelState, KeyError, KeySource, SecretKey, StoreSettings};

    use super::*;

    #[derive(Debug)]
    struct OneKey(SecretKey);

    impl KeySource for OneKey {
        fn find(&self) -> Result<Vec<SecretKey>, KeyError> {
            Ok(vec![self.0.clone()])
        }

        fn make(&self) -> Result<SecretKey, KeyError> {
            Ok(self.0.clone())
        }
    }

    /// A store with the secret `shop`, which is `first`.
    pub(crate) async fn secrets(folder: &TempDir) -> Secrets {
        let store = Store::open(&folder.path().join("wharf.db"), &StoreSettings::default()).await.unwrap();
        let secrets = Secrets::new(store, Arc::new(OneKey(SecretKey::generate().unwrap())));
        secrets.set("shop", &"first".into()).await.unwrap();
        secrets
    }

    fn configuration(secret: &str) -> ChannelConfiguration {
        let scope = json!({"locale": "de-DE", "country": "DE", "currency": "EUR"});
        let credentials = json!({"secret": secret});
        serde_json::from_value(json!({"connector": "shop", "scope": scope, "credentials": credentials}))
            .unwrap()
    }

    async fn value(secrets: &Secrets) -> String {
        secrets.open(&["shop"]).await.unwrap().get("shop").unwrap().expose_secret().to_owned()
    }

    #[tokio::test]
    async fn a_refresh_token_that_a_vendor_replaced_is_stored_and_gives_way_to_an_operators() {
        let folder = TempDir::new().unwrap();
        let secrets = secrets(&folder).await;
        let opened = ChannelSecrets::open(&secrets, &configuration("shop")).await.unwrap();
        let renewal = opened.renewal("shop").unwrap();
        renewal.on_rotated("second".into()).await.unwrap();
        assert_eq!(value(&secrets).await, "second");
        let revisions = opened.into_revisions();
        assert_eq!(
            secrets.revisions(&["shop"]).await.unwrap(),
            revisions,
            "the route that renewed it goes on"
        );
        secrets.set("shop", &"by hand".into()).await.unwrap();
        renewal.on_rotated("third".into()).await.unwrap();
        assert_eq!(value(&secrets).await, "by hand");
    }

    #[tokio::test]
    async fn a_channel_without_its_secret_is_not_opened_and_one_with_it_keeps_it_there() {
        let folder = TempDir::new().unwrap();
        let secrets = secrets(&folder).await;
        let error = ChannelSecrets::open(&secrets, &configuration("other")).await.unwrap_err();
        assert!(error.to_string().contains("`wharf secret set other`"), "{error}");
        let draft = ChannelDraft {
            name: "shop-de".into(),
            connector: "shop".into(),
            state: ChannelState::Enabled,
            configuration: serde_json::to_string(&configuration("shop")).unwrap(),
        };
        let channel = secrets.store().add_channel(&draft).await.unwrap();
        let error = remove_secret(&secrets, "shop").await.unwrap_err();
        assert!(
            matches!(&error, SecretRemovalError::InUse { channels, .. } if channels == &["shop-de"]),
            "{error}"
        );
        secrets.store().remove_channel(channel).await.unwrap();
        remove_secret(&secrets, "shop").await.unwrap();
        let error = remove_secret(&secrets, "shop").await.unwrap_err();
        assert!(matches!(error, SecretRemovalError::Unknown(_)), "{error}");
    }
}
