//! A loaded connector: its description, and its functions with every answer checked.

use std::{fmt, ops::Range, sync::Arc};

use serde::Serialize;
use wasmtime::{Store, component::Instance};
use wharf_catalog::{Context, Description, Item, Operation, Problem};

use crate::{
    error::CallError,
    exchange::{Answer, Opening, Preparation, Rows, Settlement},
    exports::{Exports, Interface},
    forms::Forms,
    guest::{Caller, Guest},
    isolate::{Isolated, isolate},
    lift::{self, Lift},
    limits::{ChannelLimits, Limits},
    lower,
    runtime::Call,
    sending::{Sending, joined, numbered},
    signer::{CallSigner, Signer},
    tap::Tap,
    units::{Units, runs},
};

const PREPARE: Sending = Sending { function: "publisher.prepare", noun: "operation" };
const SETTLE: Sending = Sending { function: "publisher.settle", noun: "operation" };

/// A component that was accepted, ready for calls from any thread. Cheap to clone.
///
/// Every function blocks: it computes for as long as the limits allow, and waits for its turn before.
#[derive(Clone)]
pub struct Connector {
    loaded: Arc<Loaded>,
    limits: Arc<Limits>,
    signer: CallSigner,
    tap: Option<Arc<dyn Tap>>,
}

struct Loaded {
    guest: Guest,
    name: Arc<str>,
    digest: String,
    description: Description,
}

/// What a connector can do, by the interfaces it exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Abilities {
    pub publisher: bool,
    pub feed: bool,
    pub puller: bool,
    pub receiver: bool,
    pub intake: bool,
    pub fulfiller: bool,
}

impl Abilities {
    /// The interfaces' names, for people.
    pub fn names(self) -> Vec<&'static str> {
        let Self { publisher, feed, puller, receiver, intake, fulfiller } = self;
        let has = [publisher, feed, puller, receiver, intake, fulfiller];
        Interface::ALL.into_iter().zip(has).filter(|(_, has)| *has).map(|(it, _)| it.name()).collect()
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("name", &self.name()).field("digest", &self.digest()).finish()
    }
}

impl Connector {
    pub(crate) fn new(guest: Guest, digest: String, description: Description) -> Self {
        let name = description.name.as_str().into();
        let limits = Arc::new(guest.runtime.limits.clone());
        let loaded = Arc::new(Loaded { guest, name, digest, description });
        Self { loaded, limits, signer: CallSigner(None), tap: None }
    }

    /// The same connector at work for one channel: with that channel's secrets and stricter limits.
    #[must_use]
    pub fn for_channel(&self, limits: &ChannelLimits, signer: Option<Arc<dyn Signer>>) -> Self {
        let limits = Arc::new(self.loaded.guest.runtime.limits.tightened(limits));
        Self { loaded: Arc::clone(&self.loaded), limits, signer: CallSigner(signer), tap: self.tap.clone() }
    }

    /// The same connector with a listener on what it is asked to publish.
    #[must_use]
    pub fn tapped(&self, tap: Arc<dyn Tap>) -> Self {
        Self { tap: Some(tap), ..self.clone() }
    }

    /// The same connector, of which one failed call is enough: no list is halved to find what it failed on.
    pub(crate) fn strict(&self) -> Self {
        let limits = Arc::new(Limits { failed_calls: 1, ..(*self.limits).clone() });
        Self { limits, ..self.clone() }
    }

    /// The name from the description, unique among connectors by convention only.
    pub fn name(&self) -> &str {
        &self.loaded.name
    }

    /// SHA-256 of the component file, in lower-case hexadecimal.
    pub fn digest(&self) -> &str {
        &self.loaded.digest
    }

    pub fn description(&self) -> &Description {
        &self.loaded.description
    }

    pub fn abilities(&self) -> Abilities {
        let has = |interface| self.loaded.guest.abilities.contains(&interface);
        Abilities {
            publisher: has(Interface::Publisher),
            feed: has(Interface::Feed),
            puller: has(Interface::Puller),
            receiver: has(Interface::Receiver),
            intake: has(Interface::Intake),
            fulfiller: has(Interface::Fulfiller),
        }
    }

    /// The most bytes of WebAssembly memory that one call has used since the connector was loaded.
    pub fn peak_memory(&self) -> usize {
        self.loaded.guest.peak_memory()
    }

    /// Makes an instance and drops it: what every call costs before its own work.
    ///
    /// # Errors
    /// When the component's own start function fails.
    pub fn instantiate(&self) -> Result<(), CallError> {
        self.call("instantiation", |_, _, _| Ok(()))
    }

    /// Turns operations into exchanges. Every operation is covered by one exchange, rejected once, or at fault
    /// once: a list on which the connector fails is halved until the guilty operation is alone.
    ///
    /// # Errors
    /// Only when the connector does not publish; all other failures are faults of single operations, or of whole
    /// groups where the connector takes them only whole.
    pub fn prepare(&self, context: &Context, operations: &[Operation]) -> Result<Preparation, CallError> {
        self.require(Interface::Publisher)?;
        let mut rejections =
            lower::unfit(operations.iter().map(|operation| &operation.item), self.description());
        let terms = self.description().publishing.as_ref();
        let most = terms.map_or(1, |terms| terms.maximum_operations as usize);
        let units = Units::new(operations, terms.is_some_and(|terms| terms.whole_groups));
        let runs = units.runs(operations, most, &mut rejections);
        let Isolated { parts, faults } = self.isolate(runs, |run| {
            let range = units.operations(run);
            self.prepare_part(PREPARE, &range, operations.len(), |exports, store, instance| {
                exports.prepare(store, instance, context, &operations[range.clone()])
            })
        });
        let (exchanges, more_rejections) = joined(parts);
        rejections.extend(more_rejections);
        rejections.sort_unstable_by_key(|rejection| rejection.index);
        let preparation = Preparation { exchanges, rejections, faults: units.faults(faults) };
        if let Some(tap) = &self.tap {
            tap.prepared(self, context, operations, &preparation);
        }
        Ok(preparation)
    }

