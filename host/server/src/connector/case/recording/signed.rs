//! Addresses that a channel hands out carry their own permission in the query, such as a presigned upload. A recording
//! keeps the address and not the permission.

use std::borrow::Cow;

use wharf_catalog::{Description, declaration::Reach};
use wharf_sandbox::exchange::Exchange;

/// Shorter values of a query are no secrets, and would hit innocent text.
const SHORTEST: usize = 8;

/// Stands in the place of a value; itself fit for a query and for JSON.
const REMOVED: &str = "REMOVED";

/// What has to be removed, in every spelling.
#[derive(Debug, Default)]
pub(super) struct Values(Vec<String>);

impl Values {
    /// Adds those of the requests to addresses that the channel has handed out.
    pub(super) fn learn(&mut self, description: &Description, exchanges: &[Exchange]) {
        for exchange in exchanges {
            let endpoint = description.endpoints.get(exchange.request.endpoint as usize);
            if endpoint.is_some_and(|endpoint| endpoint.reach == Reach::Open) {
                self.learn_address(&exchange.request.target);
            }
        }
    }

    fn learn_address(&mut self, address: &str) {
        let Some((_, query)) = address.split_once('?') else { return };
        for pair in query.split('&') {
            let value = pair.split_once('=').map_or(pair, |(_, value)| value);
            if value.len() >= SHORTEST && !self.0.iter().any(|known| known == value) {
                self.0.push(value.to_owned());
                self.0.extend(value.contains('/').then(|| value.replace('/', "\\/")));
            }
        }
        // The longest first, so that no remainder of it is left by a shorter one inside it.
        self.0.sort_by_key(|value| std::cmp::Reverse(value.len()));
    }

    /// The bytes without them. What is no text is not looked at: an address is.
    pub(super) fn removed<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        match std::str::from_utf8(bytes) {
            Ok(text) if self.0.iter().any(|value| text.contains(value)) => {
                Cow::Owned(self.removed_from(text.to_owned()).into_bytes())
            }
            _ => Cow::Borrowed(bytes),
        }
    }

    pub(super) fn removed_from(&self, text: String) -> String {
        self.0.iter().fold(text, |text, value| text.replace(value, REMOVED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permission_in_an_address_goes_and_the_address_stays() {
        let mut values = Values::default();
        let address = "https://s3.example/up?id=1&X-Signature=abc/def%2Bghi&X-Date=20260131T000000Z";
        values.learn_address(address);
        let clean = "https://s3.example/up?id=1&X-Signature=REMOVED&X-Date=REMOVED";
        assert_eq!(values.removed(address.as_bytes()), clean.as_bytes());
        let escaped = r#"{"url": "https:\/\/s3.example\/up?id=1\u0026X-Signature=abc\/def%2Bghi"}"#;
        let clean = r#"{"url": "https:\/\/s3.example\/up?id=1\u0026X-Signature=REMOVED"}"#;
        assert_eq!(values.removed(escaped.as_bytes()), clean.as_bytes());
        assert!(matches!(values.removed(b"nothing of it"), Cow::Borrowed(_)));
    }
}
