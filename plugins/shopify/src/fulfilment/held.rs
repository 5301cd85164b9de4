//! What Shopify shows of an order: what is still to leave, and the parcels that left.

use serde::{Deserialize, Serialize};

use super::parcel::Parcel;
use crate::{
    graphql::{Connection, Identified},
    ids,
};

/// What of a parcel's lines a fulfillment order still holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Held {
    /// The fulfillment order's number.
    pub(super) order: u64,
    pub(super) location: Option<u64>,
    pub(super) state: State,
    /// Whether it holds units of lines that are not in the parcel.
    pub(super) others: bool,
    pub(super) lines: Vec<HeldLine>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(from = "(usize, u64, i64)", into = "(usize, u64, i64)")]
pub(super) struct HeldLine {
    /// Position in the parcel's lines.
    pub(super) position: usize,
    /// Number of the fulfillment order's line.
    pub(super) line: u64,
    /// At least 1.
    pub(super) remaining: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum State {
    Ready,
    /// For this reason.
    OnHold(String),
    Scheduled,
    /// Another app or service ships it, from the place of this name.
    Elsewhere(String),
    /// It has more lines than Shopify shows at once.
    TooLong,
}

impl From<(usize, u64, i64)> for HeldLine {
    fn from((position, line, remaining): (usize, u64, i64)) -> Self {
        Self { position, line, remaining }
    }
}

impl From<HeldLine> for (usize, u64, i64) {
    fn from(line: HeldLine) -> Self {
        (line.position, line.line, line.remaining)
    }
}

impl Held {
    pub(super) fn units(&self) -> i64 {
        self.lines.iter().fold(0, |sum, line| sum.saturating_add(line.remaining))
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Order {
    pub(super) fulfillments: Vec<Fulfillment>,
    pub(super) fulfillment_orders: Connection<FulfillmentOrder>,
}

/// A parcel, as Shopify knows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fulfillment {
    pub(super) id: String,
    status: String,
    total_quantity: i64,
    tracking_info: Vec<TrackingInfo>,
}

#[derive(Debug, Deserialize)]
struct TrackingInfo {
    number: Option<String>,
}

impl Fulfillment {
    /// Whether it is this parcel, by its units and its tracking number or the want of one.
    pub(super) fn is(&self, parcel: &Parcel) -> bool {
        let mut numbers = self.tracking_info.iter().filter_map(|info| info.number.as_deref());
        let same_number = match parcel.number.as_deref() {
            Some(number) => numbers.any(|of_it| of_it == number),
            None => numbers.all(str::is_empty),
        };
        let failed = matches!(self.status.as_str(), "CANCELLED" | "ERROR" | "FAILURE");
        !failed && same_number && self.total_quantity == parcel.units()
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FulfillmentOrder {
    id: String,
    status: String,
    assigned_location: AssignedLocation,
    fulfillment_holds: Vec<Hold>,
    supported_actions: Vec<Action>,
    line_items: Connection<LineItem>,
}

#[derive(Debug, Deserialize)]
struct AssignedLocation {
    name: String,
    location: Option<Identified>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hold {
    display_reason: String,
}

#[derive(Debug, Deserialize)]
struct Action {
    action: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItem {
    id: String,
    remaining_quantity: i64,
    line_item: Identified,
}

impl FulfillmentOrder {
    /// Whether nothing of it can leave any more.
    fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "CLOSED" | "CANCELLED")
    }

    /// Whether it has more lines than were read.
    pub(super) fn is_cut(&self) -> bool {
        !self.is_over() && self.line_items.page_info.has_more()
    }

    /// What of it concerns the parcel, if anything; an error when an id cannot be read.
    pub(super) fn held(&self, parcel: &Parcel) -> Result<Option<Held>, Unreadable> {
        let mut held = Held {
            order: ids::number(&self.id).ok_or(Unreadable)?,
            location: self.assigned_location.location.as_ref().and_then(|at| ids::number(&at.id)),
            state: self.state(),
            others: false,
            lines: Vec::new(),
        };
        for line in self.line_items.nodes.iter().filter(|line| line.remaining_quantity > 0) {
            match parcel.lines.keys().position(|wanted| *wanted == line.line_item.id) {
                Some(position) => {
                    let number = ids::number(&line.id).ok_or(Unreadable)?;
                    held.lines.push((position, number, line.remaining_quantity).into());
                }
                None => held.others = true,
            }
        }
        let concerns = !self.is_over() && (!held.lines.is_empty() || self.is_cut());
        Ok(concerns.then_some(held))
    }

    /// [Supported actions](https://shopify.dev/docs/api/admin-graphql/2026-10/enums/FulfillmentOrderAction) are those
    /// of this app.
    fn state(&self) -> State {
        let creates = self.supported_actions.iter().any(|it| it.action == "CREATE_FULFILLMENT");
        match self.status.as_str() {
            _ if self.is_cut() => State::TooLong,
            "ON_HOLD" => {
                let reasons: Vec<&str> =
                    self.fulfillment_holds.iter().map(|hold| hold.display_reason.as_str()).collect();
                State::OnHold(reasons.join(", "))
            }
            _ if creates => State::Ready,
            "SCHEDULED" => State::Scheduled,
            _ => State::Elsewhere(self.assigned_location.name.clone()),
        }
    }
}

/// An id is none of Shopify's.
#[derive(Debug)]
pub(super) struct Unreadable;
