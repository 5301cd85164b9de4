//! The rule for every WASI function that has no answer: the error its result has for "you may not", else a trap
//! that names it.

use wasmtime::{
    StoreContextMut,
    component::{
        LinkerInstance, Val,
        types::{ComponentFunc, Type},
    },
};

use crate::runtime::Call;

/// The names under which WASI's error types say no, the most fitting first.
const REFUSALS: [&str; 8] = [
    "access-denied",
    "HTTP-request-denied",
    "access",
    "not-permitted",
    "forbidden",
    "not-supported",
    "unsupported",
    "closed",
];

/// How one function is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Enum(&'static str),
    Variant(&'static str),
    Trap,
}

pub(super) fn define(
    to: &mut LinkerInstance<'_, Call>,
    interface: &str,
    name: &str,
    function: &ComponentFunc,
) -> wasmtime::Result<()> {
    let refusal = refusal(function);
    let trap = format!("connectors have no `{name}` of `{interface}`");
    to.func_new(name, move |mut store, _, parameters, results| {
        parameters.iter().try_for_each(|parameter| give_back(&mut store, parameter))?;
        let error = match refusal {
            Refusal::Enum(name) => Val::Enum(name.into()),
            Refusal::Variant(name) => Val::Variant(name.into(), None),
            Refusal::Trap => return Err(wasmtime::Error::msg(trap.clone())),
        };
        results.fill(Val::Result(Err(Some(Box::new(error)))));
        Ok(())
    })
}

/// Lets go of the handles in a parameter, as a call may not end while it holds any that were lent.
fn give_back(store: &mut StoreContextMut<'_, Call>, value: &Val) -> wasmtime::Result<()> {
    match value {
        Val::Resource(handle) => handle.resource_drop(&mut *store),
        Val::List(values) | Val::Tuple(values) => values.iter().try_for_each(|it| give_back(store, it)),
        Val::Record(fields) => fields.iter().try_for_each(|(_, it)| give_back(store, it)),
        Val::Variant(_, Some(value)) | Val::Option(Some(value)) => give_back(store, value),
        Val::Result(Ok(Some(value)) | Err(Some(value))) => give_back(store, value),
        _ => Ok(()),
    }
}

fn refusal(function: &ComponentFunc) -> Refusal {
    let error = match function.results().next() {
        Some(Type::Result(result)) => result.err(),
        _ => None,
    };
    match error {
        Some(Type::Enum(names)) => {
            best(|refusal| names.names().any(|name| name == refusal)).map_or(Refusal::Trap, Refusal::Enum)
        }
        Some(Type::Variant(variant)) => {
            best(|refusal| variant.cases().any(|case| case.name == refusal && case.ty.is_none()))
                .map_or(Refusal::Trap, Refusal::Variant)
        }
        _ => Refusal::Trap,
    }
}

fn best(has: impl Fn(&str) -> bool) -> Option<&'static str> {
    REFUSALS.into_iter().find(|refusal| has(refusal))
}
