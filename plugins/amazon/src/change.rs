//! What an operation asks of Amazon, and how it is said: as a message of a feed, or as a request's body.
//!
//! `UPDATE` and `PUT` replace a listing whole. While a feed is under way for hours, stock and price travel apart
//! from it, so an item of a known listing may come without them; it becomes a `PATCH` that leaves the offer alone.

use wharf_sdk::{Action, Json, Operation, Problem, Reason};

use crate::{
    attributes::{ATTRIBUTES, AVAILABILITY, Filled, OFFER},
    fields::{PRICE, PRODUCT_TYPE, QUANTITY},
    listing::Listing,
    losses::Losses,
    settings::Market,
};

/// The product type for changes of offer and stock, which Amazon takes whatever the listing's own is
/// ([partially supported types](https://developer-docs.amazon.com/sp-api/docs/listings-items-api-v2021-08-01-use-case-guide)).
const ANY_PRODUCT: &str = "PRODUCT";

/// What happens to a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// Created, or replaced with everything.
    Whole,
    /// The texts and pictures of a listing whose offer stays.
    Content,
    Price,
    Stock,
    Delete,
}

/// JSON, and what a listing will remember of it.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) json: Json,
    pub(crate) filled: Filled,
    pub(crate) losses: Losses,
}

impl Change {
    pub(crate) fn of(operation: &Operation<'_>) -> Self {
        match operation.action {
            Action::Delete => Self::Delete,
            Action::Price => Self::Price,
            Action::Stock => Self::Stock,
            Action::Upsert | Action::Keep if operation.item.money(PRICE).is_some() => Self::Whole,
            Action::Upsert | Action::Keep => Self::Content,
        }
    }
}

/// A message of a JSON_LISTINGS_FEED.
pub(crate) fn message(
    market: &Market,
    number: usize,
    operation: &Operation<'_>,
) -> Result<Written, Vec<Problem>> {
    let mut listing = Listing::new(market, operation.item);
    listing.json.begin_object().key("messageId").integer(i64::try_from(number).unwrap_or(i64::MAX));
    listing.json.member("sku", operation.item.sku());
    let change = Change::of(operation);
    listing.json.member(
        "operationType",
        match change {
            Change::Whole => "UPDATE",
            Change::Content | Change::Price | Change::Stock => "PATCH",
            Change::Delete => "DELETE",
        },
    );
    if change != Change::Delete {
        listing.members(change, operation.note);
    }
    listing.json.end_object();
    listing.written()
}

/// The body of a `PUT` or `PATCH` of one listing.
pub(crate) fn body(market: &Market, operation: &Operation<'_>) -> Result<Written, Vec<Problem>> {
    let mut listing = Listing::new(market, operation.item);
    listing.json.begin_object();
    listing.members(Change::of(operation), operation.note);
    listing.json.end_object();
    listing.written()
}

impl Listing<'_> {
    /// What both ways of saying it have in common.
    fn members(&mut self, change: Change, note: Option<&str>) {
        let product_type = match change {
            Change::Whole | Change::Content => self.item.text(PRODUCT_TYPE).unwrap_or_default(),
            _ => ANY_PRODUCT,
        };
        self.json.member("productType", product_type);
        match change {
            Change::Whole => self.whole(),
            Change::Content => self.content(note.map(Filled::from_note).unwrap_or_default()),
            Change::Price => self.alone(OFFER, self.item.money(PRICE).is_none().then(|| missing(PRICE))),
            Change::Stock => self.alone(AVAILABILITY, self.stock_problem()),
            Change::Delete => {}
        }
    }

    fn whole(&mut self) {
        self.note_losses();
        self.json.member("requirements", "LISTING");
        self.json.key("attributes").begin_object();
        for (position, attribute) in ATTRIBUTES.iter().enumerate() {
            if attribute.form.is_filled(self.item, self.market) {
                self.filled.insert(position);
                self.json.key(attribute.name);
                self.entries(attribute);
            }
        }
        self.json.end_object();
    }

    /// Replaces what is filled and deletes what was filled before.
    fn content(&mut self, before: Filled) {
        self.note_losses();
        self.json.key("patches").begin_array();
        for (position, attribute) in ATTRIBUTES.iter().enumerate() {
            if position != OFFER
                && position != AVAILABILITY
                && attribute.form.is_filled(self.item, self.market)
            {
                self.filled.insert(position);
                self.patch(position);
            }
        }
        for attribute in before.content().without(self.filled) {
            self.json.begin_object().member("op", "delete");
            self.json.member("path", &path(attribute.name)).key("value");
            self.selectors(attribute);
            self.json.end_object();
        }
        self.json.end_array();
    }

    /// The one attribute of a lane, unless there is a problem.
    fn alone(&mut self, position: usize, problem: Option<Problem>) {
        self.json.key("patches").begin_array();
        match problem {
            Some(problem) => self.problems.push(problem),
            None => self.patch(position),
        }
        self.json.end_array();
    }

    fn patch(&mut self, position: usize) {
        let attribute = &ATTRIBUTES[position];
        self.json.begin_object().member("op", "replace");
        self.json.member("path", &path(attribute.name)).key("value");
        self.entries(attribute);
        self.json.end_object();
    }

    fn stock_problem(&self) -> Option<Problem> {
        if self.market.is_fulfilled_by_amazon() {
            let message = "Amazon counts the stock that it ships itself; map nothing to this field.";
            return Some(Problem::error("not-taken", message).reason(Reason::Settings).at(QUANTITY));
        }
        self.item.quantity(QUANTITY).is_none().then(|| missing(QUANTITY))
    }

    fn written(self) -> Result<Written, Vec<Problem>> {
        let (json, filled, losses) = self.finish()?;
        Ok(Written { json, filled, losses })
    }
}

fn path(attribute: &str) -> String {
    format!("/attributes/{attribute}")
}

/// An attribute that is replaced with nothing would end the offer.
fn missing(field: u32) -> Problem {
    Problem::error("missing", "The update lacks this field, without which there is nothing to send.")
        .at(field)
}
