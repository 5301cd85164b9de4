//! Whether a webhook comes from the channel: its signature, checked by the connector's declared recipe with a secret
//! that the connector never sees.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use url::form_urlencoded;
use wharf_catalog::declaration::{QueryText, Signature, SignedPart, TextEncoding, TimestampUnit};
use wharf_gateway::Mac;

use super::webhook::WebhookCall;
use crate::route::algorithm;

/// Why a delivery is not believed; for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Doubt {
    #[error("the channel's settings hold no secret `{0}` to check its webhooks with")]
    NoSecret(String),
    #[error("the secret that checks webhooks is no JSON object with the members that the connector names")]
    Members,
    #[error("the delivery carries no signature")]
    Unsigned,
    #[error("the signature is not of this delivery and secret")]
    Wrong,
    #[error("the delivery was signed too long ago, or not yet (setting `sync.delivery-age-ms`)")]
    Stale,
    #[error("the address is a part of what is signed: name it in the channel's `inbound.webhook-address`")]
    NoAddress,
}

/// What a delivery is checked under.
pub(super) struct Check<'a> {
    pub(super) signature: &'a Signature,
    pub(super) secret: &'a SecretString,
    /// Of the webhook, as the channel knows it.
    pub(super) address: Option<&'a str>,
    /// Unix milliseconds.
    pub(super) now: i64,
    /// How far the time of signing may be away, in milliseconds.
    pub(super) age: i64,
}

impl Check<'_> {
    pub(super) fn check(&self, call: &WebhookCall) -> Result<(), Doubt> {
        let members = self.members()?;
        let secret = members.get("secret").map_or_else(|| self.secret.clone(), |text| text.as_str().into());
        let time = self.time(call)?;
        let mut signed = Vec::with_capacity(call.body.len());
        for part in &self.signature.over {
            self.append(part, call, &members, &secret, &time, &mut signed)?;
        }
        let code = self.presented(call)?;
        let mac = Mac::new(algorithm(self.signature.algorithm), &secret);
        if mac.verify(&signed, &code) { Ok(()) } else { Err(Doubt::Wrong) }
    }

    /// The stored secret's members, where the recipe names other ones than the secret itself.
    fn members(&self) -> Result<BTreeMap<String, String>, Doubt> {
        let named = self.signature.over.iter().any(|part| matches!(part, SignedPart::Member(_)));
        if !named {
            return Ok(BTreeMap::new());
        }
        serde_json::from_str(self.secret.expose_secret()).map_err(|_| Doubt::Members)
    }

    fn time(&self, call: &WebhookCall) -> Result<String, Doubt> {
        let Some((placed, unit)) = &self.signature.timestamp else { return Ok(String::new()) };
        let text = call.placed(placed).ok_or(Doubt::Unsigned)?;
        let time: i64 = text.parse().map_err(|_| Doubt::Stale)?;
        let at = match unit {
            TimestampUnit::Seconds => time.saturating_mul(1_000),
            TimestampUnit::Milliseconds => time,
        };
        if self.now.abs_diff(at) > self.age.unsigned_abs() { Err(Doubt::Stale) } else { Ok(text) }
    }

    fn presented(&self, call: &WebhookCall) -> Result<Vec<u8>, Doubt> {
        let text = call.placed(&self.signature.placed).ok_or(Doubt::Unsigned)?;
        let code = text.strip_prefix(&self.signature.prefix).ok_or(Doubt::Wrong)?;
        let code = match self.signature.encoding {
            TextEncoding::HexLower | TextEncoding::HexUpper => from_hexadecimal(code),
            TextEncoding::Base64 => STANDARD.decode(code).ok(),
        };
        code.ok_or(Doubt::Wrong)
    }

    fn append(
        &self,
        part: &SignedPart,
        call: &WebhookCall,
        members: &BTreeMap<String, String>,
        secret: &SecretString,
        time: &str,
        signed: &mut Vec<u8>,
    ) -> Result<(), Doubt> {
        match part {
            SignedPart::Secret => signed.extend(secret.expose_secret().as_bytes()),
            SignedPart::Member(name) => signed.extend(members.get(name).ok_or(Doubt::Members)?.as_bytes()),
            SignedPart::Method => signed.extend(call.method.as_bytes()),
            SignedPart::Path => signed.extend(self.path(call)?.as_bytes()),
            SignedPart::PathBelowBase => signed.extend(call.path().as_bytes()),
            SignedPart::Address => {
                signed.extend(self.address.ok_or(Doubt::NoAddress)?.as_bytes());
                signed.extend(call.target.as_bytes());
            }
            SignedPart::SortedQuery(text) => append_query(text, call.query(), signed),
            SignedPart::Body => signed.extend(&call.body),
            SignedPart::BodyDigest => {
                let hash = digest::digest(&digest::SHA256, &call.body);
                hash.as_ref().iter().for_each(|byte| signed.extend(format!("{byte:02x}").as_bytes()));
            }
            SignedPart::Timestamp => signed.extend(time.as_bytes()),
            SignedPart::Header(name) => signed.extend(call.header(name).unwrap_or_default().as_bytes()),
            SignedPart::Literal(text) => signed.extend(text.as_bytes()),
        }
        Ok(())
    }

    /// The whole path, as the channel knows it.
    fn path(&self, call: &WebhookCall) -> Result<String, Doubt> {
        let address = self.address.ok_or(Doubt::NoAddress)?;
        let (_, rest) = address.split_once("://").ok_or(Doubt::NoAddress)?;
        let base = rest.find('/').map_or("", |slash| &rest[slash..]);
        Ok(format!("{base}{}", call.path()))
    }
}

