//! Where the key to the stored secrets is: an environment variable, a file that the operator names, or a file in the
//! data directory that the first secret makes.
//!
//! The last is there so that secrets need no preparation. Whoever copies the data directory then copies the key, too.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use cap_std::fs::{Dir, OpenOptions};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use wharf_store::{KeyError, KeySource, SecretKey};

use crate::directory::DataDirectory;

/// The environment variable that goes before every file.
pub const VARIABLE: &str = "WHARF_SECRET_KEY";
/// In the data directory.
const FILE: &str = "secret.key";
/// What a change of keys has begun to seal with. It takes the other's place once all secrets are under it.
const NEXT: &str = "secret.key.next";
const LOCK: &str = "secret.lock";

/// How secrets are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct SecretsSettings {
    /// A file with the key, 32 bytes in base64; relative to the data directory. `secret.key` there, made when needed.
    pub key_file: Option<PathBuf>,
}

/// The place of the key. It is read anew whenever a secret is sealed or opened.
#[derive(Debug)]
pub enum KeyPlace {
    Environment(SecretString),
    /// Named by the operator, so it has to be there.
    File(PathBuf),
    Directory(KeptKey),
}

/// The key file in the data directory.
#[derive(Debug)]
pub struct KeptKey {
    root: Dir,
    path: PathBuf,
}

/// The right to change the key, for one process at a time.
#[derive(Debug)]
pub struct KeyClaim<'a> {
    kept: &'a KeptKey,
    _file: std::fs::File,
}

impl KeyPlace {
    /// `environment` is the value of [`VARIABLE`].
    pub fn new(
        environment: Option<SecretString>,
        settings: &SecretsSettings,
        directory: &DataDirectory,
    ) -> io::Result<Self> {
        if let Some(key) = environment {
            return Ok(Self::Environment(key));
        }
        match &settings.key_file {
            Some(file) => Ok(Self::File(directory.path().join(file))),
            None => Ok(Self::Directory(KeptKey {
                root: directory.root().try_clone()?,
                path: directory.path().to_owned(),
            })),
        }
    }

    /// The variable as it is set, readable as a key or not.
    pub fn environment() -> Option<SecretString> {
        std::env::var_os(VARIABLE).map(|value| value.to_string_lossy().as_ref().into())
    }
}

impl KeySource for KeyPlace {
    fn find(&self) -> Result<Vec<SecretKey>, KeyError> {
        match self {
            Self::Environment(text) => Ok(vec![read_variable(text)?]),
            Self::File(path) => Ok(vec![read_key(path)?]),
            Self::Directory(kept) => kept.find(),
        }
    }

    /// A key that was given is the one: none is made beside it.
    fn make(&self) -> Result<SecretKey, KeyError> {
        match self {
            Self::Environment(text) => read_variable(text),
            Self::File(path) => read_key(path),
            Self::Directory(kept) => kept.make(),
        }
    }
}

impl KeptKey {
    /// The next key goes first: what is sealed during a change of keys is sealed with the one that stays.
    fn find(&self) -> Result<Vec<SecretKey>, KeyError> {
        let keys = [NEXT, FILE].map(|name| self.read(name));
        keys.into_iter().filter_map(Result::transpose).collect()
    }

    fn make(&self) -> Result<SecretKey, KeyError> {
        let key = self.write(FILE)?;
        tracing::warn!(
            file = %self.path.join(FILE).display(),
            "made the key to the stored secrets; without it they are lost, and whoever copies it together with the \
             database can read them: keep it elsewhere with `[secrets] key-file` in wharf.toml"
        );
        Ok(key)
    }

