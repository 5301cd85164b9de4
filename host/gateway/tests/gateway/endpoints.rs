//! Headers that an endpoint always sends.

use wharf_gateway::{EndpointSpec, Gateway, GatewayError, Refusal, RouteSpec};

use crate::support::{Channel, answer, get, quick, route_with, spec};

fn with(url: &str, headers: &[(&str, &str)]) -> RouteSpec {
    let mut spec = spec(url);
    spec.endpoints[0].headers =
        headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    spec
}

#[tokio::test]
async fn an_endpoints_headers_go_with_every_request_that_does_not_set_them_itself() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let mut spec = with(&channel.url(), &[("Square-Version", "2026-10-21"), ("accept", "application/json")]);
    spec.endpoints.push(EndpointSpec { headers: Vec::new(), ..spec.endpoints[0].clone() });
    let route = route_with(quick(), spec);
    route.send(get("/")).await.unwrap();
    let mut other = get("/");
    other.headers = vec![("Accept".into(), "text/csv".into())];
    route.send(other).await.unwrap();
    route.send(wharf_gateway::Request { endpoint: 1, ..get("/") }).await.unwrap();
    let seen = channel.seen();
    let sent = |at: usize, name: &str| {
        let values = seen[at].headers.get_all(name).iter();
        values.map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        (sent(0, "square-version"), sent(0, "accept")),
        (vec!["2026-10-21".into()], vec!["application/json".into()])
    );
    assert_eq!(
        (sent(1, "square-version"), sent(1, "accept")),
        (vec!["2026-10-21".into()], vec!["text/csv".into()])
    );
    assert_eq!(sent(2, "square-version"), Vec::<String>::new());
}

#[test]
fn an_endpoints_headers_keep_to_the_rules_for_requests() {
    for (name, value) in [("authorization", "x"), ("Host", "evil"), ("x-a", "1\r\nhost: evil"), ("x a", "1")]
    {
        let spec = with("http://127.0.0.1:9", &[(name, value)]);
        let error = Gateway::new(quick()).unwrap().route(spec).unwrap_err();
        assert!(
            matches!(
                &error,
                GatewayError::EndpointHeader {
                    refusal: Refusal::Header { .. } | Refusal::ReservedHeader { .. },
                    ..
                }
            ),
            "{name}: {error}"
        );
        assert!(error.to_string().contains("`api`"), "{error}");
    }
}
