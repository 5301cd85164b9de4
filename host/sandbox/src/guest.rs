//! A linked component, ready for calls. Each call runs in an instance of its own that ends with it, so that
//! nothing passes from one call to the next and a trap costs nothing but the call.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use wasmtime::{
    Store,
    component::{Component, Instance, InstancePre},
};

use crate::{
    bindings::{
        self,
        exports::wharf::connector::{connector, feed, publisher},
    },
    blame::blame,
    error::{CallError, Refusal},
    runtime::{Call, Runtime},
};

pub(crate) struct Guest {
    pub(crate) runtime: Arc<Runtime>,
    instance: InstancePre<Call>,
    connector: connector::GuestIndices,
    pub(crate) publisher: Option<publisher::GuestIndices>,
    pub(crate) feed: Option<feed::GuestIndices>,
    peak_memory: AtomicUsize,
}

impl Guest {
    /// Connects a component to the host, if its imports and exports are the contract's.
    pub(crate) fn link(runtime: &Arc<Runtime>, component: &Component) -> Result<Self, Refusal> {
        check_imports(runtime, component)?;
        let instance = runtime
            .linker
            .instantiate_pre(component)
            .map_err(|error| Refusal::OtherContract(format!("{error:#}")))?;
        let exports = || component_exports(runtime, component);
        let wrong = |error: wasmtime::Error| Refusal::WrongExport(format!("{error:#}"));
        let has = |name| component.get_export_index(None, name).is_some();
        if !has(bindings::CONNECTOR) {
            return Err(Refusal::NoConnector { expected: bindings::CONNECTOR, exports: exports() });
        }
        let (publisher, feed) = (bindings::PUBLISHER, bindings::FEED);
        if !has(publisher) && !has(feed) {
            return Err(Refusal::NoAbility { publisher, feed, exports: exports() });
        }
        Ok(Self {
            runtime: runtime.clone(),
            connector: connector::GuestIndices::new(&instance).map_err(wrong)?,
            publisher: has(publisher)
                .then(|| publisher::GuestIndices::new(&instance))
                .transpose()
                .map_err(wrong)?,
            feed: has(feed).then(|| feed::GuestIndices::new(&instance)).transpose().map_err(wrong)?,
            instance,
            peak_memory: AtomicUsize::new(0),
        })
    }

    /// Requires that every export the host may call has the contract's type.
    pub(crate) fn check_types(&self, name: &Arc<str>) -> Result<(), Refusal> {
        let checked = self.call(name, "instantiation", |store, instance| {
            let mut check = || {
                self.connector.load(&mut *store, instance)?;
                self.publisher.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
                self.feed.as_ref().map(|it| it.load(&mut *store, instance)).transpose()?;
                Ok(())
            };
            Ok(check())
        })?;
        checked.map_err(|error: wasmtime::Error| Refusal::WrongExport(format!("{error:#}")))
    }

    pub(crate) fn describe(&self, name: &Arc<str>) -> Result<connector::Description, CallError> {
        self.call(name, "connector.describe", |store, instance| {
            self.connector.load(&mut *store, instance)?.call_describe(store)
        })
    }

    /// Runs one call in a fresh instance. Waits while too many others run.
    pub(crate) fn call<T>(
        &self,
        connector: &Arc<str>,
        function: &'static str,
        run: impl FnOnce(&mut Store<Call>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let _permit = self.runtime.turnstile.enter();
        let mut store = self.runtime.store(connector, function);
        let result = self.instance.instantiate(&mut store).and_then(|instance| run(&mut store, &instance));
        self.peak_memory.fetch_max(store.data().meter.memory(), Ordering::Relaxed);
        result.map_err(|error| blame(&error, connector.clone(), function, &self.runtime.limits))
    }

    /// The most memory that any call has used so far, in bytes.
    pub(crate) fn peak_memory(&self) -> usize {
        self.peak_memory.load(Ordering::Relaxed)
    }
}

/// Requires that nothing but the contract's interfaces is imported, in whichever version.
fn check_imports(runtime: &Runtime, component: &Component) -> Result<(), Refusal> {
    let known = |name: &str| bindings::IMPORTS.contains(&name.split('@').next().unwrap_or(name));
    let imports: Vec<_> = component
        .component_type()
        .imports(&runtime.engine)
        .map(|(name, _)| name.to_owned())
        .filter(|name| !known(name))
        .collect();
    if imports.is_empty() {
        return Ok(());
    }
    Err(Refusal::UnknownImport { imports, allowed: "`wharf:connector/log`" })
}

fn component_exports(runtime: &Runtime, component: &Component) -> Vec<String> {
    component.component_type().exports(&runtime.engine).map(|(name, _)| name.to_owned()).collect()
}
