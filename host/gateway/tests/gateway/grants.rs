//! Nothing is reached that the connector did not declare and the operator did not grant.

use wharf_gateway::{
    Credentials, EndpointSpec, Gateway, GatewayError, Grant, Method, Refusal, Route, RouteSpec, SendError,
};

use crate::support::{Channel, answer, get, post, quick, route, route_with, spec};

fn refused(spec: RouteSpec) -> GatewayError {
    Gateway::new(quick()).unwrap().route(spec).unwrap_err()
}

fn granting(url: &str, host: &str, allow_private: bool) -> RouteSpec {
    RouteSpec { grants: vec![Grant { host: host.into(), allow_private }], ..spec(url) }
}

async fn refusal(route: &Route, request: wharf_gateway::Request) -> Refusal {
    match route.send(request).await.unwrap_err() {
        SendError::Refused(refusal) => refusal,
        other => panic!("not refused, but: {other}"),
    }
}

#[tokio::test]
async fn a_granted_and_declared_request_arrives_as_it_was_asked_for() {
    let channel =
        Channel::start(|_, _| answer(201, &[("X-Request-Id", "r1"), ("x-other", "no")], "made")).await;
    let spec = RouteSpec { reads_headers: vec!["X-Request-Id".into()], ..spec(&channel.url()) };
    let route = route_with(quick(), spec);
    let mut request = post("/items/a%2Fb?x=1", "{\"a\":1}");
    request.headers = vec![("content-type".into(), "application/json".into())];
    request.idempotency_key = Some("key-1".into());
    let response = route.send(request).await.unwrap();
    assert_eq!((response.status, &response.body[..]), (201, &b"made"[..]));
    assert_eq!(response.headers, [("x-request-id".to_owned(), "r1".to_owned())]);
    let seen = &channel.seen()[0];
    assert_eq!((seen.uri.as_str(), &seen.body[..]), ("/items/a%2Fb?x=1", &b"{\"a\":1}"[..]));
    assert_eq!(seen.headers["content-type"], "application/json");
    assert_eq!(seen.headers["idempotency-key"], "key-1");
    assert_eq!(seen.headers["host"], channel.address.to_string());
    let figures = route.figures();
    assert_eq!((figures.requests, figures.retries, figures.failed), (1, 0, 0));
    assert_eq!((figures.bytes_out, figures.bytes_in), (7, 4));
}

#[tokio::test]
async fn a_base_path_goes_before_every_target() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let route = route_with(quick(), {
        let url = format!("{}/proxy/v1/", channel.url());
        granting(&url, &channel.address.to_string(), true)
    });
    route.send(get("/items?x=1")).await.unwrap();
    assert_eq!(channel.seen()[0].uri, "/proxy/v1/items?x=1");
}

#[tokio::test]
async fn undeclared_methods_paths_and_endpoints_are_refused_with_the_remedy() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let mut spec = spec(&channel.url());
    spec.endpoints[0].paths = vec!["/v1/items".into(), "/v1/media/".into()];
    let route = route_with(quick(), spec);
    let delete = wharf_gateway::Request { method: Method::DELETE, ..get("/v1/items/1") };
    let error = refusal(&route, delete).await.to_string();
    assert!(error.contains("`api`") && error.contains("DELETE") && error.contains("declare"), "{error}");
    let error = refusal(&route, get("/v1/orders?token=private")).await.to_string();
    assert!(error.contains("/v1/orders") && error.contains("`paths`"), "{error}");
    assert!(!error.contains("private"), "a query is not for logs: {error}");
    let other = wharf_gateway::Request { endpoint: 7, ..get("/v1/items") };
    assert_eq!(refusal(&route, other).await, Refusal::Endpoint { index: 7, count: 1 });
    for climbing in
        ["/v1/items/../orders", "/v1/items/%2e%2e/orders", "/v1/media/..%2forders", "/v1/media/..\\x"]
    {
        assert!(matches!(refusal(&route, get(climbing)).await, Refusal::Target { .. }), "{climbing}");
    }
    assert!(matches!(refusal(&route, get("@evil.example/")).await, Refusal::Target { .. }));
    assert!(channel.seen().is_empty());
    route.send(get("/v1/items/1")).await.unwrap();
    assert_eq!(channel.seen().len(), 1);
}

#[tokio::test]
async fn a_host_without_a_grant_is_refused_by_name() {
    let error = refused(granting("https://api.example.com", "other.example.com", false)).to_string();
    assert!(error.contains("`api`") && error.contains("add `api.example.com`"), "{error}");
    for (url, host) in [
        ("https://api.example.com:8443", "api.example.com"),
        ("https://api.example.com", "api.example.com:8443"),
        ("https://evil.example.com", "example.com"),
        ("https://example.com.evil.net", "example.com"),
    ] {
        assert!(
            matches!(refused(granting(url, host, false)), GatewayError::NotGranted { .. }),
            "{url} by {host}"
        );
    }
    for host in ["user@example.com", "example.com/x", "example.com?x", ""] {
        let error = refused(granting("https://example.com", host, false));
        assert!(matches!(error, GatewayError::Grant { .. }), "{host}: {error}");
    }
}

