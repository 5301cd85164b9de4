//! A channel that throttles, fails, falls silent or hangs up: nothing is lost, nothing is repeated in vain.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinSet,
};
use wharf_gateway::{GatewaySettings, Outage, SendError};

use crate::support::{Channel, answer, get, post, quick, raw_channel, route, route_with, spec};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";

#[tokio::test]
async fn a_failing_channel_is_asked_again_with_the_same_request() {
    for status in [500, 502, 503, 504, 429] {
        let channel =
            Channel::start(move |count, _| answer(if count < 3 { status } else { 200 }, &[], "ok")).await;
        let route = route(&channel.url());
        let mut request = post("/items", "body");
        request.idempotency_key = Some("same".into());
        assert_eq!(route.send(request).await.unwrap().status, 200, "{status}");
        let seen = channel.seen();
        assert_eq!(seen.len(), 3);
        assert!(
            seen.iter().all(|seen| &seen.body[..] == b"body" && seen.headers["idempotency-key"] == "same")
        );
        let figures = route.figures();
        assert_eq!((figures.requests, figures.retries, figures.failed), (1, 2, 0));
        assert_eq!(figures.throttled, if status == 429 { 2 } else { 0 });
    }
}

#[tokio::test]
async fn the_connector_never_sees_an_outage_but_every_other_status() {
    for status in [200, 204, 301, 400, 403, 404, 409, 422, 501] {
        let channel = Channel::start(move |_, _| answer(status, &[], "")).await;
        assert_eq!(route(&channel.url()).send(get("/")).await.unwrap().status, status);
        assert_eq!(channel.seen().len(), 1);
    }
    let channel = Channel::start(|_, _| answer(503, &[], "down")).await;
    let error = route(&channel.url()).send(get("/")).await.unwrap_err();
    assert!(
        matches!(error, SendError::Unavailable { attempts: 3, outage: Outage::Status(503), .. })
            && error.retryable(),
        "{error}"
    );
    assert_eq!(channel.seen().len(), 3);
}

#[tokio::test]
async fn retry_after_is_honoured() {
    let channel = Channel::start(|count, _| match count {
        1 => answer(429, &[("retry-after", "1")], ""),
        _ => answer(200, &[], ""),
    })
    .await;
    let start = Instant::now();
    route(&channel.url()).send(get("/")).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1), "after {:?}", start.elapsed());
}

