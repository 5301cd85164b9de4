//! Where requests wait for their turn: for every budget that matches them, for the end of a pause, and for a place on
//! the wire.
//!
//! Requests that the same budgets match form a queue, and only its head asks the budgets: it takes from all of them
//! in the moment of sending, or from none and sleeps. So waiting is fair and costs no polling, no budget is
//! overdrawn by requests that another budget has held back, and nobody waits behind a budget that does not match him.
//! Each queue has a line for every urgency, and only the first of a line joins the next more urgent one: so an urgent
//! request overtakes any number of others, but for one of each line.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use http::Method;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::{
    budget::{Allowance, BudgetMatch, take},
    error::GatewayError,
    pause::Pause,
    request::Urgency,
};

/// One bit for each budget of a route.
type Matching = u64;

/// The most budgets that one route keeps to.
const MOST_BUDGETS: usize = Matching::BITS as usize;

/// The budgets of one route, and the queues before them.
#[derive(Debug)]
pub(crate) struct Turnstile {
    gates: Vec<Gate>,
    /// By the budgets that match; as many as the declaration has combinations.
    queues: Mutex<HashMap<Matching, Arc<Queue>>>,
    in_flight: Semaphore,
    pub(crate) pause: Pause,
    limits: TurnLimits,
}

#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) allowance: Arc<Allowance>,
    /// Empty: every request.
    pub(crate) applies: Vec<BudgetMatch>,
}

/// How long a turn is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TurnLimits {
    /// What would take longer is given up at once.
    pub(crate) longest: Duration,
    /// Those who waited for the end of a pause come back scattered over so much more time.
    pub(crate) scatter: Duration,
}

#[derive(Debug)]
struct Queue {
    /// By id.
    allowances: Vec<Arc<Allowance>>,
    /// By urgency, each held by the first of its line. Who holds the most urgent one is the head of the queue.
    lines: [tokio::sync::Mutex<()>; Urgency::COUNT],
    /// What those in the queue will take, by urgency.
    units: [AtomicU64; Urgency::COUNT],
}

/// A request's places on the wire, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    _in_flight: SemaphorePermit<'a>,
    _concurrent: Vec<OwnedSemaphorePermit>,
}

impl Turnstile {
    pub(crate) fn new(gates: Vec<Gate>, in_flight: usize, limits: TurnLimits) -> Result<Self, GatewayError> {
        if gates.len() > MOST_BUDGETS {
            return Err(GatewayError::TooManyBudgets { count: gates.len(), limit: MOST_BUDGETS });
        }
        Ok(Self {
            gates,
            queues: Mutex::default(),
            in_flight: Semaphore::new(in_flight.clamp(1, Semaphore::MAX_PERMITS)),
            pause: Pause::new(),
            limits,
        })
    }

