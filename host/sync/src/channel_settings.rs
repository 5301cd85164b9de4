//! A channel's settings under its connector's schema: what the connector is shown, and the secrets that it may only
//! sign with.
//!
//! A property that the schema marks `"writeOnly": true` is a secret. The operator writes where it is kept instead of
//! the value, the connector is not shown it, and `signing` finds it by the property's name.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::{Map, Value};
use wharf_catalog::{Description, declaration::DigestAlgorithm};
use wharf_gateway::{CredentialsSettings, GatewayError, Mac};
use wharf_sandbox::Signer;

use crate::{
    configuration::ChannelConfiguration, error::ChannelError, route::algorithm, secrets::ChannelSecrets,
};

/// Stands for a secret while the settings are checked.
const PLACEHOLDER: &str = "secret";

pub(crate) struct ChannelSettings {
    /// JSON of everything that is no secret.
    pub(crate) open: String,
    pub(crate) signer: SecretSigner,
}

impl ChannelSettings {
    /// Checks the settings and finds their secrets.
    pub(crate) fn read(
        description: &Description,
        configuration: &ChannelConfiguration,
        secrets: &ChannelSecrets,
    ) -> Result<Self, ChannelError> {
        let unusable = |reason: String| ChannelError::Schema { connector: description.name.clone(), reason };
        let schema: Value = serde_json::from_str(&description.settings_schema)
            .map_err(|error| unusable(error.to_string()))?;
        let (mut open, mut checked) = (configuration.settings.clone(), configuration.settings.clone());
        let mut signer = BTreeMap::new();
        for property in secret_properties(&schema) {
            let Some(reference) = open.remove(&property) else { continue };
            let reference = reference_of(&property, reference)?;
            let value = secrets.read(&reference).map_err(GatewayError::from)?;
            checked.insert(property.clone(), PLACEHOLDER.into());
            signer.insert(property, value);
        }
        let validator = jsonschema::validator_for(&schema).map_err(|error| unusable(error.to_string()))?;
        check(&validator, checked)?;
        Ok(Self { open: Value::Object(open).to_string(), signer: SecretSigner(signer) })
    }
}

fn check(validator: &jsonschema::Validator, settings: Map<String, Value>) -> Result<(), ChannelError> {
    let settings = Value::Object(settings);
    let problems: Vec<String> = validator
        .iter_errors(&settings)
        .map(|error| match error.instance_path().as_str() {
            "" => error.to_string(),
            path => format!("{path}: {error}"),
        })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(ChannelError::Settings { problems }) }
}

/// The properties that a settings schema marks as secrets.
fn secret_properties(schema: &Value) -> Vec<String> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties.filter(|(_, property)| property["writeOnly"] == true).map(|(name, _)| name.clone()).collect()
}

fn reference_of(property: &str, value: Value) -> Result<CredentialsSettings, ChannelError> {
    serde_json::from_value(value).map_err(|_| ChannelError::PlainSecret { property: property.to_owned() })
}

/// The stored secrets that settings name. Without the schema a plain object may look like one, which is harmless.
pub(crate) fn named_secrets(settings: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let alone = settings.values().filter(|value| value.as_object().is_some_and(|object| object.len() == 1));
    alone.filter_map(|value| value["secret"].as_str())
}

/// Signs with the secrets of one channel's settings.
pub(crate) struct SecretSigner(BTreeMap<String, SecretString>);

impl std::fmt::Debug for SecretSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SecretSigner").field(&self.0.keys()).finish()
    }
}

impl SecretSigner {
    /// The secret of a settings property.
    pub(crate) fn secret(&self, property: &str) -> Option<&SecretString> {
        self.0.get(property)
    }

    fn mac(&self, secret: &str, with: DigestAlgorithm) -> Result<Mac, String> {
        match self.0.get(secret) {
            Some(value) => Ok(Mac::new(algorithm(with), value)),
            None => Err(format!("the channel's settings name no secret `{secret}`")),
        }
    }
}

impl Signer for SecretSigner {
    fn sign(&self, secret: &str, algorithm: DigestAlgorithm, data: &[u8]) -> Result<Vec<u8>, String> {
        Ok(self.mac(secret, algorithm)?.sign(data))
    }

    fn verify(
        &self,
        secret: &str,
        algorithm: DigestAlgorithm,
        data: &[u8],
        code: &[u8],
    ) -> Result<bool, String> {
        Ok(self.mac(secret, algorithm)?.verify(data, code))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::secrets::tests::secrets;

    const SCHEMA: &str = r#"{
        "type": "object",
        "properties": {"shop": {"type": "string"}, "key": {"type": "string", "writeOnly": true}},
        "required": ["shop", "key"],
        "additionalProperties": false
    }"#;

    async fn read(settings: Value) -> Result<ChannelSettings, ChannelError> {
        let description =
            Description { settings_schema: SCHEMA.into(), ..Description::new("shop", "1.0.0", "A shop") };
        let scope = json!({"locale": "de-DE", "country": "DE", "currency": "EUR"});
        let configuration: ChannelConfiguration =
            serde_json::from_value(json!({"connector": "shop", "scope": scope, "settings": settings}))
                .unwrap();
        let folder = TempDir::new().unwrap();
        let secrets = ChannelSecrets::open(&secrets(&folder).await, &configuration).await?;
        ChannelSettings::read(&description, &configuration, &secrets)
    }

    #[tokio::test]
    async fn a_connector_signs_with_a_secret_that_its_settings_do_not_show() {
        let settings = read(json!({"shop": "a", "key": {"secret": "shop"}})).await.unwrap();
        assert_eq!(settings.open, r#"{"shop":"a"}"#);
        let mac = Mac::new(algorithm(DigestAlgorithm::HmacSha256), &"first".into());
        let code = settings.signer.sign("key", DigestAlgorithm::HmacSha256, b"data").unwrap();
        assert_eq!(code, mac.sign(b"data"));
        assert_eq!(settings.signer.verify("key", DigestAlgorithm::HmacSha256, b"data", &code), Ok(true));
        assert_eq!(settings.signer.verify("key", DigestAlgorithm::HmacSha256, b"other", &code), Ok(false));
        let foreign = settings.signer.sign("shop", DigestAlgorithm::HmacSha256, b"").unwrap_err();
        assert!(foreign.contains("`shop`"), "only the settings' own secrets are signed with: {foreign}");
    }

    #[tokio::test]
    async fn a_secret_in_plain_text_is_refused_and_not_repeated() {
        let error = read(json!({"shop": "a", "key": "hunter2"})).await.err().unwrap().to_string();
        assert!(error.contains("`key` is a secret") && error.contains("wharf secret set"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[tokio::test]
    async fn a_required_secret_that_is_missing_is_named() {
        let error = read(json!({"shop": "a"})).await.err().unwrap().to_string();
        assert!(error.contains("key"), "{error}");
    }
}
