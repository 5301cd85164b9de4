//! The functions of one component, under the version of the contract that it was built for.

use wasmtime::{
    Store,
    component::{Instance, InstancePre},
};
use wharf_catalog::{Context, Description, Item, Operation, shipment::Shipment};

use crate::{
    bindings::{
        exports::wharf::connector::{feed, intake, publisher, puller, receiver},
        wharf::connector::{exchanges, http, types},
    },
    exchange::{Answer, Response},
    inbound::{Delivery, Position, Source},
    runtime::Call,
    v0, v1,
};

/// The abilities, as interfaces that a connector may export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interface {
    Publisher,
    Feed,
    Puller,
    Receiver,
    Intake,
    Fulfiller,
}

impl Interface {
    pub(crate) const ALL: [Self; 6] =
        [Self::Publisher, Self::Feed, Self::Puller, Self::Receiver, Self::Intake, Self::Fulfiller];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Publisher => "publisher",
            Self::Feed => "feed",
            Self::Puller => "puller",
            Self::Receiver => "receiver",
            Self::Intake => "intake",
            Self::Fulfiller => "fulfiller",
        }
    }
}

/// The way to an export by name and version.
pub(crate) fn path(interface: &str, version: &str) -> String {
    format!("wharf:connector/{interface}@{version}")
}

/// Where the functions are. The previous version knows two abilities.
pub(crate) enum Exports {
    Current(v1::Exports),
    Previous(v0::Exports),
}

/// The ability's functions, which callers ask for only when the component has it.
pub(crate) fn exported<T>(indices: &Option<T>) -> wasmtime::Result<&T> {
    indices.as_ref().ok_or_else(|| wasmtime::Error::msg("the ability is not exported"))
}

impl Exports {
    pub(crate) fn current(instance: &InstancePre<Call>, abilities: &[Interface]) -> wasmtime::Result<Self> {
        v1::Exports::find(instance, |interface| abilities.contains(&interface)).map(Self::Current)
    }

    pub(crate) fn previous(instance: &InstancePre<Call>, abilities: &[Interface]) -> wasmtime::Result<Self> {
        v0::Exports::find(instance, |interface| abilities.contains(&interface)).map(Self::Previous)
    }

    fn only_current(&self) -> wasmtime::Result<&v1::Exports> {
        match self {
            Self::Current(exports) => Ok(exports),
            Self::Previous(_) => Err(wasmtime::Error::msg("the ability is not exported")),
        }
    }

    /// Requires that every function that may be called has the contract's type.
    pub(crate) fn check(&self, store: &mut Store<Call>, instance: &Instance) -> wasmtime::Result<()> {
        match self {
            Self::Current(exports) => exports.check(store, instance),
            Self::Previous(exports) => exports.check(store, instance),
        }
    }

    pub(crate) fn describe(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
    ) -> wasmtime::Result<Description> {
        match self {
            Self::Current(exports) => exports.describe(store, instance),
            Self::Previous(exports) => exports.describe(store, instance),
        }
    }

    /// The previous version has no probe.
    pub(crate) fn probe(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
    ) -> wasmtime::Result<Option<http::Request>> {
        match self {
            Self::Current(exports) => exports.probe(store, instance, context),
            Self::Previous(_) => Ok(None),
        }
    }

    pub(crate) fn probed(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        response: &Response,
        reads_headers: &[String],
    ) -> wasmtime::Result<Vec<types::Problem>> {
        self.only_current()?.probed(store, instance, context, response, reads_headers)
    }

    pub(crate) fn prepare(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        operations: &[Operation],
    ) -> wasmtime::Result<exchanges::Preparation> {
        match self {
            Self::Current(exports) => exports.prepare(store, instance, context, operations),
            Self::Previous(exports) => exports.prepare(store, instance, context, operations),
        }
    }

    pub(crate) fn settle(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        answers: &[Answer],
        reads_headers: &[String],
    ) -> wasmtime::Result<Vec<publisher::Settlement>> {
        match self {
            Self::Current(exports) => exports.settle(store, instance, context, answers, reads_headers),
            Self::Previous(exports) => exports.settle(store, instance, context, answers, reads_headers),
        }
    }

    pub(crate) fn prepare_shipments(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        shipments: &[Shipment],
    ) -> wasmtime::Result<exchanges::Preparation> {
        self.only_current()?.prepare_shipments(store, instance, context, shipments)
    }

    /// In the words of the publisher's settlements, which hold the same.
    pub(crate) fn settle_shipments(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        answers: &[Answer],
        reads_headers: &[String],
    ) -> wasmtime::Result<Vec<publisher::Settlement>> {
        self.only_current()?.settle_shipments(store, instance, context, answers, reads_headers)
    }

    pub(crate) fn head(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
    ) -> wasmtime::Result<Result<feed::Opening, types::Problem>> {
        match self {
            Self::Current(exports) => exports.head(store, instance, context),
            Self::Previous(exports) => exports.head(store, instance, context).map(Ok),
        }
    }

    pub(crate) fn rows(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        items: &[Item],
    ) -> wasmtime::Result<feed::RowsWritten> {
        match self {
            Self::Current(exports) => exports.rows(store, instance, context, items),
            Self::Previous(exports) => exports.rows(store, instance, context, items),
        }
    }

    pub(crate) fn tail(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        listed: u64,
    ) -> wasmtime::Result<Vec<u8>> {
        match self {
            Self::Current(exports) => exports.tail(store, instance, context, listed),
            Self::Previous(exports) => exports.tail(store, instance, context),
        }
    }

    pub(crate) fn request(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        stream: u32,
        position: &Position,
    ) -> wasmtime::Result<puller::Fetch> {
        self.only_current()?.request(store, instance, context, stream, position)
    }

    pub(crate) fn digest(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        stream: u32,
        memo: &[u8],
        response: (&Response, &[String]),
    ) -> wasmtime::Result<puller::Page> {
        self.only_current()?.digest(store, instance, context, stream, memo, response)
    }

    pub(crate) fn receive(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        delivery: &Delivery,
        reads_headers: &[String],
    ) -> wasmtime::Result<receiver::Receipt> {
        self.only_current()?.receive(store, instance, context, delivery, reads_headers)
    }

    pub(crate) fn parse(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        source: &Source,
        state: &[u8],
        chunk: (&[u8], bool),
    ) -> wasmtime::Result<intake::Progress> {
        self.only_current()?.parse(store, instance, context, source, state, chunk)
    }
}
