//! A parcel on its way through the steps: what Shopify is told of it, and what the steps before have learnt.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wharf_sdk::{Problem, Shipment};

use super::held::Held;
use crate::settings::Settings;

/// What is known of one parcel between its steps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Memo {
    pub(super) parcel: Parcel,
    pub(super) step: Step,
    /// Fulfillment orders that were read so far.
    pub(super) held: Vec<Held>,
    /// How often fulfillment orders were split.
    pub(super) splits: u32,
    /// Shopify was asked to ship these, and it is not clear whether it did.
    pub(super) sent: Option<Sent>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Step {
    Look {
        after: Option<String>,
        /// Whether fulfillment orders are read one at a time, as some have many lines.
        single: bool,
    },
    Split,
    Create,
}

/// Fulfillment orders that were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) orders: Vec<u64>,
    /// In Shopify's words; empty when it gave no answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) refusals: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Parcel {
    pub(super) order: String,
    /// Units by the order's lines.
    pub(super) lines: BTreeMap<String, i64>,
    pub(super) company: Option<String>,
    pub(super) number: Option<String>,
    pub(super) url: Option<String>,
    /// Shopify's number of the location that it left from, where the settings name it.
    pub(super) location: Option<u64>,
    /// Whether the operator's address for tracking is not sent.
    url_lost: bool,
}

impl Memo {
    pub(super) fn new(settings: &Settings, shipment: &Shipment) -> Self {
        Self {
            parcel: Parcel::new(settings, shipment),
            step: Step::start(),
            held: Vec::new(),
            splits: 0,
            sent: shipment.note.as_deref().and_then(Sent::of_note),
        }
    }

    /// To read the order's state anew.
    pub(super) fn looking(self) -> Self {
        Self { step: Step::start(), held: Vec::new(), ..self }
    }
}

impl Step {
    fn start() -> Self {
        Self::Look { after: None, single: false }
    }
}

impl Sent {
    /// Of a shipment; nothing in a note that is not this connector's.
    fn of_note(note: &str) -> Option<Self> {
        serde_json::from_str(note).ok()
    }

    /// Without Shopify's words, which the outcome itself holds.
    pub(super) fn to_note(&self) -> String {
        let Self { orders, .. } = self.clone();
        serde_json::to_string(&Self { orders, refusals: Vec::new() }).expect("numbers have a JSON form")
    }
}

impl Parcel {
    fn new(settings: &Settings, shipment: &Shipment) -> Self {
        let mut lines = BTreeMap::<String, i64>::new();
        for line in &shipment.lines {
            let units = lines.entry(line.remote_id.clone()).or_default();
            *units = units.saturating_add(line.quantity);
        }
        let text = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
        let number = text(&shipment.tracking_number);
        // Shopify asks for a number beside an address.
        let is_sent = |url: &String| number.is_some() && is_web_address(url);
        let url = text(&shipment.tracking_url).filter(is_sent);
        Self {
            order: shipment.order.clone(),
            lines,
            company: text(&shipment.carrier),
            url_lost: url.is_none() && text(&shipment.tracking_url).is_some(),
            url,
            number,
            location: shipment.location.as_deref().and_then(|name| settings.location(name)),
        }
    }

    /// In all lines.
    pub(super) fn units(&self) -> i64 {
        self.lines.values().fold(0, |sum: i64, units| sum.saturating_add(*units))
    }

    /// What of the parcel Shopify is not told.
    pub(super) fn losses(&self) -> Vec<Problem> {
        let message =
            "Shopify takes a tracking address only on the web and beside a tracking number; it was left out.";
        self.url_lost.then(|| Problem::warning("no-tracking-url", message)).into_iter().collect()
    }
}

fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parcel(shipment: &Shipment) -> Parcel {
        let settings = serde_json::from_str(r#"{"locations": {"berlin": "70"}}"#).unwrap();
        Parcel::new(&settings, shipment)
    }

    #[test]
    fn a_tracking_address_needs_a_number_and_the_web() {
        let at = |url: &str| Some(url.to_owned());
        let plain = Shipment { tracking_url: at("https://dhl.example/1"), ..Shipment::new("1", "o") };
        let tracked = plain.clone().tracked("DHL", "1");
        assert_eq!((parcel(&tracked).url, parcel(&tracked).losses()), (at("https://dhl.example/1"), vec![]));
        let file = Shipment { tracking_url: at("file:///etc"), ..tracked };
        for lost in [plain, file] {
            assert_eq!((parcel(&lost).url.as_ref(), parcel(&lost).losses().len()), (None, 1), "{lost:?}");
        }
    }

    #[test]
    fn units_of_a_line_that_is_named_twice_are_added() {
        let parcel = parcel(&Shipment::new("1", "o").line("a", i64::MAX).line("a", 1).line("b", 1));
        assert_eq!((parcel.lines["a"], parcel.lines["b"], parcel.units()), (i64::MAX, 1, i64::MAX));
    }

    #[test]
    fn a_note_brings_back_what_was_sent() {
        let sent = Sent { orders: vec![7, 9], refusals: vec!["closed".into()] };
        assert_eq!(Sent::of_note(&sent.to_note()).unwrap().orders, sent.orders);
        assert_eq!(Sent::of_note("of another make"), None);
    }
}
