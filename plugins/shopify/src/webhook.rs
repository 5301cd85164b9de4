//! [Webhooks](https://shopify.dev/docs/apps/build/webhooks), by topic.
//!
//! | topic | what comes of it |
//! |---|---|
//! | `orders/create`, `orders/cancelled`, `orders/updated` | the order |
//! | `inventory_levels/update` | the stream of stock is pulled, as the delivery names no SKU |
//! | `products/delete` | the stream of listings is pulled, as the delivery names no variant |
//!
//! The connector checks the [signature](https://shopify.dev/docs/apps/build/webhooks/verify-deliveries), a code over
//! the raw body, by the name of its secret.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use wharf_sdk::{Delivery, DigestAlgorithm, Problem, Reason, Receipt, Reply, inbound::Entry, signing};

use crate::{LISTINGS, STOCK, webhook_order};

/// The settings property that names the app's client secret.
const SECRET: &str = "webhook_secret";

pub(crate) const SIGNATURE: &str = "x-shopify-hmac-sha256";
pub(crate) const TOPIC: &str = "x-shopify-topic";
pub(crate) const DELIVERY: &str = "x-shopify-webhook-id";

pub(crate) fn receive(delivery: &Delivery) -> Receipt {
    if let Err(reply) = verified(delivery) {
        return Receipt::default().reply(reply);
    }
    match delivery.header(TOPIC) {
        Some("orders/create" | "orders/cancelled" | "orders/updated") => order(&delivery.body),
        Some("inventory_levels/update") => Receipt::pull(&[STOCK]),
        Some("products/delete") => Receipt::pull(&[LISTINGS]),
        // Shopify goes on asking for two days, and then stops all webhooks, unless it hears 200.
        topic => Receipt::default().problems(vec![unasked(topic.unwrap_or_default())]),
    }
}

fn verified(delivery: &Delivery) -> Result<(), Reply> {
    let code = delivery.header(SIGNATURE).and_then(|code| STANDARD.decode(code).ok());
    let Some(code) = code else { return Err(Reply::text(401, "the delivery is not signed")) };
    match signing::verify(SECRET, DigestAlgorithm::HmacSha256, &delivery.body, &code) {
        Ok(true) => Ok(()),
        Ok(false) => Err(Reply::text(401, "the signature is not Shopify's")),
        Err(reason) => Err(Reply::text(500, reason)),
    }
}

fn order(body: &[u8]) -> Receipt {
    match webhook_order::read(body) {
        Some(order) => Receipt::of(vec![Entry::Order(order)]),
        None => {
            let message = "The delivery holds no order that can be read; the stream of orders will bring it.";
            let problem = Problem::error("unreadable-delivery", message).reason(Reason::Contract);
            Receipt::pull(&[crate::ORDERS]).problems(vec![problem])
        }
    }
}

fn unasked(topic: &str) -> Problem {
    let message =
        format!("Nothing is done with webhooks of the topic `{topic}`; end this subscription in Shopify.");
    Problem::warning("unused-topic", message).reason(Reason::Settings)
}
