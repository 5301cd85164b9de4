//! The key that seals secrets. It comes from outside the database, and nothing here can print it.

use std::{fmt, io, sync::Arc};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use secrecy::{
    ExposeSecret, SecretBox, SecretString,
    zeroize::{Zeroize as _, Zeroizing},
};

/// 256 bits.
const KEY_BYTES: usize = 32;
/// Enough to tell an operator's few keys apart.
const ID_BYTES: usize = 8;
/// Keeps the hash that names a key apart from any other hash of it.
const ID_CONTEXT: &[u8] = b"wharf secret key";

/// A key of 32 bytes. Clones share it; it is wiped from memory with the last one.
#[derive(Debug, Clone)]
pub struct SecretKey(Arc<SecretBox<[u8; KEY_BYTES]>>);

/// Where the key is kept. Asked anew each time, so that a key that was replaced is noticed without a restart.
pub trait KeySource: fmt::Debug + Send + Sync {
    /// The key that seals, and after it those that may still open what an earlier one has sealed. Empty when there is
    /// none yet.
    ///
    /// # Errors
    /// When there is a key that cannot be read.
    fn find(&self) -> Result<Vec<SecretKey>, KeyError>;

    /// Makes a key and keeps it. When another process was faster, its key.
    ///
    /// # Errors
    /// When the key cannot be kept.
    fn make(&self) -> Result<SecretKey, KeyError>;
}

/// Why there is no key to work with.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error(
        "{place} is no key for secrets: it has to be 32 bytes in base64, such as `openssl rand -base64 32` makes"
    )]
    Malformed { place: String },
    #[error("the key for secrets in {place} cannot be read")]
    Unreadable { place: String, source: io::Error },
    #[error(
        "no key for secrets can be kept in {place}; name another place with `[secrets] key-file` or WHARF_SECRET_KEY"
    )]
    Unwritable { place: String, source: io::Error },
    #[error("the operating system has no randomness for a key")]
    Randomness,
}

impl SecretKey {
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        aws_lc_rs::rand::fill(&mut *bytes).map_err(|_| KeyError::Randomness)?;
        Ok(Self::new(&bytes))
    }

    fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(*bytes))))
    }

    /// Reads base64; blanks and line ends around it do not count. `place` is for the error alone.
    ///
    /// # Errors
    /// [`KeyError::Malformed`]
    pub fn parse(text: &SecretString, place: &str) -> Result<Self, KeyError> {
        let decoded = BASE64_STANDARD.decode(text.expose_secret().trim()).map(Zeroizing::new).ok();
        let bytes = decoded.as_ref().and_then(|decoded| decoded.as_slice().try_into().ok());
        bytes.map(Self::new).ok_or_else(|| KeyError::Malformed { place: place.to_owned() })
    }

    /// As [`SecretKey::parse`] reads it, to be kept outside the database.
    pub fn encode(&self) -> SecretString {
        let mut text = BASE64_STANDARD.encode(self.0.expose_secret());
        let encoded = SecretString::from(text.as_str());
        text.zeroize();
        encoded
    }

    /// Names the key in the database.
    pub(super) fn id(&self) -> [u8; ID_BYTES] {
        let input = Zeroizing::new([ID_CONTEXT, self.0.expose_secret()].concat());
        let mut id = [0; ID_BYTES];
        id.copy_from_slice(&digest(&SHA256, &input).as_ref()[..ID_BYTES]);
        id
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.0.expose_secret()
    }
}
