//! Compiled connectors kept on disk, so that a start costs milliseconds instead of seconds.
//!
//! The directory belongs to the host alone. Losing it, or any part of it, costs a compilation and no more.

use std::{
    hash::{Hash, Hasher},
    io::{self, ErrorKind, Write},
    path::Path,
};

use cap_std::fs::{Dir, OpenOptions};
use wasmtime::Engine;

use crate::compiled::{Compiled, Key};

const KEY_FILE: &str = "host.key";

#[derive(Debug)]
pub(crate) struct Cache {
    directory: Dir,
    key: Key,
    /// Ends the name of every entry: the version and settings of the compiler.
    suffix: String,
}

impl Cache {
    pub(crate) fn open(directory: Dir, engine: &Engine) -> io::Result<Self> {
        let key = key(&directory)?;
        let cache = Self { directory, key, suffix: format!("-{}.cwasm", compiler(engine)) };
        cache.sweep()?;
        Ok(cache)
    }

    /// The entry for the component of this digest, if there is one and nobody altered it.
    pub(crate) fn get(&self, digest: &str) -> Option<Compiled> {
        let name = self.name(digest);
        let sealed = match self.directory.read(&name) {
            Ok(sealed) => sealed,
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(%error, entry = name, "a compiled connector cannot be read; compiling again");
                return None;
            }
        };
        let compiled = Compiled::unseal(&self.key, &name, sealed);
        if compiled.is_none() {
            tracing::warn!(entry = name, "a compiled connector was altered on disk; compiling again");
        }
        compiled
    }

    /// Stores an entry. The seal shows a half-written one, so nothing has to be flushed.
    pub(crate) fn put(&self, digest: &str, compiled: &mut Compiled) {
        let name = self.name(digest);
        let sealed = compiled.seal(&self.key, &name);
        if let Err(error) = replace(&self.directory, &name, sealed) {
            tracing::warn!(%error, entry = name, "a compiled connector cannot be stored; the next start is slower");
        }
    }

    fn name(&self, digest: &str) -> String {
        format!("{digest}{}", self.suffix)
    }

    /// Removes what no compiler of this configuration can use any more, and what was left half-written.
    fn sweep(&self) -> io::Result<()> {
        for entry in self.directory.entries()? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            let stale = name.ends_with(".cwasm") && !name.ends_with(&self.suffix);
            if stale || name.ends_with(".partial") {
                ignore_missing(self.directory.remove_file(&*name))?;
            }
        }
        Ok(())
    }
}

/// Identifies the compiler by its version and every setting that shapes its code.
fn compiler(engine: &Engine) -> String {
    /// Gives the engine's own notion of compatibility more bits than a `Hasher` returns.
    struct Wide(blake3::Hasher);
    impl Hasher for Wide {
        fn write(&mut self, bytes: &[u8]) {
            self.0.update(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut hasher = Wide(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.0.finalize().to_hex()[..16].to_owned()
}

/// The host's key; a new one if there is none, or none that is whole.
fn key(directory: &Dir) -> io::Result<Key> {
    match directory.read(KEY_FILE) {
        Ok(bytes) => {
            if let Ok(key) = Key::try_from(bytes) {
                return Ok(key);
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut key = Key::default();
    getrandom::fill(&mut key).map_err(io::Error::other)?;
    replace(directory, KEY_FILE, &key)?;
    Ok(key)
}

/// Writes a file that only this user can read, under another name until it is whole.
fn replace(directory: &Dir, name: &str, content: &[u8]) -> io::Result<()> {
    let partial = format!("{name}.{}.partial", std::process::id());
    ignore_missing(directory.remove_file(&partial))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
    directory.open_with(&partial, &options)?.write_all(content)?;
    directory.rename(Path::new(&partial), directory, name)
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use cap_std::ambient_authority;
    use tempfile::TempDir;

    use super::*;

    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

    fn open(folder: &TempDir) -> Cache {
        let directory = Dir::open_ambient_dir(folder, ambient_authority()).unwrap();
        Cache::open(directory, &Engine::default()).unwrap()
    }

    fn stored(folder: &TempDir) -> Cache {
        let cache = open(folder);
        cache.put("digest", &mut Compiled::compile(&Engine::default(), COMPONENT).unwrap());
        cache
    }

    #[test]
    fn an_entry_outlives_the_process_that_stored_it() {
        let folder = tempfile::tempdir().unwrap();
        drop(stored(&folder));
        assert!(open(&folder).get("digest").is_some());
        assert!(open(&folder).get("other").is_none());
    }

    #[test]
    fn an_altered_entry_is_not_given_out() {
        let folder = tempfile::tempdir().unwrap();
        let cache = stored(&folder);
        let mut bytes = cache.directory.read(cache.name("digest")).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        cache.directory.write(cache.name("digest"), bytes).unwrap();
        assert!(cache.get("digest").is_none());
    }

    #[test]
    fn a_lost_key_makes_old_entries_worthless() {
        let folder = tempfile::tempdir().unwrap();
        let cache = stored(&folder);
        cache.directory.write(KEY_FILE, b"too short").unwrap();
        assert!(open(&folder).get("digest").is_none());
    }

    #[test]
    fn entries_of_other_compilers_and_leftovers_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let cache = stored(&folder);
        cache.directory.write("digest-0000.cwasm", b"old").unwrap();
        cache.directory.write("digest-0000.cwasm.7.partial", b"half").unwrap();
        assert!(open(&folder).get("digest").is_some());
        assert_eq!(cache.directory.entries().unwrap().count(), 2, "the key and the entry");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_host_can_read_its_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        open(&folder);
        let mode = folder.path().join(KEY_FILE).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
