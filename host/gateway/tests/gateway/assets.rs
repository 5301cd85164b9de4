//! Pictures that are read to be sent on.

use std::{
    net::{IpAddr, Ipv4Addr},
    time::Duration,
};

use wharf_gateway::{
    AssetError, BudgetScope, BudgetSpec, Credentials, GatewaySettings, Grant, Refusal, Route, RouteSpec,
    SendError,
};

use crate::support::{Channel, answer, get, quick, route_with, spec};

/// The operator's picture host leads to this machine, as do the vendor's stores.
fn settings() -> GatewaySettings {
    let names = ["pictures.example.test", "one.cdn.example.test", "other.example.test"];
    let here = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let hosts = names.map(|name| (name.to_owned(), here.clone())).into();
    GatewaySettings { hosts, asset_bytes: 1_000, ..quick() }
}

/// A route to a vendor at one port, with pictures at another.
fn to(vendor: &Channel, pictures: u16) -> RouteSpec {
    let mut spec = spec(&vendor.url());
    for host in ["pictures.example.test", "*.cdn.example.test"] {
        spec.grants.push(Grant { host: format!("{host}:{pictures}"), allow_private: true });
    }
    spec.credentials = Credentials::Bearer("token-token".to_owned().into());
    spec
}

async fn giving(status: u16, bytes: usize) -> (Channel, Route) {
    let location = if status == 302 { &[("location", "/b.jpg")][..] } else { &[] };
    let channel = Channel::start(move |_, _| answer(status, location, vec![b'p'; bytes])).await;
    let route = route_with(settings(), to(&channel, channel.address.port()));
    (channel, route)
}

