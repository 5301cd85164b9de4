//! What comes with the binary for `wharf connector new`: the templates by language, the SDK of each and the contract.
//! Written by `build.rs` from `sdk/` and `wit/`.

/// Texts with their paths below a connector's folder.
pub(super) type Files = &'static [(&'static str, &'static str)];

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
