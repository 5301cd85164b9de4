//! The data directory: what lies where, and the only handles through which the server touches files.
//!
//! ```text
//! wharf.toml   settings, optional      connectors/  drop folder for *.wasm
//! wharf.db     the database            cache/       compiled connectors, this user only
//! wake         touched by a change     releases/    the host's copies of what it admitted
//! secret.key   opens stored secrets,   feeds/       files that channels fetch
//!              unless kept elsewhere
//! ```

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use cap_std::{
    ambient_authority,
    fs::{Dir, OpenOptions},
};

const DATABASE: &str = "wharf.db";
const CONNECTORS: &str = "connectors";
const CACHE: &str = "cache";
const RELEASES: &str = "releases";
const FEEDS: &str = "feeds";
const WAKE: &str = "wake";
const LOCK: &str = "sync.lock";

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    #[error(
        "there is no data directory {}; name another with --data, or begin one with `wharf import` or `wharf serve`", .0.display()
    )]
    Missing(PathBuf),
    #[error("cannot use {} in the data directory {}: {source}", what, path.display())]
    Unusable { what: &'static str, path: PathBuf, source: io::Error },
}

/// Whether a directory that is not there is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Create,
    Refuse,
}

/// The opened data directory.
pub struct DataDirectory {
    path: PathBuf,
    root: Dir,
    connectors: Dir,
    feeds: Dir,
}

impl fmt::Debug for DataDirectory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DataDirectory").field(&self.path).finish()
    }
}

impl DataDirectory {
    /// Opens the directory and makes the folders in it that are missing.
    pub fn open(path: &Path, missing: Missing) -> Result<Self, DirectoryError> {
        let fail = |what| move |source| DirectoryError::Unusable { what, path: path.to_owned(), source };
        if missing == Missing::Refuse && !path.is_dir() {
            return Err(DirectoryError::Missing(path.to_owned()));
        }
        Dir::create_ambient_dir_all(path, ambient_authority()).map_err(fail("."))?;
        let root = Dir::open_ambient_dir(path, ambient_authority()).map_err(fail("."))?;
        let connectors = folder(&root, CONNECTORS).map_err(fail(CONNECTORS))?;
        let feeds = folder(&root, FEEDS).map_err(fail(FEEDS))?;
        // The file that a running server watches has to exist before it is watched.
        root.open_with(WAKE, OpenOptions::new().create(true).append(true)).map_err(fail(WAKE))?;
        Ok(Self { path: path.to_owned(), root, connectors, feeds })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn root(&self) -> &Dir {
        &self.root
    }

    pub fn connectors(&self) -> &Dir {
        &self.connectors
    }

    pub fn feeds(&self) -> &Dir {
        &self.feeds
    }

    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// The drop folder and the wake file, for the one who watches them.
    pub fn watched(&self) -> [PathBuf; 2] {
        [self.path.join(CONNECTORS), self.path.join(WAKE)]
    }

    /// The folder of the host's own copies of connectors.
    pub fn releases(&self) -> Result<Dir, DirectoryError> {
        folder(&self.root, RELEASES).map_err(|source| self.unusable(RELEASES, source))
    }

    /// The folder of compiled connectors. It is closed to other users, because what lies in it is run as it is.
    pub fn cache(&self) -> Result<Dir, DirectoryError> {
        let fail = |source| DirectoryError::Unusable { what: CACHE, path: self.path.clone(), source };
        let cache = folder(&self.root, CACHE).map_err(fail)?;
        close_to_others(&self.root).map_err(fail)?;
        Ok(cache)
    }

    /// Tells a running server that something has changed.
    pub fn wake(&self) -> Result<(), DirectoryError> {
        let now = jiff::Timestamp::now().to_string();
        self.root.write(WAKE, now).map_err(|source| self.unusable(WAKE, source))
    }

    /// Claims the right to sync for as long as the answer is held; nothing when another process has it.
    pub fn claim_sync(&self) -> Result<Option<SyncClaim>, DirectoryError> {
        let options = OpenOptions::new().create(true).append(true).clone();
        let file =
            self.root.open_with(LOCK, &options).map_err(|source| self.unusable(LOCK, source))?.into_std();
        match file.try_lock() {
            Ok(()) => Ok(Some(SyncClaim { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(source)) => Err(self.unusable(LOCK, source)),
        }
    }

    fn unusable(&self, what: &'static str, source: io::Error) -> DirectoryError {
        DirectoryError::Unusable { what, path: self.path.clone(), source }
    }
}

/// The right to sync the channels of a data directory. Two processes that did would send everything twice.
#[derive(Debug)]
pub struct SyncClaim {
    _file: std::fs::File,
}

fn folder(root: &Dir, name: &str) -> io::Result<Dir> {
    root.create_dir_all(name)?;
    root.open_dir(name)
}

#[cfg(unix)]
fn close_to_others(root: &Dir) -> io::Result<()> {
    use cap_std::fs::{Permissions, PermissionsExt};
    root.set_permissions(CACHE, Permissions::from_mode(0o700))
}

/// Elsewhere the folder inherits the access of the user's own data directory.
#[cfg(not(unix))]
fn close_to_others(_root: &Dir) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_only_made_by_who_may_make_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data");
        assert!(matches!(DataDirectory::open(&path, Missing::Refuse), Err(DirectoryError::Missing(_))));
        DataDirectory::open(&path, Missing::Create).unwrap();
        DataDirectory::open(&path, Missing::Refuse).unwrap();
    }

    #[test]
    fn only_one_process_at_a_time_may_sync() {
        let folder = tempfile::tempdir().unwrap();
        let first = DataDirectory::open(folder.path(), Missing::Create).unwrap();
        let second = DataDirectory::open(folder.path(), Missing::Create).unwrap();
        let claim = first.claim_sync().unwrap();
        assert!(claim.is_some());
        assert!(second.claim_sync().unwrap().is_none());
        drop(claim);
        assert!(second.claim_sync().unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn compiled_connectors_are_closed_to_other_users() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        DataDirectory::open(folder.path(), Missing::Create).unwrap().cache().unwrap();
        let mode = folder.path().join(CACHE).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
