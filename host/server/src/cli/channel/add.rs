//! `wharf channel add`: a channel from a file, or from options where no file is worth writing.

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use jiff::SignedDuration;
use serde_json::{Map, Value};
use wharf_catalog::{mapping::Mapping, projection::Scope};
use wharf_gateway::{CredentialsSettings, Grant};
use wharf_sandbox::ChannelLimits;
use wharf_sync::{ChannelConfiguration, Connectors, Inbound, Pin, Schedule};

use super::{Outcome, Session, Shown, wake};

#[derive(Debug, Args)]
pub(in crate::cli) struct Add {
    /// Letters, digits, `-` and `_`.
    name: String,
    /// Everything about the channel in one TOML file, as `wharf channel show` writes it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["connector", "pin", "settings", "locale", "country", "currency",
        "locations", "endpoints", "grants", "grants_private", "credential_secret", "credential_env", "credential_file", "every", "cron", "time_zone", "mapping"])]
    file: Option<PathBuf>,
    /// The connector's name: see `wharf connector list`.
    #[arg(long, required_unless_present = "file")]
    connector: Option<String>,
    /// The release to use instead of the one that serves: a range such as `^1.2`, or `sha256:DIGEST`.
    #[arg(long, value_name = "RANGE")]
    pin: Option<Pin>,
    /// One of the connector's settings; of one that is a secret, the name of a stored secret.
    #[arg(long = "setting", value_name = "NAME=VALUE", value_parser = pair)]
    settings: Vec<(String, String)>,
    /// The channel's language, such as `de-DE`.
    #[arg(long, required_unless_present = "file")]
    locale: Option<String>,
    /// The channel's country, such as `DE`.
    #[arg(long, required_unless_present = "file")]
    country: Option<String>,
    /// The channel's currency, such as `EUR`.
    #[arg(long, required_unless_present = "file")]
    currency: Option<String>,
    /// A location whose stock may be sold; left out, all may.
    #[arg(long = "location", value_name = "LOCATION")]
    locations: Vec<String>,
    /// Send to another address than the connector's own: a vendor's sandbox, a proxy.
    #[arg(long = "endpoint", value_name = "NAME=URL", value_parser = pair)]
    endpoints: Vec<(String, String)>,
    /// A host that the channel may reach, with its port if that is not the usual one.
    #[arg(long = "grant", value_name = "HOST[:PORT]")]
    grants: Vec<String>,
    /// The same for a host on this machine or in a private network.
    #[arg(long = "grant-private", value_name = "HOST[:PORT]")]
    grants_private: Vec<String>,
    /// The stored secret's name: see `wharf secret set`.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["credential_env", "credential_file"])]
    credential_secret: Option<String>,
    /// The environment variable that holds the secret.
    #[arg(long, value_name = "VARIABLE", conflicts_with = "credential_file")]
    credential_env: Option<String>,
    /// The file that holds the secret.
    #[arg(long, value_name = "FILE")]
    credential_file: Option<PathBuf>,
    /// The auth scheme to use, when the connector has several: `bearer`, `refresh-token`, ...
    #[arg(long, value_name = "SCHEME")]
    credential_scheme: Option<String>,
    /// The account at the vendor; channels of one account share its budgets and tokens.
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// The secret is a plain bearer token, whatever the connector declares.
    #[arg(long)]
    credential_bearer: bool,
    /// Sync at this interval, such as `15m`, beside every change.
    #[arg(long, value_name = "INTERVAL", conflicts_with = "cron")]
    every: Option<SignedDuration>,
    /// Sync at these times, such as `0 6 * * MON-FRI`.
    #[arg(long, value_name = "PATTERN")]
    cron: Option<String>,
    /// The zone that `--cron` is meant in.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// A TOML file with a rule for each field that is not to be filled in the connector's own way.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".into()),
    }
}

