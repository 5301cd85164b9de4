//! A linked component, ready for calls. Each call runs in an instance of its own that ends with it, so that
//! nothing passes from one call to the next and a trap costs nothing but the call.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use wasmtime::{
    Store,
    component::{Component, Instance, InstancePre},
};
use wharf_catalog::Description;

use crate::{
    bindings,
    blame::blame,
    error::{CallError, Refusal},
    exports::{Exports, Interface, path},
    limits::Limits,
    rest::Rest,
    runtime::{Call, Runtime},
    signer::CallSigner,
    v0, v1, wasi,
};

pub(crate) struct Guest {
    pub(crate) runtime: Arc<Runtime>,
    instance: InstancePre<Call>,
    pub(crate) exports: Exports,
    pub(crate) abilities: Vec<Interface>,
    peak_memory: AtomicUsize,
    rest: Rest,
}

/// For whom a call is made, and on what terms.
pub(crate) struct Caller<'a> {
    pub(crate) connector: &'a Arc<str>,
    pub(crate) limits: &'a Limits,
    pub(crate) signer: &'a CallSigner,
}

impl Guest {
    /// Connects a component to the host, if its imports and exports are the contract's.
    pub(crate) fn link(runtime: &Arc<Runtime>, component: &Component) -> Result<Self, Refusal> {
        check_imports(runtime, component)?;
        let instance = wasi::linker(&runtime.linker, &runtime.engine, component)
            .and_then(|own| own.as_ref().unwrap_or(&runtime.linker).instantiate_pre(component))
            .map_err(|error| Refusal::OtherContract(format!("{error:#}")))?;
        let (exports, abilities) = find_exports(runtime, component, &instance)?;
        Ok(Self {
            runtime: runtime.clone(),
            instance,
            exports,
            abilities,
            peak_memory: AtomicUsize::new(0),
            rest: Rest::default(),
        })
    }

    /// Requires that every export the host may call has the contract's type.
    pub(crate) fn check_types(&self, caller: &Caller<'_>) -> Result<(), Refusal> {
        let check = |store: &mut Store<Call>, instance: &Instance| Ok(self.exports.check(store, instance));
        let checked = self.call(caller, "instantiation", check)?;
        checked.map_err(|error: wasmtime::Error| Refusal::WrongExport(format!("{error:#}")))
    }

    pub(crate) fn describe(&self, caller: &Caller<'_>) -> Result<Description, CallError> {
        self.call(caller, "connector.describe", |store, instance| self.exports.describe(store, instance))
    }

    /// Runs one call in a fresh instance. Waits while too many others run.
    pub(crate) fn call<T>(
        &self,
        caller: &Caller<'_>,
        function: &'static str,
        run: impl FnOnce(&mut Store<Call>, &Instance) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        let Caller { connector, limits, signer } = caller;
        self.rest.wait();
        let _permit = self.runtime.turnstile.enter();
        let started = Instant::now();
        let mut store = self.runtime.store(connector, function, limits, (*signer).clone());
        let result = self.instance.instantiate(&mut store).and_then(|instance| run(&mut store, &instance));
        self.peak_memory.fetch_max(store.data().meter.memory(), Ordering::Relaxed);
        result.map_err(|error| {
            self.rest.take(started.elapsed().saturating_mul(limits.failure_rest));
            blame(&error, (*connector).clone(), function, limits)
        })
    }

    /// The most memory that any call has used so far, in bytes.
    pub(crate) fn peak_memory(&self) -> usize {
        self.peak_memory.load(Ordering::Relaxed)
    }
}

/// The component's functions under the newest version of the contract that it exports.
fn find_exports(
    runtime: &Runtime,
    component: &Component,
    instance: &InstancePre<Call>,
) -> Result<(Exports, Vec<Interface>), Refusal> {
    let has = |interface: &str, version| component.get_export_index(None, path(interface, version)).is_some();
    let version = [v1::VERSION, v0::VERSION].into_iter().find(|version| has("connector", version));
    let exported = || component_exports(runtime, component);
    let Some(version) = version else {
        return Err(Refusal::NoConnector { expected: path("connector", v1::VERSION), exports: exported() });
    };
    let abilities: Vec<_> =
        Interface::ALL.into_iter().filter(|interface| has(interface.name(), version)).collect();
    if abilities.is_empty() {
        return Err(Refusal::NoAbility { exports: exported() });
    }
    let found = match version {
        v1::VERSION => Exports::current(instance, &abilities),
        _ => Exports::previous(instance, &abilities),
    };
    let exports = found.map_err(|error| Refusal::WrongExport(format!("{error:#}")))?;
    Ok((exports, abilities))
}

/// Requires that nothing but the contract's interfaces is imported, in whichever version, and WASI.
fn check_imports(runtime: &Runtime, component: &Component) -> Result<(), Refusal> {
    let known = |name: &str| bindings::IMPORTS.contains(&name.split('@').next().unwrap_or(name));
    let imports: Vec<_> = component
        .component_type()
        .imports(&runtime.engine)
        .map(|(name, _)| name.to_owned())
        .filter(|name| !known(name) && !wasi::serves(name))
        .collect();
    if imports.is_empty() {
        return Ok(());
    }
    let allowed = "`wharf:connector/log`, `wharf:connector/signing`, `wharf:connector/forms`";
    Err(Refusal::UnknownImport { imports, allowed, inert: wasi::SERVED })
}

fn component_exports(runtime: &Runtime, component: &Component) -> Vec<String> {
    component.component_type().exports(&runtime.engine).map(|(name, _)| name.to_owned()).collect()
}
