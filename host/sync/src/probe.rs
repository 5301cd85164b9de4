//! Whether a channel's credentials and settings work, asked of the vendor itself, with nothing changed there.

use bytes::Bytes;
use wharf_catalog::{Problem, Reason};
use wharf_sandbox::exchange::{Body, Response};

use crate::{
    error::{ChannelError, SyncError},
    reconciler::Reconciler,
    route::method,
};

impl Reconciler {
    /// Sends the connector's probe. What is wrong, as the connector reads the answer; empty when all is well.
    pub async fn probe(&self, name: &str) -> Result<Vec<Problem>, SyncError> {
        let channel = self.channel(name).await?;
        let active = self.active(&channel).await?;
        let Some(request) = active.connector.probe(&active.context)? else {
            return Err(ChannelError::NoProbe { connector: active.connector.name().to_owned() }.into());
        };
        let body = match request.body {
            Body::Text(text) => text.into(),
            Body::Bytes(bytes) => bytes.into(),
            Body::None | Body::Document | Body::Asset(_) => Bytes::new(),
        };
        let sent = active.route.send(wharf_gateway::Request {
            method: method(request.method),
            endpoint: request.endpoint as usize,
            target: request.target,
            headers: request.headers,
            body,
            idempotency_key: None,
            repeatable: true,
            urgency: wharf_gateway::Urgency::default(),
            cost: request.cost,
            unpack: request.unpack,
        });
        match sent.await {
            Ok(response) => {
                let wharf_gateway::Response { status, headers, body } = response;
                let response = Response { status, headers, body: body.into() };
                Ok(active.connector.probed(&active.context, &response)?)
            }
            Err(error) => {
                Ok(vec![Problem::error("no-answer", None, error.to_string()).because(Reason::Outage)])
            }
        }
    }
}