#[tokio::test]
async fn a_wait_beyond_the_cap_is_the_callers_and_the_others_do_not_hammer() {
    let channel = Channel::start(|_, _| answer(429, &[("retry-after", "120")], "")).await;
    let route = route(&channel.url());
    for _ in 0..5 {
        match route.send(get("/")).await.unwrap_err() {
            SendError::Throttled { retry_after, .. } => {
                assert!(retry_after > Duration::from_secs(118) && retry_after <= Duration::from_secs(120));
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(channel.seen().len(), 1, "while the channel wants to be left alone, nobody asks");
}

#[tokio::test]
async fn an_absurd_retry_after_does_not_stop_a_channel_for_good() {
    let channel = Channel::start(|_, _| answer(429, &[("retry-after", "18446744073709551615")], "")).await;
    match route(&channel.url()).send(get("/")).await.unwrap_err() {
        SendError::Throttled { retry_after, .. } => assert_eq!(retry_after, Duration::from_secs(3_600)),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_channel_that_throttles_without_saying_for_how_long_is_left_alone_for_a_while() {
    let channel = Channel::start(|_, _| answer(429, &[], "")).await;
    match route(&channel.url()).send(get("/")).await.unwrap_err() {
        SendError::Throttled { retry_after, .. } => assert_eq!(retry_after, Duration::from_millis(20)),
        other => panic!("{other}"),
    }
    assert_eq!(channel.seen().len(), 3);
}

#[tokio::test]
async fn one_throttled_request_pauses_the_others_of_its_route() {
    let channel = Channel::start(|count, _| match count {
        1 => answer(429, &[("retry-after", "1")], ""),
        _ => answer(200, &[], ""),
    })
    .await;
    let route = route(&channel.url());
    let first = tokio::spawn({
        let route = route.clone();
        async move { route.send(get("/first")).await }
    });
    while route.figures().throttled == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut others = JoinSet::new();
    for _ in 0..10 {
        let route = route.clone();
        others.spawn(async move { route.send(get("/other")).await });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(channel.seen().len(), 1, "others were sent during the pause");
    first.await.unwrap().unwrap();
    assert!(others.join_all().await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn garbage_and_cut_lines_are_repeated() {
    for broken in [
        &b"what is this?\r\n\r\n"[..],
        b"",
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nhalf",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope",
    ] {
        let address = raw_channel(vec![Some(broken.into()), Some(OK.into())]).await;
        let shown = String::from_utf8_lossy(broken).into_owned();
        let response = route(&format!("http://{address}")).send(get("/")).await;
        assert_eq!(&response.expect(&shown).body[..], b"ok", "{shown}");
    }
}

#[tokio::test]
async fn silence_ends_in_a_timeout_and_is_repeated() {
    let address = raw_channel(vec![None, Some(OK.into())]).await;
    assert_eq!(route(&format!("http://{address}")).send(get("/")).await.unwrap().status, 200);
    let address = raw_channel(vec![None, None, None]).await;
    let start = Instant::now();
    let error = route(&format!("http://{address}")).send(get("/")).await.unwrap_err();
    assert!(matches!(error, SendError::Timeout { attempts: 3, .. }) && error.uncertain(), "{error}");
    assert!(error.to_string().contains("request-timeout-ms"));
    assert!(start.elapsed() >= Duration::from_millis(900));
}

#[tokio::test]
async fn a_body_that_never_ends_is_a_timeout_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n").await.unwrap();
        // One byte at a time: never idle for long, never done.
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut settings = quick();
    settings.retry.attempts = 1;
    let error = route_with(settings, spec(&format!("http://{address}"))).send(get("/")).await.unwrap_err();
    assert!(matches!(error, SendError::Timeout { attempts: 1, .. }), "{error}");
}

#[tokio::test]
async fn a_closed_port_is_unavailable_and_certainly_untouched() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = route(&format!("http://{address}")).send(get("/")).await.unwrap_err();
    assert!(
        matches!(error, SendError::Unavailable { attempts: 3, outage: Outage::Connect(_), .. }),
        "{error}"
    );
    assert!(error.retryable() && !error.uncertain());
}

#[tokio::test]
async fn a_channel_without_tls_is_unavailable_over_https() {
    let address = raw_channel(vec![Some(OK.into()), Some(OK.into()), Some(OK.into())]).await;
    let error = route(&format!("https://{address}")).send(get("/")).await.unwrap_err();
    assert!(matches!(error, SendError::Unavailable { outage: Outage::Connect(_), .. }), "{error}");
}

#[tokio::test]
async fn what_must_not_be_repeated_is_sent_once() {
    let once = |request| wharf_gateway::Request { repeatable: false, ..request };
    let silent = raw_channel(vec![None, Some(OK.into())]).await;
    let error = route(&format!("http://{silent}")).send(once(post("/", "x"))).await.unwrap_err();
    assert!(matches!(error, SendError::Timeout { attempts: 1, .. }) && error.uncertain(), "{error}");
    let cut = raw_channel(vec![Some(Vec::new()), Some(OK.into())]).await;
    let error = route(&format!("http://{cut}")).send(once(post("/", "x"))).await.unwrap_err();
    assert!(matches!(error, SendError::Unavailable { attempts: 1, .. }) && error.uncertain(), "{error}");
    let failing = Channel::start(|_, _| answer(500, &[], "")).await;
    assert!(route(&failing.url()).send(once(post("/", "x"))).await.unwrap_err().uncertain());
    assert_eq!(failing.seen().len(), 1);
    let throttled = Channel::start(|count, _| answer(if count == 1 { 429 } else { 200 }, &[], "")).await;
    route(&throttled.url()).send(once(post("/", "x"))).await.unwrap();
    assert_eq!(throttled.seen().len(), 2, "429 says that it was not taken");
}

#[tokio::test]
async fn connections_are_kept_and_used_again() {
    let channel = Channel::start(|count, _| answer(if count % 10 == 0 { 500 } else { 200 }, &[], "ok")).await;
    let route = route_with(GatewaySettings { max_in_flight: 1, ..quick() }, spec(&channel.url()));
    for _ in 0..100 {
        route.send(get("/")).await.unwrap();
    }
    assert!(channel.connections() <= 2, "{} connections for 100 requests in turn", channel.connections());
}
