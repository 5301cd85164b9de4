//! What a connector implements: one trait for who it is, and one for each ability it has.
//!
//! All functions are pure. The host calls each of them in a fresh instance, so a `static` is not memory.

use serde::de::DeserializeOwned;

use crate::{
    Answer, Context, Description, Exchange, Item, Opening, Operation, Preparation, Problem, Rejection,
    RowsWritten, Settlement,
};

/// Who the connector is and what it needs.
pub trait Connector {
    /// Constant: every call gives the same answer. See [`Description::new`].
    fn describe() -> Description;
}

/// A channel behind an API. Implement this for batch requests; for one request an item, [`ItemPublisher`].
pub trait Publisher: Connector {
    /// Turns every operation into part of an exchange, or rejects it.
    fn prepare(context: &Context, operations: Vec<Operation>) -> Preparation;

    /// One settlement for each answer, in the same order.
    fn settle(context: &Context, answers: Vec<Answer>) -> Vec<Settlement>;
}

/// A channel that takes one request for each item. It is a [`Publisher`] by itself.
pub trait ItemPublisher: Connector {
    /// The shape of the channel's settings; parsed once a call.
    type Settings: DeserializeOwned;

    /// The exchange for one operation, or why the channel would not take it. `covers` is filled in by the SDK.
    fn prepare_one(
        context: &Context,
        settings: &Self::Settings,
        operation: &Operation,
    ) -> Result<Exchange, Vec<Problem>>;

    /// What the channel's answer means for the one operation the exchange covers.
    fn settle_one(context: &Context, settings: &Self::Settings, answer: &Answer) -> Settlement;
}

impl<T: ItemPublisher> Publisher for T {
    fn prepare(context: &Context, operations: Vec<Operation>) -> Preparation {
        let settings = match context.settings::<T::Settings>() {
            Ok(settings) => settings,
            Err(problem) => return Preparation::reject_all(operations.len(), &problem),
        };
        let mut exchanges = Vec::with_capacity(operations.len());
        let mut rejections = Vec::new();
        for (index, operation) in (0..).zip(&operations) {
            match T::prepare_one(context, &settings, operation) {
                Ok(mut exchange) => {
                    exchange.covers = vec![index];
                    exchanges.push(exchange);
                }
                Err(problems) => rejections.push(Rejection { index, problems }),
            }
        }
        Preparation { exchanges, rejections }
    }

    fn settle(context: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        match context.settings::<T::Settings>() {
            Ok(settings) => answers.iter().map(|answer| T::settle_one(context, &settings, answer)).collect(),
            Err(problem) => {
                answers.iter().map(|answer| Settlement::reject_all(answer.covers, &problem)).collect()
            }
        }
    }
}

/// A channel that fetches a file.
pub trait Feed: Connector {
    /// The file's name, media type and first bytes.
    fn head(context: &Context) -> Opening;

    /// The rows of these items, one slice of the selection. Items that cannot be listed are rejected.
    fn rows(context: &Context, items: Vec<Item>) -> RowsWritten;

    /// The file's last bytes.
    fn tail(context: &Context) -> Vec<u8>;
}
