//! Budgets on the wire: whom they hold back, whom they do not, and who shares them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;
use wharf_gateway::{
    BudgetMatch, BudgetScope, BudgetSpec, Gateway, GatewayError, Method, Request, RouteSpec, SendError,
};

use crate::support::{Channel, answer, get, post, quick, route_with, spec};

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

async fn taking() -> Channel {
    Channel::start(|_, _| answer(200, &[], "")).await
}

fn with(channel: &Channel, budgets: &[BudgetSpec]) -> RouteSpec {
    RouteSpec { budgets: budgets.to_vec(), ..spec(&channel.url()) }
}

#[tokio::test]
async fn the_channels_of_an_account_share_its_budgets_and_no_others() {
    let channel = taking().await;
    let account = BudgetSpec { scope: BudgetScope::Account, ..budget(1, 3_600) };
    let gateway = Gateway::new(quick()).unwrap();
    let route = |account: Option<&str>, budget: &BudgetSpec| {
        let spec =
            RouteSpec { account: account.map(str::to_owned), ..with(&channel, std::slice::from_ref(budget)) };
        gateway.route(spec).unwrap()
    };
    let germany = route(Some("europe"), &account);
    germany.send(get("/")).await.unwrap();
    let throttled = |sent| matches!(sent, Err(SendError::Throttled { .. }));
    assert!(throttled(route(Some("europe"), &account).send(get("/")).await));
    assert!(route(Some("america"), &account).send(get("/")).await.is_ok());
    assert!(route(None, &account).send(get("/")).await.is_ok());
    assert!(route(Some("europe"), &budget(1, 3_600)).send(get("/")).await.is_ok(), "the channel's own");
    assert!(route(Some("europe"), &BudgetSpec { units: 2, ..account.clone() }).send(get("/")).await.is_ok());
    drop(germany);
    let later = route(Some("europe"), &account);
    assert!(later.send(get("/")).await.is_ok(), "a budget vanishes with the last route that uses it");
}

