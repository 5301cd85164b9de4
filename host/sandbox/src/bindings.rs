//! The host's side of the contract, generated from `wit/v0`. Nothing outside this crate sees these types:
//! `lower` and `lift` turn the host's own words into them and back.

wasmtime::component::bindgen!({
    path: "../../wit/v0",
    world: "abilities",
    // Parameters of exports are borrowed, so that lowering copies no text on the host.
    ownership: Borrowing { duplicate_if_necessary: true },
});

/// The exports by which a connector is recognised, as the bindings look them up.
pub(crate) const CONNECTOR: &str = "wharf:connector/connector@0.1.0";
pub(crate) const PUBLISHER: &str = "wharf:connector/publisher@0.1.0";
pub(crate) const FEED: &str = "wharf:connector/feed@0.1.0";

/// The interfaces that a connector may import; `types` holds no functions.
pub(crate) const IMPORTS: [&str; 2] = ["wharf:connector/log", "wharf:connector/types"];
