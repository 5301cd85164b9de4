//! What a channel sends back is bounded, and what goes out keeps to the in-flight limit.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use flate2::{Compression, write::GzEncoder};
use tokio::task::JoinSet;
use wharf_gateway::{GatewaySettings, Outage, Refusal, Request, RouteSpec, SendError};

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
async fn a_gzip_file_is_unpacked_where_it_is_asked_for_whatever_the_headers_say() {
    let rows = vec![b'a'; 50_000];
    let text = &[("content-type", "text/tab-separated-values")][..];
    let (encoded, stored) = (&[("content-encoding", "gzip")][..], &[("content-encoding", "aws-chunked")][..]);
    for (headers, body, unpack, expected) in [
        (text, gzip(50_000), true, rows.clone()),
        (encoded, gzip(50_000), true, rows.clone()),
        (stored, gzip(50_000), true, rows.clone()),
        (text, gzip(50_000), false, gzip(50_000)),
        (text, b"no such report".to_vec(), true, b"no such report".to_vec()),
        (text, b"\x1f\x8b".to_vec(), true, b"\x1f\x8b".to_vec()),
        (text, Vec::new(), true, Vec::new()),
    ] {
        let channel = Channel::start(move |_, _| answer(200, headers, body.clone())).await;
        let response = route(&channel.url()).send(Request { unpack, ..get("/") }).await.unwrap();
        assert!(response.body == expected, "{headers:?}, unpack {unpack}: {} bytes", response.body.len());
    }
}

#[tokio::test]
async fn a_gzip_file_that_unfolds_beyond_the_cap_or_breaks_off_is_not_handed_on() {
    let bomb = gzip(50_000_000);
    let broken = gzip(50_000)[..60].to_vec();
    for (body, too_large) in [(bomb, true), (broken, false)] {
        let channel = Channel::start(move |_, _| answer(200, &[], body.clone())).await;
        match route(&channel.url()).send(Request { unpack: true, ..get("/") }).await.unwrap_err() {
            SendError::ResponseTooLarge { limit: 100_000, .. } => assert!(too_large),
            SendError::Unavailable { outage: Outage::Broken(_), .. } => assert!(!too_large),
            other => panic!("{other}"),
        }
    }
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
