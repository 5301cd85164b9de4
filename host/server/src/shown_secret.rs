//! A stored secret as it is shown, by the API and the command line alike: everything but its value.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use wharf_store::{SecretError, SecretRecord, Secrets};
use wharf_sync::secret_uses;

/// A stored secret. Its value is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShownSecret {
    pub(crate) name: String,
    #[schema(value_type = String, format = DateTime)]
    pub(crate) created_at: Timestamp,
    /// When the value was set last.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) updated_at: Timestamp,
    /// The channels whose credentials name it.
    pub(crate) channels: Vec<String>,
}

impl ShownSecret {
    pub(crate) fn new(record: SecretRecord, channels: Vec<String>) -> Self {
        let instant = |at| Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        Self {
            name: record.name,
            created_at: instant(record.created_at),
            updated_at: instant(record.updated_at),
            channels,
        }
    }

    /// All of them, ascending by name.
    pub(crate) async fn all(secrets: &Secrets) -> Result<Vec<Self>, SecretError> {
        let mut uses = secret_uses(secrets.store()).await?;
        let records = secrets.list().await?;
        let shown = records.into_iter().map(|record| {
            let channels = uses.remove(&record.name).unwrap_or_default();
            Self::new(record, channels)
        });
        Ok(shown.collect())
    }
}
