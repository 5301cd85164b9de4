//! The current version of the contract: its imports for every call, and the calls into a component.

use wasmtime::{
    Store,
    component::{HasSelf, Instance, InstancePre, Linker},
};
use wharf_catalog::{Context, Description, Item, Operation, shipment::Shipment};

use crate::{
    bindings::{
        Abilities,
        exports::wharf::connector::{connector, feed, fulfiller, intake, publisher, puller, receiver},
        wharf::connector::{exchanges, http, inbound as raw, items, log, signing, types},
    },
    describe,
    exchange::{Answer, Response},
    exports::{Interface, exported},
    inbound::{Delivery, Position, Source},
    journal::Level,
    lower::{self, Packed},
    runtime::Call,
};

/// The version that its exports carry. A component of an earlier minor version is found by it too.
pub(crate) const VERSION: &str = "1.1.0";

/// Where a component's functions are.
pub(crate) struct Exports {
    connector: connector::GuestIndices,
    publisher: Option<publisher::GuestIndices>,
    feed: Option<feed::GuestIndices>,
    puller: Option<puller::GuestIndices>,
    receiver: Option<receiver::GuestIndices>,
    intake: Option<intake::GuestIndices>,
    fulfiller: Option<fulfiller::GuestIndices>,
}

impl log::Host for Call {
    fn log(&mut self, level: log::Level, message: String) {
        let level = match level {
            log::Level::Debug => Level::Debug,
            log::Level::Info => Level::Info,
            log::Level::Warn => Level::Warn,
            log::Level::Error => Level::Error,
        };
        self.journal.write(level, &message);
    }
}

impl signing::Host for Call {
    fn sign(
        &mut self,
        secret: String,
        algorithm: types::DigestAlgorithm,
        data: Vec<u8>,
    ) -> Result<Vec<u8>, String> {
        self.signer.sign(&secret, describe::algorithm(algorithm), &data)
    }

    fn verify(
        &mut self,
        secret: String,
        algorithm: types::DigestAlgorithm,
        data: Vec<u8>,
        code: Vec<u8>,
    ) -> Result<bool, String> {
        self.signer.verify(&secret, describe::algorithm(algorithm), &data, &code)
    }
}

impl types::Host for Call {}
impl items::Host for Call {}
impl http::Host for Call {}
impl raw::Host for Call {}
impl exchanges::Host for Call {}

pub(crate) fn add_to_linker(linker: &mut Linker<Call>) -> wasmtime::Result<()> {
    Abilities::add_to_linker::<_, HasSelf<Call>>(linker, |call| call)
}

impl Exports {
    pub(crate) fn find(
        instance: &InstancePre<Call>,
        has: impl Fn(Interface) -> bool,
    ) -> wasmtime::Result<Self> {
        Ok(Self {
            connector: connector::GuestIndices::new(instance)?,
            publisher: has(Interface::Publisher)
                .then(|| publisher::GuestIndices::new(instance))
                .transpose()?,
            feed: has(Interface::Feed).then(|| feed::GuestIndices::new(instance)).transpose()?,
            puller: has(Interface::Puller).then(|| puller::GuestIndices::new(instance)).transpose()?,
            receiver: has(Interface::Receiver).then(|| receiver::GuestIndices::new(instance)).transpose()?,
            intake: has(Interface::Intake).then(|| intake::GuestIndices::new(instance)).transpose()?,
            fulfiller: has(Interface::Fulfiller)
                .then(|| fulfiller::GuestIndices::new(instance))
                .transpose()?,
        })
    }

    pub(crate) fn check(&self, store: &mut Store<Call>, instance: &Instance) -> wasmtime::Result<()> {
        self.connector.load(&mut *store, instance)?;
        self.publisher.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
        self.feed.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
        self.puller.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
        self.receiver.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
        self.intake.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
        self.fulfiller.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
        Ok(())
    }

    pub(crate) fn describe(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
    ) -> wasmtime::Result<Description> {
        self.connector.load(&mut *store, instance)?.call_describe(store).map(describe::description)
    }

    pub(crate) fn probe(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
    ) -> wasmtime::Result<Option<http::Request>> {
        self.connector.load(&mut *store, instance)?.call_probe(store, lower::context(context))
    }

    pub(crate) fn probed(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        response: &Response,
        reads_headers: &[String],
    ) -> wasmtime::Result<Vec<types::Problem>> {
        let headers = lower::readable(&response.headers, reads_headers);
        let response = lower::response(response, &headers);
        self.connector.load(&mut *store, instance)?.call_probed(store, lower::context(context), response)
    }

    pub(crate) fn prepare(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        operations: &[Operation],
    ) -> wasmtime::Result<exchanges::Preparation> {
        let publisher = exported(&self.publisher)?.load(&mut *store, instance)?;
        let packed = Packed::operations(operations);
        publisher.call_prepare(store, lower::context(context), packed.batch(), &packed.operations)
    }

