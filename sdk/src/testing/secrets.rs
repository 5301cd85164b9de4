//! Signing without a host: the same codes, with secrets that the test sets.

use std::{cell::RefCell, collections::HashMap};

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use crate::DigestAlgorithm;

thread_local! {
    static SECRETS: RefCell<HashMap<String, Vec<u8>>> = RefCell::default();
}

/// Gives the channel a secret, for this thread's tests of [`crate::signing`].
pub fn set_secret(name: impl Into<String>, secret: impl Into<Vec<u8>>) {
    SECRETS.with_borrow_mut(|secrets| secrets.insert(name.into(), secret.into()));
}

pub(crate) fn sign(secret: &str, algorithm: DigestAlgorithm, data: &[u8]) -> Result<Vec<u8>, String> {
    with_secret(secret, |key| match algorithm {
        DigestAlgorithm::HmacSha1 => mac::<Hmac<Sha1>>(key, data).finalize().into_bytes().to_vec(),
        DigestAlgorithm::HmacSha256 => mac::<Hmac<Sha256>>(key, data).finalize().into_bytes().to_vec(),
        DigestAlgorithm::HmacSha512 => mac::<Hmac<Sha512>>(key, data).finalize().into_bytes().to_vec(),
    })
}

pub(crate) fn verify(
    secret: &str,
    algorithm: DigestAlgorithm,
    data: &[u8],
    code: &[u8],
) -> Result<bool, String> {
    with_secret(secret, |key| match algorithm {
        DigestAlgorithm::HmacSha1 => mac::<Hmac<Sha1>>(key, data).verify_slice(code).is_ok(),
        DigestAlgorithm::HmacSha256 => mac::<Hmac<Sha256>>(key, data).verify_slice(code).is_ok(),
        DigestAlgorithm::HmacSha512 => mac::<Hmac<Sha512>>(key, data).verify_slice(code).is_ok(),
    })
}

fn mac<M: Mac + KeyInit>(key: &[u8], data: &[u8]) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(data);
    mac
}

fn with_secret<T>(name: &str, use_it: impl FnOnce(&[u8]) -> T) -> Result<T, String> {
    SECRETS.with_borrow(|secrets| match secrets.get(name) {
        Some(secret) => Ok(use_it(secret)),
        None => Err(format!("the channel has no secret `{name}`; a test gives it one with `set_secret`")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signing;

    /// RFC 4231, test case 2, and RFC 2202, test case 2.
    #[test]
    fn codes_are_those_of_the_standards() {
        set_secret("key", "Jefe");
        let data = b"what do ya want for nothing?";
        let hex = |algorithm| {
            let code = signing::sign("key", algorithm, data).unwrap();
            assert_eq!(signing::verify("key", algorithm, data, &code), Ok(true));
            code.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        assert_eq!(hex(DigestAlgorithm::HmacSha1), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(
            hex(DigestAlgorithm::HmacSha256),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert!(
            hex(DigestAlgorithm::HmacSha512).starts_with("164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd6")
        );
    }

    #[test]
    fn another_code_or_no_secret_is_told() {
        set_secret("key", "Jefe");
        let (algorithm, data) = (DigestAlgorithm::HmacSha256, b"data");
        assert_eq!(signing::verify("key", algorithm, data, b"short"), Ok(false));
        assert!(signing::sign("other", algorithm, data).unwrap_err().contains("`other`"));
    }
}
