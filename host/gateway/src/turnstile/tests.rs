//! The laws of waiting, on a clock that only moves when everybody waits.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use http::Method;
use proptest::prelude::*;
use tokio::{task::JoinSet, time::Instant};

use super::{Gate, TurnLimits, Turnstile};
use crate::{
    budget::{Allowance, BudgetMatch, BudgetScope, BudgetSpec},
    request::Urgency,
};

const PATHS: [&str; 4] = ["/a", "/b", "/c", "/free"];
/// A timer may fire so much late.
const TICK: Duration = Duration::from_millis(2);

/// When each request of a path was sent, and for how much.
type Sent = Vec<(usize, Instant, u32)>;

fn turnstile(budgets: &[BudgetSpec]) -> Turnstile {
    let gate = |spec: &BudgetSpec| Gate {
        allowance: Arc::new(Allowance::new(spec).unwrap()),
        applies: spec.applies.clone(),
    };
    let limits = TurnLimits { longest: Duration::from_secs(3_600), scatter: Duration::ZERO };
    Turnstile::new(budgets.iter().map(gate).collect(), 64, limits).unwrap()
}

/// Sends a request by path at each moment.
async fn send(budgets: &[BudgetSpec], arrivals: &[(usize, Duration)]) -> Vec<(usize, Instant)> {
    let arrivals: Vec<_> = arrivals.iter().map(|(path, at)| (*path, *at, 1)).collect();
    let sent = send_costly(budgets, &arrivals).await;
    sent.into_iter().map(|(path, at, _)| (path, at)).collect()
}

/// The same with a cost each.
async fn send_costly(budgets: &[BudgetSpec], arrivals: &[(usize, Duration, u32)]) -> Sent {
    let (turnstile, sent) = (Arc::new(turnstile(budgets)), Arc::new(Mutex::new(Vec::new())));
    let mut requests = JoinSet::new();
    for (path, at, cost) in arrivals.iter().copied() {
        let (turnstile, sent) = (turnstile.clone(), sent.clone());
        requests.spawn(async move {
            tokio::time::sleep(at).await;
            let turn = turnstile.turn(0, &Method::GET, PATHS[path], (Urgency::Low, cost)).await.unwrap();
            sent.lock().unwrap().push((path, Instant::now(), cost));
            drop(turn);
        });
    }
    requests.join_all().await;
    Arc::into_inner(sent).unwrap().into_inner().unwrap()
}

fn matches(budget: &BudgetSpec, path: usize) -> bool {
    budget.applies.is_empty() || budget.applies.iter().any(|rule| rule.covers(0, &Method::GET, PATHS[path]))
}

/// Seconds between two requests at the slowest.
fn interval(budget: &BudgetSpec) -> f64 {
    let slowed = budget.burst.map_or((budget.units / 10).max(1) - 1, |_| 0);
    f64::from(budget.per_seconds) / f64::from(budget.units - slowed)
}

fn assert_kept(budget: &BudgetSpec, times: &[Instant]) {
    let window = Duration::from_secs(budget.per_seconds.into());
    for (first, start) in times.iter().enumerate() {
        if let Some(burst) = budget.burst {
            for (more, time) in times[first..].iter().enumerate() {
                let filled = (*time - *start).as_secs_f64() / interval(budget);
                assert!(
                    more as f64 <= f64::from(burst - 1) + filled + 1e-6,
                    "{more} in {filled}: {budget:?}"
                );
            }
        } else {
            let within = times[first..].iter().filter(|time| **time < *start + window).count();
            assert!(within <= budget.units as usize, "{within} in a window: {budget:?}");
        }
    }
}

/// A request may run ahead by what it costs itself, and by nothing else.
fn assert_kept_by_units(budget: &BudgetSpec, sent: &[(Instant, u32)]) {
    let window = Duration::from_secs(budget.per_seconds.into());
    for (first, (start, _)) in sent.iter().enumerate() {
        let (mut units, mut largest) = (0, 0);
        for (time, cost) in &sent[first..] {
            (units, largest) = (units + cost, largest.max(*cost));
            let ahead = f64::from(units - largest);
            match budget.burst {
                Some(burst) => {
                    let filled = (*time - *start).as_secs_f64() / interval(budget);
                    assert!(ahead <= f64::from(burst - 1) + filled + 1e-6, "{ahead} in {filled}: {budget:?}");
                }
                None if *time < *start + window => {
                    assert!(ahead < f64::from(budget.units), "{ahead} in a window: {budget:?}");
                }
                None => break,
            }
        }
    }
}

