//! From answers to outcomes: what the store is to note for each operation under way.

use std::time::{Duration, SystemTime};

use wharf_catalog::{Action, Lane, Problem, Reason, declaration::Lanes, projection::Fingerprint};
use wharf_gateway::SendError;
use wharf_sandbox::{
    CallError,
    exchange::{Outcome, Settlement, Verdict},
};
use wharf_store::{Delivery, ListingState, Settled, Write};

use crate::{
    figures::{Figures, add},
    settings::SyncSettings,
    spending,
    translate::{Ticket, delivery},
};

/// Turns verdicts into what the store notes, counting as it goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) settings: &'a SyncSettings,
    pub(crate) figures: &'a Figures,
    /// Unix milliseconds.
    pub(crate) now: i64,
}

impl Judge<'_> {
    /// The outcomes of an answered exchange that covers `tickets`. Those of a further exchange are pending.
    pub(crate) fn settle(&self, tickets: &[Ticket], settlement: &Settlement) -> Vec<Settled> {
        let decided =
            settlement.outcomes.iter().map(|outcome| self.outcome(&tickets[outcome.index as usize], outcome));
        let pending = settlement.further.iter().flat_map(|exchange| &exchange.covers).map(|index| {
            add(&self.figures.pending, 1);
            let ticket = &tickets[*index as usize];
            Settled {
                attempts: ticket.attempts,
                spent: ticket.spent(),
                ..ticket.settled(ListingState::Pending, ticket.warnings.clone())
            }
        });
        decided.chain(pending).collect()
    }

    /// What the channel said of the listing's id holds whatever the verdict; a deleted listing has none.
    fn outcome(&self, ticket: &Ticket, outcome: &Outcome) -> Settled {
        let settled = match &outcome.verdict {
            Verdict::Accepted(problems) => self.accept(ticket, problems),
            Verdict::Rejected(problems) => self.reject(ticket, problems),
            Verdict::Retry { after, problem } => self.postpone(ticket, *after, std::slice::from_ref(problem)),
        };
        if settled.state == ListingState::Removed {
            return Settled { remote_id: Write::Clear, note: Write::Clear, ..settled };
        }
        let told = |text: &Option<String>| text.clone().map_or(Write::Keep, Write::Set);
        Settled { remote_id: told(&outcome.remote_id), note: told(&outcome.note), ..settled }
    }

    fn accept(&self, ticket: &Ticket, problems: &[Problem]) -> Settled {
        add(&self.figures.accepted, 1);
        let counter = match ticket.action {
            Action::Upsert => &self.figures.upserts,
            Action::Price => &self.figures.prices,
            Action::Stock => &self.figures.stocks,
            Action::Delete => &self.figures.deletes,
            Action::Keep => &self.figures.unchanged,
        };
        add(counter, 1);
        let deleted = ticket.action == Action::Delete;
        let state = if deleted { ListingState::Removed } else { ListingState::Accepted };
        let delivered = delivery(ticket.shows, ticket.revision);
        let spent = ticket.spent();
        let settled = Settled { delivered, spent, ..ticket.settled(state, joined(ticket, problems)) };
        match ticket.rest {
            Some((lane, at)) => Settled { state: ListingState::Retry, next: Some((lane, at)), ..settled },
            None => settled,
        }
    }

    /// Final, unless only a part of the item was refused: then the whole of it is to decide.
    fn reject(&self, ticket: &Ticket, problems: &[Problem]) -> Settled {
        if ticket.overtakes {
            return self.postpone(ticket, None, problems);
        }
        let spent = ticket.spent();
        let Some((_, at)) = ticket.rest else {
            add(&self.figures.rejected, 1);
            return Settled { spent, ..ticket.settled(ListingState::Rejected, joined(ticket, problems)) };
        };
        add(&self.figures.postponed, 1);
        let settled = ticket.settled(ListingState::Retry, joined(ticket, problems));
        let attempts = ticket.attempts + 1;
        Settled { attempts, spent, delivered: Write::Clear, next: Some((Lane::Content, at)), ..settled }
    }

    /// The listings that have used up a budget of their own wait for it; the others are as due as before.
    pub(crate) fn wait(&self, tickets: &mut [Ticket], waiting: &[Option<(String, i64)>]) -> Vec<Settled> {
        let exhausted = tickets.iter_mut().zip(waiting).filter_map(|(ticket, waiting)| {
            let (budget, at) = waiting.as_ref()?;
            add(&self.figures.postponed, 1);
            let problem = spending::wait(ticket, budget, *at);
            let settled = ticket.settled(ListingState::Retry, joined(ticket, &[problem]));
            let (attempts, spent) = (ticket.attempts, ticket.spent());
            Some(Settled { attempts, spent, next: Some((ticket.lane, *at)), ..settled })
        });
        exhausted.collect()
    }

    /// To be tried again, or left to a person after too many attempts. What overtook something is always tried again:
    /// its last word is spoken when nothing else is under way.
    fn postpone(&self, ticket: &Ticket, after: Option<Duration>, problems: &[Problem]) -> Settled {
        add(&self.figures.postponed, 1);
        let attempts = ticket.attempts + 1;
        let unlisted = problems.iter().any(|problem| problem.reason == Reason::Missing);
        let delivered = if unlisted { Write::Clear } else { in_doubt(ticket) };
        if attempts >= self.settings.attempts && !ticket.overtakes {
            let settled = ticket.settled(ListingState::Dead, joined(ticket, problems));
            return Settled { attempts, delivered, ..settled };
        }
        let pause = after.unwrap_or_else(|| self.settings.pause(ticket.attempts));
        let settled = ticket.settled(ListingState::Retry, joined(ticket, problems));
        let next = Some((ticket.lane, self.now + pause.as_millis() as i64));
        Settled { attempts, next, delivered, ..settled }
    }

    /// The exchange got no answer. That is no fault of its items, so it does not count as an attempt of theirs.
    pub(crate) fn unanswered(&self, tickets: &[Ticket], error: &SendError) -> Vec<Settled> {
        let next_at = self.again_at(error, 0);
        let postponed = self.told(tickets, ListingState::Retry, error).map(|(ticket, settled)| {
            let next = Some((ticket.lane, next_at));
            let delivered = if error.uncertain() { in_doubt(ticket) } else { Write::Keep };
            Settled { attempts: ticket.attempts, next, delivered, ..settled }
        });
        postponed.collect()
    }

    /// A further step got no answer. Its listings stay pending and say why; the step is tried again.
    pub(crate) fn step_unanswered(&self, tickets: &[Ticket], error: &SendError) -> Vec<Settled> {
        let pending = self.told(tickets, ListingState::Pending, error);
        pending.map(|(ticket, settled)| Settled { attempts: ticket.attempts, ..settled }).collect()
    }

    /// When to send again what got no answer for the so manyth time, in unix milliseconds.
    pub(crate) fn again_at(&self, error: &SendError, attempts: u32) -> i64 {
        let after = match error {
            SendError::Throttled { retry_after, .. } => *retry_after,
            SendError::Open { until, .. } => until.duration_since(SystemTime::now()).unwrap_or_default(),
            _ => self.settings.pause(attempts),
        };
        self.now + after.as_millis() as i64
    }

    /// Every ticket with the problem that its exchange got no answer.
    fn told<'t>(
        &self,
        tickets: &'t [Ticket],
        state: ListingState,
        error: &SendError,
    ) -> impl Iterator<Item = (&'t Ticket, Settled)> + use<'t> {
        add(&self.figures.postponed, tickets.len());
        let problem = unanswered(error);
        tickets.iter().map(move |ticket| {
            (ticket, ticket.settled(state, joined(ticket, std::slice::from_ref(&problem))))
        })
    }

    /// A picture could not be read. The operation is tried anew, a limited number of times.
    pub(crate) fn unread(&self, tickets: &[Ticket], error: &SendError) -> Vec<Settled> {
        let problem = Problem::error("picture-unread", None, error.to_string());
        tickets.iter().map(|ticket| self.postpone(ticket, None, std::slice::from_ref(&problem))).collect()
    }

    /// The connector could not make sense of the answer. The operation is tried anew, a limited number of times.
    pub(crate) fn fault(&self, tickets: &[Ticket], error: &CallError) -> Vec<Settled> {
        let problem = fault(error);
        tickets.iter().map(|ticket| self.postpone(ticket, None, std::slice::from_ref(&problem))).collect()
    }

    /// Whether the connector asks for one exchange more than may follow one upon the other.
    pub(crate) fn is_endless(&self, tickets: &[Ticket], settlement: &Settlement) -> bool {
        let mut covered = settlement.further.iter().flat_map(|exchange| &exchange.covers);
        covered.any(|index| tickets[*index as usize].steps >= self.settings.steps)
    }

    /// The operations wait for a person. What the channel shows now is not known.
    pub(crate) fn end(&self, tickets: &[Ticket]) -> Vec<Settled> {
        add(&self.figures.postponed, tickets.len());
        let problem = endless(self.settings);
        let dead = tickets.iter().map(|ticket| Settled {
            delivered: in_doubt(ticket),
            ..ticket.settled(ListingState::Dead, joined(ticket, std::slice::from_ref(&problem)))
        });
        dead.collect()
    }
}

/// What the channel shows now is not known.
fn in_doubt(ticket: &Ticket) -> Write<Delivery> {
    if ticket.lanes == Lanes::ALL {
        return Write::Clear;
    }
    Write::Set(Delivery { fingerprint: Fingerprint::UNKNOWN, revision: ticket.revision })
}

/// What is told of an exchange that got no answer.
pub(crate) fn unanswered(error: &SendError) -> Problem {
    let code = if error.retryable() { "unanswered" } else { "not-sent" };
    Problem::error(code, None, error.to_string())
}

/// What is told of a connector that failed.
pub(crate) fn fault(error: &CallError) -> Problem {
    Problem::error("connector-fault", None, error.to_string())
}

/// What is told of a chain of exchanges that comes to no end.
pub(crate) fn endless(settings: &SyncSettings) -> Problem {
    let message = format!(
        "the connector asks for a further request after each of {} and comes to no outcome; the limit is the sync \
         setting `steps`",
        settings.steps
    );
    Problem::error("too-many-steps", None, message)
}

fn joined(ticket: &Ticket, problems: &[Problem]) -> Vec<Problem> {
    [ticket.warnings.as_slice(), problems].concat()
}