    /// Reads the channel's answers: one settlement for each, in the same order. Answers on which the connector
    /// fails do not spoil the others.
    ///
    /// # Errors
    /// Only when the connector does not publish.
    pub fn settle(
        &self,
        context: &Context,
        answers: &[Answer],
    ) -> Result<Vec<Result<Settlement, CallError>>, CallError> {
        self.require(Interface::Publisher)?;
        let reads_headers = &self.description().reads_headers;
        let settlements = self.settle_parts(SETTLE, answers, |exports, store, instance, answers| {
            exports.settle(store, instance, context, answers, reads_headers)
        });
        if let Some(tap) = &self.tap {
            tap.settled(self, context, answers, &settlements);
        }
        Ok(settlements)
    }

    /// The feed file's name, media type and first bytes; or, in the inner error, why there is no file.
    pub fn head(&self, context: &Context) -> Result<Result<Opening, Problem>, CallError> {
        const FUNCTION: &str = "feed.head";
        self.require(Interface::Feed)?;
        let raw = self.call(FUNCTION, |exports, store, instance| exports.head(store, instance, context))?;
        let lifted = match raw {
            Ok(opening) => lift::opening(opening).map(Ok),
            Err(problem) => self.lift().problem(problem).map(Err),
        };
        lifted.map_err(|what| self.breach(FUNCTION, what))
    }

    /// The rows of a slice of items. Every item has a row, is rejected once, or is at fault once.
    ///
    /// # Errors
    /// Only when the connector writes no feed.
    pub fn rows(&self, context: &Context, items: &[Item]) -> Result<Rows, CallError> {
        const FUNCTION: &str = "feed.rows";
        self.require(Interface::Feed)?;
        let rejections = lower::unfit(items.iter(), self.description());
        let Isolated { parts, faults } = self.isolate(runs(items.len(), &rejections, usize::MAX), |range| {
            let limits = self.limits.for_part(range.len(), items.len());
            let raw = self.call_within(&limits, FUNCTION, |exports, store, instance| {
                exports.rows(store, instance, context, &items[range.clone()])
            })?;
            self.lift().rows(raw, range.start, range.len()).map_err(|what| self.breach(FUNCTION, what))
        });
        let mut rows = Rows { rejections, faults: numbered(faults), ..Rows::default() };
        for (_, part) in parts {
            append(&mut rows.content, part.content);
            rows.rejections.extend(part.rejections);
            rows.warnings.extend(part.warnings);
        }
        rows.rejections.sort_unstable_by_key(|rejection| rejection.index);
        rows.warnings.sort_unstable_by_key(|warning| warning.index);
        Ok(rows)
    }

    /// The feed file's last bytes, after this many rows.
    pub fn tail(&self, context: &Context, listed: u64) -> Result<Vec<u8>, CallError> {
        self.require(Interface::Feed)?;
        self.call("feed.tail", |exports, store, instance| exports.tail(store, instance, context, listed))
    }

    /// One call, in the words of the contract's current version.
    pub(crate) fn call<T>(
        &self,
        function: &'static str,
        run: impl FnOnce(&Exports, &mut Store<Call>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        self.call_within(&self.limits, function, run)
    }

    /// The same for a call that may ask for requests, with the forms that they may name.
    pub(crate) fn composing<T>(
        &self,
        function: &'static str,
        run: impl FnOnce(&Exports, &mut Store<Call>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<(T, Forms), CallError> {
        self.composing_within(&self.limits, function, run)
    }

    fn call_within<T>(
        &self,
        limits: &Limits,
        function: &'static str,
        run: impl FnOnce(&Exports, &mut Store<Call>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        self.composing_within(limits, function, run).map(|(result, _)| result)
    }

    pub(crate) fn composing_within<T>(
        &self,
        limits: &Limits,
        function: &'static str,
        run: impl FnOnce(&Exports, &mut Store<Call>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<(T, Forms), CallError> {
        let Loaded { guest, name, .. } = &*self.loaded;
        let caller = Caller { connector: name, limits, signer: &self.signer };
        let called = guest.call(&caller, function, |store, instance| {
            let result = run(&guest.exports, store, instance)?;
            Ok((result, std::mem::take(&mut store.data_mut().forms)))
        });
        called.map_err(|error| if limits.cpu_ms < self.limits.cpu_ms { error.of_a_part() } else { error })
    }

    pub(crate) fn isolate<T>(
        &self,
        runs: Vec<Range<usize>>,
        call: impl FnMut(Range<usize>) -> Result<T, CallError>,
    ) -> Isolated<T> {
        isolate(runs, self.limits.failed_calls, call)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(crate) fn lift(&self) -> Lift<'_> {
        Lift { description: &self.loaded.description, limits: &self.limits, forms: None, noun: "operation" }
    }

    pub(crate) fn require(&self, ability: Interface) -> Result<(), CallError> {
        if self.loaded.guest.abilities.contains(&ability) {
            return Ok(());
        }
        Err(CallError::NoAbility { connector: self.loaded.name.clone(), ability: ability.name() })
    }

    pub(crate) fn breach(&self, function: &'static str, what: String) -> CallError {
        CallError::Contract { connector: self.loaded.name.clone(), function, what }
    }
}

/// Moves the first part instead of copying it: a batch without faults has only one.
fn append(content: &mut Vec<u8>, part: Vec<u8>) {
    if content.is_empty() {
        *content = part;
    } else {
        content.extend_from_slice(&part);
    }
}
