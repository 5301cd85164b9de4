//! Where Amazon keeps the documents of feeds: hosts that hand out their own addresses.
//!
//! Amazon names no hosts in its manual, but uses one for each region
//! ([issue 1593](https://github.com/amzn/selling-partner-api-models/issues/1593)); its sandbox another. Only these are
//! declared: a wildcard over a cloud's storage would let a connector write into anyone's bucket.

use wharf_sdk::{Endpoint, Method, Problem, Reason};

use crate::settings::Market;

/// The first of these endpoints' position in the description.
const FIRST: u32 = 1;

/// Name and host, by region.
const HOSTS: [(&str, &str); 4] = [
    ("documents-eu", "tortuga-prod-eu.s3-eu-west-1.amazonaws.com"),
    ("documents-na", "tortuga-prod-na.s3-external-1.amazonaws.com"),
    ("documents-fe", "tortuga-prod-fe.s3-us-west-2.amazonaws.com"),
    // The host in the examples of the [Feeds API model](https://github.com/amzn/selling-partner-api-models).
    ("documents-test", "d34o8swod1owfl.cloudfront.net"),
];

/// Position in [`HOSTS`] of what the operator may point at a test system.
const TEST: usize = 3;

pub(crate) fn endpoints() -> impl Iterator<Item = Endpoint> {
    const METHODS: [Method; 2] = [Method::Get, Method::Put];
    HOSTS.iter().map(|(name, host)| Endpoint::open(name, &format!("https://{host}"), &METHODS))
}

/// An address at a host that is not declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Elsewhere {
    host: String,
}

impl Elsewhere {
    pub(crate) fn problem(self) -> Problem {
        let message = format!(
            "Amazon keeps the feed's document at `{}`, which this connector does not know; it needs a newer version.",
            self.host
        );
        Problem::error("unknown-document-host", message).reason(Reason::Contract)
    }
}

/// The endpoint that an address belongs to.
pub(crate) fn endpoint(market: &Market, address: &str) -> Result<u32, Elsewhere> {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let position = if market.settings.document_host.as_deref() == Some(host) && is_plain {
        Some(TEST)
    } else {
        HOSTS.iter().position(|(_, known)| *known == host).filter(|_| is_plain && scheme == "https")
    };
    let position = position.and_then(|position| u32::try_from(position).ok());
    // The query is the permission, and stands in no message.
    position
        .map(|position| FIRST + position)
        .ok_or_else(|| Elsewhere { host: host.chars().take(100).collect() })
}