fn budget(units: u32, per_seconds: u32) -> BudgetSpec {
    BudgetSpec {
        name: "calls".into(),
        units,
        per_seconds,
        scope: BudgetScope::Channel,
        applies: Vec::new(),
        burst: None,
        concurrent: None,
    }
}

fn budgets() -> impl Strategy<Value = Vec<BudgetSpec>> {
    let rule = (0..3usize).prop_map(|path| BudgetMatch {
        endpoint: 0,
        methods: Vec::new(),
        path_prefix: Some(PATHS[path].into()),
    });
    let applies = prop::collection::vec(rule, 1..3);
    let figures = (1..40u32, 1..5u32, prop::option::of(1..20u32), applies);
    let spec = figures.prop_map(|(requests, per_seconds, burst, applies)| BudgetSpec {
        applies,
        burst,
        ..budget(requests, per_seconds)
    });
    prop::collection::vec(spec, 1..4)
}

fn arrivals() -> impl Strategy<Value = Vec<(usize, Duration)>> {
    prop::collection::vec((0..PATHS.len(), (0..3_000u64).prop_map(Duration::from_millis)), 1..80)
}

/// How many of so many requests go without any wait.
async fn at_once(turnstile: &Turnstile, most: u32) -> u32 {
    for sent in 0..most {
        let turn = turnstile.turn(0, &Method::GET, "/", (Urgency::Low, 1));
        if tokio::time::timeout(Duration::ZERO, turn).await.is_err() {
            return sent;
        }
    }
    most
}

