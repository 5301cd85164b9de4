//! Channels that attack: with addresses, with framing, with sheer amount. Each costs its own request and no more.

use std::{
    io::Write,
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use flate2::{Compression, write::GzEncoder};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use wharf_gateway::{Gateway, GatewaySettings, Grant, Outage, Refusal, Response, RouteSpec, SendError};

use crate::support::{Channel, answer, get, post, quick, route, route_with, spec};

/// How an attack goes on after its first bytes.
#[derive(Debug, Clone, Copy)]
enum Then {
    HangUp,
    /// Keeps the connection open for further requests.
    Stay,
    /// The last bytes again and again.
    Repeat(&'static str),
    /// One byte at a time.
    Drip,
}

/// Answers every request on every connection with these bytes.
async fn attacker(bytes: impl Into<Vec<u8>>, then: Then) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bytes = bytes.into();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(attack(stream, bytes.clone(), then));
        }
    });
    address
}

async fn attack(mut stream: TcpStream, bytes: Vec<u8>, then: Then) {
    let mut request = [0; 4096];
    while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
        match then {
            Then::Drip => {
                for byte in bytes.chunks(1) {
                    if stream.write_all(byte).await.is_err() {
                        return;
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            _ if stream.write_all(&bytes).await.is_err() => return,
            Then::Repeat(more) => {
                let more = more.repeat(1_000);
                while stream.write_all(more.as_bytes()).await.is_ok() {}
                return;
            }
            Then::HangUp => return,
            Then::Stay => {}
        }
    }
}

/// What comes of one attempt.
async fn once(address: SocketAddr, settings: GatewaySettings) -> Result<Response, SendError> {
    let mut settings = settings;
    settings.retry.attempts = 1;
    let start = Instant::now();
    let sent = route_with(settings, spec(&format!("http://{address}"))).send(get("/")).await;
    assert!(start.elapsed() < Duration::from_secs(3), "after {:?}", start.elapsed());
    sent
}

#[tokio::test]
async fn framing_that_is_not_http_is_a_broken_response() {
    for bytes in [
        "\u{0}\u{0}\u{12}\u{4}\u{0}\u{0}\u{0}\u{0}\u{0}",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "<html>no status line</html>",
        "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 99999 OK\r\n\r\n",
        "HTTP/1.1 -200 OK\r\n\r\n",
        "HTTP/7.3 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-a: 1\u{0}2\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx-a: split\r x-b: 2\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nx a: 1\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nokk",
        "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nok",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n-2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10000000000000000\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n",
    ] {
        let sent = once(attacker(bytes, Then::HangUp).await, quick()).await;
        let broken = matches!(&sent, Err(SendError::Unavailable { outage: Outage::Broken(_), .. }));
        assert!(broken, "{bytes:?}: {sent:?}");
    }
}

#[tokio::test]
async fn what_never_ends_is_cut_off() {
    let chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    for (bytes, more) in [
        ("HTTP/1.1 200 OK\r\n".to_owned(), "x-a: 1\r\n"),
        ("HTTP/1.1 200 OK\r\nx-a: ".to_owned(), "aaaaaaaa"),
        ("HTTP/1.1 200 ".to_owned(), "very good "),
        (String::new(), "HTTP/1.1 100 Continue\r\n\r\n"),
        (format!("{chunked}2;"), "ext=1;"),
        (format!("{chunked}0\r\n"), "x-trailer: 1\r\n"),
        (format!("{chunked}2\r\nok\r\n"), "0"),
    ] {
        let sent = once(attacker(bytes.clone(), Then::Repeat(more)).await, quick()).await;
        let cut_off = matches!(
            &sent,
            Err(SendError::Unavailable { outage: Outage::Broken(_), .. } | SendError::Timeout { .. })
        );
        assert!(cut_off, "{bytes:?} {more:?}: {:?}", sent.map(|response| response.status));
    }
    for bytes in [format!("{chunked}ffffffff\r\n"), "HTTP/1.1 200 OK\r\n\r\n".to_owned()] {
        let sent = once(attacker(bytes, Then::Repeat("flood of a body")).await, quick()).await;
        assert!(matches!(sent, Err(SendError::ResponseTooLarge { .. })), "{sent:?}");
    }
}

#[tokio::test]
async fn a_hundred_thousand_headers_are_too_many_even_when_there_is_room() {
    let headers = "x: 1\r\n".repeat(100_000);
    let raw = format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n");
    let settings = GatewaySettings { header_bytes: 10 << 20, request_timeout_ms: 2_000, ..quick() };
    let sent = once(attacker(raw, Then::HangUp).await, settings).await;
    assert!(matches!(sent, Err(SendError::Unavailable { outage: Outage::Broken(_), .. })), "{sent:?}");
}

#[tokio::test]
async fn one_byte_at_a_time_does_not_outlast_the_deadline() {
    for bytes in [
        "HTTP/1.1 200 OK and nothing more to be said about it\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nslowly...",
    ] {
        let sent = once(attacker(bytes, Then::Drip).await, quick()).await;
        assert!(matches!(sent, Err(SendError::Timeout { .. })), "{bytes:?}: {sent:?}");
    }
}

#[tokio::test]
async fn an_old_server_is_understood() {
    for raw in [
        "HTTP/1.0 200 OK\r\n\r\nold",
        "HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nold",
        "HTTP/1.1 200\r\nconnection: close\r\n\r\nold",
        "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nold",
    ] {
        let response = once(attacker(raw, Then::HangUp).await, quick()).await.expect(raw);
        assert_eq!((response.status, &response.body[..]), (200, &b"old"[..]), "{raw:?}");
    }
}

#[tokio::test]
async fn an_answer_that_was_not_asked_for_is_never_taken_for_one() {
    let smuggled =
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil";
    let address = attacker(smuggled, Then::Stay).await;
    let route = route(&format!("http://{address}"));
    for _ in 0..100 {
        // On another connection each time; but never the answer that lay in wait.
        assert_eq!(&route.send(get("/")).await.unwrap().body[..], b"ok");
    }
}

#[tokio::test]
async fn a_switch_to_another_protocol_is_no_tunnel() {
    let raw = "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
    match once(attacker(raw, Then::Repeat("frames")).await, quick()).await {
        Ok(response) => assert_eq!((response.status, response.body.len()), (101, 0)),
        Err(error) => {
            assert!(matches!(error, SendError::Unavailable { .. } | SendError::Timeout { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn no_redirect_is_followed_wherever_it_points() {
    let private = Channel::start(|_, _| answer(200, &[], "secret")).await;
    for status in [301, 302, 303, 307, 308] {
        for location in [private.url(), "http://169.254.169.254/latest/meta-data".into(), "/elsewhere".into()]
        {
            let target = location.clone();
            let channel = Channel::start(move |_, _| answer(status, &[("location", &target)], "")).await;
            let spec = RouteSpec { reads_headers: vec!["location".into()], ..spec(&channel.url()) };
            let response = route_with(quick(), spec).send(post("/", "body")).await.unwrap();
            assert_eq!(response.status, status);
            assert_eq!(response.headers, [("location".to_owned(), location)], "the connector may read it");
            assert_eq!(channel.seen().len(), 1);
        }
    }
    assert!(private.seen().is_empty());
}

/// A route by name to a port of this machine, where the name stands for these addresses.
fn named(addresses: &[&str], port: u16, allow_private: bool) -> Result<wharf_gateway::Route, String> {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    let settings = GatewaySettings { hosts: [("Shop.Example.test".into(), addresses)].into(), ..quick() };
    let host = format!("shop.example.test:{port}");
    let grants = vec![Grant { host: host.clone(), allow_private }];
    let spec = RouteSpec { grants, ..spec(&format!("http://{host}")) };
    Gateway::new(settings).unwrap().route(spec).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_name_is_judged_by_the_addresses_that_it_resolves_to() {
    let channel = Channel::start(|_, _| answer(200, &[], "here")).await;
    let port = channel.address.port();
    for (addresses, allow_private) in [
        (&["127.0.0.1"][..], false),
        (&["::1"], false),
        (&["::ffff:127.0.0.1"], false),
        (&["10.0.0.1", "192.168.0.1"], false),
        (&["169.254.169.254"], true),
        (&["::ffff:169.254.169.254", "0.0.0.0"], true),
    ] {
        let error = named(addresses, port, allow_private).unwrap().send(get("/")).await.unwrap_err();
        assert!(matches!(&error, SendError::Refused(Refusal::Address(_))), "{addresses:?}: {error}");
    }
    assert!(channel.seen().is_empty());
    let mixed = named(&["169.254.169.254", "127.0.0.1"], port, true).unwrap();
    assert_eq!(&mixed.send(get("/")).await.unwrap().body[..], b"here", "only the address that is open");
}

#[tokio::test]
async fn a_target_cannot_smuggle_in_a_second_request() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let route = route(&channel.url());
    for target in [
        "/x HTTP/1.1\r\nhost: evil\r\n\r\nGET /y",
        "/x\nhost: evil",
        "/x\r\n",
        "/x\tHTTP/1.0",
        "/x\u{0}",
        "/x\u{7f}",
        "/\u{2028}",
        "http://evil.example/x",
    ] {
        let error = route.send(get(target)).await.unwrap_err();
        assert!(matches!(&error, SendError::Refused(Refusal::Target { .. })), "{target:?}: {error}");
        assert!(!error.to_string().contains(['\r', '\n', '\u{0}']), "{error:?}");
    }
    assert!(channel.seen().is_empty());
}

#[tokio::test]
async fn compressed_lies_are_told_from_compressed_truth() {
    let packed = |text: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    };
    let whole = packed(&[b'a'; 10_000]);
    let (cut, mut wrong) = (whole[..whole.len() - 9].to_vec(), whole.clone());
    *wrong.last_mut().unwrap() ^= 1;
    let members = packed(&[b'a'; 60_000]).repeat(2);
    for (body, encoding, too_large) in [
        (cut, "gzip", false),
        (wrong, "gzip", false),
        (packed(&whole), "gzip, gzip", false),
        (members, "gzip", true),
    ] {
        let channel =
            Channel::start(move |_, _| answer(200, &[("content-encoding", encoding)], body.clone())).await;
        let error = once(channel.address, quick()).await.unwrap_err();
        match error {
            SendError::ResponseTooLarge { .. } => assert!(too_large),
            SendError::Unavailable { outage: Outage::Broken(_), .. } => assert!(!too_large),
            other => panic!("{other}"),
        }
    }
}
