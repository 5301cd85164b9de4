//! The door: a file becomes a connector only after its outline, imports, exports, needs and description
//! have passed.

use std::{fmt, sync::Arc};

use cap_std::fs::Dir;
use sha2::{Digest, Sha256};

use crate::{
    binary,
    connector::Connector,
    contract,
    error::{LoadError, Refusal, SandboxError},
    guest::{Caller, Guest},
    limits::{Exceeded, Limits},
    runtime::Runtime,
    signer::CallSigner,
};

/// Loads connectors and bounds what all of them together may use.
pub struct Sandbox(Arc<Runtime>);

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Reserves room for calls. `cache` keeps compiled connectors and must be written by nobody else.
    ///
    /// # Errors
    /// When address space, the cache directory or a thread cannot be had.
    pub fn new(limits: Limits, cache: Option<Dir>) -> Result<Self, SandboxError> {
        Runtime::new(limits, cache).map(|runtime| Self(Arc::new(runtime)))
    }

    /// Makes a connector of a component's bytes. `file_name` is only for messages.
    ///
    /// # Errors
    /// With the reason for the refusal, when the file is not a sound connector.
    pub fn load(&self, file_name: &str, bytes: &[u8]) -> Result<Connector, LoadError> {
        self.admit(file_name, bytes).map_err(|reason| LoadError { file: file_name.to_owned(), reason })
    }

    fn admit(&self, file_name: &str, bytes: &[u8]) -> Result<Connector, Refusal> {
        let limit = Exceeded::new("component-bytes", self.0.limits.component_bytes, "bytes");
        if bytes.len() as u64 > limit.allowed {
            return Err(Refusal::TooLarge { bytes: bytes.len(), limit });
        }
        binary::inspect(bytes)?;
        let digest = hexadecimal(&Sha256::digest(bytes));
        let component = self.0.component(&digest, bytes)?;
        let guest = Guest::link(&self.0, &component)?;
        let name = Arc::from(file_name);
        let caller = Caller { connector: &name, limits: &self.0.limits, signer: &CallSigner(None) };
        guest.check_types(&caller)?;
        let description = guest.describe(&caller)?;
        if description != guest.describe(&caller)? {
            return Err(Refusal::Inconsistent);
        }
        let breaches = contract::breaches(&description, &guest.abilities);
        if !breaches.is_empty() {
            return Err(Refusal::Description(breaches));
        }
        Ok(Connector::new(guest, digest, description))
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
