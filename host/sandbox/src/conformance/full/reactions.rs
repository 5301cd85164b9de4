//! Answers of a channel that has a bad day, and what the connector makes of each for every kind of operation.

use wharf_catalog::{Action, declaration::Reach};

use super::trial::Trial;
use crate::{
    conformance::Finding,
    exchange::{Answer, Exchange, Outcome, Response, Verdict},
    inbound::{Page, Position},
};

/// A response, and words for it.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) response: Response,
}

/// A status with a body that says nothing.
pub(super) fn reaction(status: u16) -> Named {
    replied(&format!("{status}"), status, b"{}")
}

pub(super) fn replied(name: &str, status: u16, body: &[u8]) -> Named {
    Named { name: name.to_owned(), response: Response { status, headers: Vec::new(), body: body.to_vec() } }
}

/// What one answer came to for one operation.
pub(super) struct Settled {
    pub(super) tried: String,
    pub(super) action: Action,
    pub(super) verdict: Verdict,
    /// How long the connector asked to wait for any of its budgets.
    pub(super) waits: Option<std::time::Duration>,
}

impl Settled {
    /// The verdict in a few words.
    pub(super) fn seen(&self) -> String {
        match &self.verdict {
            Verdict::Accepted(_) => "it is taken for success".into(),
            Verdict::Rejected(problems) => {
                let of =
                    |problem: &wharf_catalog::Problem| format!("{} ({:?})", problem.code, problem.reason);
                format!("the item is rejected: {}", problems.iter().map(of).collect::<Vec<_>>().join(", "))
            }
            Verdict::Retry { problem, .. } => {
                format!("it is tried again because of `{}` ({:?})", problem.code, problem.reason)
            }
        }
    }
}

/// An exchange of a chain, and the operation that began it.
struct Stage {
    exchange: Exchange,
    action: Action,
    /// Whether others went before.
    later: bool,
}

/// Steps of all chains that are followed.
const MOST_STEPS: usize = 24;

impl Trial<'_> {
    /// What each of these answers means for every step of every kind of operation. An answer that leads to a further
    /// exchange has no verdict yet, and a later step that is accepted with warnings has told of what it lost.
    pub(super) fn verdicts(&self, reactions: &[Named]) -> Result<Vec<Settled>, Finding> {
        let mut settled = Vec::new();
        for (step, Stage { exchange, action, later }) in self.steps()?.iter().enumerate() {
            for Named { name, response } in reactions.iter().filter(|it| self.may_get(exchange, it)) {
                let tried = match later {
                    true => format!("{name} to step {step}, {}", exchange.request.target),
                    false => format!("{name} to {action:?}"),
                };
                for settlement in self.subject.settle(&tried, &[answer(exchange, response.clone())])? {
                    let waits = settlement.allowances.iter().filter_map(|allowance| allowance.wait).max();
                    let told =
                        |it: &Outcome| matches!(&it.verdict, Verdict::Accepted(losses) if !losses.is_empty());
                    let outcomes = settlement.outcomes.into_iter().filter(|it| !(*later && told(it)));
                    settled.extend(outcomes.map(|outcome| Settled {
                        tried: tried.clone(),
                        action: *action,
                        verdict: outcome.verdict,
                        waits,
                    }));
                }
            }
        }
        Ok(settled)
    }

    /// Whether the request may be answered so: an address that the channel hands out needs no credentials.
    fn may_get(&self, exchange: &Exchange, reaction: &Named) -> bool {
        let endpoint = self.connector().description().endpoints.get(exchange.request.endpoint as usize);
        let open = endpoint.is_some_and(|endpoint| endpoint.reach == Reach::Open);
        !(open && matches!(reaction.response.status, 401 | 403))
    }

    /// The first exchange of every kind of operation, and those to which the run's own answers lead.
    fn steps(&self) -> Result<Vec<Stage>, Finding> {
        let first = |(exchange, action)| Stage { exchange, action, later: false };
        let mut steps: Vec<Stage> = self.subject.exchanges()?.into_iter().map(first).collect();
        let mut at = 0;
        while at < steps.len() {
            let Stage { exchange, action, .. } = &steps[at];
            let (exchange, action) = (exchange.clone(), *action);
            for own in &self.material.answers {
                let answer = answer(&exchange, own.response());
                for settlement in self.subject.settle("the run's own answers", &[answer])? {
                    for exchange in settlement.further {
                        let known = |step: &Stage| {
                            step.exchange.request == exchange.request && step.exchange.memo == exchange.memo
                        };
                        if steps.len() < MOST_STEPS && !steps.iter().any(known) {
                            steps.push(Stage { exchange, action, later: true });
                        }
                    }
                }
            }
            at += 1;
        }
        Ok(steps)
    }

    /// What the first request of every stream makes of this answer, with words for it.
    pub(super) fn pages_of(&self, response: &Response, name: &str) -> Result<Vec<(String, Page)>, Finding> {
        let streams = &self.connector().description().streams;
        let mut pages = Vec::with_capacity(streams.len());
        for (index, stream) in (0..).zip(streams) {
            let tried = format!("{name} to the first page of `{}`", stream.name);
            let error = |error| Finding::new(tried.clone(), error);
            let position = Position { cursor: None, since: None, until: super::describing::NOW };
            let fetch = self.connector().request(self.context(), index, &position).map_err(error)?;
            let page =
                self.connector().digest_page(self.context(), index, &fetch.memo, response).map_err(error)?;
            pages.push((tried, page));
        }
        Ok(pages)
    }
}

pub(super) fn answer(exchange: &Exchange, response: Response) -> Answer {
    let covers = u32::try_from(exchange.covers.len()).unwrap_or(u32::MAX);
    Answer { memo: exchange.memo.clone(), covers, response }
}
