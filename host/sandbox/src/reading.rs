//! The calls that read: probes, pulls, webhooks, files. Each is one call; what fails, fails alone.

use wharf_catalog::{Context, Problem};

use crate::{
    connector::Connector,
    error::CallError,
    exchange::{Request, Response},
    exports::Interface,
    inbound::{Delivery, Fetch, Page, Position, Progress, Receipt, Source},
};

impl Connector {
    /// A request that shows whether credentials and settings work; none when the vendor has no such request.
    pub fn probe(&self, context: &Context) -> Result<Option<Request>, CallError> {
        const FUNCTION: &str = "connector.probe";
        let (raw, forms) =
            self.composing(FUNCTION, |exports, store, instance| exports.probe(store, instance, context))?;
        raw.map(|raw| self.lift().composed(&forms).request(raw))
            .transpose()
            .map_err(|what| self.breach(FUNCTION, what))
    }

    /// What the answer to the probe means: empty when all is well.
    pub fn probed(&self, context: &Context, response: &Response) -> Result<Vec<Problem>, CallError> {
        const FUNCTION: &str = "connector.probed";
        let reads_headers = &self.description().reads_headers;
        let raw = self.call(FUNCTION, |exports, store, instance| {
            exports.probed(store, instance, context, response, reads_headers)
        })?;
        self.lift().problems(raw).map_err(|what| self.breach(FUNCTION, what))
    }

    /// The first request of a pass over a stream, which counts in the description's streams.
    pub fn request(&self, context: &Context, stream: u32, position: &Position) -> Result<Fetch, CallError> {
        const FUNCTION: &str = "puller.request";
        self.require(Interface::Puller)?;
        let (raw, forms) = self.composing(FUNCTION, |exports, store, instance| {
            exports.request(store, instance, context, stream, position)
        })?;
        self.lift().composed(&forms).fetch(raw).map_err(|what| self.breach(FUNCTION, what))
    }

    /// What one response of a stream brought, and how the pass goes on.
    pub fn digest_page(
        &self,
        context: &Context,
        stream: u32,
        memo: &[u8],
        response: &Response,
    ) -> Result<Page, CallError> {
        const FUNCTION: &str = "puller.digest";
        self.require(Interface::Puller)?;
        let reads_headers = &self.description().reads_headers;
        let (raw, forms) = self.composing(FUNCTION, |exports, store, instance| {
            exports.digest(store, instance, context, stream, memo, (response, reads_headers))
        })?;
        self.lift().composed(&forms).page(raw).map_err(|what| self.breach(FUNCTION, what))
    }

    /// What a webhook call brought. Its signature has been checked before.
    pub fn receive(&self, context: &Context, delivery: &Delivery) -> Result<Receipt, CallError> {
        const FUNCTION: &str = "receiver.receive";
        self.require(Interface::Receiver)?;
        let reads_headers = &self.description().reads_headers;
        let raw = self.call(FUNCTION, |exports, store, instance| {
            exports.receive(store, instance, context, delivery, reads_headers)
        })?;
        self.lift().receipt(raw).map_err(|what| self.breach(FUNCTION, what))
    }

    /// What a chunk of a file brought. `state` is what the call before gave, and empty at first; `last` says that no
    /// bytes follow.
    pub fn parse(
        &self,
        context: &Context,
        source: &Source,
        state: &[u8],
        chunk: &[u8],
        last: bool,
    ) -> Result<Progress, CallError> {
        const FUNCTION: &str = "intake.parse";
        self.require(Interface::Intake)?;
        let raw = self.call(FUNCTION, |exports, store, instance| {
            exports.parse(store, instance, context, source, state, (chunk, last))
        })?;
        self.lift().progress(raw).map_err(|what| self.breach(FUNCTION, what))
    }
}
