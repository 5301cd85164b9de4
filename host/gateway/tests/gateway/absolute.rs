//! Presigned uploads and report downloads: whole addresses that a channel hands out.

use std::net::{IpAddr, Ipv4Addr};

use wharf_gateway::{
    Credentials, EndpointKind, EndpointSpec, Gateway, GatewayError, GatewaySettings, Grant, Refusal, Request,
    RouteSpec, SendError,
};

use crate::support::{Channel, answer, get, post, quick, route_with, spec};

const SIGNATURE: &str = "X-Amz-Signature=presigned-s3cret";

/// A route to the channel's own API (endpoint 0, with credentials) and to its buckets (endpoint 1).
fn buckets(channel: &Channel) -> RouteSpec {
    let port = channel.address.port();
    let mut spec = spec(&channel.url());
    spec.endpoints.push(EndpointSpec {
        name: "upload".into(),
        url: format!("http://*.s3.example.test:{port}/"),
        kind: EndpointKind::Absolute,
        ..spec.endpoints[0].clone()
    });
    spec.grants.push(Grant { host: format!("*.s3.example.test:{port}"), allow_private: true });
    spec.credentials = Credentials::Bearer("token-token".to_owned().into());
    spec
}

/// Every bucket's name leads to this machine.
fn settings() -> GatewaySettings {
    let here = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let names = ["one.s3.example.test", "two.s3.example.test", "example.test"];
    GatewaySettings { hosts: names.map(|name| (name.to_owned(), here.clone())).into(), ..quick() }
}

fn upload(address: &str, body: &'static str) -> Request {
    Request { endpoint: 1, ..post(address, body) }
}

#[tokio::test]
async fn a_presigned_address_is_used_as_it_is_and_without_credentials() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let port = channel.address.port();
    let route = route_with(settings(), buckets(&channel));
    let target = format!("/feeds/a%2Fb%20c?{SIGNATURE}&X-Amz-Date=20261121T000000Z&x");
    route.send(upload(&format!("http://one.s3.example.test:{port}{target}"), "rows")).await.unwrap();
    route.send(upload(&format!("http://two.s3.example.test:{port}{target}"), "rows")).await.unwrap();
    route.send(get("/own")).await.unwrap();
    let seen = channel.seen();
    assert_eq!((seen[0].uri.as_str(), &seen[0].body[..]), (target.as_str(), &b"rows"[..]));
    assert_eq!(seen[0].headers["host"], format!("one.s3.example.test:{port}"));
    assert!(seen[..2].iter().all(|seen| !seen.headers.contains_key("authorization")));
    assert_eq!(seen[2].headers["authorization"], "Bearer token-token");
}

#[tokio::test]
async fn an_expired_permission_is_an_answer_and_not_the_credentials_fault() {
    let channel = Channel::start(|_, _| answer(401, &[], "expired")).await;
    let address = format!("http://one.s3.example.test:{}/x?{SIGNATURE}", channel.address.port());
    let response = route_with(settings(), buckets(&channel)).send(upload(&address, "")).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (401, &b"expired"[..]));
}

#[tokio::test]
async fn an_address_that_does_not_fit_or_is_not_granted_is_refused_without_its_query() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let port = channel.address.port();
    let mut spec = buckets(&channel);
    spec.endpoints[1].paths = vec!["/feeds/".into()];
    spec.grants[1].host = format!("one.s3.example.test:{port}");
    let route = route_with(settings(), spec);
    for (address, expected) in [
        (format!("http://evil.test:{port}/feeds/x?{SIGNATURE}"), "does not fit"),
        (format!("https://one.s3.example.test:{port}/feeds/x?{SIGNATURE}"), "does not fit"),
        (format!("http://two.s3.example.test:{port}/feeds/x?{SIGNATURE}"), "not granted"),
        (format!("http://one.s3.example.test:{port}/other/x?{SIGNATURE}"), "declare a prefix"),
        (format!("http://one.s3.example.test:{port}/feeds/%2e%2e/x?{SIGNATURE}"), "climbs"),
        (format!("http://one.s3.example.test:{port}/feeds/x?{SIGNATURE}#part"), "percent-encoded"),
        (format!("http://one.s3.example.test:{port}/feeds/x\r\nhost: evil?{SIGNATURE}"), "percent-encoded"),
        (format!("http://u:p@one.s3.example.test:{port}/feeds/x?{SIGNATURE}"), "plainly"),
        (format!("/feeds/x?{SIGNATURE}"), "not a whole address"),
    ] {
        let request = upload(&address, "");
        assert!(!format!("{request:?}").contains("s3cret"), "{request:?}");
        let error = route.send(request).await.unwrap_err();
        assert!(matches!(&error, SendError::Refused(_)), "{address}: {error}");
        assert!(error.to_string().contains(expected), "{address}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
    assert!(channel.seen().is_empty());
}

#[tokio::test]
async fn a_failure_does_not_show_the_query() {
    let mut spec = buckets(&Channel::start(|_, _| answer(503, &[], "")).await);
    let closed = "http://one.s3.example.test:1";
    spec.endpoints[1].url = "http://*.s3.example.test:1/".into();
    spec.grants[1].host = "*.s3.example.test:1".into();
    let error = route_with(settings(), spec).send(upload(&format!("{closed}/x?{SIGNATURE}"), "")).await;
    let error = error.unwrap_err();
    assert!(matches!(error, SendError::Unavailable { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn a_public_grant_opens_neither_plain_http_nor_private_addresses() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let port = channel.address.port();
    let mut spec = buckets(&channel);
    spec.grants[1].allow_private = false;
    let route = route_with(settings(), spec.clone());
    let error = route.send(upload(&format!("http://one.s3.example.test:{port}/x"), "")).await.unwrap_err();
    assert!(error.to_string().contains("https"), "{error}");
    spec.endpoints[1].url = format!("https://*.s3.example.test:{port}/");
    let route = route_with(settings(), spec);
    let error = route.send(upload(&format!("https://one.s3.example.test:{port}/x"), "")).await.unwrap_err();
    assert!(matches!(&error, SendError::Refused(Refusal::Address(_))), "{error}");
    assert!(channel.seen().is_empty());
}

#[tokio::test]
async fn patterns_are_narrow_and_a_wildcard_grant_takes_no_credentials_along() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let gateway = Gateway::new(settings()).unwrap();
    for url in ["https://*/", "https://*.com/", "https://s3.*.example.com/", "https://*.example.com/?x=1"] {
        let mut spec = buckets(&channel);
        spec.endpoints[1].url = url.into();
        let error = gateway.route(spec).unwrap_err();
        assert!(matches!(error, GatewayError::Url { .. }), "{url}: {error}");
    }
    for host in ["*", "*.com", "x.*.example.com"] {
        let mut spec = buckets(&channel);
        spec.grants[1].host = host.into();
        assert!(matches!(gateway.route(spec).unwrap_err(), GatewayError::Grant { .. }), "{host}");
    }
    let mut ungranted = buckets(&channel);
    ungranted.grants.pop();
    let error = gateway.route(ungranted).unwrap_err();
    assert!(error.to_string().contains("add `*.s3.example.test"), "{error}");
    let mut own = buckets(&channel);
    own.endpoints[0].url = format!("http://one.s3.example.test:{}", channel.address.port());
    assert!(matches!(gateway.route(own).unwrap_err(), GatewayError::NotGranted { .. }));
}
