//! An inert WASI 0.2, for connectors from toolchains whose runtime cannot do without one.
//!
//! It gives them nothing: no environment, no files, no network, no time, no chance. What can be answered
//! without a world outside is answered, always in the same way, so that the same input still gives the same
//! bytes; what is printed goes to the connector's log; nothing waits; and everything else is refused with the
//! error that WASI has for it, or with a trap that names the function.
//!
//! Only a component that imports WASI is given any, function by function as it asks for it (`define`), from
//! one table (`answers`) and one rule for all that is not in it (`refusal`). `inert` is what a call remembers.

mod answers;
mod inert;
mod refusal;

use wasmtime::{
    Engine,
    component::{
        Component, Linker, LinkerInstance, ResourceType,
        types::{ComponentInstance, ComponentItem},
    },
};

use crate::runtime::Call;
pub(crate) use inert::{Handle, Inert};

/// The packages that are served, for messages.
pub(crate) const SERVED: &str = "`wasi:{cli, clocks, filesystem, http, io, random, sockets}@0.2`";

const PACKAGES: [&str; 7] = ["cli", "clocks", "filesystem", "http", "io", "random", "sockets"];

/// Whether an import of this name can be satisfied.
pub(crate) fn serves(import: &str) -> bool {
    interface(import).is_some()
}

/// The linker for a component that imports WASI: the shared one and what the component asks for. `None` when it asks
/// for nothing.
pub(crate) fn linker(
    shared: &Linker<Call>,
    engine: &Engine,
    component: &Component,
) -> wasmtime::Result<Option<Linker<Call>>> {
    let mut linker = None;
    for (name, import) in component.component_type().imports(engine) {
        if let (Some(interface), ComponentItem::ComponentInstance(instance)) = (interface(name), import.ty) {
            let linker = linker.get_or_insert_with(|| shared.clone());
            define(&mut linker.instance(name)?, engine, interface, &instance)?;
        }
    }
    Ok(linker)
}

fn define(
    to: &mut LinkerInstance<'_, Call>,
    engine: &Engine,
    interface: &str,
    instance: &ComponentInstance,
) -> wasmtime::Result<()> {
    for (name, export) in instance.exports(engine) {
        match export.ty {
            ComponentItem::ComponentFunc(_) if answers::define(to, interface, name)? => {}
            ComponentItem::ComponentFunc(function) => refusal::define(to, interface, name, &function)?,
            ComponentItem::Resource(_) => {
                to.resource(name, ResourceType::host::<Handle>(), |mut store, _| {
                    store.data_mut().wasi.release();
                    Ok(())
                })?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// `wasi:cli/exit` of `wasi:cli/exit@0.2.3`, if it is one that is served.
fn interface(import: &str) -> Option<&str> {
    let (interface, version) = import.split_once('@')?;
    let (package, _) = interface.strip_prefix("wasi:")?.split_once('/')?;
    let patch = version.strip_prefix("0.2.")?;
    let released = !patch.is_empty() && patch.bytes().all(|byte| byte.is_ascii_digit());
    (released && PACKAGES.contains(&package)).then_some(interface)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_released_interfaces_of_the_seven_packages_are_served() {
        for import in ["wasi:cli/exit@0.2.0", "wasi:http/types@0.2.12"] {
            assert!(serves(import), "{import}");
        }
        for import in [
            "wasi:cli/exit",
            "wasi:cli/exit@0.2.0-rc-2023-11-10",
            "wasi:cli/exit@0.3.0",
            "wasi:cli@0.2.0",
            "wasi:keyvalue/store@0.2.0",
            "other:cli/exit@0.2.0",
        ] {
            assert!(!serves(import), "{import}");
        }
    }

    #[test]
    fn the_message_names_every_package() {
        assert!(PACKAGES.iter().all(|package| SERVED.contains(package)));
    }
}
