//! What a channel sends back is bounded, and what goes out keeps to budgets and the in-flight limit.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use tokio::task::JoinSet;
use wharf_gateway::{Budget, BudgetSpec, GatewaySettings, Outage, Refusal, RouteSpec, SendError};

use crate::support::{Channel, answer, get, post, quick, raw_channel, route, route_with, spec};

fn gzip(size: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b'a'; size]).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_compressed_response_is_unpacked() {
    let channel = Channel::start(|_, _| answer(200, &[("content-encoding", "gzip")], gzip(50_000))).await;
    let response = route(&channel.url()).send(get("/")).await.unwrap();
    assert_eq!(response.body, vec![b'a'; 50_000]);
    assert_eq!(channel.seen()[0].headers["accept-encoding"], "gzip");
}

#[tokio::test]
async fn a_small_response_that_unfolds_into_a_large_one_is_dropped() {
    let bomb = gzip(50_000_000);
    assert!(bomb.len() < 100_000, "the bomb must pass the cap while packed");
    let channel =
        Channel::start(move |_, _| answer(200, &[("content-encoding", "gzip")], bomb.clone())).await;
    let error = route(&channel.url()).send(get("/")).await.unwrap_err();
    assert!(matches!(error, SendError::ResponseTooLarge { status: 200, limit: 100_000, .. }), "{error}");
    assert!(error.to_string().contains("`response-bytes`") && error.uncertain() && !error.retryable());
    assert_eq!(channel.seen().len(), 1, "asking again would not make it smaller");
}

#[tokio::test]
async fn a_response_may_be_as_large_as_the_cap_and_no_larger() {
    for (size, fits) in [(100_000, true), (100_001, false)] {
        for declared in [true, false] {
            let body = vec![b'x'; size];
            let length = if declared { format!("content-length: {size}\r\n") } else { String::new() };
            let mut raw = format!("HTTP/1.1 200 OK\r\n{length}connection: close\r\n\r\n").into_bytes();
            raw.extend(body);
            let address = raw_channel(vec![Some(raw)]).await;
            let sent = route(&format!("http://{address}")).send(get("/")).await;
            match sent {
                Ok(response) => assert!(fits && response.body.len() == size),
                Err(error) => {
                    assert!(!fits && matches!(error, SendError::ResponseTooLarge { .. }), "{error}");
                }
            }
        }
    }
}

#[tokio::test]
async fn endless_headers_are_cut_off() {
    let raw = format!("HTTP/1.1 200 OK\r\nx-long: {}\r\n\r\n", "a".repeat(200_000)).into_bytes();
    let address = raw_channel(vec![Some(raw.clone()), Some(raw.clone()), Some(raw)]).await;
    let error = route(&format!("http://{address}")).send(get("/")).await.unwrap_err();
    assert!(matches!(error, SendError::Unavailable { outage: Outage::Broken(_), .. }), "{error}");
}

#[tokio::test]
async fn an_encoding_that_was_not_asked_for_is_not_handed_on() {
    let channel = Channel::start(|_, _| answer(200, &[("content-encoding", "br")], "????")).await;
    let error = route(&channel.url()).send(get("/")).await.unwrap_err();
    assert!(matches!(error, SendError::Unavailable { outage: Outage::Broken(_), .. }), "{error}");
}

#[tokio::test]
async fn a_request_over_the_limit_is_not_sent() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let route = route_with(GatewaySettings { request_bytes: 3, ..quick() }, spec(&channel.url()));
    let error = route.send(post("/", "four")).await.unwrap_err();
    assert!(matches!(error, SendError::Refused(Refusal::RequestTooLarge { bytes: 4, limit: 3 })), "{error}");
    assert!(channel.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_requests_are_on_the_wire_than_the_route_allows() {
    let (current, highest) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (now, most) = (current.clone(), highest.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = axum::Router::new().fallback(move || {
        let (now, most) = (now.clone(), most.clone());
        async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
            now.fetch_sub(1, Ordering::SeqCst);
        }
    });
    tokio::spawn(async move { axum::serve(listener, app).await });
    let spec = RouteSpec { max_in_flight: Some(3), ..spec(&format!("http://{address}")) };
    let route = route_with(quick(), spec);
    let mut sent = JoinSet::new();
    for _ in 0..30 {
        let route = route.clone();
        sent.spawn(async move { route.send(get("/")).await.unwrap() });
    }
    sent.join_all().await;
    assert_eq!(highest.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_budget_is_kept_across_routes_that_share_it() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let budget = Budget::new(BudgetSpec { name: "calls".into(), requests: 10, per_seconds: 1 }).unwrap();
    let route = || {
        let spec = RouteSpec { budgets: vec![budget.clone()], ..spec(&channel.url()) };
        route_with(quick(), spec)
    };
    let (germany, france) = (route(), route());
    let start = Instant::now();
    for _ in 0..3 {
        germany.send(get("/de")).await.unwrap();
        france.send(get("/fr")).await.unwrap();
    }
    assert!(start.elapsed() >= Duration::from_millis(500), "six calls took {:?}", start.elapsed());
}

#[tokio::test]
async fn a_budget_that_is_used_up_for_long_postpones_instead_of_waiting() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let budget = Budget::new(BudgetSpec { name: "daily".into(), requests: 1, per_seconds: 86_400 }).unwrap();
    let route = route_with(quick(), RouteSpec { budgets: vec![budget], ..spec(&channel.url()) });
    route.send(get("/")).await.unwrap();
    match route.send(get("/")).await.unwrap_err() {
        SendError::Throttled { retry_after, .. } => assert!(retry_after > Duration::from_secs(86_000)),
        other => panic!("{other}"),
    }
}
