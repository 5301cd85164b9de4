//! Whose connectors may serve: detached Ed25519 signatures, checked without asking anyone.
//!
//! What is signed is the text `wharf-connector-signature-v1`, a zero byte, and the 32 bytes of the component's
//! SHA-256; the text keeps a signature from meaning anything elsewhere. Beside `shop.wasm` lies `shop.wasm.sig`, one
//! line: the signature in base64 and, after a blank, the signer's public key. The key is only believed when
//! `[connectors] keys` lists it; without a list, it still tells a signature of other bytes.

use std::fmt;

use aws_lc_rs::{
    digest::SHA256,
    signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

const DOMAIN: &[u8] = b"wharf-connector-signature-v1\0";
const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;
/// How a file with a private key begins, so that it is not taken for anything else.
const PRIVATE: &str = "wharf-connector-private-key:";

/// SHA-256 of a component.
pub fn digest(component: &[u8]) -> [u8; 32] {
    let digest = aws_lc_rs::digest::digest(&SHA256, component);
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Why a release is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error(
        "it is not signed, and `[connectors] keys` asks for that: put its `.sig` beside it, as `wharf connector sign` writes it"
    )]
    Missing,
    #[error(
        "its signature is unreadable: one line is needed, as `wharf connector sign` writes it, with 64 bytes in base64"
    )]
    Unreadable,
    #[error("its signature is of other bytes: sign this very file")]
    Wrong,
    #[error("it is signed by none of `[connectors] keys`, or these are not the bytes that were signed")]
    Untrusted,
}

/// Why a key cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error(
        "`[connectors] keys` number {position} is not `NAME:KEY` with a public key of 32 bytes in base64, as `wharf connector keygen` prints it"
    )]
    Public { position: usize },
    #[error("this is no private key, as `wharf connector keygen` writes it")]
    Private,
    #[error("the operating system gives no randomness for a key")]
    Generate,
}

/// The keys that the operator trusts.
#[derive(Debug, Clone, Default)]
pub struct TrustedKeys(Vec<(String, [u8; KEY_BYTES])>);

impl TrustedKeys {
    /// Reads `NAME:KEY` lines.
    ///
    /// # Errors
    /// With the position of the first that is none, counted from 1.
    pub fn parse(lines: &[String]) -> Result<Self, KeyError> {
        let read =
            |(index, line): (usize, &String)| public(line).ok_or(KeyError::Public { position: index + 1 });
        lines.iter().enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether nobody is trusted, so that no signature is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Who signed the component of this digest, as the operator calls them; nobody when no signature is needed.
    ///
    /// # Errors
    /// When keys are listed and none of them has signed it, or when the signature is of something else.
    pub fn check(&self, digest: &[u8; 32], signature: Option<&str>) -> Result<Option<&str>, SignatureError> {
        let Some(text) = signature else {
            return if self.0.is_empty() { Ok(None) } else { Err(SignatureError::Missing) };
        };
        let (signature, signer) = read(text).ok_or(SignatureError::Unreadable)?;
        let message = message(digest);
        let fits = |key: &[u8; KEY_BYTES]| {
            UnparsedPublicKey::new(&ED25519, key).verify(&message, &signature).is_ok()
        };
        if self.0.is_empty() {
            // Nobody is trusted more than anybody else, but damage shows.
            return if signer.is_none_or(|key| fits(&key)) { Ok(None) } else { Err(SignatureError::Wrong) };
        }
        let by = self.0.iter().find(|(_, key)| fits(key));
        by.map(|(name, _)| Some(name.as_str())).ok_or(SignatureError::Untrusted)
    }
}

/// A public key with the operator's word for its owner.
fn public(line: &str) -> Option<(String, [u8; KEY_BYTES])> {
    let (name, key) = line.split_once(':')?;
    let name = name.trim();
    if name.is_empty() { None } else { Some((name.to_owned(), decode(key.trim())?)) }
}

/// A signature, and the key that is said to have made it.
fn read(text: &str) -> Option<([u8; SIGNATURE_BYTES], Option<[u8; KEY_BYTES]>)> {
    let mut words = text.split_ascii_whitespace();
    let signature = decode(words.next()?)?;
    let signer = words.next().map(|key| decode(key).ok_or(())).transpose().ok()?;
    words.next().is_none().then_some((signature, signer))
}

fn decode<const BYTES: usize>(text: &str) -> Option<[u8; BYTES]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

fn message(digest: &[u8; 32]) -> Vec<u8> {
    [DOMAIN, digest].concat()
}

/// A private key that signs connectors.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    seed: [u8; KEY_BYTES],
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// # Errors
    /// When the operating system has no randomness to give.
    pub fn generate() -> Result<Self, KeyError> {
        let mut seed = [0; KEY_BYTES];
        aws_lc_rs::rand::fill(&mut seed).map_err(|_| KeyError::Generate)?;
        Self::from_seed(seed)
    }