fn append_query(text: &QueryText, query: &str, signed: &mut Vec<u8>) {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let mut pairs: Vec<_> =
        pairs.filter(|(name, _)| !text.except.iter().any(|except| except == name)).collect();
    pairs.sort();
    for (at, (name, value)) in pairs.iter().enumerate() {
        if at > 0 {
            signed.extend(text.between_pairs.as_bytes());
        }
        for piece in [name.as_ref(), &text.after_name, value.as_ref()] {
            signed.extend(piece.as_bytes());
        }
    }
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use wharf_catalog::declaration::{DigestAlgorithm, Placement};

    use super::*;

    const NOW: i64 = 1_700_000_000_000;

    fn signature(over: Vec<SignedPart>, encoding: TextEncoding) -> Signature {
        Signature {
            algorithm: DigestAlgorithm::HmacSha256,
            over,
            encoding,
            prefix: String::new(),
            placed: Placement::Header("X-Signature".into()),
            timestamp: None,
            presents: Vec::new(),
        }
    }

    fn call(code: &str) -> WebhookCall {
        WebhookCall {
            method: "POST".into(),
            target: "/orders?b=2&a=1".into(),
            headers: vec![("x-signature".into(), code.into()), ("x-time".into(), "1700000000".into())],
            body: b"{}".to_vec(),
        }
    }

    fn check(
        signature: &Signature,
        secret: &str,
        address: Option<&str>,
        call: &WebhookCall,
    ) -> Result<(), Doubt> {
        let secret = SecretString::from(secret);
        Check { signature, secret: &secret, address, now: NOW, age: 1_000 }.check(call)
    }

    fn code(secret: &str, data: &[u8]) -> Vec<u8> {
        Mac::new(algorithm(DigestAlgorithm::HmacSha256), &secret.into()).sign(data)
    }

    fn hexadecimal(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_body_is_believed_under_its_own_signature_alone() {
        let recipe = signature(vec![SignedPart::Body], TextEncoding::Base64);
        let genuine = STANDARD.encode(code("key", b"{}"));
        assert_eq!(check(&recipe, "key", None, &call(&genuine)), Ok(()));
        assert_eq!(check(&recipe, "other", None, &call(&genuine)), Err(Doubt::Wrong));
        let altered = WebhookCall { body: b"[]".to_vec(), ..call(&genuine) };
        assert_eq!(check(&recipe, "key", None, &altered), Err(Doubt::Wrong));
        for wrong in ["", "no base64!", &genuine[..10]] {
            assert_eq!(check(&recipe, "key", None, &call(wrong)), Err(Doubt::Wrong), "{wrong}");
        }
        let unsigned = WebhookCall { headers: Vec::new(), ..call("") };
        assert_eq!(check(&recipe, "key", None, &unsigned), Err(Doubt::Unsigned));
    }

    #[test]
    fn every_part_is_taken_from_where_it_stands() {
        let query = QueryText { after_name: "=".into(), between_pairs: "&".into(), except: Vec::new() };
        let over = vec![
            SignedPart::Method,
            SignedPart::Path,
            SignedPart::PathBelowBase,
            SignedPart::SortedQuery(query),
            SignedPart::Timestamp,
            SignedPart::Literal("|".into()),
            SignedPart::Member("app".into()),
            SignedPart::Address,
            SignedPart::Body,
        ];
        let recipe = Signature {
            prefix: "sha256=".into(),
            timestamp: Some((Placement::Header("x-time".into()), TimestampUnit::Seconds)),
            ..signature(over, TextEncoding::HexLower)
        };
        let signed =
            "POST/hooks/shop/orders/ordersa=1&b=21700000000|apphttps://w.example/hooks/shop/orders?b=2&a=1{}";
        let genuine = format!("sha256={}", hexadecimal(&code("key", signed.as_bytes())));
        let secret = r#"{"secret": "key", "app": "app"}"#;
        let address = Some("https://w.example/hooks/shop");
        assert_eq!(check(&recipe, secret, address, &call(&genuine)), Ok(()));
        assert_eq!(check(&recipe, secret, None, &call(&genuine)), Err(Doubt::NoAddress));
        assert_eq!(check(&recipe, "key", address, &call(&genuine)), Err(Doubt::Members));
        assert_eq!(check(&recipe, secret, address, &call(&genuine[7..])), Err(Doubt::Wrong));
    }

    #[test]
    fn an_old_delivery_is_not_believed_however_well_it_is_signed() {
        let recipe = Signature {
            timestamp: Some((Placement::Header("x-time".into()), TimestampUnit::Seconds)),
            ..signature(vec![SignedPart::Timestamp, SignedPart::Body], TextEncoding::HexUpper)
        };
        let of_time = |time: &str| {
            let code = hexadecimal(&code("key", format!("{time}{{}}").as_bytes())).to_uppercase();
            let headers = vec![("x-signature".into(), code), ("x-time".into(), time.into())];
            check(&recipe, "key", None, &WebhookCall { headers, ..call("") })
        };
        assert_eq!(of_time("1700000001"), Ok(()));
        assert_eq!(of_time("1699999990"), Err(Doubt::Stale));
        assert_eq!(of_time("soon"), Err(Doubt::Stale));
    }
}
