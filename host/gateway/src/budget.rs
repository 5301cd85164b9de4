//! How many requests a vendor lets through, and the allowance that a budget leaves at this moment.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::Method;
use tokio::{sync::Semaphore, time::Instant};

use crate::{error::GatewayError, target};

/// A promise of a vendor's: at most `units` in any window of `per_seconds`.
///
/// A request that costs more than goes at once is sent when nothing else is owed, and what it costs is waited for after
/// it; so a window may see its cost on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetSpec {
    pub name: String,
    /// Requests, or the vendor's own points; see `Request::cost`.
    pub units: u32,
    pub per_seconds: u32,
    pub scope: BudgetScope,
    /// The requests that count; empty counts all.
    pub applies: Vec<BudgetMatch>,
    /// For vendors that fill a bucket instead of counting windows: how much it holds. It is refilled at the steady
    /// pace, so a window may see `burst` units more than `units`. Without it, none ever sees more.
    pub burst: Option<u32>,
    /// Requests on the wire at once.
    pub concurrent: Option<u32>,
}

/// Who shares a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BudgetScope {
    /// Every route with the same account.
    Account,
    /// One route.
    Channel,
}

/// Requests to one endpoint, perhaps only by some methods, perhaps only below a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetMatch {
    /// Index in the route's endpoints.
    pub endpoint: usize,
    /// Empty: any.
    pub methods: Vec<Method>,
    /// Ends at a segment; none: any path.
    pub path_prefix: Option<String>,
}

impl BudgetMatch {
    pub(crate) fn covers(&self, endpoint: usize, method: &Method, target: &str) -> bool {
        self.endpoint == endpoint
            && (self.methods.is_empty() || self.methods.contains(method))
            && self.path_prefix.as_deref().is_none_or(|prefix| target::is_below(target, prefix))
    }
}

impl BudgetSpec {
    /// What makes two budgets of one account the same.
    pub(crate) fn figures(&self) -> BudgetFigures {
        (self.name.clone(), self.units, self.per_seconds, self.burst, self.concurrent)
    }
}

pub(crate) type BudgetFigures = (String, u32, u32, Option<u32>, Option<u32>);

/// What a budget leaves at this moment: the generic cell rate algorithm (ITU-T I.371), where a request may be several
/// cells.
pub(crate) struct Allowance {
    /// In this order several are locked and waited for, so that no two routes wait for each other.
    id: u64,
    /// Nanoseconds between two units at the steady pace.
    interval: u64,
    /// Units that may go at once after a rest.
    burst: u32,
    state: Mutex<State>,
    pub(crate) concurrent: Option<Arc<Semaphore>>,
}

#[derive(Debug)]
struct State {
    /// When the next unit is due at the steady pace.
    due: Instant,
    /// Nothing goes before, because the channel said so.
    closed_until: Instant,
}

impl Allowance {
    /// Where the vendor counts windows, a tenth of one may go out at once, and the steady pace is slowed by as
    /// much, so that burst and pace together never exceed the window.
    pub(crate) fn new(spec: &BudgetSpec) -> Result<Self, GatewayError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        if [Some(spec.units), Some(spec.per_seconds), spec.burst, spec.concurrent].contains(&Some(0)) {
            return Err(GatewayError::EmptyBudget { budget: spec.name.clone() });
        }
        let window = u64::from(spec.per_seconds) * 1_000_000_000;
        let (burst, pace) = match spec.burst {
            Some(burst) => (burst, spec.units),
            None => {
                let burst = (spec.units / 10).max(1);
                (burst, spec.units - burst + 1)
            }
        };
        let concurrent = spec.concurrent.map(|most| {
            let most = usize::try_from(most).unwrap_or(usize::MAX);
            Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)))
        });
        let now = Instant::now();
        Ok(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            interval: window.div_ceil(pace.into()),
            burst,
            state: Mutex::new(State { due: now, closed_until: now }),
            concurrent,
        })
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// How long a request of this cost waits that has requests for so many units in front of it.
    pub(crate) fn wait_behind(&self, units: u64, cost: u32) -> Duration {
        self.wait(&self.state(), Instant::now(), units, cost)
    }

    /// Takes over what the channel said of its budget, where that is less than is left here: no more than
    /// `remaining` units go at once, and none before `wait` has passed.
    pub(crate) fn allow(&self, remaining: Option<u32>, wait: Option<Duration>) {
        let now = Instant::now();
        let mut state = self.state();
        if let Some(remaining) = remaining {
            let used = self.burst.saturating_sub(remaining);
            state.due = state.due.max(now + self.span(used.into()));
        }
        if let Some(wait) = wait {
            state.closed_until = state.closed_until.max(now + wait);
        }
    }

    /// How long it takes until, behind `ahead` others, `units` may go at once. A request for more than ever go at
    /// once waits until nothing is owed.
    fn wait(&self, state: &State, now: Instant, ahead: u64, units: u32) -> Duration {
        let others = u64::from(units.clamp(1, self.burst) - 1).saturating_add(ahead);
        let due = state.due.saturating_duration_since(now).saturating_add(self.span(others));
        let lead = self.span(u64::from(self.burst) - 1);
        due.saturating_sub(lead).max(state.closed_until.saturating_duration_since(now))
    }

    /// How long so many units take at the steady pace; at most centuries, which still can be added to any clock.
    fn span(&self, units: u64) -> Duration {
        Duration::from_nanos(self.interval.saturating_mul(units))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the cost of one request from every allowance, or from none of them: then this is how long the strictest lets
/// nothing through. They must be in the order of their ids.
///
/// `at_hand` of the units have to be there already. The others are owed, and the next request waits for them.
pub(crate) fn take(allowances: &[Arc<Allowance>], cost: u32, at_hand: u32) -> Result<(), Duration> {
    let now = Instant::now();
    let mut states: Vec<_> = allowances.iter().map(|allowance| allowance.state()).collect();
    let waits =
        allowances.iter().zip(&states).map(|(allowance, state)| allowance.wait(state, now, 0, at_hand));
    let wait = waits.max().unwrap_or_default();
    if !wait.is_zero() {
        return Err(wait);
    }
    for (allowance, state) in allowances.iter().zip(&mut states) {
        state.due = state.due.max(now) + allowance.span(cost.into());
    }
    Ok(())
}

impl fmt::Debug for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowance").field("interval", &self.interval).finish_non_exhaustive()
    }
}
