//! Whether a channel's credentials and settings work, asked of the vendor itself, with nothing changed there.

use wharf_catalog::{Problem, Reason};

use crate::{
    error::{ChannelError, SyncError},
    reconciler::Reconciler,
    wire,
};

impl Reconciler {
    /// Sends the connector's probe. What is wrong, as the connector reads the answer; empty when all is well.
    pub async fn probe(&self, name: &str) -> Result<Vec<Problem>, SyncError> {
        let channel = self.channel(name).await?;
        let active = self.active(&channel).await?;
        let Some(request) = active.connector.probe(&active.context)? else {
            return Err(ChannelError::NoProbe { connector: active.connector.name().to_owned() }.into());
        };
        match wire::read(&active.route, request).await {
            Ok(response) => Ok(active.connector.probed(&active.context, &wire::incoming(response))?),
            Err(error) => {
                Ok(vec![Problem::error("no-answer", None, error.to_string()).because(Reason::Outage)])
            }
        }
    }
}
