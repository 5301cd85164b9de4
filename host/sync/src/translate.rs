//! From due listings to exchanges: decide, then let the connector prepare what has to travel.
//!
//! Runs on a blocking thread, since it parses, projects and computes in the sandbox.

use jiff::Timestamp;
use wharf_catalog::{Action, Operation, Problem, projection::Fingerprint};
use wharf_sandbox::exchange::{Exchange, Fault, Rejection};
use wharf_store::{Candidate, Delivery, ListingState, Settled, StoreError, Write};

use crate::{
    active::ActiveChannel,
    connectors::Health,
    decision::{Decision, Known, decide},
    figures::{Figures, add},
};

/// What a batch of listings came to.
#[derive(Debug, Default)]
pub(crate) struct Translation {
    /// Settled without any exchange.
    pub(crate) settled: Vec<Settled>,
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
    /// What the channel shows after it was accepted; nothing after a delete.
    pub(crate) shows: Option<Fingerprint>,
    pub(crate) warnings: Vec<Problem>,
    pub(crate) attempts: u32,
    /// Exchanges that were answered since the operation was prepared.
    pub(crate) steps: u32,
    pub(crate) lane: wharf_catalog::Lane,
}

impl Ticket {
    /// The ticket's outcome, with everything else as a plain failure would leave it.
    pub(crate) fn settled(&self, state: ListingState, problems: Vec<Problem>) -> Settled {
        Settled {
            product_id: self.product_id,
            marked: self.marked,
            state,
            delivered: Write::Keep,
            remote_id: Write::Keep,
            note: Write::Keep,
            problems,
            attempts: 0,
            next: None,
        }
    }
}

/// One candidate's decision, tied to its operation.
enum Step {
    Settled(Settled),
    Operation(Operation, Ticket),
}

pub(crate) fn translate(
    channel: &ActiveChannel,
    candidates: Vec<Candidate>,
    figures: &Figures,
) -> Result<Translation, StoreError> {
    add(&figures.considered, candidates.len());
    let read_at = Timestamp::now().as_millisecond();
    let mut translation = Translation::default();
    let mut operations = Vec::new();
    for candidate in candidates {
        match step(channel, &candidate, read_at, figures)? {
            Step::Settled(settled) => translation.settled.push(settled),
            Step::Operation(operation, ticket) => {
                operations.push(operation);
                translation.tickets.push(ticket);
            }
        }
    }
    prepare(channel, &operations, &mut translation, figures);
    Ok(translation)
}

fn step(
    channel: &ActiveChannel,
    candidate: &Candidate,
    read_at: i64,
    figures: &Figures,
) -> Result<Step, StoreError> {
    let desired = channel.project(candidate)?;
    let known = Known {
        sku: candidate.sku.as_str(),
        state: candidate.state,
        delivered: candidate.delivered.as_deref().and_then(Fingerprint::from_bytes),
        remote_id: candidate.remote_id.as_deref(),
        note: candidate.note.as_deref(),
        attempts: candidate.attempts,
        read_at,
        revision: candidate.marked as u64,
        deleted: candidate.document.is_none(),
    };
    let mut ticket = ticket(candidate);
    let settled = match decide(&channel.projector, &channel.seed, desired, &known) {
        Decision::Unchanged { warnings } => {
            add(&figures.unchanged, 1);
            ticket.settled(ListingState::Accepted, warnings)
        }
        Decision::Nothing => {
            Settled { delivered: Write::Clear, ..ticket.settled(ListingState::Removed, Vec::new()) }
        }
        Decision::Incomplete(problems) => {
            add(&figures.incomplete, 1);
            ticket.settled(ListingState::Incomplete, problems)
        }
        Decision::Send { operation, shows, warnings } => {
            ticket.action = operation.action;
            ticket.shows = shows;
            ticket.warnings = warnings;
            return Ok(Step::Operation(operation, ticket));
        }
    };
    Ok(Step::Settled(settled))
}

fn ticket(candidate: &Candidate) -> Ticket {
    Ticket {
        product_id: candidate.product_id,
        marked: candidate.marked,
        revision: candidate.revision,
        action: Action::Upsert,
        shows: None,
        warnings: Vec::new(),
        attempts: candidate.attempts,
        steps: 0,
        lane: candidate.lane.unwrap_or(wharf_catalog::Lane::Content),
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
        Some(fingerprint) => Write::Set(Delivery { fingerprint: fingerprint.to_bytes().to_vec(), revision }),
        None => Write::Clear,
    }
}