impl Add {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let host = session.host().await?;
        let name = self.name.clone();
        let configuration = match &self.file {
            Some(path) => {
                let text = read(path)?;
                toml::from_str(&text).with_context(|| format!("{} is no channel", path.display()))?
            }
            None => {
                let schema = self.schema(&host.connectors).await;
                self.configuration(&schema)?
            }
        };
        let channel = host.reconciler.add_channel(&name, &configuration).await?;
        wake(&host.site.directory, session.output);
        session.output.either(&Shown::new(channel)?, || {
            format!("{name} is set up; `wharf sync` brings it the catalog")
        })?;
        Ok(Outcome::Done)
    }

    /// The schema of the connector's settings; that there is no such connector is said when the channel is checked.
    async fn schema(&self, connectors: &Connectors) -> Value {
        let Some(connector) = &self.connector else { return Value::Null };
        let found = connectors.resolve(connector, self.pin.as_ref()).await.ok();
        found
            .and_then(|found| serde_json::from_str(&found.description().settings_schema).ok())
            .unwrap_or_default()
    }

    fn configuration(self, schema: &Value) -> anyhow::Result<ChannelConfiguration> {
        let (Some(connector), Some(locale), Some(country), Some(currency)) =
            (self.connector, self.locale, self.country, self.currency)
        else {
            bail!("without --file, a channel needs --connector, --locale, --country and --currency");
        };
        let mapping = match &self.mapping {
            Some(path) => {
                toml::from_str(&read(path)?).with_context(|| format!("{} is no mapping", path.display()))?
            }
            None => Mapping::default(),
        };
        let grant = |allow_private| move |host| Grant { host, allow_private };
        let grants = self.grants.into_iter().map(grant(false));
        let named = self.credential_secret.is_some()
            || self.credential_env.is_some()
            || self.credential_file.is_some();
        let credentials = CredentialsSettings {
            secret: self.credential_secret,
            env: self.credential_env,
            file: self.credential_file,
            scheme: self.credential_scheme,
            bearer: self.credential_bearer,
            token_uri: None,
        };
        Ok(ChannelConfiguration {
            settings: typed(&self.settings, schema),
            connector,
            version: self.pin,
            scope: Scope { locations: self.locations, ..scope(locale, country, currency) },
            mapping,
            schedule: Schedule {
                every: self.every,
                cron: self.cron,
                time_zone: self.time_zone,
                ..Schedule::default()
            },
            endpoints: self.endpoints.into_iter().collect(),
            grants: grants.chain(self.grants_private.into_iter().map(grant(true))).collect(),
            credentials: named.then_some(credentials),
            account: self.account,
            limits: ChannelLimits::default(),
            inbound: Inbound::default(),
        })
    }
}

fn read(path: &std::path::Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn scope(locale: String, country: String, currency: String) -> Scope {
    Scope {
        locale,
        fallback_locales: Vec::new(),
        country,
        currency,
        price_list: wharf_catalog::product::BASE_PRICE_LIST.into(),
        locations: Vec::new(),
        stock_buffer: 0,
        stock_maximum: None,
        selection: Default::default(),
    }
}

/// Options are text; the connector's schema says which of them are meant as something else.
fn typed(settings: &[(String, String)], schema: &Value) -> Map<String, Value> {
    let properties = &schema["properties"];
    let mut repeated: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, text) in settings {
        repeated.entry(name).or_default().push(text);
    }
    repeated.into_iter().map(|(name, texts)| (name.to_owned(), setting(&texts, &properties[name]))).collect()
}

/// A secret's value is never on a command line: its place in the settings names where it is kept.
fn setting(texts: &[&str], property: &Value) -> Value {
    match texts {
        [name] if property["writeOnly"] == true => serde_json::json!({"secret": name}),
        _ => value(texts, &property["type"]),
    }
}

/// What does not fit stays text, so that the check against the schema can name it.
fn value(texts: &[&str], kind: &Value) -> Value {
    let last = texts.last().copied().unwrap_or_default();
    match kind.as_str() {
        Some("array") if !last.starts_with('[') => texts.iter().copied().map(Value::from).collect(),
        Some("string") | None => last.into(),
        Some(_) => serde_json::from_str(last).unwrap_or_else(|_| last.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_option_becomes_what_the_schema_asks_for() {
        assert_eq!(value(&["123"], &json!("string")), json!("123"));
        assert_eq!(value(&["123"], &json!("integer")), json!(123));
        assert_eq!(value(&["true"], &json!("boolean")), json!(true));
        assert_eq!(value(&["a", "b"], &json!("array")), json!(["a", "b"]));
        assert_eq!(value(&["many"], &json!("integer")), json!("many"));
        assert_eq!(value(&["x"], &json!(null)), json!("x"));
        let secret = json!({"type": "string", "writeOnly": true});
        assert_eq!(setting(&["webhook-key"], &secret), json!({"secret": "webhook-key"}));
    }
}