    pub(crate) fn settle(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        answers: &[Answer],
        reads_headers: &[String],
    ) -> wasmtime::Result<Vec<publisher::Settlement>> {
        let publisher = exported(&self.publisher)?.load(&mut *store, instance)?;
        lower::with_answers(answers, reads_headers, |answers| {
            publisher.call_settle(store, lower::context(context), answers)
        })
    }

    pub(crate) fn prepare_shipments(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        shipments: &[Shipment],
    ) -> wasmtime::Result<exchanges::Preparation> {
        let fulfiller = exported(&self.fulfiller)?.load(&mut *store, instance)?;
        lower::with_shipments(shipments, |shipments| {
            fulfiller.call_prepare(store, lower::context(context), shipments)
        })
    }

    pub(crate) fn settle_shipments(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        answers: &[Answer],
        reads_headers: &[String],
    ) -> wasmtime::Result<Vec<publisher::Settlement>> {
        let fulfiller = exported(&self.fulfiller)?.load(&mut *store, instance)?;
        let settlements = lower::with_answers(answers, reads_headers, |answers| {
            fulfiller.call_settle(store, lower::context(context), answers)
        })?;
        Ok(settlements.into_iter().map(settlement).collect())
    }

    pub(crate) fn head(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
    ) -> wasmtime::Result<Result<feed::Opening, types::Problem>> {
        exported(&self.feed)?.load(&mut *store, instance)?.call_head(store, lower::context(context))
    }

    pub(crate) fn rows(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        items: &[Item],
    ) -> wasmtime::Result<feed::RowsWritten> {
        let feed = exported(&self.feed)?.load(&mut *store, instance)?;
        feed.call_rows(store, lower::context(context), Packed::items(items).batch())
    }

    pub(crate) fn tail(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        listed: u64,
    ) -> wasmtime::Result<Vec<u8>> {
        exported(&self.feed)?.load(&mut *store, instance)?.call_tail(store, lower::context(context), listed)
    }

    pub(crate) fn request(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        stream: u32,
        position: &Position,
    ) -> wasmtime::Result<puller::Fetch> {
        let Position { cursor, since, until } = position;
        let position = puller::Position { cursor: cursor.as_deref(), since: *since, until: *until };
        let puller = exported(&self.puller)?.load(&mut *store, instance)?;
        puller.call_request(store, lower::context(context), stream, position)
    }

    pub(crate) fn digest(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        stream: u32,
        memo: &[u8],
        (response, reads_headers): (&Response, &[String]),
    ) -> wasmtime::Result<puller::Page> {
        let headers = lower::readable(&response.headers, reads_headers);
        let response = lower::response(response, &headers);
        let puller = exported(&self.puller)?.load(&mut *store, instance)?;
        puller.call_digest(store, lower::context(context), stream, memo, response)
    }

    pub(crate) fn receive(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        delivery: &Delivery,
        reads_headers: &[String],
    ) -> wasmtime::Result<receiver::Receipt> {
        let headers = lower::readable(&delivery.headers, reads_headers);
        let Delivery { method, target, body, .. } = delivery;
        let delivery = receiver::Delivery { method, target, headers: &headers, body };
        exported(&self.receiver)?.load(&mut *store, instance)?.call_receive(
            store,
            lower::context(context),
            delivery,
        )
    }

    pub(crate) fn parse(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        source: &Source,
        state: &[u8],
        (chunk, last): (&[u8], bool),
    ) -> wasmtime::Result<intake::Progress> {
        let Source { file_name, media_type, member } = source;
        let source = intake::Source { file_name, media_type, member };
        let intake = exported(&self.intake)?.load(&mut *store, instance)?;
        intake.call_parse(store, lower::context(context), source, state, chunk, last)
    }
}

/// The contract gives each ability types of its own; those of the two that send are alike in everything.
fn settlement(raw: fulfiller::Settlement) -> publisher::Settlement {
    let outcome = |raw: fulfiller::Outcome| publisher::Outcome {
        index: raw.index,
        verdict: match raw.verdict {
            fulfiller::Verdict::Accepted(problems) => publisher::Verdict::Accepted(problems),
            fulfiller::Verdict::Rejected(problems) => publisher::Verdict::Rejected(problems),
            fulfiller::Verdict::Retry(postponement) => publisher::Verdict::Retry(postponement),
        },
        remote_id: raw.remote_id,
        note: raw.note,
    };
    let fulfiller::Settlement { outcomes, further, allowances } = raw;
    publisher::Settlement { outcomes: outcomes.into_iter().map(outcome).collect(), further, allowances }
}
