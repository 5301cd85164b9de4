//! What a request carries: the connector's own bytes, the document of its chain, or a picture that is read for it.

use bytes::Bytes;
use wharf_gateway::SendError;
use wharf_sandbox::{
    CallError,
    exchange::{Allowance, Body},
};
use wharf_store::{NewDocument, StoreError};

use crate::{courier::Courier, route::budget_position};

/// Why a request was not sent.
#[derive(Debug)]
pub(crate) enum Unsent {
    Picture(SendError),
    Connector(CallError),
    Store(StoreError),
}

impl Courier {
    pub(crate) async fn payload(&self, body: Body, document: &NewDocument) -> Result<Bytes, Unsent> {
        match body {
            Body::None => Ok(Bytes::new()),
            Body::Text(text) => Ok(text.into()),
            Body::Bytes(bytes) => Ok(bytes.into()),
            Body::Document => self.document(document).await,
            Body::Asset(address) => self.channel.route.asset(&address).await.map_err(Unsent::Picture),
        }
    }

    async fn document(&self, document: &NewDocument) -> Result<Bytes, Unsent> {
        let content = match document {
            NewDocument::None => None,
            NewDocument::New(content) => Some(content.clone()),
            NewDocument::Same(id) => self.store.document(*id).await.map_err(Unsent::Store)?,
        };
        content.map(Bytes::from).ok_or_else(|| {
            let what = "a request carries its chain's document, but the chain has none".to_owned();
            let connector = self.channel.connector.name().into();
            Unsent::Connector(CallError::Contract { connector, function: "publisher", what })
        })
    }

    /// Passes on what the channel said of its budgets.
    pub(crate) fn allow(&self, allowances: &[Allowance]) {
        for Allowance { budget, remaining, wait } in allowances {
            if let Some(position) = budget_position(self.channel.connector.description(), *budget) {
                self.channel.route.allow(position, *remaining, *wait);
            }
        }
    }
}
