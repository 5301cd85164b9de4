//! Whether what a manifest asks for is installed already, so that a package registry is asked once and not at every build.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use super::BuildError;

/// In the folder of what is installed: a digest of what asked for it.
const STAMP: &str = ".wharf-installed";

/// A folder of installed packages.
#[derive(Debug)]
pub(super) struct Installed {
    stamp: PathBuf,
    asked_by: Vec<PathBuf>,
}

impl Installed {
    /// The packages in `packages` that these files ask for; all of them names in `folder`.
    pub(super) fn new(folder: &Path, packages: &str, asked_by: &[&str]) -> Self {
        let stamp = folder.join(packages).join(STAMP);
        Self { stamp, asked_by: asked_by.iter().map(|file| folder.join(file)).collect() }
    }

    pub(super) fn is_current(&self) -> bool {
        fs::read(&self.stamp).is_ok_and(|stamp| stamp == self.digest())
    }

    /// To be called when they have been installed.
    pub(super) fn remember(&self) -> Result<(), BuildError> {
        let failed = |source| BuildError::Write { path: self.stamp.clone(), source };
        fs::write(&self.stamp, self.digest()).map_err(failed)
    }

    /// A file that is not there counts as empty.
    fn digest(&self) -> Vec<u8> {
        let mut digest = Sha256::new();
        for file in &self.asked_by {
            let content = fs::read(file).unwrap_or_default();
            digest.update(content.len().to_le_bytes());
            digest.update(content);
        }
        digest.finalize().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_something_else_is_no_longer_installed() {
        let folder = tempfile::tempdir().unwrap();
        let ask = |text: &str| fs::write(folder.path().join("asked.txt"), text).unwrap();
        let installed = Installed::new(folder.path(), "packages", &["asked.txt", "locked.txt"]);
        ask("one");
        assert!(!installed.is_current());
        fs::create_dir(folder.path().join("packages")).unwrap();
        installed.remember().unwrap();
        assert!(installed.is_current());
        ask("two");
        assert!(!installed.is_current());
        installed.remember().unwrap();
        fs::write(folder.path().join("locked.txt"), "two 1.0").unwrap();
        assert!(!installed.is_current());
    }
}
