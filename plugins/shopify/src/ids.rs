//! Numbers and names that stand for something at Shopify: global ids, handles, idempotency keys, digests.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The kinds of [global ids](https://shopify.dev/docs/api/usage/gids) that are written.
pub(crate) const PRODUCT: &str = "Product";
pub(crate) const VARIANT: &str = "ProductVariant";
pub(crate) const INVENTORY_ITEM: &str = "InventoryItem";
pub(crate) const LOCATION: &str = "Location";
pub(crate) const PUBLICATION: &str = "Publication";
pub(crate) const FULFILLMENT_ORDER: &str = "FulfillmentOrder";
pub(crate) const FULFILLMENT_ORDER_LINE: &str = "FulfillmentOrderLineItem";

/// `gid://shopify/Product/1`
pub(crate) fn gid(kind: &str, number: u64) -> String {
    format!("gid://shopify/{kind}/{number}")
}

/// The number in a global id of any kind.
pub(crate) fn number(gid: &str) -> Option<u64> {
    let last = gid.strip_prefix("gid://shopify/")?.rsplit('/').next()?;
    last.split('?').next()?.parse().ok()
}

/// A number that stands for a text in memos and notes, where texts would take too much room. It has 53 bits, which
/// is plenty for the 2,048 variants of a product, and is never 0.
pub(crate) fn digest(text: &str) -> u64 {
    let hash = Sha256::digest(text.as_bytes());
    let start = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    (start >> 11).max(1)
}

/// Makes idempotency keys out of what a request is about, in the form that Shopify
/// [recommends](https://shopify.dev/docs/api/usage/idempotent-requests), a UUID.
#[derive(Default)]
pub(crate) struct Key(Sha256);

impl Key {
    /// One operation in one attempt: a crash repeats the key, a retry has another.
    pub(crate) fn operation(mut self, sku: &str, revision: u64, attempt: u32) -> Self {
        self.0.update(sku.as_bytes());
        self.0.update([0xff]);
        self.0.update(revision.to_be_bytes());
        self.0.update(attempt.to_be_bytes());
        self
    }

    /// One step of a chain that began with a key of its own.
    pub(crate) fn step(seed: &str, number: usize) -> Self {
        Self::default().operation(seed, number as u64, 0)
    }

    pub(crate) fn finish(self) -> String {
        let mut text = String::with_capacity(36);
        for (position, byte) in self.0.finalize().iter().take(16).enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            write!(text, "{byte:02x}").expect("a string takes all that is written");
        }
        text
    }
}

/// A [handle](https://help.shopify.com/manual/online-store/themes/theme-structure/handles) for a SKU: lower-case
/// letters, digits and hyphens. SKUs that are more than that are told apart by a digest.
pub(crate) fn handle(sku: &str) -> String {
    const READABLE: usize = 200;
    let mut slug = String::with_capacity(sku.len() + 8);
    for character in sku.chars().take(READABLE) {
        let character = character.to_ascii_lowercase();
        if character.is_ascii_alphanumeric() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    if slug == sku && !slug.ends_with('-') {
        return slug;
    }
    format!("{}-{:014x}", slug.trim_end_matches('-'), digest(sku)).trim_start_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_global_id_is_read() {
        assert_eq!(number(&gid(PRODUCT, 12)), Some(12));
        assert_eq!(number("gid://shopify/InventoryLevel/7?inventory_item_id=8"), Some(7));
        assert_eq!((number("remote/A"), number("gid://shopify/Product/x"), number("12")), (None, None, None));
    }

    #[test]
    fn skus_that_look_alike_have_handles_of_their_own() {
        assert_eq!(handle("oak-1"), "oak-1");
        let handles = ["OAK-1", "Oak/1", "oak--1", "oak-1-", "Ä", "\u{1f6d2}"].map(handle);
        for (position, handle) in handles.iter().enumerate() {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(!handle.is_empty() && handle.bytes().all(plain), "{handle}");
            assert!(!handles[..position].contains(handle), "{handle}");
        }
    }

    #[test]
    fn a_key_changes_with_the_attempt_and_with_nothing_else() {
        let key = |attempt| Key::default().operation("A", 7, attempt).finish();
        assert_eq!(key(0), key(0));
        assert_ne!(key(0), key(1));
        assert_eq!(key(0).len(), 36);
    }
}
