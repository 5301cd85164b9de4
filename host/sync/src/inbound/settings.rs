//! What the operator says about the way back from one channel.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wharf_catalog::{Description, declaration::PullStream, mapping::closest, projection::Scope};
use wharf_store::{Places, TakingTerms};

use crate::error::ChannelError;

/// How a channel's orders, counts and streams are taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Inbound {
    /// The locations that orders are taken from, the first one first. Left out: those of the scope; if the scope names
    /// none, wherever the product is. A channel that counts stock itself takes from nowhere unless it is said here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders_from: Option<Vec<String>>,
    /// Orders placed earlier take no stock. Left out: those from before the channel was set up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders_since: Option<Timestamp>,
    /// The places whose stock the channel counts and is believed: its own name of each, and the location's name here. A
    /// channel with a single place calls it by the empty name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub counts: BTreeMap<String, String>,
    /// By stream name, where it is not to be read as the connector suggests.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub streams: BTreeMap<String, StreamSettings>,
    /// The address at which the channel calls the webhook, as the channel knows it; needed when the address is a part of
    /// what is signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_address: Option<String>,
}

/// How one stream is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct StreamSettings {
    /// Whether it is read by itself. Default: true.
    pub enabled: bool,
    /// How often, such as `5m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<SignedDuration>,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self { enabled: true, every: None }
    }
}

impl Inbound {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// Refuses what the connector does not have.
    pub(crate) fn check(&self, description: &Description) -> Result<(), ChannelError> {
        for (name, settings) in &self.streams {
            let known = || description.streams.iter().map(|stream| stream.name.as_str());
            if !known().any(|stream| stream == name) {
                let nearest = closest(name, known());
                return Err(ChannelError::UnknownStream { stream: name.clone(), nearest });
            }
            if settings.every.is_some_and(|every| every < SignedDuration::from_secs(1)) {
                return Err(ChannelError::StreamTooOften { stream: name.clone() });
            }
        }
        Ok(())
    }

    /// Where a channel's orders are taken from. `created_at` is when it was set up, in unix milliseconds.
    pub(crate) fn terms(&self, scope: &Scope, created_at: i64) -> TakingTerms {
        let counted = |place: &String| self.counts.values().any(|location| location == place);
        let places = match &self.orders_from {
            Some(places) => Places::These(places.iter().filter(|place| !counted(place)).cloned().collect()),
            None if !self.counts.is_empty() => Places::Nowhere,
            None if scope.locations.is_empty() => Places::Anywhere,
            None => Places::These(scope.locations.clone()),
        };
        let places = match places {
            Places::These(places) if places.is_empty() => Places::Nowhere,
            places => places,
        };
        TakingTerms { places, since: self.orders_since.map_or(created_at, Timestamp::as_millisecond) }
    }

    /// Whether a stream is read by itself.
    pub(crate) fn reads(&self, stream: &str) -> bool {
        self.streams.get(stream).is_none_or(|settings| settings.enabled)
    }

    /// How often a stream is read, in milliseconds.
    pub(crate) fn every_ms(&self, stream: &PullStream) -> i64 {
        let own = self.streams.get(&stream.name).and_then(|settings| settings.every);
        let declared = i64::from(stream.every_seconds.max(1)) * 1_000;
        own.map_or(declared, |every| i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1_000))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn places(inbound: Value, locations: &[&str]) -> Places {
        let inbound: Inbound = serde_json::from_value(inbound).unwrap();
        let scope = json!({"locale": "de-DE", "country": "DE", "currency": "EUR", "locations": locations});
        inbound.terms(&serde_json::from_value(scope).unwrap(), 7).places
    }

    fn these(places: &[&str]) -> Places {
        Places::These(places.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn orders_are_taken_from_the_scope_unless_the_operator_says_otherwise() {
        assert_eq!(places(json!({}), &[]), Places::Anywhere);
        assert_eq!(places(json!({}), &["berlin"]), these(&["berlin"]));
        assert_eq!(places(json!({"orders-from": ["hamburg"]}), &["berlin"]), these(&["hamburg"]));
    }

    #[test]
    fn what_a_channel_counts_its_orders_do_not_take_as_well() {
        let counts = json!({"L1": "berlin"});
        assert_eq!(places(json!({"counts": counts}), &["berlin"]), Places::Nowhere);
        let both = json!({"counts": counts, "orders-from": ["berlin", "hamburg"]});
        assert_eq!(places(both, &[]), these(&["hamburg"]));
        assert_eq!(places(json!({"counts": counts, "orders-from": ["berlin"]}), &[]), Places::Nowhere);
    }

    #[test]
    fn a_stream_that_the_connector_does_not_have_is_named_with_the_nearest() {
        let stream = PullStream {
            name: "orders".into(),
            kind: wharf_catalog::declaration::StreamKind::Orders,
            changes: Vec::new(),
            every_seconds: 900,
        };
        let description =
            Description { streams: vec![stream.clone()], ..Description::new("shop", "1.0.0", "A shop") };
        let check = |streams: Value| {
            let inbound: Inbound = serde_json::from_value(json!({"streams": streams})).unwrap();
            inbound.check(&description).map(|()| inbound.every_ms(&stream)).map_err(|error| error.to_string())
        };
        assert_eq!(check(json!({})), Ok(900_000));
        assert_eq!(check(json!({"orders": {"every": "5m"}})), Ok(300_000));
        assert!(check(json!({"order": {}})).unwrap_err().contains("`orders`"));
        assert!(check(json!({"orders": {"every": "1ms"}})).unwrap_err().contains("one second"));
    }
}
