//! How a secret is sealed: AES-256-GCM-SIV under a random nonce, bound to its name.
//!
//! The SIV construction forgives a nonce that comes twice, so the number of rotations under one key is of no concern.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use secrecy::{ExposeSecret as _, SecretString, zeroize::Zeroizing};

use super::{SecretError, SecretKey};

/// Nonce, ciphertext and tag. The plain text is overwritten where it lies.
pub(super) fn seal(key: &SecretKey, name: &str, value: &SecretString) -> Result<Vec<u8>, SecretError> {
    let value = value.expose_secret().as_bytes();
    let mut content = Vec::with_capacity(value.len() + AES_256_GCM_SIV.tag_len());
    content.extend_from_slice(value);
    let nonce = cipher(key)
        .and_then(|cipher| cipher.seal_in_place_append_tag(Aad::from(name), &mut content))
        .map_err(|_| SecretError::Sealing { name: name.to_owned() })?;
    let mut sealed = Vec::with_capacity(NONCE_LEN + content.len());
    sealed.extend_from_slice(nonce.as_ref());
    sealed.append(&mut content);
    Ok(sealed)
}

/// The plain text, if the key is the right one and neither name nor content were altered.
pub(super) fn open(key: &SecretKey, name: &str, sealed: &[u8]) -> Result<SecretString, SecretError> {
    let altered = || SecretError::Altered { name: name.to_owned() };
    let (nonce, content) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(altered)?;
    let mut content = Zeroizing::new(content.to_vec());
    let plain = cipher(key)
        .and_then(|cipher| {
            cipher.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(name), &mut content)
        })
        .map_err(|_| altered())?;
    std::str::from_utf8(plain).map(SecretString::from).map_err(|_| altered())
}

fn cipher(key: &SecretKey) -> Result<RandomizedNonceKey, aws_lc_rs::error::Unspecified> {
    RandomizedNonceKey::new(&AES_256_GCM_SIV, key.bytes())
}
