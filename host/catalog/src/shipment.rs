//! Shipments: parcels of orders that left, and how much of an order may still leave.
//!
//! The brand's side says that a parcel left; the channel that sold the order is told. Two sources then speak of the same
//! units, the channel's own telling of the order and the parcels recorded here, so the law that nothing is counted twice
//! and never more is shipped than was ordered stands in this file.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::inbound::{OrderLine, OrderState};

/// The most characters of each text of a parcel. Vendors take less (Amazon's tracking number: 30), and say so.
pub const MAXIMUM_TEXT: usize = 500;

/// What is known of a parcel beside what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Parcel {
    /// As the operator names it, such as `DHL`.
    pub carrier: Option<String>,
    pub service: Option<String>,
    pub tracking_number: Option<String>,
    /// Absolute `http` or `https` address.
    pub tracking_url: Option<String>,
    /// The operator's name of the place that it left from.
    pub location: Option<String>,
    /// Unix milliseconds.
    pub shipped_at: i64,
}

/// One parcel of one order, as a connector is told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// A positive decimal number; unique and stable.
    pub id: String,
    /// The channel's id of the order.
    pub order: String,
    pub lines: Vec<ShippedLine>,
    pub parcel: Parcel,
    /// What the connector noted of it at an earlier attempt.
    pub note: Option<String>,
    /// Grows with each attempt that the channel did not take.
    pub attempt: u32,
}

/// Units of one line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippedLine {
    /// The channel's id of the line.
    pub remote_id: String,
    pub sku: Option<String>,
    /// At least 1.
    pub quantity: i64,
}

/// Units of one line in the parcels that were recorded here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    /// In parcels that count as shipped: the channel has taken them, or will never hear of them.
    pub shipped: i64,
    /// In parcels that the channel has not answered for yet.
    pub under_way: i64,
}

/// Units that were ordered and not cancelled.
pub fn ordered(line: &OrderLine) -> i64 {
    line.quantity.saturating_sub(line.cancelled).max(0)
}

/// Units that count as shipped. The channel may tell of the same parcels, so it is the larger number and not the sum.
pub fn shipped(line: &OrderLine, recorded: Recorded) -> i64 {
    line.shipped.max(recorded.shipped)
}

/// Units that may still go into a parcel.
pub fn left(line: &OrderLine, recorded: Recorded) -> i64 {
    ordered(line).saturating_sub(shipped(line, recorded)).saturating_sub(recorded.under_way).max(0)
}

/// The order's state as it is shown: what the channel says, unless it has not noticed yet that everything left.
pub fn shown_state<'a>(
    told: OrderState,
    lines: impl IntoIterator<Item = (&'a OrderLine, Recorded)>,
) -> OrderState {
    let (mut units, mut whole) = (0_i64, true);
    for (line, recorded) in lines {
        units = units.saturating_add(ordered(line));
        whole &= shipped(line, recorded) >= ordered(line);
    }
    let waiting = matches!(told, OrderState::Open | OrderState::Paid);
    if waiting && whole && units > 0 { OrderState::Shipped } else { told }
}

/// Why a parcel is not recorded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShipmentRefusal {
    #[error("there is no order {0}; see `wharf order list`")]
    UnknownOrder(i64),
    #[error("the order was cancelled, so nothing of it may be shipped")]
    Cancelled,
    #[error(
        "nothing of the order is left to ship: every unit left already, or is in a parcel recorded before"
    )]
    NothingLeft,
    #[error("the order has no line `{line}`; it has {}", quoted(.known))]
    UnknownLine { line: String, known: Vec<String> },
    #[error("line `{0}` comes twice; add its units up")]
    LineTwice(String),
    #[error("a parcel with {quantity} units of line `{line}` holds nothing of it; leave the line out")]
    NoUnits { line: String, quantity: i64 },
    #[error("{asked} units of line `{line}` are more than the {left} that are left to ship")]
    TooMany { line: String, asked: i64, left: i64 },
    #[error("the {what} is longer than {MAXIMUM_TEXT} characters, empty, or holds control characters")]
    Text { what: &'static str },
    #[error("the tracking address {0:?} is no `http` or `https` address")]
    Address(String),
}

