//! Signs each request by a recipe that the connector declares, since connectors have neither a secret nor a clock.
//!
//! A vendor's rule is written down as data: which parts of the request go into the HMAC and in which order, how the
//! result is spelled, and where it travels.

mod recipe;

use std::{
    collections::BTreeMap,
    fmt,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{digest, hmac};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{HeaderName, Request, Uri, uri::PathAndQuery};
use http_body_util::Full;
use secrecy::{ExposeSecret, SecretString};
use url::form_urlencoded;

pub use self::recipe::{
    Placement, QueryText, RequestSigning, SignatureEncoding, SigningAlgorithm, SigningPart, SigningTime,
    TimeUnit,
};
use crate::{
    authorization::{Authorization, header_name, sensitive},
    echo::Echoes,
    error::CredentialsError,
    mac::Mac,
};

/// A recipe with its secret. Clones share it.
#[derive(Clone)]
pub struct Signer(Arc<Inner>);

struct Inner {
    recipe: RequestSigning,
    mac: Mac,
    secret: SecretString,
    /// The stored secret's other members.
    members: BTreeMap<String, SecretString>,
    signature: Slot,
    time: Option<(Slot, TimeUnit)>,
    presented: Vec<(Slot, SecretString)>,
    authorization: Arc<Authorization>,
}

/// A placement, parsed.
enum Slot {
    Header(HeaderName),
    Query(String),
}

impl Signer {
    /// `text` is the secret itself; or, where the recipe names other members, a JSON object of texts with the
    /// secret as its `secret`. `place` is where it came from, for errors.
    pub(crate) fn new(
        recipe: &RequestSigning,
        text: &SecretString,
        place: &str,
    ) -> Result<Self, CredentialsError> {
        let (secret, members) = recipe::read_secret(recipe, text, place)?;
        let presented = recipe
            .presents
            .iter()
            .map(|(member, placement)| {
                // `read_secret` has found every member that the recipe names.
                let value = members.get(member).cloned().unwrap_or_default();
                let slot = Slot::parse(placement)?;
                slot.check(value.expose_secret())?;
                Ok((slot, value))
            })
            .collect::<Result<_, CredentialsError>>()?;
        let time =
            recipe.time.as_ref().map(|time| Ok((Slot::parse(&time.placed)?, time.unit))).transpose()?;
        let secrets = members.values().chain([&secret]).map(ExposeSecret::expose_secret);
        Ok(Self(Arc::new(Inner {
            signature: Slot::parse(&recipe.placed)?,
            mac: Mac::new(recipe.algorithm, &secret),
            authorization: Arc::new(Authorization::unseen(Echoes::of(secrets))),
            recipe: recipe.clone(),
            secret,
            members,
            time,
            presented,
        })))
    }

    /// What to look for in answers.
    pub(crate) fn authorization(&self) -> &Arc<Authorization> {
        &self.0.authorization
    }

    /// The query parameters that are the host's to set.
    pub(crate) fn query_names(&self) -> impl Iterator<Item = &str> {
        let presented = self.0.presented.iter().map(|(slot, _)| slot);
        let slots = [&self.0.signature].into_iter().chain(self.0.time.iter().map(|(slot, _)| slot));
        slots.chain(presented).filter_map(|slot| match slot {
            Slot::Query(name) => Some(name.as_str()),
            Slot::Header(_) => None,
        })
    }

    /// Adds time, presented members and signature to a request. `base` is the part of its path that belongs to
    /// the endpoint's address.
    pub(crate) fn sign(
        &self,
        request: &mut Request<Full<Bytes>>,
        body: &Bytes,
        base: &str,
        now: SystemTime,
    ) -> Result<(), CredentialsError> {
        let signer = &*self.0;
        let time = signer.time.as_ref().map(|(slot, unit)| (slot, unit.since(now)));
        if let Some((slot, time)) = &time {
            slot.put(request, time)?;
        }
        for (slot, value) in &signer.presented {
            slot.put(request, value.expose_secret())?;
        }
        let time = time.map(|(_, time)| time).unwrap_or_default();
        let mut mac = signer.mac.begin();
        for part in &signer.recipe.over {
            signer.update(&mut mac, part, &Signed { request, body, base, time: &time });
        }
        let code = signer.recipe.encoding.spell(mac.sign().as_ref());
        signer.signature.put(request, &format!("{}{code}", signer.recipe.prefix))
    }
}

/// What is signed.
struct Signed<'a> {
    request: &'a Request<Full<Bytes>>,
    body: &'a Bytes,
    base: &'a str,
    time: &'a str,
}

