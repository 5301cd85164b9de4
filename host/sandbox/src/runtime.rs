//! What all connectors of one sandbox share: the engine, the imports, the limits, the turnstile, the cache.

use std::sync::Arc;

use cap_std::fs::Dir;
use wasmtime::{
    Engine, Store,
    component::{Component, Linker, Resource},
};

use crate::{
    cache::Cache,
    clock::Clock,
    compiled::Compiled,
    engine::{engine, measure},
    error::{Refusal, SandboxError},
    forms::Forms,
    journal::Journal,
    limits::{Exceeded, Limits},
    meter::Meter,
    signer::CallSigner,
    turnstile::Turnstile,
    v0, v1,
    wasi::{Handle, Inert},
};

pub(crate) struct Runtime {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<Call>,
    pub(crate) limits: Limits,
    pub(crate) turnstile: Turnstile,
    cache: Option<Cache>,
}

/// What the host keeps for one call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) journal: Journal,
    pub(crate) meter: Meter,
    pub(crate) signer: CallSigner,
    pub(crate) forms: Forms,
    clock: Clock,
    pub(crate) wasi: Inert,
}

impl Call {
    /// Takes what the connector prints to a WASI stream.
    pub(crate) fn print(&mut self, stream: &Resource<Handle>, contents: &[u8]) {
        self.wasi.print(stream, contents, &mut self.journal);
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.wasi.finish(&mut self.journal);
    }
}

impl Runtime {
    pub(crate) fn new(limits: Limits, cache: Option<Dir>) -> Result<Self, SandboxError> {
        let engine_error = |error: wasmtime::Error| SandboxError::Engine(format!("{error:#}"));
        let engine = engine(&limits).map_err(engine_error)?;
        let mut linker = Linker::new(&engine);
        v1::add_to_linker(&mut linker).map_err(engine_error)?;
        v0::add_to_linker(&mut linker).map_err(engine_error)?;
        let cache = cache
            .map(|directory| Cache::open(directory, &engine))
            .transpose()
            .map_err(SandboxError::Cache)?;
        let turnstile =
            Turnstile::new(&engine, limits.concurrent_calls, limits.tick()).map_err(SandboxError::Clock)?;
        Ok(Self { engine, linker, limits, turnstile, cache })
    }

    /// The component of these bytes, compiled unless the cache has it.
    pub(crate) fn component(&self, digest: &str, bytes: &[u8]) -> Result<Component, Refusal> {
        if let Some(compiled) = self.cache.as_ref().and_then(|cache| cache.get(digest)) {
            match compiled.load(&self.engine) {
                Ok(component) => return Ok(component),
                Err(error) => tracing::warn!(digest, error = format!("{error:#}"), "compiling again"),
            }
        }
        let invalid = |error: wasmtime::Error| Refusal::Invalid(format!("{error:#}"));
        let mut compiled = Compiled::compile(&self.engine, bytes).map_err(invalid)?;
        let component = compiled
            .load(&self.engine)
            .map_err(|error| self.too_hungry(&compiled).unwrap_or_else(|| invalid(error)))?;
        if let Some(cache) = &self.cache {
            cache.put(digest, &mut compiled);
        }
        Ok(component)
    }

    /// What a component that fits no place needs too much of, in the words of the settings.
    fn too_hungry(&self, compiled: &Compiled) -> Option<Refusal> {
        const PAGE: u64 = 64 << 10;
        let limits = &self.limits;
        let needs = compiled.load(&measure(limits).ok()?).ok()?.resources_required()?;
        let memory = needs.max_initial_memory_size.unwrap_or(0).saturating_mul(PAGE);
        let elements = needs.max_initial_table_size.unwrap_or(0);
        [
            (needs.num_memories.into(), "memories", limits.memories as usize, "linear memories"),
            (needs.num_tables.into(), "tables", limits.tables as usize, "tables"),
            (memory, "memory-bytes", limits.memory_bytes, "bytes of memory"),
            (elements, "table-elements", limits.table_elements, "table elements"),
        ]
        .into_iter()
        .map(|(needed, setting, allowed, unit)| (needed, Exceeded::new(setting, allowed, unit)))
        .find(|(needed, limit)| *needed > limit.allowed)
        .map(|(needed, limit)| Refusal::TooHungry { needed, limit })
    }

    /// A store for one call, whose time begins now.
    pub(crate) fn store(
        &self,
        connector: &Arc<str>,
        function: &'static str,
        limits: &Limits,
        signer: CallSigner,
    ) -> Store<Call> {
        let journal = Journal::new(connector.clone(), function, limits.log_lines, limits.log_line_bytes);
        let forms = Forms::new(limits);
        let (meter, clock, wasi) = (Meter::new(limits), Clock::new(limits), Inert::new(limits));
        let mut store = Store::new(&self.engine, Call { journal, meter, signer, forms, clock, wasi });
        store.limiter(|call| &mut call.meter);
        store.set_hostcall_fuel(limits.returned_bytes);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut store| store.data_mut().clock.tick());
        store
    }
}