impl ShipmentRefusal {
    /// The property of the input that is to blame; none when it is the order itself.
    pub fn property(&self) -> Option<&'static str> {
        match self {
            Self::UnknownOrder(_) | Self::Cancelled | Self::NothingLeft => None,
            Self::UnknownLine { .. } | Self::LineTwice(_) | Self::NoUnits { .. } | Self::TooMany { .. } => {
                Some("lines")
            }
            Self::Text { what } => Some(what),
            Self::Address(_) => Some("tracking_url"),
        }
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Parcel {
    /// Requires texts that can be stored and shown, and an address that can be followed.
    pub fn check(&self) -> Result<(), ShipmentRefusal> {
        let texts = [
            ("carrier", &self.carrier),
            ("service", &self.service),
            ("tracking_number", &self.tracking_number),
            ("tracking_url", &self.tracking_url),
            ("location", &self.location),
        ];
        for (what, text) in texts {
            let Some(text) = text else { continue };
            let long = text.chars().nth(MAXIMUM_TEXT).is_some();
            if long || text.trim().is_empty() || text.chars().any(char::is_control) {
                return Err(ShipmentRefusal::Text { what });
            }
        }
        match &self.tracking_url {
            Some(url) if !is_web_address(url) => Err(ShipmentRefusal::Address(url.clone())),
            _ => Ok(()),
        }
    }
}

fn is_web_address(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

/// What goes into a parcel of this order: the wanted units by line, or everything that is left when none are named.
pub fn pack(
    state: OrderState,
    lines: &[(&OrderLine, Recorded)],
    wanted: &[(String, i64)],
) -> Result<Vec<ShippedLine>, ShipmentRefusal> {
    if state == OrderState::Cancelled {
        return Err(ShipmentRefusal::Cancelled);
    }
    if !wanted.is_empty() {
        return chosen(lines, wanted);
    }
    let rest = lines.iter().map(|(line, recorded)| packed(line, left(line, *recorded)));
    let rest: Vec<ShippedLine> = rest.filter(|line| line.quantity > 0).collect();
    if rest.is_empty() { Err(ShipmentRefusal::NothingLeft) } else { Ok(rest) }
}

fn chosen(
    lines: &[(&OrderLine, Recorded)],
    wanted: &[(String, i64)],
) -> Result<Vec<ShippedLine>, ShipmentRefusal> {
    let mut seen = HashSet::new();
    let choose = |(id, quantity): &(String, i64)| {
        let found = lines.iter().find(|(line, _)| line.remote_id == *id);
        let (line, recorded) = found.ok_or_else(|| ShipmentRefusal::UnknownLine {
            line: id.clone(),
            known: lines.iter().map(|(line, _)| line.remote_id.clone()).collect(),
        })?;
        if !seen.insert(line.remote_id.as_str()) {
            return Err(ShipmentRefusal::LineTwice(id.clone()));
        }
        let (asked, left) = (*quantity, left(line, *recorded));
        match asked {
            ..=0 => Err(ShipmentRefusal::NoUnits { line: id.clone(), quantity: asked }),
            _ if asked > left => Err(ShipmentRefusal::TooMany { line: id.clone(), asked, left }),
            _ => Ok(packed(line, asked)),
        }
    };
    wanted.iter().map(choose).collect()
}

fn packed(line: &OrderLine, quantity: i64) -> ShippedLine {
    ShippedLine { remote_id: line.remote_id.clone(), sku: line.sku.clone(), quantity }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Decimal, item::Money};

    fn line(id: &str, quantity: i64, cancelled: i64, shipped: i64) -> OrderLine {
        OrderLine {
            remote_id: id.into(),
            sku: Some(format!("SKU-{id}")),
            listing_id: None,
            title: "Lamp".into(),
            quantity,
            cancelled,
            shipped,
            returned: 0,
            unit_price: Money { amount: Decimal::ONE, currency: "EUR".into() },
            tax: None,
            discount: None,
        }
    }

    fn wanted(lines: &[(&str, i64)]) -> Vec<(String, i64)> {
        lines.iter().map(|(id, quantity)| ((*id).to_owned(), *quantity)).collect()
    }

    fn units(packed: &[ShippedLine]) -> Vec<(&str, i64)> {
        packed.iter().map(|line| (line.remote_id.as_str(), line.quantity)).collect()
    }

    proptest! {
        /// Parcels are asked for at random, some are taken by the channel, and its own telling may run ahead or behind.
        #[test]
        fn never_more_is_shipped_than_was_ordered(
            ordered_units in 0_i64..20,
            cancelled in 0_i64..20,
            steps in prop::collection::vec((-2_i64..12, any::<bool>(), any::<bool>()), 0..20),
        ) {
            let mut line = line("1", ordered_units, cancelled, 0);
            let mut recorded = Recorded::default();
            for (asked, whole, tells) in steps {
                let asked = if whole { Vec::new() } else { wanted(&[("1", asked)]) };
                if let Ok(packed) = pack(OrderState::Paid, &[(&line, recorded)], &asked) {
                    recorded.under_way += packed[0].quantity;
                }
                if tells {
                    recorded.shipped += std::mem::take(&mut recorded.under_way);
                    line.shipped = recorded.shipped;
                }
                prop_assert!(shipped(&line, recorded) + recorded.under_way <= ordered(&line));
            }
        }

        #[test]
        fn what_is_left_is_what_a_parcel_without_lines_holds(quantity in 0_i64..9, told in 0_i64..9, own in 0_i64..9) {
            let line = line("1", quantity, 0, told);
            let recorded = Recorded { shipped: own, under_way: 0 };
            let all = pack(OrderState::Open, &[(&line, recorded)], &[]);
            let expected = quantity - told.max(own);
            if expected > 0 {
                let all = all.unwrap();
                prop_assert_eq!(units(&all), [("1", expected)]);
            } else {
                prop_assert_eq!(all, Err(ShipmentRefusal::NothingLeft));
            }
        }
    }

    #[test]
    fn each_refusal_names_the_line_and_what_is_left() {
        let (one, two) = (line("1", 5, 1, 0), line("2", 1, 0, 1));
        let recorded = Recorded { shipped: 1, under_way: 1 };
        let lines = [(&one, recorded), (&two, Recorded::default())];
        let say =
            |asked: &[(&str, i64)]| pack(OrderState::Paid, &lines, &wanted(asked)).unwrap_err().to_string();
        assert_eq!(say(&[("1", 3)]), "3 units of line `1` are more than the 2 that are left to ship");
        assert_eq!(say(&[("7", 1)]), "the order has no line `7`; it has `1`, `2`");
        assert_eq!(say(&[("1", 1), ("1", 1)]), "line `1` comes twice; add its units up");
        assert!(say(&[("1", 0)]).contains("holds nothing"));
        assert!(say(&[("2", 1)]).contains("more than the 0"));
        assert_eq!(units(&pack(OrderState::Paid, &lines, &[]).unwrap()), [("1", 2)]);
        assert_eq!(pack(OrderState::Cancelled, &lines, &[]), Err(ShipmentRefusal::Cancelled));
    }

    #[test]
    fn an_order_is_shown_as_shipped_once_every_unit_left() {
        let (one, two) = (line("1", 2, 0, 0), line("2", 3, 3, 0));
        let show = |told, shipped| {
            let recorded = Recorded { shipped, under_way: 2 - shipped };
            shown_state(told, [(&one, recorded), (&two, Recorded::default())])
        };
        assert_eq!(show(OrderState::Paid, 1), OrderState::Paid);
        assert_eq!(show(OrderState::Paid, 2), OrderState::Shipped);
        assert_eq!(show(OrderState::Completed, 2), OrderState::Completed);
        assert_eq!(shown_state(OrderState::Open, [(&two, Recorded::default())]), OrderState::Open);
    }

    #[test]
    fn a_parcel_with_texts_that_nobody_can_use_is_refused() {
        let parcel = |carrier: &str, url: &str| Parcel {
            carrier: Some(carrier.into()),
            tracking_url: Some(url.into()),
            ..Parcel::default()
        };
        let check =
            |carrier: &str, url: &str| parcel(carrier, url).check().map_err(|refusal| refusal.property());
        assert_eq!(check("DHL", "https://dhl.example/1"), Ok(()));
        assert_eq!(check("D\nHL", "https://dhl.example/1"), Err(Some("carrier")));
        assert_eq!(check(" ", "https://dhl.example/1"), Err(Some("carrier")));
        assert_eq!(check(&"x".repeat(501), "https://dhl.example/1"), Err(Some("carrier")));
        assert_eq!(check("DHL", "javascript:alert(1)"), Err(Some("tracking_url")));
        assert_eq!(check("DHL", "https:///1"), Err(Some("tracking_url")));
    }
}
