//! Signatures with secrets that a connector names and never sees.

use std::{fmt, sync::Arc};

use wharf_catalog::declaration::DigestAlgorithm;

/// Signs for one channel's connector. The secrets stay with whoever implements this.
pub trait Signer: Send + Sync {
    /// The raw code over `data`, or in words why there is none.
    fn sign(&self, secret: &str, algorithm: DigestAlgorithm, data: &[u8]) -> Result<Vec<u8>, String>;

    /// Whether `code` is the code over `data`, compared in constant time.
    fn verify(
        &self,
        secret: &str,
        algorithm: DigestAlgorithm,
        data: &[u8],
        code: &[u8],
    ) -> Result<bool, String>;
}

/// The signer of one call.
#[derive(Clone)]
pub(crate) struct CallSigner(pub(crate) Option<Arc<dyn Signer>>);

impl fmt::Debug for CallSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallSigner(..)")
    }
}

impl CallSigner {
    pub(crate) fn sign(
        &self,
        secret: &str,
        algorithm: DigestAlgorithm,
        data: &[u8],
    ) -> Result<Vec<u8>, String> {
        self.0.as_ref().ok_or_else(none)?.sign(secret, algorithm, data)
    }

    pub(crate) fn verify(
        &self,
        secret: &str,
        algorithm: DigestAlgorithm,
        data: &[u8],
        code: &[u8],
    ) -> Result<bool, String> {
        self.0.as_ref().ok_or_else(none)?.verify(secret, algorithm, data, code)
    }
}

fn none() -> String {
    "this call has no secrets".into()
}
