//! What comes with the binary for `wharf connector new`: the templates by language, the SDK and the contract. Written
//! by `build.rs` from `sdk/` and `wit/`.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
