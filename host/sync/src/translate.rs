//! From due listings to exchanges: decide, then let the connector prepare what has to travel.
//!
//! Runs on a blocking thread, since it parses, projects and computes in the sandbox.

use jiff::Timestamp;
use wharf_catalog::{Action, Lane, Operation, Problem, declaration::Lanes, projection::Fingerprint};
use wharf_sandbox::exchange::{Exchange, Fault, Rejection};
use wharf_store::{Candidate, Delivery, ListingState, Settled, StoreError, Write};

use crate::{
    active::ActiveChannel,
    connectors::Health,
    decision::{Company, Decision, Known, decide},
    figures::{Figures, add},
    groups,
    spending::{self, Spending, has_listing_budgets},
};

/// What a batch of listings came to.
#[derive(Debug, Default)]
pub(crate) struct Translation {
    /// Settled without any exchange.
    pub(crate) settled: Vec<Settled>,
    /// Products that were only looked at, because of others in their group.
    pub(crate) untouched: Vec<i64>,
    /// The operations under way; exchanges cover them by position.
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) exchanges: Vec<Exchange>,
    /// How the connector did; nothing if it was not called.
    pub(crate) health: Option<Health>,
}

/// One operation under way, and what to note once its outcome is known.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) product_id: i64,
    pub(crate) marked: i64,
    pub(crate) revision: i64,
    pub(crate) action: Action,
    /// What the operation speaks of.
    pub(crate) lanes: Lanes,
    /// Whether something else of the listing was under way when it was taken, and whatever became of this has to be
    /// looked at again after that.
    pub(crate) overtakes: bool,
    /// What the channel shows of these lanes after it was accepted; nothing after a delete.
    pub(crate) shows: Option<Fingerprint>,
    pub(crate) warnings: Vec<Problem>,
    pub(crate) attempts: u32,
    /// Exchanges that were answered since the operation was prepared.
    pub(crate) steps: u32,
    pub(crate) lane: Lane,
    /// What the listing has used of its own budgets; nothing where the channel counts none.
    pub(crate) spending: Option<Spending>,
    /// What is still to travel once this was accepted, and when at the earliest.
    pub(crate) rest: Option<(Lane, i64)>,
}

impl Ticket {
    /// The ticket's outcome, with everything else as a plain failure would leave it.
    pub(crate) fn settled(&self, state: ListingState, problems: Vec<Problem>) -> Settled {
        Settled {
            product_id: self.product_id,
            marked: self.marked,
            lanes: self.lanes,
            state,
            delivered: Write::Keep,
            remote_id: Write::Keep,
            note: Write::Keep,
            problems: Some(problems),
            attempts: 0,
            spent: None,
            next: None,
        }
    }

    /// What the listing has used of its own budgets, this operation included. What the channel did not take does not
    /// count.
    pub(crate) fn spent(&self) -> Option<String> {
        self.spending.as_ref().map(Spending::text)
    }
}

/// One candidate's decision, tied to its operation.
pub(crate) enum Step {
    Settled(Settled),
    Operation(Operation, Ticket),
    /// There is nothing to do, and nothing to note.
    Untouched(i64),
}

impl Step {
    /// Keeps an operation back, for a reason that is not its own.
    pub(crate) fn hold(&mut self, problem: &Problem) {
        if let Self::Operation(_, ticket) = self {
            let problems = [ticket.warnings.as_slice(), std::slice::from_ref(problem)].concat();
            *self = Self::Settled(ticket.settled(ListingState::Incomplete, problems));
        }
    }
}

pub(crate) fn translate(
    channel: &ActiveChannel,
    candidates: &[Candidate],
    figures: &Figures,
) -> Result<Translation, StoreError> {
    add(&figures.considered, candidates.len());
    let read_at = Timestamp::now().as_millisecond();
    let mut translation = Translation::default();
    let mut operations = Vec::new();
    let mut sort = |step| match step {
        Step::Settled(settled) => {
            match settled.state {
                ListingState::Accepted => add(&figures.unchanged, 1),
                ListingState::Incomplete => add(&figures.incomplete, 1),
                _ => {}
            }
            translation.settled.push(settled);
        }
        Step::Operation(operation, ticket) => {
            operations.push(operation);
            translation.tickets.push(ticket);
        }
        Step::Untouched(product) => translation.untouched.push(product),
    };
    if channel.takes_whole_groups() {
        for group in candidates.chunk_by(groups::together) {
            groups::steps(channel, group, read_at)?.into_iter().for_each(&mut sort);
        }
    } else {
        for candidate in candidates {
            sort(step(channel, candidate, read_at, Company::Alone)?);
        }
    }
    prepare(channel, &operations, &mut translation, figures);
    Ok(translation)
}