#[tokio::test]
async fn grants_are_compared_as_hosts_and_not_as_text() {
    let gateway = Gateway::new(quick()).unwrap();
    for (url, host) in [
        ("https://API.Example.com", "api.example.COM"),
        ("https://api.example.com:443/v1", "api.example.com"),
        ("https://api.example.com", "api.example.com:443"),
    ] {
        assert!(gateway.route(granting(url, host, false)).is_ok(), "{url} by {host}");
    }
}

#[tokio::test]
async fn addresses_that_are_no_base_address_are_refused() {
    for url in [
        "ftp://example.com",
        "example.com",
        "https://u:p@example.com",
        "https://example.com/?x=1",
        "file:///etc",
    ] {
        let mut spec = granting("https://example.com", "example.com", false);
        spec.endpoints[0].url = url.into();
        assert!(matches!(refused(spec), GatewayError::Url { .. }), "{url}");
    }
}

#[tokio::test]
async fn private_literals_are_refused_in_every_spelling() {
    for url in [
        "http://127.0.0.1:9",
        "http://127.1:9",
        "http://2130706433:9",
        "http://0x7f000001:9",
        "http://0177.0.0.1:9",
        "http://[::1]:9",
        "http://[::ffff:127.0.0.1]:9",
        "http://10.0.0.1:9",
        "http://[fd12::1]:9",
    ] {
        let host = url.trim_start_matches("http://");
        let error = refused(granting(url, host, false));
        assert!(matches!(error, GatewayError::Address { .. }), "{url}: {error}");
        assert!(error.to_string().contains("allow-private"), "{error}");
        assert!(Gateway::new(quick()).unwrap().route(granting(url, host, true)).is_ok(), "{url}");
    }
}

#[tokio::test]
async fn no_grant_opens_cloud_metadata() {
    for host in ["169.254.169.254", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "0.0.0.0", "[fe80::1]"] {
        let error = refused(granting(&format!("http://{host}"), host, true));
        assert!(matches!(error, GatewayError::Address { .. }), "{host}: {error}");
        assert!(error.to_string().contains("no grant opens"), "{error}");
    }
}

#[tokio::test]
async fn a_name_that_resolves_to_this_machine_needs_the_private_grant() {
    let channel = Channel::start(|_, _| answer(200, &[], "here")).await;
    let host = format!("localhost:{}", channel.address.port());
    let url = format!("http://{host}");
    let gateway = Gateway::new(quick()).unwrap();
    let (closed, open) =
        (gateway.route(granting(&url, &host, false)), gateway.route(granting(&url, &host, true)));
    // The open route first: its pooled connection must not serve the closed one.
    assert_eq!(&open.unwrap().send(get("/")).await.unwrap().body[..], b"here");
    let error = closed.unwrap().send(get("/")).await.unwrap_err();
    assert!(matches!(&error, SendError::Refused(Refusal::Address(_))), "{error}");
    assert!(
        error.to_string().contains("localhost") && error.to_string().contains("allow-private"),
        "{error}"
    );
    assert!(!error.retryable() && !error.uncertain());
    assert_eq!(channel.seen().len(), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let other = Channel::start(|_, _| answer(200, &[], "elsewhere")).await;
    let target = other.url();
    let channel = Channel::start(move |_, _| answer(302, &[("location", &target)], "")).await;
    assert_eq!(route(&channel.url()).send(get("/")).await.unwrap().status, 302);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn connectors_cannot_set_the_hosts_headers_or_split_lines() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let route = route(&channel.url());
    for (name, value) in
        [("authorization", "Bearer mine"), ("host", "evil"), ("x-a", "1\r\nhost: evil"), ("x-a:b", "1")]
    {
        let mut request = get("/");
        request.headers = vec![(name.into(), value.into())];
        let refusal = refusal(&route, request).await;
        assert!(matches!(refusal, Refusal::ReservedHeader { .. } | Refusal::Header { .. }), "{name}");
    }
    assert!(channel.seen().is_empty());
}

#[tokio::test]
async fn a_secret_does_not_leave_the_house_unencrypted() {
    let mut spec = granting("http://api.example.com", "api.example.com", false);
    spec.credentials = Credentials::Bearer("token-token".to_owned().into());
    assert!(matches!(refused(spec), GatewayError::Unencrypted { .. }));
}

#[tokio::test]
async fn each_request_names_its_endpoint() {
    let (first, second) = (
        Channel::start(|_, _| answer(200, &[], "1")).await,
        Channel::start(|_, _| answer(200, &[], "2")).await,
    );
    let mut spec = spec(&first.url());
    spec.endpoints.push(EndpointSpec { url: second.url(), ..spec.endpoints[0].clone() });
    spec.grants.push(Grant { host: second.address.to_string(), allow_private: true });
    let route = route_with(quick(), spec);
    let response = route.send(wharf_gateway::Request { endpoint: 1, ..get("/") }).await.unwrap();
    assert_eq!(&response.body[..], b"2");
    assert!(first.seen().is_empty());
}