impl Inner {
    fn update(&self, mac: &mut hmac::Context, part: &SigningPart, signed: &Signed<'_>) {
        let uri = signed.request.uri();
        match part {
            SigningPart::Secret => mac.update(self.secret.expose_secret().as_bytes()),
            SigningPart::Member(name) => {
                let member = self.members.get(name).map(ExposeSecret::expose_secret);
                mac.update(member.unwrap_or_default().as_bytes());
            }
            SigningPart::Method => mac.update(signed.request.method().as_str().as_bytes()),
            SigningPart::Path => mac.update(uri.path().as_bytes()),
            SigningPart::PathBelowBase => {
                mac.update(uri.path().strip_prefix(signed.base).unwrap_or(uri.path()).as_bytes());
            }
            SigningPart::Address => mac.update(uri.to_string().as_bytes()),
            SigningPart::SortedQuery(text) => text.update(mac, uri.query().unwrap_or_default()),
            SigningPart::Body => mac.update(signed.body),
            SigningPart::BodySha256 => {
                let hash = digest::digest(&digest::SHA256, signed.body);
                mac.update(SignatureEncoding::HexLower.spell(hash.as_ref()).as_bytes());
            }
            SigningPart::Time => mac.update(signed.time.as_bytes()),
            SigningPart::Literal(text) => mac.update(text.as_bytes()),
            SigningPart::Header(name) => {
                mac.update(signed.request.headers().get(name).map_or(b"", |value| value.as_bytes()));
            }
        }
    }
}

impl QueryText {
    fn update(&self, mac: &mut hmac::Context, query: &str) {
        let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| !self.except.iter().any(|except| except == name))
            .collect();
        pairs.sort();
        for (at, (name, value)) in pairs.iter().enumerate() {
            if at > 0 {
                mac.update(self.between_pairs.as_bytes());
            }
            mac.update(name.as_bytes());
            mac.update(self.after_name.as_bytes());
            mac.update(value.as_bytes());
        }
    }
}

impl SignatureEncoding {
    fn spell(self, bytes: &[u8]) -> String {
        match self {
            Self::HexLower => hexadecimal(bytes, b"0123456789abcdef"),
            Self::HexUpper => hexadecimal(bytes, b"0123456789ABCDEF"),
            Self::Base64 => BASE64_STANDARD.encode(bytes),
        }
    }
}

fn hexadecimal(bytes: &[u8], digits: &[u8; 16]) -> String {
    let digit = |nibble: u8| char::from(digits[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

impl TimeUnit {
    fn since(self, now: SystemTime) -> String {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        match self {
            Self::Seconds => since.as_secs().to_string(),
            Self::Milliseconds => since.as_millis().to_string(),
        }
    }
}

impl Slot {
    fn parse(placement: &Placement) -> Result<Self, CredentialsError> {
        match placement {
            Placement::Header(name) => header_name(name).map(Self::Header),
            Placement::Query(name) => Ok(Self::Query(name.clone())),
        }
    }

    /// Refuses a value that could not be put here.
    fn check(&self, value: &str) -> Result<(), CredentialsError> {
        match self {
            Self::Header(name) => sensitive(name, value).map(drop),
            Self::Query(_) => Ok(()),
        }
    }

    fn put(&self, request: &mut Request<Full<Bytes>>, value: &str) -> Result<(), CredentialsError> {
        match self {
            Self::Header(name) => {
                request.headers_mut().insert(name, sensitive(name, value)?);
            }
            Self::Query(name) => *request.uri_mut() = with_query(request.uri(), name, value)?,
        }
        Ok(())
    }
}

/// The same address with one more query parameter.
fn with_query(uri: &Uri, name: &str, value: &str) -> Result<Uri, CredentialsError> {
    let before = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let joint = if uri.query().is_some() { '&' } else { '?' };
    let mut target = String::with_capacity(before.len() + name.len() + value.len() + 16);
    target.push_str(before);
    target.push(joint);
    target.extend(form_urlencoded::byte_serialize(name.as_bytes()));
    target.push('=');
    target.extend(form_urlencoded::byte_serialize(value.as_bytes()));
    let unusable = || CredentialsError::Characters { place: format!("the query parameter `{name}`") };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query =
        Some(PathAndQuery::from_maybe_shared(Bytes::from(target)).map_err(|_| unusable())?);
    Uri::from_parts(parts).map_err(|_| unusable())
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("recipe", &self.0.recipe).finish_non_exhaustive()
    }
}