#[tokio::test]
async fn a_budget_holds_back_only_what_it_applies_to() {
    let channel = taking().await;
    let rule = |methods: &[Method], path: Option<&str>| BudgetMatch {
        endpoint: 0,
        methods: methods.to_vec(),
        path_prefix: path.map(str::to_owned),
    };
    let writes = BudgetSpec { applies: vec![rule(&[Method::POST], Some("/items"))], ..budget(1, 3_600) };
    let route = route_with(quick(), with(&channel, &[writes]));
    route.send(post("/items/1", "")).await.unwrap();
    assert!(matches!(route.send(post("/items/2", "")).await, Err(SendError::Throttled { .. })));
    let start = Instant::now();
    for _ in 0..20 {
        route.send(get("/items/1")).await.unwrap();
        route.send(post("/orders", "")).await.unwrap();
        route.send(post("/itemsets", "")).await.unwrap();
    }
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

#[tokio::test]
async fn the_strictest_of_several_budgets_counts() {
    let channel = taking().await;
    let strict = BudgetSpec { name: "strict".into(), ..budget(10, 1) };
    let route = route_with(quick(), with(&channel, &[budget(1_000, 1), strict, budget(500, 1)]));
    let start = Instant::now();
    for _ in 0..6 {
        route.send(get("/")).await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(500), "six calls took {:?}", start.elapsed());
}

#[tokio::test]
async fn a_bucket_lets_a_burst_through_and_then_keeps_the_pace() {
    let channel = taking().await;
    let bucket = BudgetSpec { burst: Some(10), ..budget(2, 10) };
    let mut settings = quick();
    settings.retry.wait_cap_ms = 100;
    let route = route_with(settings, with(&channel, &[bucket]));
    for _ in 0..10 {
        route.send(get("/")).await.unwrap();
    }
    match route.send(get("/")).await.unwrap_err() {
        SendError::Throttled { retry_after, .. } => assert!(retry_after <= Duration::from_secs(5)),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_request_takes_what_it_costs_and_one_above_the_burst_still_passes() {
    let channel = taking().await;
    let points = BudgetSpec { burst: Some(10), ..budget(10, 3_600) };
    let route = route_with(quick(), with(&channel, &[points]));
    for cost in [4, 6] {
        route.send(Request { cost, ..get("/") }).await.unwrap();
    }
    assert!(matches!(route.send(get("/")).await, Err(SendError::Throttled { .. })));
    let points = BudgetSpec { burst: Some(10), ..budget(100, 1) };
    let route = route_with(quick(), with(&channel, &[points]));
    let start = Instant::now();
    for cost in [40, 0] {
        route.send(Request { cost, ..get("/") }).await.unwrap();
    }
    let owed = Duration::from_millis(300);
    assert!(start.elapsed() >= owed, "the next one waits for what is owed, not {:?}", start.elapsed());
}

#[tokio::test]
async fn what_the_channel_says_of_its_budget_holds_back_those_that_it_counts() {
    let channel = taking().await;
    let writes = BudgetMatch { endpoint: 0, methods: vec![Method::POST], path_prefix: None };
    let writes = BudgetSpec { applies: vec![writes], burst: Some(100), ..budget(100, 3_600) };
    let route = route_with(quick(), with(&channel, &[budget(1_000, 1), writes]));
    let wait = |sent| match sent {
        Err(SendError::Throttled { retry_after, .. }) => retry_after,
        other => panic!("{other:?}"),
    };
    route.allow(7, Some(0), Some(Duration::from_secs(3_600)));
    route.allow(1, Some(2), None);
    for _ in 0..2 {
        route.send(post("/", "")).await.unwrap();
    }
    assert!(wait(route.send(post("/", "")).await) <= Duration::from_secs(36));
    route.allow(1, None, Some(Duration::from_secs(60 * 60 * 24)));
    let longest = wait(route.send(post("/", "")).await);
    assert!((3_500..=3_600).contains(&longest.as_secs()), "`pause-cap-ms` counts, not {longest:?}");
    route.allow(1, Some(u32::MAX), Some(Duration::ZERO));
    assert!(wait(route.send(post("/", "")).await) > Duration::from_secs(3_500), "nothing is sped up");
    route.send(get("/")).await.unwrap();
}

#[tokio::test]
async fn a_budget_that_is_used_up_for_long_postpones_instead_of_waiting() {
    let channel = taking().await;
    let route = route_with(quick(), with(&channel, &[budget(1, 86_400)]));
    route.send(get("/")).await.unwrap();
    match route.send(get("/")).await.unwrap_err() {
        SendError::Throttled { retry_after, .. } => assert!(retry_after > Duration::from_secs(86_000)),
        other => panic!("{other}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_requests_are_on_the_wire_than_a_budget_allows() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (current, highest) = (now.clone(), most.clone());
    let app = axum::Router::new().fallback(move || {
        let (current, highest) = (current.clone(), highest.clone());
        async move {
            highest.fetch_max(current.fetch_add(1, SeqCst) + 1, SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            current.fetch_sub(1, SeqCst);
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let limited = BudgetSpec {
        scope: BudgetScope::Account,
        concurrent: Some(2),
        burst: Some(1_000),
        ..budget(1_000, 1)
    };
    let gateway = Gateway::new(quick()).unwrap();
    let mut sent = JoinSet::new();
    for _ in 0..2 {
        let spec = RouteSpec { account: Some("one".into()), budgets: vec![limited.clone()], ..spec(&url) };
        let route = gateway.route(spec).unwrap();
        for _ in 0..10 {
            let route = route.clone();
            sent.spawn(async move { route.send(get("/")).await.unwrap() });
        }
    }
    sent.join_all().await;
    assert_eq!(most.load(SeqCst), 2);
}

#[tokio::test]
async fn budgets_that_let_nothing_through_or_apply_to_nothing_are_refused() {
    let channel = taking().await;
    let refused =
        |budgets: &[BudgetSpec]| Gateway::new(quick()).unwrap().route(with(&channel, budgets)).unwrap_err();
    for empty in [
        budget(0, 1),
        budget(1, 0),
        BudgetSpec { burst: Some(0), ..budget(1, 1) },
        BudgetSpec { concurrent: Some(0), ..budget(1, 1) },
    ] {
        assert!(matches!(refused(&[empty]), GatewayError::EmptyBudget { .. }));
    }
    let nowhere = BudgetMatch { endpoint: 7, methods: Vec::new(), path_prefix: None };
    let nowhere = BudgetSpec { applies: vec![nowhere], ..budget(1, 1) };
    assert!(matches!(refused(&[nowhere]), GatewayError::BudgetEndpoint { endpoint: 7, .. }));
    assert!(matches!(refused(&vec![budget(1, 1); 65]), GatewayError::TooManyBudgets { count: 65, .. }));
    let extreme = BudgetSpec { burst: Some(u32::MAX), ..budget(1, u32::MAX) };
    let route =
        route_with(quick(), with(&channel, &[extreme, budget(u32::MAX, 1), budget(u32::MAX, u32::MAX)]));
    route.send(get("/")).await.unwrap();
}
