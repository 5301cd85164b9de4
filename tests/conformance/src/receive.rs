//! A webhook that brings one stock level, `{"id":"1","sku":"A","quantity":7}`, signed over its body.

use serde::Deserialize;
use wharf_sdk::{
    Context, Delivery, DigestAlgorithm, Problem, Reason, Receipt, Receiver, Reply,
    inbound::{Entry, ListingKey, StockLevel},
    signing,
};

use crate::{CornerShop, Defect, settings::Settings};

#[derive(Deserialize)]
struct Level {
    id: String,
    sku: String,
    quantity: i64,
}

impl Receiver for CornerShop {
    fn receive(context: &Context, delivery: &Delivery) -> Receipt {
        let defect = Settings::of(context).map(|settings| settings.defect).unwrap_or_default();
        if defect != Defect::BelievesEveryone {
            let code = delivery.header("x-signature").unwrap_or_default().as_bytes();
            match signing::verify("webhook_secret", DigestAlgorithm::HmacSha256, &delivery.body, code) {
                Ok(true) => {}
                Ok(false) => {
                    return Receipt::default().reply(Reply::text(401, "the signature is not the shop's"));
                }
                Err(reason) => return Receipt::default().reply(Reply::text(500, reason)),
            }
        }
        received(defect, &delivery.body)
    }
}

fn received(defect: Defect, body: &[u8]) -> Receipt {
    let level = |sku: String, quantity| Entry::Stock(StockLevel::new(ListingKey::sku(sku), quantity));
    match serde_json::from_slice::<Level>(body) {
        Ok(Level { sku, quantity, .. }) if defect == Defect::OneId => {
            Receipt::of(vec![level(sku, quantity)]).delivery_id("stock")
        }
        Ok(Level { id, sku, quantity }) => Receipt::of(vec![level(sku, quantity)]).delivery_id(id),
        Err(_) if defect == Defect::BelievesGarbage => Receipt::of(vec![level("?".into(), 0)]),
        Err(error) => {
            let problem = Problem::error("unreadable-delivery", error.to_string()).reason(Reason::Contract);
            Receipt::default().problems(vec![problem])
        }
    }
}
