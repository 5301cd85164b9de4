//! The recipe itself, as a connector declares it.

use std::collections::{BTreeMap, BTreeSet};

use secrecy::{ExposeSecret, SecretString};

use crate::error::CredentialsError;

/// How a vendor wants requests to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestSigning {
    /// Keyed with the secret.
    pub algorithm: SigningAlgorithm,
    /// What the signature covers, joined without anything in between.
    pub over: Vec<SigningPart>,
    pub encoding: SignatureEncoding,
    /// Stands before the encoded signature, such as `sha256=`.
    pub prefix: String,
    /// Where the signature travels. It covers no part of itself.
    pub placed: Placement,
    /// The time of signing, where the vendor asks for it. A time in the query counts as a part of the query.
    pub time: Option<SigningTime>,
    /// Members of the stored secret that travel with every request, such as TikTok Shop's access token in the
    /// header `x-tts-access-token`. In the query they count as a part of it.
    pub presents: Vec<(String, Placement)>,
}

/// One keyed hash; SHA-1 for vendors that have not moved on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningAlgorithm {
    HmacSha1,
    HmacSha256,
    HmacSha512,
}

/// A piece of what is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SigningPart {
    /// The secret itself, which some vendors wrap around the text although it is the key already.
    Secret,
    /// Another member of the stored secret, such as `access_token`.
    Member(String),
    /// In capitals, such as `POST`.
    Method,
    /// The whole path as sent, percent-encoding included.
    Path,
    /// The path without that of the endpoint's address, as Lazada signs it.
    PathBelowBase,
    /// The whole address as sent, scheme, host and query included.
    Address,
    /// The query parameters, decoded and sorted by name, then value.
    SortedQuery(QueryText),
    Body,
    /// The body's SHA-256 in lower-case hexadecimal digits.
    BodySha256,
    /// The digits of `time`.
    Time,
    Literal(String),
    /// A request header's value; nothing when there is none.
    Header(String),
}

/// How query parameters are written one after another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QueryText {
    /// Between a name and its value, such as `=`.
    pub after_name: String,
    /// Between one parameter and the next, such as `&`.
    pub between_pairs: String,
    /// Parameters that the vendor leaves out.
    pub except: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureEncoding {
    HexLower,
    HexUpper,
    /// With padding (RFC 4648, section 4).
    Base64,
}

/// A place in the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Placement {
    /// By the header's name.
    Header(String),
    /// By the query parameter's name; a request that sets it itself is refused.
    Query(String),
}

/// A time since 1970 in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningTime {
    pub placed: Placement,
    pub unit: TimeUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    Seconds,
    Milliseconds,
}

impl RequestSigning {
    /// The members of the stored secret that the recipe names.
    fn members(&self) -> BTreeSet<&str> {
        let signed = self.over.iter().filter_map(|part| match part {
            SigningPart::Member(name) => Some(name.as_str()),
            _ => None,
        });
        signed.chain(self.presents.iter().map(|(name, _)| name.as_str())).collect()
    }
}

/// The secret, and the members that the recipe names.
pub(super) fn read_secret(
    recipe: &RequestSigning,
    text: &SecretString,
    place: &str,
) -> Result<(SecretString, BTreeMap<String, SecretString>), CredentialsError> {
    let names = recipe.members();
    if names.is_empty() {
        return Ok((text.clone(), BTreeMap::new()));
    }
    let wrong = |reason: String| CredentialsError::SigningSecret { place: place.to_owned(), reason };
    let mut stored: BTreeMap<String, SecretString> = serde_json::from_str(text.expose_secret())
        .map_err(|_| wrong("it is not a JSON object of texts".into()))?;
    let mut take = |name: &str| stored.remove(name).ok_or_else(|| wrong(format!("it lacks `{name}`")));
    let secret = take("secret")?;
    let members = names.into_iter().map(|name| {
        let value = if name == "secret" { secret.clone() } else { take(name)? };
        Ok((name.to_owned(), value))
    });
    Ok((secret.clone(), members.collect::<Result<_, CredentialsError>>()?))
}
