//! From answers to outcomes: what the store is to note for each shipment under way.

use std::time::Duration;

use wharf_catalog::Problem;
use wharf_gateway::SendError;
use wharf_sandbox::{
    CallError,
    exchange::{Outcome, Settlement, Verdict},
};
use wharf_store::{DueShipment, ShipmentCover, ShipmentSettled, ShipmentState};

use crate::{
    figures::add,
    outcome::{Judge, endless, fault, unanswered},
};

/// Turns verdicts into what the store notes, by the listings' rules for pauses and attempts.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShipmentJudge<'a>(pub(super) Judge<'a>);

impl ShipmentJudge<'_> {
    /// The outcomes of an answered exchange. Those of a further exchange go on.
    pub(super) fn settle(&self, covers: &[ShipmentCover], settlement: &Settlement) -> Vec<ShipmentSettled> {
        let decided =
            settlement.outcomes.iter().map(|outcome| self.outcome(&covers[outcome.index as usize], outcome));
        let pending = settlement.further.iter().flat_map(|exchange| &exchange.covers).map(|index| {
            add(&self.0.figures.pending, 1);
            under_way(&covers[*index as usize], Vec::new())
        });
        decided.chain(pending).collect()
    }

    /// What the channel said of the shipment's id holds whatever the verdict.
    fn outcome(&self, cover: &ShipmentCover, outcome: &Outcome) -> ShipmentSettled {
        let settled = match &outcome.verdict {
            Verdict::Accepted(problems) => {
                add(&self.0.figures.accepted, 1);
                add(&self.0.figures.shipments, 1);
                ended(cover, ShipmentState::Accepted, problems.clone())
            }
            Verdict::Rejected(problems) => self.reject(cover, problems.clone()),
            Verdict::Retry { after, problem } => self.postpone(cover, *after, problem.clone()),
        };
        ShipmentSettled { remote_id: outcome.remote_id.clone(), note: outcome.note.clone(), ..settled }
    }

    pub(super) fn reject(&self, cover: &ShipmentCover, problems: Vec<Problem>) -> ShipmentSettled {
        add(&self.0.figures.rejected, 1);
        ended(cover, ShipmentState::Rejected, problems)
    }

    /// To be tried again, or left to a person after too many attempts.
    fn postpone(&self, cover: &ShipmentCover, after: Option<Duration>, problem: Problem) -> ShipmentSettled {
        add(&self.0.figures.postponed, 1);
        let Judge { settings, now, .. } = self.0;
        let (attempt, failures) = (cover.attempt.saturating_add(1), cover.failures.saturating_add(1));
        if failures >= settings.attempts {
            let dead = ended(cover, ShipmentState::Dead, vec![problem]);
            return ShipmentSettled { attempt, failures, ..dead };
        }
        let pause = after.unwrap_or_else(|| settings.pause(cover.failures));
        let due_at = Some(now + pause.as_millis() as i64);
        let retry = ended(cover, ShipmentState::Retry, vec![problem]);
        ShipmentSettled { attempt, failures, due_at, ..retry }
    }

    /// The connector itself failed. The shipments are tried anew, a limited number of times.
    pub(super) fn fault(&self, covers: &[ShipmentCover], error: &CallError) -> Vec<ShipmentSettled> {
        covers.iter().map(|cover| self.postpone(cover, None, fault(error))).collect()
    }

    /// A picture could not be read, or the like. The shipments are tried anew, a limited number of times.
    pub(super) fn unsent(&self, covers: &[ShipmentCover], error: &SendError) -> Vec<ShipmentSettled> {
        covers.iter().map(|cover| self.postpone(cover, None, unanswered(error))).collect()
    }

    /// The exchange got no answer and is sent again. Its shipments stay on their way and say why.
    pub(super) fn unanswered(&self, covers: &[ShipmentCover], error: &SendError) -> Vec<ShipmentSettled> {
        add(&self.0.figures.postponed, covers.len());
        covers.iter().map(|cover| under_way(cover, vec![unanswered(error)])).collect()
    }

    /// Whether the connector asks for one exchange more than may follow one upon the other.
    pub(super) fn is_endless(&self, covers: &[ShipmentCover], settlement: &Settlement) -> bool {
        let mut covered = settlement.further.iter().flat_map(|exchange| &exchange.covers);
        covered.any(|index| covers[*index as usize].steps >= self.0.settings.steps)
    }

    /// The shipments wait for a person.
    pub(super) fn end(&self, covers: &[ShipmentCover]) -> Vec<ShipmentSettled> {
        add(&self.0.figures.postponed, covers.len());
        let dead = |cover| ended(cover, ShipmentState::Dead, vec![endless(self.0.settings)]);
        covers.iter().map(dead).collect()
    }
}

/// On its way, or about to be.
pub(super) fn under_way(cover: &ShipmentCover, problems: Vec<Problem>) -> ShipmentSettled {
    ended(cover, ShipmentState::InFlight, problems)
}

pub(super) fn ended(cover: &ShipmentCover, state: ShipmentState, problems: Vec<Problem>) -> ShipmentSettled {
    ShipmentSettled {
        id: cover.shipment_id,
        state,
        problems,
        remote_id: None,
        note: None,
        attempt: cover.attempt,
        failures: cover.failures,
        due_at: None,
    }
}

/// A shipment before its first exchange.
pub(super) fn first(due: &DueShipment) -> ShipmentCover {
    ShipmentCover { shipment_id: due.id, steps: 0, attempt: due.shipment.attempt, failures: due.failures }
}
