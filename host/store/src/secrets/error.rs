//! What can go wrong with a secret. Every message names the secret or the place, and none holds a value.

use crate::{error::StoreError, secrets::KeyError};

/// Why a secret cannot be kept or given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    #[error("`{0}` is no name for a secret: use letters, digits, `.`, `-` and `_`, at most 64")]
    Name(String),
    #[error("the secret `{name}` is empty")]
    Empty { name: String },
    #[error(
        "the secret `{name}` has {length} bytes, and at most {limit} are kept (setting `maximum-secret-bytes`)"
    )]
    TooLong { name: String, length: usize, limit: usize },
    #[error("there is no stored secret `{name}`; set it: `wharf secret set {name}`")]
    Missing { name: String },
    #[error(
        "the stored secrets were sealed with a key that is not here: give it in WHARF_SECRET_KEY or name its file \
         with `[secrets] key-file` in wharf.toml; if it is lost, give a new key there and set each secret again"
    )]
    NoKey,
    #[error(
        "the stored secret `{name}` was sealed with another key: check WHARF_SECRET_KEY and `[secrets] key-file` in \
         wharf.toml, or set it again: `wharf secret set {name}`"
    )]
    OtherKey { name: String },
    #[error("the stored secret `{name}` was altered outside Wharf; set it again: `wharf secret set {name}`")]
    Altered { name: String },
    #[error("the secret `{name}` cannot be sealed: the operating system has no randomness")]
    Sealing { name: String },
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
}
