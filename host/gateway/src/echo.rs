//! Finds a secret in what a channel sends back, also where the channel has encoded it.
//!
//! A connector must not learn a secret from a talkative channel, such as one that quotes the request it refuses.

use std::fmt;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use bytes::Bytes;
use memchr::memmem::Finder;

/// Shorter echoes of a secret are not looked for: they would hit innocent text.
const SHORTEST: usize = 8;

/// Every spelling in which some secrets could come back.
#[derive(Default)]
pub(crate) struct Echoes(Vec<Finder<'static>>);

impl Echoes {
    pub(crate) fn of<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut spellings: Vec<String> = secrets
            .into_iter()
            .filter(|secret| secret.len() >= SHORTEST)
            .flat_map(spellings)
            .filter(|spelling| spelling.len() >= SHORTEST)
            .collect();
        // The longest first, so that no remainder of it is left by a shorter one inside it.
        spellings.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        spellings.dedup();
        Self(spellings.iter().map(|spelling| Finder::new(spelling.as_bytes()).into_owned()).collect())
    }

    /// The text without any of the secrets; the same bytes, not copied, when there was none.
    pub(crate) fn redact(&self, mut text: Bytes) -> Bytes {
        for echo in &self.0 {
            if let Some(first) = echo.find(&text) {
                text = replace(&text, echo, first);
            }
        }
        text
    }
}

impl fmt::Debug for Echoes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Echoes").field("spellings", &self.0.len()).finish()
    }
}

/// Plain, as a JSON string, percent-encoded, as hexadecimal digits and in base64.
fn spellings(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let quoted = serde_json::Value::from(secret).to_string();
    let mut spellings = vec![
        secret.to_owned(),
        quoted[1..quoted.len() - 1].to_owned(),
        percent(bytes, |byte| format!("%{byte:02X}")),
        percent(bytes, |byte| format!("%{byte:02x}")),
        url::form_urlencoded::byte_serialize(bytes).collect(),
        bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        bytes.iter().map(|byte| format!("{byte:02X}")).collect(),
    ];
    spellings.extend((0..3).flat_map(|offset| base64(bytes, offset)));
    spellings
}

fn percent(bytes: &[u8], encode: impl Fn(u8) -> String) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    bytes
        .iter()
        .map(|byte| if unreserved(*byte) { char::from(*byte).into() } else { encode(*byte) })
        .collect()
}

/// The digits that are the same whatever stands before and after the secret, when it begins `offset` bytes into a
/// group of three: what base64 of `user:SECRET` or of a whole document has in common.
fn base64(secret: &[u8], offset: usize) -> [String; 2] {
    let mut text = vec![0; offset];
    text.extend_from_slice(secret);
    let (first, end) = ((offset * 8).div_ceil(6), text.len() * 8 / 6);
    [BASE64_STANDARD_NO_PAD.encode(&text), BASE64_URL_SAFE_NO_PAD.encode(&text)]
        .map(|encoded| encoded[first..end].to_owned())
}

fn replace(text: &[u8], echo: &Finder<'_>, first: usize) -> Bytes {
    let mut clean = Vec::with_capacity(text.len());
    let mut end = 0;
    let later = echo.find_iter(&text[first..]).map(|at| first + at);
    for start in later {
        clean.extend_from_slice(&text[end..start]);
        clean.extend_from_slice(b"[redacted]");
        end = start + echo.needle().len();
    }
    clean.extend_from_slice(&text[end..]);
    clean.into()
}

#[cfg(test)]
mod tests {
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};

    use super::*;

    const SECRET: &str = "p\"ss w/rd+?äöü~";

    fn redacted(text: &str) -> String {
        let clean = Echoes::of([SECRET]).redact(Bytes::copy_from_slice(text.as_bytes()));
        String::from_utf8(clean.to_vec()).unwrap()
    }

    #[test]
    fn a_secret_is_found_in_every_usual_spelling() {
        let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
        for spelling in [
            SECRET,
            "p\\\"ss w/rd+?äöü~",
            "p%22ss%20w%2Frd%2B%3F%C3%A4%C3%B6%C3%BC~",
            "p%22ss%20w%2frd%2b%3f%c3%a4%c3%b6%c3%bc~",
            "p%22ss+w%2Frd%2B%3F%C3%A4%C3%B6%C3%BC%7E",
            &hex,
            &hex.to_uppercase(),
        ] {
            assert_eq!(redacted(&format!("<{spelling}{spelling}>")), "<[redacted][redacted]>", "{spelling}");
        }
    }

    #[test]
    fn a_secret_is_found_in_the_base64_of_any_text_around_it() {
        for before in ["", "u", "us", "user:", "{\"secret\": \""] {
            for after in ["", "\"", "\"}", "...."] {
                let text = format!("{before}{SECRET}{after}");
                for encoded in [BASE64_STANDARD.encode(&text), BASE64_URL_SAFE.encode(&text)] {
                    let clean = redacted(&encoded);
                    assert!(clean.contains("[redacted]"), "{text}: {clean}");
                    let left = clean.len() - "[redacted]".len();
                    assert!(left <= (before.len() + after.len()) * 4 / 3 + 8, "{text}: {clean}");
                }
            }
        }
    }

    #[test]
    fn innocent_text_is_not_copied_and_short_secrets_are_not_looked_for() {
        let text = Bytes::from_static(b"nothing to see");
        assert_eq!(Echoes::of([SECRET]).redact(text.clone()).as_ptr(), text.as_ptr());
        assert_eq!(Echoes::of(["nothing"]).redact(text.clone()), text);
    }
}