    /// Reads what [`SigningKey::to_text`] wrote.
    ///
    /// # Errors
    /// When it is something else.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let encoded = text.trim().strip_prefix(PRIVATE).ok_or(KeyError::Private)?;
        Self::from_seed(decode(encoded).ok_or(KeyError::Private)?)
    }

    fn from_seed(seed: [u8; KEY_BYTES]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Private)?;
        Ok(Self { pair, seed })
    }

    /// The private key, to be kept where only its owner reads it.
    pub fn to_text(&self) -> String {
        format!("{PRIVATE}{}\n", STANDARD.encode(self.seed))
    }

    /// The public key in base64, for `[connectors] keys`.
    pub fn public(&self) -> String {
        STANDARD.encode(self.pair.public_key().as_ref())
    }

    /// The line for the `.sig` file of the component of this digest.
    pub fn sign(&self, digest: &[u8; 32]) -> String {
        let signature = self.pair.sign(&message(digest));
        format!("{} {}\n", STANDARD.encode(signature.as_ref()), self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: [u8; 32] = [7; 32];

    fn trusting(key: &SigningKey) -> TrustedKeys {
        TrustedKeys::parse(&[format!("release team:{}", key.public())]).unwrap()
    }

    #[test]
    fn a_signature_names_its_signer_and_holds_for_these_bytes_alone() {
        let key = SigningKey::generate().unwrap();
        let signature = key.sign(&DIGEST);
        assert_eq!(trusting(&key).check(&DIGEST, Some(&signature)), Ok(Some("release team")));
        assert_eq!(trusting(&key).check(&[8; 32], Some(&signature)), Err(SignatureError::Untrusted));
        assert_eq!(trusting(&key).check(&DIGEST, None), Err(SignatureError::Missing));
    }

    #[test]
    fn another_key_is_not_trusted_whatever_it_says_of_itself() {
        let (key, other) = (SigningKey::generate().unwrap(), SigningKey::generate().unwrap());
        let claimed = other.sign(&DIGEST).replace(&other.public(), &key.public());
        for signature in [other.sign(&DIGEST), claimed] {
            let checked = trusting(&key).check(&DIGEST, Some(&signature)).map(|_| ());
            assert_eq!(checked, Err(SignatureError::Untrusted));
        }
    }

    #[test]
    fn without_keys_a_wrong_signature_is_still_refused() {
        let key = SigningKey::generate().unwrap();
        let nobody = TrustedKeys::default();
        assert_eq!(nobody.check(&DIGEST, None), Ok(None));
        assert_eq!(nobody.check(&DIGEST, Some(&key.sign(&DIGEST))), Ok(None));
        assert_eq!(nobody.check(&[8; 32], Some(&key.sign(&DIGEST))), Err(SignatureError::Wrong));
        for text in ["", "not base64", "AAAA", &format!("{} x", key.sign(&DIGEST).trim())] {
            assert_eq!(nobody.check(&DIGEST, Some(text)), Err(SignatureError::Unreadable), "{text:?}");
        }
    }

    #[test]
    fn a_signature_of_the_bare_digest_means_nothing_here() {
        let key = SigningKey::generate().unwrap();
        let bare = STANDARD.encode(key.pair.sign(&DIGEST).as_ref());
        assert_eq!(trusting(&key).check(&DIGEST, Some(&bare)), Err(SignatureError::Untrusted));
    }

    #[test]
    fn a_private_key_survives_being_written_and_read_and_is_not_in_its_debug_form() {
        let key = SigningKey::generate().unwrap();
        let text = key.to_text();
        let read = SigningKey::parse(&text).unwrap();
        assert_eq!(trusting(&key).check(&DIGEST, Some(&read.sign(&DIGEST))), Ok(Some("release team")));
        assert_eq!(format!("{key:?}"), "SigningKey(..)");
        assert!(SigningKey::parse(&key.public()).is_err());
    }

    #[test]
    fn a_key_that_is_none_is_named_by_its_position() {
        let key = SigningKey::generate().unwrap().public();
        for wrong in ["no colon", "name:short", &format!(":{key}")] {
            let lines = [format!("good:{key}"), (*wrong).to_owned()];
            assert_eq!(TrustedKeys::parse(&lines).unwrap_err(), KeyError::Public { position: 2 }, "{wrong}");
        }
    }
}
