//! `wharf.toml`: every setting and limit of the host in one file that nobody has to write.
//!
//! Each table belongs to one room and holds that room's own settings, so a limit is documented where it is kept.

use std::{io, net::SocketAddr};

use cap_std::fs::Dir;
use serde::{Deserialize, Serialize};
use wharf_catalog::import::ImportLimits;
use wharf_gateway::GatewaySettings;
use wharf_sandbox::Limits;
use wharf_store::StoreSettings;
use wharf_sync::{ConnectorSettings, SyncSettings};

use crate::secret_key::SecretsSettings;

/// Name of the file in the data directory.
pub const FILE: &str = "wharf.toml";

/// All settings. A table or a key that is left out keeps its default; one that is unknown is refused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Configuration {
    pub server: ServerSettings,
    pub store: StoreSettings,
    pub sandbox: Limits,
    pub gateway: GatewaySettings,
    pub sync: SyncSettings,
    pub connectors: ConnectorSettings,
    pub import: ImportSettings,
    pub secrets: SecretsSettings,
}

/// How the API listens and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ServerSettings {
    /// Address and port, unless `--listen` names others. `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Bytes of a request's body. 16 MiB.
    pub body_bytes: usize,
    /// Bytes of a webhook's body. 1 MiB.
    pub webhook_bytes: usize,
    /// How long a webhook's body may take to come, in milliseconds. 5,000.
    pub webhook_read_ms: u64,
    /// How long a request may take until its answer begins, in milliseconds. 30,000.
    pub request_timeout_ms: u64,
    /// Items of a page when the caller names no `limit`. 100.
    pub page_items: u32,
    /// The largest `limit` of a page. 1,000.
    pub maximum_page_items: u32,
    /// Lines of one bulk request. 10,000.
    pub bulk_lines: usize,
    /// How long requests under way may take when the server is told to stop, in milliseconds. 10,000.
    pub drain_ms: u64,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            body_bytes: 16 << 20,
            webhook_bytes: 1 << 20,
            webhook_read_ms: 5_000,
            request_timeout_ms: 30_000,
            page_items: 100,
            maximum_page_items: 1_000,
            bulk_lines: 10_000,
            drain_ms: 10_000,
        }
    }
}

/// How files are taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct ImportSettings {
    /// Rows of one transaction. 1,000.
    pub batch_rows: usize,
    /// Batches that may be read ahead of the database. 4.
    pub batches_ahead: usize,
    /// Findings shown on the terminal; all of them go into `--errors`. 20.
    pub shown_findings: usize,
    pub limits: ImportLimits,
}

impl Default for ImportSettings {
    fn default() -> Self {
        Self { batch_rows: 1_000, batches_ahead: 4, shown_findings: 20, limits: ImportLimits::default() }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationError {
    #[error("cannot read {FILE}: {0}")]
    Read(#[source] io::Error),
    #[error("{FILE}: {0}")]
    Parse(#[source] Box<toml::de::Error>),
    #[error("{FILE}: `{setting}` must be above 0")]
    Zero { setting: &'static str },
}

impl Configuration {
    /// Reads the file from the data directory; without one, every setting has its default.
    pub fn read(directory: &Dir) -> Result<Self, ConfigurationError> {
        match directory.read_to_string(FILE) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(ConfigurationError::Read(error)),
        }
    }

    fn parse(text: &str) -> Result<Self, ConfigurationError> {
        let configuration: Self =
            toml::from_str(text).map_err(|error| ConfigurationError::Parse(Box::new(error)))?;
        configuration.check()?;
        Ok(configuration)
    }

    /// Refuses what would leave the server standing still. The other rooms check their own settings.
    fn check(&self) -> Result<(), ConfigurationError> {
        let server = &self.server;
        let settings = [
            ("server.body-bytes", server.body_bytes == 0),
            ("server.webhook-bytes", server.webhook_bytes == 0),
            ("server.webhook-read-ms", server.webhook_read_ms == 0),
            ("server.request-timeout-ms", server.request_timeout_ms == 0),
            ("server.page-items", server.page_items == 0),
            ("server.maximum-page-items", server.maximum_page_items == 0),
            ("server.bulk-lines", server.bulk_lines == 0),
            ("import.batch-rows", self.import.batch_rows == 0),
            ("import.batches-ahead", self.import.batches_ahead == 0),
        ];
        match settings.into_iter().find(|(_, is_zero)| *is_zero) {
            Some((setting, _)) => Err(ConfigurationError::Zero { setting }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_keeps_its_default() {
        let configuration = Configuration::parse("[server]\nbody-bytes = 1024\n").unwrap();
        assert_eq!(configuration.server.body_bytes, 1024);
        assert_eq!(configuration.server.page_items, ServerSettings::default().page_items);
        assert_eq!(configuration.store, StoreSettings::default());
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_place() {
        let refused = |text| Configuration::parse(text).unwrap_err().to_string();
        assert!(refused("[server]\nport = 1\n").contains("unknown field `port`"));
        assert!(refused("[sandbox]\nfuel = 1\n").contains("unknown field `fuel`"));
        assert!(refused("[servre]\n").contains("unknown field `servre`"));
        assert!(refused("[server]\nlisten = \"here\"\n").contains("line 2"));
    }

    #[test]
    fn a_setting_that_would_stop_the_server_is_named() {
        let error = Configuration::parse("[import]\nbatch-rows = 0\n").unwrap_err();
        assert_eq!(error.to_string(), "wharf.toml: `import.batch-rows` must be above 0");
    }

    #[test]
    fn every_setting_survives_being_written_and_read() {
        let text = toml::to_string(&Configuration::default()).unwrap();
        assert_eq!(Configuration::parse(&text).unwrap(), Configuration::default());
    }
}
