//! Keyed hashes under a secret: of requests on their way out, and of whatever else a connector may have signed without
//! seeing the secret.

use aws_lc_rs::hmac;
use secrecy::{ExposeSecret, SecretString};

use crate::signing::SigningAlgorithm;

/// Signs and verifies under one secret (HMAC, RFC 2104). Printed without it.
#[derive(Debug, Clone)]
pub struct Mac(hmac::Key);

impl Mac {
    pub fn new(algorithm: SigningAlgorithm, secret: &SecretString) -> Self {
        let algorithm = match algorithm {
            SigningAlgorithm::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            SigningAlgorithm::HmacSha256 => hmac::HMAC_SHA256,
            SigningAlgorithm::HmacSha512 => hmac::HMAC_SHA512,
        };
        Self(hmac::Key::new(algorithm, secret.expose_secret().as_bytes()))
    }

    /// The code of `data`: 20, 32 or 64 bytes by algorithm.
    pub fn sign(&self, data: &[u8]) -> Vec<u8> {
        hmac::sign(&self.0, data).as_ref().to_vec()
    }

    /// Whether `code` is the whole code of `data`. Takes as long for a wrong code as for a right one, so that nobody
    /// can find one byte by byte.
    pub fn verify(&self, data: &[u8], code: &[u8]) -> bool {
        hmac::verify(&self.0, data, code).is_ok()
    }

    /// For data that comes in pieces.
    pub(crate) fn begin(&self) -> hmac::Context {
        hmac::Context::with_key(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2.
    const DATA: &[u8] = b"what do ya want for nothing?";

    #[test]
    fn a_code_is_that_of_the_published_vector_and_verifies() {
        let mac = Mac::new(SigningAlgorithm::HmacSha256, &"Jefe".into());
        let code = mac.sign(DATA);
        assert_eq!(code[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        assert!(mac.verify(DATA, &code));
    }

    #[test]
    fn no_other_code_data_secret_or_algorithm_verifies() {
        let mac = Mac::new(SigningAlgorithm::HmacSha256, &"Jefe".into());
        let code = mac.sign(DATA);
        let mut altered = code.clone();
        altered[31] ^= 1;
        for wrong in [&altered[..], &code[..31], &[code.as_slice(), &[0]].concat(), &[]] {
            assert!(!mac.verify(DATA, wrong), "{wrong:?}");
        }
        assert!(!mac.verify(&DATA[1..], &code));
        assert!(!Mac::new(SigningAlgorithm::HmacSha256, &"jefe".into()).verify(DATA, &code));
        assert!(!Mac::new(SigningAlgorithm::HmacSha512, &"Jefe".into()).verify(DATA, &code));
    }

    #[test]
    fn the_secret_is_not_printed() {
        let mac = Mac::new(SigningAlgorithm::HmacSha1, &"app-s3cret".into());
        assert!(!format!("{mac:?}").contains("s3cret"), "{mac:?}");
    }
}
