//! Pictures that the host reads to send them on, so that no connector ever holds one.
//!
//! They lie at the operator's own hosts as often as at the vendor's. So they may come from any granted host, carry no
//! credentials, and neither take from the vendor's budgets nor wait for its pauses.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};
use url::{Position, Url};

use crate::{
    breaker::Breaker,
    destination::{Address, AddressError, host_and_port},
    endpoint::Destination,
    error::{AssetError, GatewayError, Refusal, SendError},
    exchange::Reply,
    grant::Grants,
    prepared::Prepared,
    settings::GatewaySettings,
    target::{self, TargetError},
    turnstile::{TurnLimits, Turnstile},
};

/// The ways to the pictures of one route.
#[derive(Debug)]
pub(crate) struct Assets {
    /// By grant; the hosts of a wildcard share one.
    breakers: Vec<Breaker>,
    turnstile: Turnstile,
}

impl Assets {
    pub(crate) fn new(
        grants: &Grants,
        settings: &GatewaySettings,
        limits: TurnLimits,
    ) -> Result<Self, GatewayError> {
        Ok(Self {
            breakers: (0..grants.len()).map(|_| Breaker::new(settings.breaker.clone())).collect(),
            turnstile: Turnstile::new(Vec::new(), settings.assets_in_flight, limits)?,
        })
    }

    /// Checks a picture's address.
    pub(crate) fn prepare(
        &self,
        address: &str,
        grants: &Grants,
        settings: &GatewaySettings,
        user_agent: &HeaderValue,
    ) -> Result<Prepared<'_>, AssetError> {
        let url = parse(address)?;
        let not_granted = || AssetError::NotGranted { host: host_and_port(&url) };
        let breaker = grants.position(&url).and_then(|grant| self.breakers.get(grant));
        let breaker = breaker.ok_or_else(not_granted)?;
        let allow_private = grants.of_absolute(&url).ok_or_else(not_granted)?;
        let destination = destination(&url, allow_private, settings.target_bytes)?;
        let ways = (breaker, &self.turnstile);
        Ok(Prepared::reading(destination, ways, settings.asset_bytes, user_agent))
    }
}

fn parse(address: &str) -> Result<Url, AssetError> {
    let unusable = |reason: &str| AssetError::Url { reason: reason.to_owned() };
    let url = Url::parse(address).map_err(|error| unusable(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unusable("it must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(unusable("it must not hold a user or password"));
    }
    Ok(url)
}

/// The parsed address in pieces. Nobody but the parser has read it, so no other reading of it can differ.
fn destination(url: &Url, allow_private: bool, target_limit: usize) -> Result<Destination, AssetError> {
    let unusable = |reason: String| AssetError::Url { reason };
    let address = Address::new(url, String::new(), allow_private).map_err(|error| match error {
        AddressError::Url(reason) => unusable(reason),
        AddressError::Refused(refusal) => unread(SendError::Refused(Refusal::Address(refusal))),
    })?;
    let target = &url[Position::BeforePath..Position::AfterQuery];
    if target.len() > target_limit {
        return Err(unusable(TargetError::TooLong.to_string()));
    }
    let uri = address.uri(target.to_owned()).map_err(|error| unusable(error.to_string()))?;
    Ok(Destination { address: Arc::new(address), uri })
}

/// A picture as it came.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) bytes: Bytes,
    /// As its host says, where that is an image's.
    pub(crate) media_type: Option<String>,
}

/// The picture, if that is what came of reading it.
pub(crate) fn picture(
    prepared: &Prepared<'_>,
    read: Result<Reply, SendError>,
) -> Result<Picture, AssetError> {
    match read {
        Ok(reply) if reply.status.is_success() => {
            Ok(Picture { media_type: media_type(&reply.headers), bytes: reply.body })
        }
        Ok(reply) => Err(AssetError::Status {
            host: prepared.destination.address.host.clone(),
            path: target::shown(prepared.path()),
            status: reply.status.as_u16(),
        }),
        Err(SendError::ResponseTooLarge { host, limit, .. }) => {
            Err(AssetError::TooLarge { host, path: target::shown(prepared.path()), limit })
        }
        Err(error) => Err(unread(error)),
    }
}

/// Many hosts call everything `application/octet-stream` or `text/plain`, which says nothing of a picture.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let told = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = told.split(';').next()?.trim().to_ascii_lowercase();
    let subtype = essence.strip_prefix("image/")?;
    let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte);
    (!subtype.is_empty() && subtype.bytes().all(of_token)).then_some(essence)
}

fn unread(error: SendError) -> AssetError {
    AssetError::Unread(Box::new(error))
}
