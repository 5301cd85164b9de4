//! Webhooks ([docs](https://developer.squareup.com/docs/webhooks/overview)). The host has checked the signature.
//!
//! Counts come with the event. Orders do not, so it only calls for the stream.

use serde::Deserialize;
use serde_json::Value;
use wharf_sdk::{Context, Delivery, Receipt, Reply};

use crate::{
    ORDERS,
    answer::object,
    pull::{Count, level, read, unreadable},
    settings::Settings,
};

#[derive(Deserialize)]
struct Event {
    event_id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: Data,
}

#[derive(Default, Deserialize)]
struct Data {
    #[serde(default)]
    object: Value,
}

pub(crate) fn receive(context: &Context, delivery: &Delivery) -> Receipt {
    let settings = match Settings::of(context) {
        Ok(settings) => settings,
        // Square delivers again for a day, by which the settings may be right.
        Err(problem) => {
            return Receipt::default().problems(vec![problem]).reply(Reply::text(503, "not ready"));
        }
    };
    let Some(event) = object::<Event>(&delivery.body) else {
        let problem = unreadable("A webhook brought what is no event of Square's.");
        return Receipt::default()
            .problems(vec![problem])
            .reply(Reply::text(400, "not an event of Square's"));
    };
    let receipt = match event.kind.as_str() {
        "inventory.count.updated" => counts(&settings, &event.data.object),
        "order.created" | "order.updated" | "order.fulfillment.updated" => Receipt::pull(&[ORDERS]),
        _ => Receipt::default(),
    };
    receipt.delivery_id(event.event_id)
}

fn counts(settings: &Settings, object: &Value) -> Receipt {
    let Some(counts) = object["inventory_counts"].as_array() else {
        return Receipt::pull(&[crate::STOCK])
            .problems(vec![unreadable("A webhook of stock brought no counts.")]);
    };
    let one = |count| read(count, |count: Count| level(settings, count));
    let (entries, problems): (Vec<_>, Vec<_>) = counts.iter().map(one).unzip();
    Receipt::of(entries.into_iter().flatten().collect()).problems(problems.into_iter().flatten().collect())
}
