//! A host that fails again and again is left alone, and found again when it is back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use tokio::{net::TcpListener, task::JoinSet};
use wharf_gateway::{BreakerSettings, EndpointSpec, GatewaySettings, Grant, Request, SendError};

use crate::support::{Channel, answer, get, quick, route_with, spec};

fn settings(failures: u32, pause_ms: u64) -> GatewaySettings {
    GatewaySettings { breaker: BreakerSettings { failures, pause_ms, pause_cap_ms: 10_000 }, ..quick() }
}

/// A channel that is down until it is told to work.
async fn broken() -> (Channel, Arc<AtomicBool>) {
    let works = Arc::new(AtomicBool::new(false));
    let working = works.clone();
    let channel =
        Channel::start(move |_, _| answer(if working.load(Relaxed) { 200 } else { 503 }, &[], "")).await;
    (channel, works)
}

#[tokio::test]
async fn a_host_that_keeps_failing_is_not_asked_until_its_pause_is_over() {
    let (channel, works) = broken().await;
    let route = route_with(settings(4, 1_000), spec(&channel.url()));
    let first = route.send(get("/")).await.unwrap_err();
    assert!(matches!(first, SendError::Unavailable { attempts: 3, .. }), "{first}");
    let second = route.send(get("/")).await.unwrap_err();
    assert!(matches!(second, SendError::Unavailable { attempts: 1, .. }), "no repeats once open: {second}");
    let asked = channel.seen().len();
    for _ in 0..50 {
        let error = route.send(get("/")).await.unwrap_err();
        let SendError::Open { until, .. } = &error else { panic!("{error}") };
        let left = until.duration_since(SystemTime::now()).unwrap();
        assert!(left <= Duration::from_secs(1) && error.retryable() && !error.uncertain());
        assert!(error.to_string().contains("left alone until"), "{error}");
    }
    assert!(route.open_until().is_some());
    assert_eq!(channel.seen().len(), asked);
    works.store(true, Relaxed);
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    assert_eq!(route.open_until(), None);
    route.send(get("/")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_request_probes_and_the_others_go_by_what_it_finds() {
    let (channel, works) = broken().await;
    let route = route_with(settings(3, 500), spec(&channel.url()));
    let everybody = || async {
        let mut sent = JoinSet::new();
        for _ in 0..20 {
            let route = route.clone();
            sent.spawn(async move { route.send(get("/")).await });
        }
        sent.join_all().await
    };
    assert!(route.send(get("/")).await.is_err());
    tokio::time::sleep(Duration::from_millis(520)).await;
    let asked = channel.seen().len();
    assert!(everybody().await.iter().all(Result::is_err));
    assert_eq!(channel.seen().len(), asked + 1, "only the probe was sent");
    works.store(true, Relaxed);
    let error = route.send(get("/")).await.unwrap_err();
    let SendError::Open { until, .. } = error else { panic!("{error}") };
    let pause = until.duration_since(SystemTime::now()).unwrap();
    assert!(pause > Duration::from_millis(500), "the pause has doubled: {pause:?}");
    tokio::time::sleep(pause + Duration::from_millis(20)).await;
    assert!(everybody().await.iter().all(Result::is_ok), "nobody is turned away while the probe succeeds");
}

#[tokio::test]
async fn closed_ports_and_silence_count_and_complaints_do_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let route = route_with(settings(3, 10_000), spec(&format!("http://{address}")));
    assert!(matches!(route.send(get("/")).await, Err(SendError::Unavailable { .. })));
    assert!(matches!(route.send(get("/")).await, Err(SendError::Open { .. })));
    for status in [400, 404, 429, 501] {
        let channel = Channel::start(move |_, _| answer(status, &[("retry-after", "0")], "")).await;
        let route = route_with(settings(2, 10_000), spec(&channel.url()));
        for _ in 0..5 {
            assert!(!matches!(route.send(get("/")).await, Err(SendError::Open { .. })), "{status}");
        }
    }
}

#[tokio::test]
async fn each_host_of_a_route_is_judged_by_itself() {
    let (down, _) = broken().await;
    let up = Channel::start(|_, _| answer(200, &[], "")).await;
    let mut spec = spec(&down.url());
    let [api] = spec.endpoints.as_slice() else { unreachable!() };
    let (twin, other) =
        (EndpointSpec { name: "twin".into(), ..api.clone() }, EndpointSpec { url: up.url(), ..api.clone() });
    spec.endpoints.extend([twin, other]);
    spec.grants.push(Grant { host: up.address.to_string(), allow_private: true });
    let route = route_with(settings(3, 10_000), spec);
    let to = |endpoint| Request { endpoint, ..get("/") };
    assert!(route.send(to(0)).await.is_err());
    assert!(matches!(route.send(to(1)).await, Err(SendError::Open { .. })), "the same host");
    route.send(to(2)).await.unwrap();
    assert_eq!(route.open_until(), None, "there is something to do at the other host");
}

#[tokio::test]
async fn doubt_about_an_earlier_attempt_outlives_a_clear_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        // Takes the request, hangs up, and is gone.
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(listener);
        let mut request = [0; 4096];
        assert!(tokio::io::AsyncReadExt::read(&mut stream, &mut request).await.unwrap() > 0);
    });
    let route = route_with(settings(20, 10_000), spec(&format!("http://{address}")));
    let error = route.send(get("/")).await.unwrap_err();
    assert!(error.uncertain(), "the first attempt may have been acted on: {error}");
}