    /// Waits for a turn, or says for how long there will be none.
    pub(crate) async fn turn(
        &self,
        endpoint: usize,
        method: &Method,
        target: &str,
        (urgency, cost): (Urgency, u32),
    ) -> Result<Turn<'_>, Duration> {
        self.bearable(self.pause.remaining().unwrap_or_default())?;
        match self.matching(endpoint, method, target) {
            0 => self.place(&[]).await,
            matching => self.queue(matching).pass(self, urgency, cost).await,
        }
    }

    fn matching(&self, endpoint: usize, method: &Method, target: &str) -> Matching {
        let matches = |gate: &Gate| {
            gate.applies.is_empty() || gate.applies.iter().any(|rule| rule.covers(endpoint, method, target))
        };
        self.gates
            .iter()
            .enumerate()
            .filter(|(_, gate)| matches(gate))
            .fold(0, |matching, (at, _)| matching | 1 << at)
    }

    fn queue(&self, matching: Matching) -> Arc<Queue> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = queues.entry(matching).or_insert_with(|| {
            let gates = self.gates.iter().enumerate().filter(|(at, _)| matching >> at & 1 == 1);
            let mut allowances: Vec<_> = gates.map(|(_, gate)| Arc::clone(&gate.allowance)).collect();
            allowances.sort_by_key(|allowance| allowance.id());
            // One account's budget that is declared twice.
            allowances.dedup_by_key(|allowance| allowance.id());
            Arc::new(Queue { allowances, lines: Default::default(), units: Default::default() })
        });
        Arc::clone(queue)
    }

    /// Waits for a place on the wire outside any pause.
    async fn place(&self, allowances: &[Arc<Allowance>]) -> Result<Turn<'_>, Duration> {
        loop {
            let mut concurrent = Vec::new();
            for semaphore in allowances.iter().filter_map(|allowance| allowance.concurrent.as_ref()) {
                concurrent.push(Arc::clone(semaphore).acquire_owned().await.expect(OPEN));
            }
            let in_flight = self.in_flight.acquire().await.expect(OPEN);
            let Some(wait) = self.pause.remaining() else {
                return Ok(Turn { _in_flight: in_flight, _concurrent: concurrent });
            };
            drop((in_flight, concurrent));
            self.bearable(wait)?;
            let scatter = fastrand::f64() * self.limits.scatter.as_secs_f64();
            tokio::time::sleep(wait + Duration::from_secs_f64(scatter)).await;
        }
    }

    /// Takes over what the channel said of a budget, by its index. There is nothing to take over for one that does
    /// not exist.
    pub(crate) fn allow(&self, budget: usize, remaining: Option<u32>, wait: Option<Duration>) {
        if let Some(gate) = self.gates.get(budget) {
            gate.allowance.allow(remaining, wait);
        }
    }

    fn bearable(&self, wait: Duration) -> Result<(), Duration> {
        if wait > self.limits.longest { Err(wait) } else { Ok(()) }
    }
}

const OPEN: &str = "no semaphore of the gateway is ever closed";

impl Queue {
    async fn pass<'a>(
        &self,
        turnstile: &'a Turnstile,
        urgency: Urgency,
        cost: u32,
    ) -> Result<Turn<'a>, Duration> {
        let before = Waiting::join(&self.units, urgency, cost);
        let waits = self.allowances.iter().map(|allowance| allowance.wait_behind(before.ahead, cost));
        turnstile.bearable(waits.max().unwrap_or_default())?;
        let mut _first_of_its_lines = Vec::with_capacity(Urgency::COUNT);
        for line in self.lines[..=urgency as usize].iter().rev() {
            _first_of_its_lines.push(line.lock().await);
        }
        let mut at_hand = cost;
        loop {
            let turn = turnstile.place(&self.allowances).await?;
            match take(&self.allowances, cost, at_hand) {
                Ok(()) => return Ok(turn),
                Err(wait) => {
                    // Nobody else is kept from the wire by one who only waits.
                    drop(turn);
                    turnstile.bearable(wait)?;
                    tokio::time::sleep(wait).await;
                    // If it waited in vain, a cheaper request of another queue was faster. It insists on less each
                    // time, so that it passes in the end.
                    at_hand = at_hand.div_ceil(2);
                }
            }
        }
    }
}

/// One who waits in a queue.
struct Waiting<'a> {
    units: &'a AtomicU64,
    cost: u32,
    /// Units of those in front.
    ahead: u64,
}

impl<'a> Waiting<'a> {
    fn join(lines: &'a [AtomicU64; Urgency::COUNT], urgency: Urgency, cost: u32) -> Self {
        let (units, more_urgent) = (&lines[urgency as usize], &lines[..urgency as usize]);
        let ahead = units.fetch_add(cost.into(), Relaxed);
        Self { units, cost, ahead: ahead + more_urgent.iter().map(|units| units.load(Relaxed)).sum::<u64>() }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.units.fetch_sub(self.cost.into(), Relaxed);
    }
}

#[cfg(test)]
mod tests;
