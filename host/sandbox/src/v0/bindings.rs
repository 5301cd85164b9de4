//! The host's side of the contract, generated from `wit/v0`, the previous major version.
//! `lower` and `lift` turn the host's own words into them and back.

wasmtime::component::bindgen!({
    path: "../../wit/v0",
    world: "abilities",
    // Parameters of exports are borrowed, so that lowering copies no text on the host.
    ownership: Borrowing { duplicate_if_necessary: true },
});