    /// Nothing while another process changes the key.
    pub fn claim(&self) -> io::Result<Option<KeyClaim<'_>>> {
        let options = OpenOptions::new().create(true).append(true).clone();
        let file = self.root.open_with(LOCK, &options)?.into_std();
        match file.try_lock() {
            Ok(()) => Ok(Some(KeyClaim { kept: self, _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }

    fn read(&self, name: &str) -> Result<Option<SecretKey>, KeyError> {
        match self.root.read_to_string(name) {
            Ok(text) => SecretKey::parse(&text.into(), &self.place(name)).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(KeyError::Unreadable { place: self.place(name), source }),
        }
    }

    fn write(&self, name: &str) -> Result<SecretKey, KeyError> {
        let key = SecretKey::generate()?;
        self.replace(name, &key)
            .map_err(|source| KeyError::Unwritable { place: self.place(name), source })?;
        Ok(key)
    }

    /// Whole or not at all, and on the disk before anything is sealed with it.
    fn replace(&self, name: &str, key: &SecretKey) -> io::Result<()> {
        let unfinished = format!("{name}.unfinished");
        let mut file = self.root.open_with(&unfinished, &private())?;
        file.write_all(key.encode().expose_secret().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        self.root.rename(&unfinished, &self.root, name)?;
        sync_names(&self.root)
    }

    fn place(&self, name: &str) -> String {
        format!("the file `{}`", self.path.join(name).display())
    }
}

impl KeyClaim<'_> {
    /// The key to seal everything with. A change that was cut short goes on with its own.
    pub fn next(&self) -> Result<SecretKey, KeyError> {
        self.kept.read(NEXT)?.map_or_else(|| self.kept.write(NEXT), Ok)
    }

    /// Forgets the former key, once everything is sealed with the next.
    pub fn finish(self) -> Result<(), KeyError> {
        let root = &self.kept.root;
        root.rename(NEXT, root, FILE)
            .and_then(|()| sync_names(root))
            .map_err(|source| KeyError::Unwritable { place: self.kept.place(FILE), source })
    }
}

fn read_variable(text: &SecretString) -> Result<SecretKey, KeyError> {
    SecretKey::parse(text, &format!("the environment variable {VARIABLE}"))
}

/// Reads a key file that the operator has named.
pub fn read_key(path: &Path) -> Result<SecretKey, KeyError> {
    let place = format!("the file `{}`", path.display());
    match std::fs::read_to_string(path) {
        Ok(text) => SecretKey::parse(&text.into(), &place),
        Err(source) => Err(KeyError::Unreadable { place, source }),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A name that is only in memory would take the key with it when the power goes.
#[cfg(unix)]
fn sync_names(root: &Dir) -> io::Result<()> {
    // Opened anew, because a handle that only names the folder cannot be synced.
    root.open(".")?.sync_all()
}

/// Elsewhere a folder cannot be synced.
#[cfg(not(unix))]
fn sync_names(_root: &Dir) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::Missing;

    fn place(folder: &Path, environment: Option<&str>, settings: &SecretsSettings) -> KeyPlace {
        let directory = DataDirectory::open(folder, Missing::Create).unwrap();
        KeyPlace::new(environment.map(Into::into), settings, &directory).unwrap()
    }

    fn texts(place: &KeyPlace) -> Vec<String> {
        place.find().unwrap().iter().map(|key| key.encode().expose_secret().to_owned()).collect()
    }

    fn kept(place: &KeyPlace) -> &KeptKey {
        match place {
            KeyPlace::Directory(kept) => kept,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_variable_goes_before_the_named_file_and_that_before_the_data_directory() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second] =
            [1, 2].map(|_| SecretKey::generate().unwrap().encode().expose_secret().to_owned());
        std::fs::write(folder.path().join("mine"), &second).unwrap();
        let named = SecretsSettings { key_file: Some("mine".into()) };
        let own = place(folder.path(), None, &SecretsSettings::default());
        own.make().unwrap();
        assert_eq!(texts(&place(folder.path(), Some(&first), &named)), [first.as_str()]);
        assert_eq!(texts(&place(folder.path(), None, &named)), [second.as_str()]);
        assert!(!texts(&own).contains(&second));
    }

    #[test]
    fn a_key_that_was_given_and_cannot_be_read_is_an_error_and_none_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let absent = SecretsSettings { key_file: Some("absent".into()) };
        let error = place(folder.path(), None, &absent).make().unwrap_err().to_string();
        assert!(error.contains("absent"), "{error}");
        let error = place(folder.path(), Some("guess"), &absent).find().unwrap_err().to_string();
        assert!(error.contains(VARIABLE) && !error.contains("guess"), "{error}");
        assert!(!folder.path().join(FILE).exists());
    }

    #[test]
    fn a_made_key_is_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let own = place(folder.path(), None, &SecretsSettings::default());
        assert_eq!(texts(&own), [""; 0]);
        let made = own.make().unwrap();
        assert_eq!(texts(&own), [made.encode().expose_secret()]);
    }

    #[cfg(unix)]
    #[test]
    fn a_made_key_is_closed_to_other_users() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        place(folder.path(), None, &SecretsSettings::default()).make().unwrap();
        let mode = folder.path().join(FILE).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_change_of_keys_that_was_cut_short_goes_on_with_its_key_and_both_are_found_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let own = place(folder.path(), None, &SecretsSettings::default());
        let old = own.make().unwrap().encode();
        let claim = kept(&own).claim().unwrap().unwrap();
        let next = claim.next().unwrap().encode();
        assert!(kept(&own).claim().unwrap().is_none(), "one change at a time");
        drop(claim);
        assert_eq!(texts(&own), [next.expose_secret(), old.expose_secret()]);
        let claim = kept(&own).claim().unwrap().unwrap();
        assert_eq!(claim.next().unwrap().encode().expose_secret(), next.expose_secret());
        claim.finish().unwrap();
        assert_eq!(texts(&own), [next.expose_secret()]);
    }
}
