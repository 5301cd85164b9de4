//! The previous major version of the contract, still served: connectors built for `wit/v0` go on working.
//!
//! What they give is turned into the current version's words right here, so nothing behind it knows of them.

mod bindings;
mod describe;
mod lift;
mod lower;

use wasmtime::{
    Store,
    component::{HasSelf, Instance, InstancePre, Linker},
};
use wharf_catalog::{Context, Description, Item, Operation};

use self::bindings::{
    Abilities,
    exports::wharf::connector::{connector, feed, publisher},
    wharf::connector::{log, types},
};
use crate::{
    bindings::{
        exports::wharf::connector::{feed as current_feed, publisher as current},
        wharf::connector::exchanges,
    },
    exchange::Answer,
    exports::{Interface, exported},
    journal::Level,
    runtime::Call,
};

/// The version that its exports carry.
pub(crate) const VERSION: &str = "0.1.0";

/// Where a component's functions are.
pub(crate) struct Exports {
    connector: connector::GuestIndices,
    publisher: Option<publisher::GuestIndices>,
    feed: Option<feed::GuestIndices>,
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

impl types::Host for Call {}

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
        })
    }

    pub(crate) fn check(&self, store: &mut Store<Call>, instance: &Instance) -> wasmtime::Result<()> {
        self.connector.load(&mut *store, instance)?;
        self.publisher.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
        self.feed.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
        Ok(())
    }

    pub(crate) fn describe(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
    ) -> wasmtime::Result<Description> {
        self.connector.load(&mut *store, instance)?.call_describe(store).map(describe::description)
    }

    pub(crate) fn prepare(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        operations: &[Operation],
    ) -> wasmtime::Result<exchanges::Preparation> {
        let publisher = exported(&self.publisher)?.load(&mut *store, instance)?;
        lower::with_operations(operations, |operations| {
            publisher.call_prepare(store, lower::context(context), operations)
        })
        .map(lift::preparation)
    }

    pub(crate) fn settle(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        answers: &[Answer],
        reads_headers: &[String],
    ) -> wasmtime::Result<Vec<current::Settlement>> {
        let publisher = exported(&self.publisher)?.load(&mut *store, instance)?;
        let settlements = lower::with_answers(answers, reads_headers, |answers| {
            publisher.call_settle(store, lower::context(context), answers)
        })?;
        Ok(settlements.into_iter().map(lift::settlement).collect())
    }

    pub(crate) fn head(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
    ) -> wasmtime::Result<current_feed::Opening> {
        let feed = exported(&self.feed)?.load(&mut *store, instance)?;
        feed.call_head(store, lower::context(context)).map(lift::opening)
    }

    pub(crate) fn rows(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
        items: &[Item],
    ) -> wasmtime::Result<current_feed::RowsWritten> {
        let feed = exported(&self.feed)?.load(&mut *store, instance)?;
        lower::with_items(items, |items| feed.call_rows(store, lower::context(context), items))
            .map(lift::rows)
    }

    pub(crate) fn tail(
        &self,
        store: &mut Store<Call>,
        instance: &Instance,
        context: &Context,
    ) -> wasmtime::Result<Vec<u8>> {
        exported(&self.feed)?.load(&mut *store, instance)?.call_tail(store, lower::context(context))
    }
}
