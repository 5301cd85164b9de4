//! The host's own copies of what it admitted, one file for each digest. A rollback finds its bytes here, whatever has
//! become of the drop folder.

use std::io::{self, Write as _};

use cap_std::fs::Dir;

/// The folder of copies.
#[derive(Debug)]
pub(crate) struct Archive(Dir);

impl Archive {
    pub(crate) fn new(folder: Dir) -> Self {
        Self(folder)
    }

    /// Keeps a copy. It is there whole or not at all, and outlives a loss of power.
    pub(crate) fn put(&self, digest: &str, bytes: &[u8]) -> io::Result<()> {
        let partial = format!(".{digest}.{}.part", std::process::id());
        let mut file = self.0.create(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        self.0.rename(&partial, &self.0, name(digest))
    }

    /// The copy of this digest, as it lies there. That these are still the bytes is for the reader to check.
    pub(crate) fn read(&self, digest: &str) -> io::Result<Vec<u8>> {
        self.0.read(name(digest))
    }

    pub(crate) fn remove(&self, digest: &str) -> io::Result<()> {
        match self.0.remove_file(name(digest)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

fn name(digest: &str) -> String {
    format!("{digest}.wasm")
}