pub(crate) fn step(
    channel: &ActiveChannel,
    candidate: &Candidate,
    read_at: i64,
    company: Company,
) -> Result<Step, StoreError> {
    let desired = channel.project(candidate)?;
    let mut ticket = ticket(channel, candidate);
    let known = Known {
        sku: candidate.sku.as_str(),
        group: candidate.parent.as_deref(),
        state: candidate.state,
        under_way: candidate.under_way,
        delivered: candidate.delivered,
        remote_id: candidate.remote_id.as_deref(),
        note: candidate.note.as_deref(),
        attempts: candidate.attempts,
        held_until: ticket.spending.as_ref().and_then(|spending| spending.held_until(read_at)),
        read_at,
        revision: candidate.marked as u64,
        deleted: candidate.document.is_none(),
    };
    let settled = match decide(&channel.projector, &channel.seed, desired, &known, company) {
        Decision::Unchanged { warnings } => ticket.settled(ListingState::Accepted, warnings),
        Decision::Nothing => {
            Settled { delivered: Write::Clear, ..ticket.settled(ListingState::Removed, Vec::new()) }
        }
        Decision::Incomplete(problems) => ticket.settled(ListingState::Incomplete, problems),
        Decision::Wait { until, warnings } => {
            let problems = [warnings, vec![spending::used_up(None, until)]].concat();
            let next = Some((ticket.lane, until));
            Settled { next, attempts: ticket.attempts, ..ticket.settled(ListingState::Retry, problems) }
        }
        Decision::Later => later(&ticket, read_at),
        Decision::Send { operation, lanes, shows, warnings, rest } => {
            ticket.rest = rest;
            ticket.lanes = lanes;
            ticket.action = operation.action;
            ticket.shows = shows;
            ticket.warnings = warnings;
            return Ok(Step::Operation(operation, ticket));
        }
    };
    Ok(Step::Settled(settled))
}

/// Nothing is noted but that the listing has to be looked at once nothing of it is under way.
fn later(ticket: &Ticket, read_at: i64) -> Settled {
    Settled {
        lanes: Lanes::NONE,
        problems: None,
        attempts: ticket.attempts,
        next: Some((Lane::Content, read_at)),
        ..ticket.settled(ListingState::Retry, Vec::new())
    }
}

fn ticket(channel: &ActiveChannel, candidate: &Candidate) -> Ticket {
    let budgets = &channel.connector.description().budgets;
    Ticket {
        product_id: candidate.product_id,
        marked: candidate.marked,
        revision: candidate.revision,
        action: Action::Upsert,
        lanes: Lanes::ALL,
        overtakes: !candidate.under_way.is_empty(),
        shows: None,
        warnings: Vec::new(),
        attempts: candidate.attempts,
        steps: 0,
        lane: candidate.lane.unwrap_or(Lane::Content),
        spending: has_listing_budgets(budgets).then(|| Spending::parse(candidate.spent.as_deref())),
        rest: None,
    }
}

/// Lets the connector turn operations into exchanges. Both count in the same positions as the tickets.
fn prepare(
    channel: &ActiveChannel,
    operations: &[Operation],
    translation: &mut Translation,
    figures: &Figures,
) {
    if operations.is_empty() {
        return;
    }
    let alone = translation.tickets.first().filter(|_| operations.len() == 1).map(|ticket| ticket.product_id);
    let preparation = match channel.connector.prepare(&channel.context, operations) {
        Ok(preparation) => preparation,
        Err(error) => {
            translation.health = Health::of(1, 1, Some(&error), alone);
            let problem = Problem::error("connector-fault", None, error.to_string());
            (0..operations.len())
                .for_each(|index| reject(translation, index, std::slice::from_ref(&problem), figures));
            return;
        }
    };
    let first = preparation.faults.first().map(|fault| &fault.error);
    translation.health = Health::of(operations.len(), preparation.faults.len(), first, alone);
    for Rejection { index, problems } in preparation.rejections {
        reject(translation, index as usize, &problems, figures);
    }
    for Fault { index, error } in preparation.faults {
        tracing::error!(channel = channel.name, %error, "the connector failed on an operation");
        let problem = Problem::error("connector-fault", None, error.to_string());
        reject(translation, index as usize, &[problem], figures);
    }
    translation.exchanges = preparation.exchanges;
}

fn reject(translation: &mut Translation, index: usize, problems: &[Problem], figures: &Figures) {
    add(&figures.rejected, 1);
    let ticket = &translation.tickets[index];
    let problems = [ticket.warnings.as_slice(), problems].concat();
    translation.settled.push(ticket.settled(ListingState::Rejected, problems));
}

/// What is noted as delivered when a ticket is accepted.
pub(crate) fn delivery(shows: Option<Fingerprint>, revision: i64) -> Write<Delivery> {
    match shows {
        Some(fingerprint) => Write::Set(Delivery { fingerprint, revision }),
        None => Write::Clear,
    }
}
