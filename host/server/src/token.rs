//! API tokens: how they are made, and what is kept of them.
//!
//! A token is 256 bits of randomness, so one fast hash is enough at rest: there is nothing to guess. Looking a
//! token up by its hash also keeps the comparison from telling, by its duration, how much of a guess was right.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// Lets scanners for leaked secrets recognise a token.
const PREFIX: &str = "wharf_";
const BYTES: usize = 32;

/// A new token. Shown once; only its hash is stored.
pub struct Secret(String);

impl Secret {
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))))
    }

    /// The token itself, for the one time that it is shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub fn hash(&self) -> [u8; 32] {
        hash(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What is stored of a token, and looked up when one is presented.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Access {
    Read,
    /// Includes reading.
    Write,
}

impl Access {
    /// The scopes as they are stored, separated by blanks.
    pub fn scopes(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "read write",
        }
    }

    /// Whether stored scopes allow this.
    pub fn is_allowed_by(self, scopes: &str) -> bool {
        let needed = match self {
            Self::Read => "read",
            Self::Write => "write",
        };
        scopes.split_whitespace().any(|scope| scope == needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_256_bits_a_prefix_and_no_twin() {
        let (one, other) = (Secret::generate().unwrap(), Secret::generate().unwrap());
        let encoded = one.reveal().strip_prefix(PREFIX).unwrap();
        assert_eq!(URL_SAFE_NO_PAD.decode(encoded).unwrap().len(), BYTES);
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(hash(one.reveal()), one.hash());
    }

    #[test]
    fn a_token_is_not_in_its_debug_form() {
        let secret = Secret::generate().unwrap();
        assert!(!format!("{secret:?}").contains(secret.reveal()));
    }

    #[test]
    fn writing_includes_reading_and_not_the_reverse() {
        assert!(Access::Read.is_allowed_by(Access::Write.scopes()));
        assert!(!Access::Write.is_allowed_by(Access::Read.scopes()));
    }
}