fn paused() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_budget_is_overdrawn_and_nobody_waits_for_one_that_does_not_match(
        budgets in budgets(),
        arrivals in arrivals(),
    ) {
        paused().block_on(async {
            let start = Instant::now();
            let sent = send(&budgets, &arrivals).await;
            let mut work = 0.0;
            for budget in &budgets {
                let mut times: Vec<_> =
                    sent.iter().filter(|(path, _)| matches(budget, *path)).map(|(_, time)| *time).collect();
                times.sort();
                assert_kept(budget, &times);
                work += times.len() as f64 * interval(budget);
            }
            let at_once = |path: usize| !budgets.iter().any(|budget| matches(budget, path));
            let mut due: Vec<_> = arrivals.iter().filter(|(path, _)| at_once(*path)).map(|(_, at)| *at).collect();
            let mut free: Vec<_> = sent.iter().filter(|(path, _)| at_once(*path)).map(|(_, at)| *at).collect();
            due.sort();
            free.sort();
            for (due, sent) in due.iter().zip(free) {
                assert!(sent - start <= *due + TICK, "{due:?} became {:?}", sent - start);
            }
            let last = arrivals.iter().map(|(_, at)| *at).max().unwrap_or_default();
            let bound = last + Duration::from_secs_f64(work) + TICK * arrivals.len() as u32;
            assert!(start.elapsed() <= bound, "nobody sends although somebody could");
        });
    }

    #[test]
    fn costly_requests_overdraw_no_budget_by_more_than_one_of_them_and_all_pass(
        budgets in budgets(),
        arrivals in arrivals(),
        costs in prop::collection::vec(1..12u32, 80),
    ) {
        paused().block_on(async {
            let arrivals: Vec<_> =
                arrivals.into_iter().zip(costs).map(|((path, at), cost)| (path, at, cost)).collect();
            let sent = send_costly(&budgets, &arrivals).await;
            assert_eq!(sent.len(), arrivals.len());
            for budget in &budgets {
                let mut counted: Vec<_> = sent
                    .iter()
                    .filter(|(path, ..)| matches(budget, *path))
                    .map(|(_, time, cost)| (*time, *cost))
                    .collect();
                counted.sort();
                assert_kept_by_units(budget, &counted);
            }
        });
    }

    #[test]
    fn costs_within_the_burst_never_overdraw_a_bucket(costs in prop::collection::vec(1..=10u32, 1..40)) {
        paused().block_on(async {
            let bucket = BudgetSpec { burst: Some(10), ..budget(5, 1) };
            let arrivals: Vec<_> = costs.into_iter().map(|cost| (0, Duration::ZERO, cost)).collect();
            let start = Instant::now();
            let mut units = 0;
            for (_, time, cost) in send_costly(std::slice::from_ref(&bucket), &arrivals).await {
                units += cost;
                let held = 10.0 + (time - start).as_secs_f64() * 5.0;
                assert!(f64::from(units) <= held + 1e-6, "{units} of {held}");
            }
        });
    }

    #[test]
    fn no_more_goes_at_once_than_the_channel_says_is_left(
        burst in 1..50u32,
        remaining in 0..60u32,
        taken in 0..50u32,
    ) {
        paused().block_on(async {
            let turnstile = turnstile(&[BudgetSpec { burst: Some(burst), ..budget(1, 1) }]);
            let taken = taken.min(burst);
            assert_eq!(at_once(&turnstile, taken).await, taken);
            turnstile.allow(0, Some(remaining), None);
            assert_eq!(at_once(&turnstile, 100).await, remaining.min(burst - taken));
        });
    }

    #[test]
    fn one_budget_is_used_up_as_far_as_the_vendor_lets_us(requests in 1..400u32, per_seconds in 1..60u32) {
        paused().block_on(async {
            let budget = budget(requests, per_seconds);
            let start = Instant::now();
            let count = requests * 3;
            let sent = send(std::slice::from_ref(&budget), &vec![(0, Duration::ZERO); count as usize]).await;
            let times: Vec<_> = sent.into_iter().map(|(_, time)| time).collect();
            assert_kept(&budget, &times);
            let pace = f64::from(count) / (start.elapsed() + TICK).as_secs_f64();
            let promised = f64::from(requests) / f64::from(per_seconds);
            assert!(pace > promised * 0.8, "{pace} a second where {promised} were promised");
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_takes_no_place_and_counts_those_in_front() {
    let turnstile = Arc::new(turnstile(&[budget(1, 1_000)]));
    let turn = || {
        let turnstile = turnstile.clone();
        tokio::spawn(async move { turnstile.turn(0, &Method::GET, "/", (Urgency::Low, 1)).await.map(drop) })
    };
    turn().await.unwrap().unwrap();
    let waiting: Vec<_> = (0..3).map(|_| turn()).collect();
    tokio::task::yield_now().await;
    assert_eq!(turn().await.unwrap(), Err(Duration::from_secs(4_000)));
    let start = Instant::now();
    for waiting in waiting {
        waiting.await.unwrap().unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(3_001), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_before_the_channel_wants_it_and_then_as_much_as_was_left() {
    let turnstile = turnstile(&[BudgetSpec { burst: Some(3), ..budget(1, 60) }]);
    turnstile.allow(0, None, Some(Duration::from_secs(100)));
    turnstile.allow(0, Some(9), Some(Duration::from_secs(10)));
    let start = Instant::now();
    for _ in 0..3 {
        turnstile.turn(0, &Method::GET, "/", (Urgency::Low, 1)).await.unwrap();
        assert!((100..=101).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
    }
    turnstile.turn(0, &Method::GET, "/", (Urgency::Low, 1)).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(160), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_costly_request_passes_although_cheap_ones_of_another_queue_never_rest() {
    let rule = BudgetMatch { endpoint: 0, methods: Vec::new(), path_prefix: Some(PATHS[1].into()) };
    let shared = BudgetSpec { burst: Some(20), ..budget(10, 1) };
    let own = BudgetSpec { applies: vec![rule], burst: Some(1_000), ..budget(1_000, 1) };
    let turnstile = Arc::new(turnstile(&[shared, own]));
    let cheap = tokio::spawn({
        let turnstile = turnstile.clone();
        async move {
            loop {
                turnstile.turn(0, &Method::GET, PATHS[1], (Urgency::Low, 1)).await.unwrap();
            }
        }
    });
    tokio::time::sleep(Duration::from_secs(5)).await;
    let costly = turnstile.turn(0, &Method::GET, PATHS[0], (Urgency::Low, 20));
    let passed = tokio::time::timeout(Duration::from_secs(60), costly).await;
    cheap.abort();
    passed.expect("it waits for ever").unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_urgent_request_overtakes_all_but_the_one_whose_turn_it_is() {
    let budget = BudgetSpec {
        name: "one a second".into(),
        units: 1,
        per_seconds: 1,
        scope: BudgetScope::Channel,
        applies: Vec::new(),
        burst: Some(1),
        concurrent: None,
    };
    let turnstile = Arc::new(turnstile(&[budget]));
    let sent = Arc::new(Mutex::new(Vec::new()));
    let mut requests = JoinSet::new();
    use Urgency::{High, Low, Medium};
    let urgencies = [Low, Low, Low, Low, Low, Medium, Medium, High];
    for urgency in urgencies {
        let (turnstile, sent) = (Arc::clone(&turnstile), Arc::clone(&sent));
        requests.spawn(async move {
            turnstile.turn(0, &Method::GET, "/", (urgency, 1)).await.unwrap();
            sent.lock().unwrap().push(urgency);
        });
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    requests.join_all().await;
    assert_eq!(*sent.lock().unwrap(), [Low, Low, High, Medium, Medium, Low, Low, Low]);
}