async fn refusal(route: &Route, address: &str) -> AssetError {
    match route.asset(address).await.unwrap_err() {
        error @ SendError::Asset(_) if error.uncertain() => panic!("{error}"),
        SendError::Asset(error) => error,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_picture_is_read_from_granted_hosts_without_credentials() {
    let (channel, route) = giving(200, 1_000).await;
    let port = channel.address.port();
    for (address, uri) in [
        (format!("http://pictures.example.test:{port}/a%2Fb.jpg?w=1|2#top"), "/a%2Fb.jpg?w=1|2"),
        (format!("http://One.CDN.example.test:{port}/Hütte blau.jpg"), "/H%C3%BCtte%20blau.jpg"),
        (format!("http://pictures.example.test:{port}"), "/"),
    ] {
        assert_eq!(route.asset(&address).await.unwrap(), vec![b'p'; 1_000]);
        let seen = channel.seen().pop().unwrap();
        assert_eq!(seen.uri, uri);
        assert!(!seen.headers.contains_key("authorization"), "{:?}", seen.headers);
        assert!(address.to_lowercase().contains(seen.headers["host"].to_str().unwrap()));
    }
}

#[tokio::test]
async fn a_picture_is_read_from_nowhere_else() {
    let (channel, route) = giving(200, 1).await;
    let port = channel.address.port();
    for address in [
        format!("http://other.example.test:{port}/a.jpg"),
        format!("http://a.b.cdn.example.test:{port}/a.jpg"),
        "http://pictures.example.test/a.jpg".to_owned(),
        "http://169.254.169.254/latest/meta-data".to_owned(),
    ] {
        let error = refusal(&route, &address).await;
        assert!(matches!(&error, AssetError::NotGranted { .. }), "{address}: {error}");
    }
    for address in [
        format!("http://user:s3cret@pictures.example.test:{port}/a.jpg"),
        format!("ftp://pictures.example.test:{port}/a.jpg"),
        "file:///etc/passwd".to_owned(),
        "data:image/png;base64,AA==".to_owned(),
        "/a.jpg".to_owned(),
        format!("http://pictures.example.test:{port}/{}", "a".repeat(10_000)),
    ] {
        let error = refusal(&route, &address).await;
        assert!(matches!(&error, AssetError::Url { .. }), "{address}: {error}");
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
    assert!(channel.seen().is_empty());
}

#[tokio::test]
async fn a_granted_host_at_a_private_address_needs_the_operators_leave() {
    let (channel, _) = giving(200, 1).await;
    let port = channel.address.port();
    let mut spec = to(&channel, port);
    spec.grants[1].allow_private = false;
    spec.grants.push(Grant { host: format!("127.0.0.2:{port}"), allow_private: false });
    let route = route_with(settings(), spec);
    for host in ["pictures.example.test", "127.0.0.2"] {
        let AssetError::Unread(error) = refusal(&route, &format!("http://{host}:{port}/a.jpg")).await else {
            panic!("{host} is refused for its address");
        };
        assert!(matches!(*error, SendError::Refused(Refusal::Address(_))), "{error}");
    }
    assert!(channel.seen().is_empty());
}

#[tokio::test]
async fn what_is_no_picture_or_too_large_a_one_is_named_and_not_asked_for_again() {
    for (status, bytes) in [(404, 1), (401, 1), (302, 0), (200, 1_001)] {
        let (channel, route) = giving(status, bytes).await;
        let port = channel.address.port();
        let error = refusal(&route, &format!("http://pictures.example.test:{port}/a.jpg?key=s3cret")).await;
        match &error {
            AssetError::Status { status: said, .. } => assert!(*said == status && status != 200),
            AssetError::TooLarge { limit: 1_000, .. } => assert_eq!(status, 200),
            other => panic!("{other}"),
        }
        assert!(error.to_string().contains("/a.jpg") && !error.to_string().contains("s3cret"), "{error}");
        assert!(!SendError::from(error).retryable());
        assert_eq!(channel.seen().len(), 1);
    }
}

#[tokio::test]
async fn a_failing_picture_host_is_asked_as_often_as_any_other() {
    let pictures = Channel::start(|count, _| answer(if count < 3 { 503 } else { 200 }, &[], "p")).await;
    let route = route_with(settings(), to(&pictures, pictures.address.port()));
    let address = format!("http://pictures.example.test:{}/a.jpg", pictures.address.port());
    assert_eq!(&route.asset(&address).await.unwrap()[..], b"p");
    assert_eq!(pictures.seen().len(), 3);
}

#[tokio::test]
async fn a_picture_host_that_fails_again_and_again_is_left_alone_and_the_vendor_is_not() {
    let pictures = Channel::start(|_, _| answer(503, &[], "")).await;
    let vendor = Channel::start(|_, _| answer(200, &[], "")).await;
    let port = pictures.address.port();
    let mut settings = settings();
    settings.breaker.failures = 4;
    let route = route_with(settings, to(&vendor, port));
    for attempts in [3, 4, 4] {
        let address = format!("http://pictures.example.test:{port}/a.jpg");
        let AssetError::Unread(error) = refusal(&route, &address).await else { panic!("it was read") };
        assert!(error.retryable(), "{error}");
        assert_eq!(pictures.seen().len(), attempts);
    }
    assert_eq!(route.open_until(), None);
    route.send(get("/")).await.unwrap();
}

#[tokio::test]
async fn pictures_take_nothing_from_the_vendors_budgets() {
    let (channel, _) = giving(200, 1).await;
    let port = channel.address.port();
    let calls = BudgetSpec {
        name: "calls".into(),
        units: 1,
        per_seconds: 3_600,
        scope: BudgetScope::Channel,
        applies: Vec::new(),
        burst: None,
        concurrent: None,
    };
    let route = route_with(settings(), RouteSpec { budgets: vec![calls], ..to(&channel, port) });
    route.allow(0, None, Some(Duration::from_secs(600)));
    for _ in 0..3 {
        route.asset(&format!("http://pictures.example.test:{port}/a.jpg")).await.unwrap();
    }
    assert!(matches!(route.send(get("/")).await, Err(SendError::Throttled { .. })));
}
