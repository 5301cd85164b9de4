//! The host's side of the contract, generated from `wit/v1`. Nothing outside this crate sees these types:
//! `lower` and `lift` turn the host's own words into them and back. The previous major version has its own in `v0`.

wasmtime::component::bindgen!({
    path: "../../wit/v1",
    world: "abilities",
    // Parameters of exports are borrowed, so that lowering copies no text on the host.
    ownership: Borrowing { duplicate_if_necessary: true },
    // A form beyond the limits ends the call there and then.
    imports: { "wharf:connector/forms.compose": trappable },
});

/// The interfaces that a connector may import; those without functions only name types.
pub(crate) const IMPORTS: [&str; 8] = [
    "wharf:connector/log",
    "wharf:connector/signing",
    "wharf:connector/forms",
    "wharf:connector/types",
    "wharf:connector/items",
    "wharf:connector/http",
    "wharf:connector/exchanges",
    "wharf:connector/inbound",
];
