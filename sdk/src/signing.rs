//! Signatures with secrets that the connector may use and never see.
//!
//! A secret is a settings property that the schema marks `"writeOnly": true`, and is named here. Declare a
//! [`Signature`](crate::Signature) instead where the vendor signs requests or webhooks as a whole: then the host
//! signs and checks by itself. In tests and benchmarks the secrets are those of
//! [`testing::set_secret`](crate::testing::set_secret).

#[cfg(target_arch = "wasm32")]
use crate::bindings::signing as host;
pub use crate::bindings::types::DigestAlgorithm;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::secrets as host;

/// The raw bytes of the code; an error in words when the channel has no such secret.
pub fn sign(secret: &str, algorithm: DigestAlgorithm, data: &[u8]) -> Result<Vec<u8>, String> {
    host::sign(secret, algorithm, data)
}

/// Whether `code` is that of `data`, compared in constant time.
pub fn verify(secret: &str, algorithm: DigestAlgorithm, data: &[u8], code: &[u8]) -> Result<bool, String> {
    host::verify(secret, algorithm, data, code)
}
