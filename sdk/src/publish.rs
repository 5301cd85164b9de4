//! Publishing: operations become requests, and their answers become verdicts.

use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::{
    Allowance, Answer, Connector, Context, Exchange, Operation, Operations, Outcome, Postponement,
    Preparation, Problem, Rejection, Request, Settlement, Verdict,
};

/// A channel behind an API. Implement this for batch requests; for one request an item, [`ItemPublisher`].
pub trait Publisher: Connector {
    /// Turns every operation into part of an exchange, or rejects it.
    fn prepare(context: &Context, operations: Operations<'_>) -> Preparation;

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
        operation: Operation<'_>,
    ) -> Result<Exchange, Vec<Problem>>;

    /// What the channel's answer means for the one operation the exchange covers.
    fn settle_one(context: &Context, settings: &Self::Settings, answer: &Answer) -> Settlement;
}

impl<T: ItemPublisher> Publisher for T {
    fn prepare(context: &Context, operations: Operations<'_>) -> Preparation {
        let settings = match context.settings::<T::Settings>() {
            Ok(settings) => settings,
            Err(problem) => return Preparation::reject_all(operations.len(), &problem),
        };
        let mut exchanges = Vec::with_capacity(operations.len());
        let mut rejections = Vec::new();
        for (index, operation) in (0..).zip(operations) {
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

impl Request {
    /// The exchange of this request, for operations at these positions.
    pub fn covering(self, covers: Vec<u32>) -> Exchange {
        Exchange { request: self, covers, memo: Vec::new(), document: None, delay_ms: 0 }
    }
}

/// For [`ItemPublisher`], which fills in what the exchange covers.
impl From<Request> for Exchange {
    fn from(request: Request) -> Self {
        request.covering(Vec::new())
    }
}

impl Exchange {
    /// The connector's note to itself, handed back with the response.
    pub fn memo(self, memo: impl Into<Vec<u8>>) -> Self {
        Self { memo: memo.into(), ..self }
    }

    /// A large body for this or a later request of the chain, which then says [`Request::document`]. The host keeps
    /// it until every operation of the chain has an outcome.
    pub fn document(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { document: Some(bytes.into()), ..self }
    }

    /// How long the host waits before it sends, for vendors that are polled.
    pub fn after(self, delay: Duration) -> Self {
        Self { delay_ms: milliseconds(delay), ..self }
    }
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Default for Preparation {
    /// Nothing yet.
    fn default() -> Self {
        Self { exchanges: Vec::new(), rejections: Vec::new() }
    }
}

impl Preparation {
    /// Rejects all of `count` operations for the same reason.
    pub fn reject_all(count: usize, problem: &Problem) -> Self {
        let reject = |index| Rejection { index, problems: vec![problem.clone()] };
        Self { exchanges: Vec::new(), rejections: (0..).take(count).map(reject).collect() }
    }
}

impl Settlement {
    /// Outcomes, and nothing further to send.
    pub fn of(outcomes: Vec<Outcome>) -> Self {
        Self { outcomes, further: Vec::new(), allowances: Vec::new() }
    }

    /// The answer says too little yet: this exchange follows, for all operations that it covers.
    pub fn further(exchange: Exchange) -> Self {
        Self { further: vec![exchange], ..Self::of(Vec::new()) }
    }

    /// The same verdict for all of `count` operations.
    pub fn all(count: u32, verdict: &Verdict) -> Self {
        Self::of((0..count).map(|index| Outcome::new(index, verdict.clone())).collect())
    }

    /// Rejects all of `count` operations for the same reason.
    pub fn reject_all(count: u32, problem: &Problem) -> Self {
        Self::all(count, &Verdict::rejected(problem.clone()))
    }

    /// Adds what the answer said of a budget.
    pub fn allowance(mut self, allowance: Allowance) -> Self {
        self.allowances.push(allowance);
        self
    }
}

/// The settlement of an exchange that covers one operation.
impl From<Verdict> for Settlement {
    fn from(verdict: Verdict) -> Self {
        Outcome::new(0, verdict).into()
    }
}

/// The settlement of an exchange that covers one operation.
impl From<Outcome> for Settlement {
    fn from(outcome: Outcome) -> Self {
        Self::of(vec![outcome])
    }
}

impl Outcome {
    /// `index` is the operation's position in what the exchange covers.
    pub fn new(index: u32, verdict: Verdict) -> Self {
        Self { index, verdict, remote_id: None, note: None }
    }

    /// The channel's id for the listing, as soon as it is known, whatever the verdict.
    pub fn remote_id(self, id: impl Into<String>) -> Self {
        Self { remote_id: Some(id.into()), ..self }
    }

    /// Kept with the listing for the next operation: object versions, ids of parts, the quantity last set.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }
}

impl Verdict {
    /// Taken without losses. Losses are warnings in [`Verdict::Accepted`].
    pub fn accepted() -> Self {
        Self::Accepted(Vec::new())
    }

    /// Not taken until the item changes.
    pub fn rejected(problem: Problem) -> Self {
        Self::Rejected(vec![problem])
    }

    /// Not taken now; the host chooses when to try again.
    pub fn retry(problem: Problem) -> Self {
        Self::Retry(Postponement { after_ms: None, problem })
    }

    /// Not taken now; the channel wants to be asked again after this long.
    pub fn retry_after(delay: Duration, problem: Problem) -> Self {
        Self::Retry(Postponement { after_ms: Some(milliseconds(delay)), problem })
    }
}

impl Allowance {
    /// So many units of the budget, counted in the description's order, are left.
    pub fn remaining(budget: u32, units: u32) -> Self {
        Self { budget, remaining: Some(units), wait_ms: None }
    }

    /// Nothing that counts against the budget is to be sent before.
    pub fn wait(budget: u32, delay: Duration) -> Self {
        Self { budget, remaining: None, wait_ms: Some(milliseconds(delay)) }
    }
}
