//! Access tokens for clients: by their own credentials, and by refresh tokens that a merchant gave them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinSet;
use wharf_gateway::{
    AuthScheme, ClientIn, Credentials, CredentialsError, CredentialsSettings, Gateway, GatewayError,
    GatewaySettings, Grant, KeepRotated, Kept, RouteSpec, SendError, TokenGrant,
};

use crate::support::{Channel, Seen, answer, get, quick, route_with, spec};

const CLIENT: &str =
    r#"{"client_id": "client-1", "client_secret": "cl/ent s3cret", "refresh_token": "refresh-token-0"}"#;

fn grant(tokens: &Channel) -> TokenGrant {
    TokenGrant {
        token_url: format!("{}/token", tokens.url()),
        scopes: vec!["items.write".into(), "orders.read".into()],
        client_in: ClientIn::Body,
        presented_in: None,
    }
}

fn load(scheme: &AuthScheme, secret: &str) -> Result<Credentials, CredentialsError> {
    let settings = CredentialsSettings { secret: Some("vendor".into()), ..CredentialsSettings::default() };
    let secret = SecretString::from(secret);
    Credentials::load(scheme, Some(&settings), &|name| (name == "vendor").then(|| secret.clone()))
}

fn with(channel: &Channel, tokens: &Channel, credentials: Credentials) -> RouteSpec {
    let mut spec = RouteSpec { credentials, ..spec(&channel.url()) };
    spec.grants.push(Grant { host: tokens.address.to_string(), allow_private: true });
    spec
}

async fn taking() -> Channel {
    Channel::start(|_, _| answer(200, &[], "")).await
}

/// Hands out `token-number-1` with `refresh-token-1` and so on.
async fn rotating(expires_in: u64) -> Channel {
    Channel::start(move |count, _| {
        let body = format!(
            r#"{{"access_token": "token-number-{count}", "expires_in": "{expires_in}", "refresh_token": "refresh-token-{count}"}}"#
        );
        answer(200, &[], body)
    })
    .await
}

fn form(seen: &Seen) -> Vec<(String, String)> {
    url::form_urlencoded::parse(&seen.body).into_owned().collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
}

/// Notes what it is to keep, and refuses as often as it is told to.
#[derive(Debug, Default)]
struct Keeper {
    kept: Mutex<Vec<String>>,
    refusals: Mutex<u32>,
}

impl KeepRotated for Keeper {
    fn on_rotated(&self, secret: SecretString) -> Kept<'_> {
        Box::pin(async move {
            let mut refusals = self.refusals.lock().unwrap();
            if *refusals > 0 {
                *refusals -= 1;
                return Err("the disk is full".into());
            }
            self.kept.lock().unwrap().push(secret.expose_secret().into());
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_client_asks_for_itself_in_the_body_or_by_basic() {
    let (channel, tokens) = (taking().await, rotating(3_600).await);
    for client_in in [ClientIn::Body, ClientIn::Basic] {
        let scheme = AuthScheme::ClientCredentials(TokenGrant { client_in, ..grant(&tokens) });
        let route = route_with(quick(), with(&channel, &tokens, load(&scheme, CLIENT).unwrap()));
        route.send(get("/")).await.unwrap();
    }
    assert_eq!(channel.seen()[0].headers["authorization"], "Bearer token-number-1");
    let asked = tokens.seen();
    let own = [("grant_type", "client_credentials"), ("scope", "items.write orders.read")];
    let body = [("client_id", "client-1"), ("client_secret", "cl/ent s3cret")];
    assert_eq!(form(&asked[0]), pairs(&[own, body].concat()));
    assert!(!asked[0].headers.contains_key("authorization"));
    assert_eq!(form(&asked[1]), pairs(&own));
    // `client-1:cl%2Fent+s3cret`, as RFC 6749 wants both encoded before they are joined.
    assert_eq!(asked[1].headers["authorization"], "Basic Y2xpZW50LTE6Y2wlMkZlbnQrczNjcmV0");
}

#[tokio::test]
async fn a_refresh_token_buys_a_token_that_travels_in_the_vendors_own_header() {
    let (channel, tokens) = (taking().await, rotating(3_600).await);
    let grant =
        TokenGrant { scopes: Vec::new(), presented_in: Some("x-amz-access-token".into()), ..grant(&tokens) };
    let credentials = load(&AuthScheme::RefreshToken(grant), CLIENT).unwrap();
    let route = route_with(quick(), with(&channel, &tokens, credentials));
    for _ in 0..3 {
        route.send(get("/")).await.unwrap();
    }
    let seen = channel.seen();
    assert!(seen.iter().all(|seen| seen.headers["x-amz-access-token"] == "token-number-1"));
    assert!(seen.iter().all(|seen| !seen.headers.contains_key("authorization")));
    let expected = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "refresh-token-0"),
        ("client_id", "client-1"),
        ("client_secret", "cl/ent s3cret"),
    ];
    assert_eq!((tokens.seen().len(), form(&tokens.seen()[0])), (1, pairs(&expected)));
}

#[tokio::test]
async fn a_rotated_refresh_token_is_kept_and_used() {
    let (channel, tokens) = (taking().await, rotating(0).await);
    let keeper = Arc::new(Keeper::default());
    *keeper.refusals.lock().unwrap() = 1;
    let credentials =
        load(&AuthScheme::RefreshToken(grant(&tokens)), CLIENT).unwrap().keep_rotated(keeper.clone());
    let route = route_with(quick(), with(&channel, &tokens, credentials));
    for _ in 0..3 {
        route.send(get("/")).await.unwrap();
    }
    let used: Vec<_> = tokens.seen().iter().map(|seen| form(seen)[1].1.clone()).collect();
    assert_eq!(used, ["refresh-token-0", "refresh-token-1", "refresh-token-2"]);
    let kept = keeper.kept.lock().unwrap().clone();
    assert_eq!(kept.len(), 2, "the first was refused, so the second is the first that is kept");
    let last: serde_json::Value = serde_json::from_str(&kept[1]).unwrap();
    assert_eq!(
        last,
        serde_json::json!({
            "client_id": "client-1",
            "client_secret": "cl/ent s3cret",
            "refresh_token": "refresh-token-3",
        })
    );
    // What was kept is what the next start loads.
    let again = load(&AuthScheme::RefreshToken(grant(&tokens)), &kept[1]).unwrap();
    route_with(quick(), with(&channel, &tokens, again)).send(get("/")).await.unwrap();
    assert_eq!(form(&tokens.seen()[3])[1].1, "refresh-token-3");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_that_is_rotated_for_a_request_given_up_is_not_lost() {
    let channel = taking().await;
    let tokens = Channel::start(|count, _| {
        std::thread::sleep(Duration::from_millis(150));
        let body = format!(
            r#"{{"access_token": "token-number-{count}", "refresh_token": "refresh-token-{count}"}}"#
        );
        answer(200, &[], body)
    })
    .await;
    let keeper = Arc::new(Keeper::default());
    let credentials =
        load(&AuthScheme::RefreshToken(grant(&tokens)), CLIENT).unwrap().keep_rotated(keeper.clone());
    let settings = GatewaySettings { request_timeout_ms: 5_000, ..quick() };
    let route = route_with(settings, with(&channel, &tokens, credentials));
    let given_up = tokio::time::timeout(Duration::from_millis(50), route.send(get("/"))).await;
    assert!(given_up.is_err());
    route.send(get("/")).await.unwrap();
    assert_eq!(tokens.seen().len(), 1, "the token that was under way serves the next request");
    assert!(keeper.kept.lock().unwrap()[0].contains("refresh-token-1"));
}

#[tokio::test]
async fn a_refresh_token_that_stays_the_same_is_not_stored_again() {
    let channel = taking().await;
    let tokens = Channel::start(|_, _| {
        answer(200, &[], r#"{"access_token": "token-token", "refresh_token": "refresh-token-0"}"#)
    })
    .await;
    let keeper = Arc::new(Keeper::default());
    let credentials =
        load(&AuthScheme::RefreshToken(grant(&tokens)), CLIENT).unwrap().keep_rotated(keeper.clone());
    route_with(quick(), with(&channel, &tokens, credentials)).send(get("/")).await.unwrap();
    assert!(keeper.kept.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_channels_of_an_account_share_one_token_and_do_not_rotate_it_away_from_each_other() {
    let (channel, tokens) = (taking().await, rotating(3_600).await);
    let gateway = Gateway::new(quick()).unwrap();
    let route = |account: &str, secret: &str| {
        let credentials = load(&AuthScheme::RefreshToken(grant(&tokens)), secret).unwrap();
        let spec = RouteSpec { account: Some(account.into()), ..with(&channel, &tokens, credentials) };
        gateway.route(spec).unwrap()
    };
    let (germany, france) = (route("europe", CLIENT), route("europe", CLIENT));
    let mut sent = JoinSet::new();
    for route in [&germany, &france, &germany, &france] {
        let route = route.clone();
        sent.spawn(async move { route.send(get("/")).await.unwrap() });
    }
    sent.join_all().await;
    assert_eq!(tokens.seen().len(), 1);
    // A channel that is made ready after the rotation was stored.
    let italy = route("europe", &CLIENT.replace("refresh-token-0", "refresh-token-1"));
    italy.send(get("/")).await.unwrap();
    assert_eq!(tokens.seen().len(), 1);
    // Another merchant, and a client whose secret the operator has replaced.
    route("america", CLIENT).send(get("/")).await.unwrap();
    route("europe", &CLIENT.replace("s3cret", "n3w")).send(get("/")).await.unwrap();
    assert_eq!(tokens.seen().len(), 3);
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_renewed_once() {
    let channel = Channel::start(|_, seen| {
        answer(if seen.headers["x-token"] == "token-number-2" { 200 } else { 401 }, &[], "")
    })
    .await;
    let tokens = rotating(3_600).await;
    let grant = TokenGrant { presented_in: Some("x-token".into()), ..grant(&tokens) };
    let credentials = load(&AuthScheme::ClientCredentials(grant), CLIENT).unwrap();
    let route = route_with(quick(), with(&channel, &tokens, credentials));
    assert_eq!(route.send(get("/")).await.unwrap().status, 200);
    assert_eq!((channel.seen().len(), tokens.seen().len()), (2, 2));
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end() {
    let (channel, tokens) = (taking().await, rotating(2).await);
    let credentials = load(&AuthScheme::ClientCredentials(grant(&tokens)), CLIENT).unwrap();
    let route = route_with(quick(), with(&channel, &tokens, credentials));
    route.send(get("/")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_050)).await;
    route.send(get("/")).await.unwrap();
    assert_eq!(channel.seen()[1].headers["authorization"], "Bearer token-number-2");
}

#[tokio::test]
async fn a_token_address_that_a_connector_names_needs_a_grant() {
    let (channel, tokens) = (taking().await, rotating(3_600).await);
    let credentials = load(&AuthScheme::ClientCredentials(grant(&tokens)), CLIENT).unwrap();
    let spec = RouteSpec { credentials, ..spec(&channel.url()) };
    let error = Gateway::new(quick()).unwrap().route(spec).unwrap_err();
    // On this machine, so that even the grant that is missing would have to open private addresses.
    assert!(matches!(error, GatewayError::Credentials(CredentialsError::TokenAddress { .. })), "{error}");
    let public = TokenGrant { token_url: "https://auth.example.com/token".into(), ..grant(&tokens) };
    let credentials = load(&AuthScheme::ClientCredentials(public), CLIENT).unwrap();
    let spec = RouteSpec { credentials, ..crate::support::spec(&channel.url()) };
    let error = Gateway::new(quick()).unwrap().route(spec).unwrap_err();
    assert!(error.to_string().contains("add `auth.example.com`"), "{error}");
}

#[test]
fn what_is_wrong_with_a_clients_secret_is_said_without_it() {
    let grant = TokenGrant {
        token_url: "https://auth.example.com".into(),
        scopes: Vec::new(),
        client_in: ClientIn::Body,
        presented_in: None,
    };
    let refresh = AuthScheme::RefreshToken(grant.clone());
    for (secret, expected) in [
        ("cl/ent s3cret", "it is not JSON"),
        (r#"{"client_secret": "cl/ent s3cret"}"#, "it lacks `client_id`"),
        (r#"{"client_id": "a", "client_secret": ["cl/ent s3cret"]}"#, "no text"),
        (r#"{"client_id": "a", "client_secret": "cl/ent s3cret"}"#, "it lacks `refresh_token`"),
    ] {
        let error = load(&refresh, secret).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
    for name in ["host", "content-length", "two words"] {
        let grant = TokenGrant { presented_in: Some(name.into()), ..grant.clone() };
        let error = load(&AuthScheme::ClientCredentials(grant), CLIENT).unwrap_err();
        assert!(matches!(error, CredentialsError::HeaderName { .. }), "{error}");
    }
    let printed = format!("{:?}", load(&refresh, CLIENT).unwrap());
    assert!(
        printed.contains("client-1") && !printed.contains("s3cret") && !printed.contains("refresh-token")
    );
}

#[tokio::test]
async fn neither_side_shows_a_secret_that_it_echoes() {
    let channel =
        Channel::start(|_, _| answer(200, &[], "cl%2Fent%20s3cret token-number-1 refresh-token-0")).await;
    let tokens = rotating(3_600).await;
    let credentials = load(&AuthScheme::RefreshToken(grant(&tokens)), CLIENT).unwrap();
    let response = route_with(quick(), with(&channel, &tokens, credentials)).send(get("/")).await.unwrap();
    assert_eq!(&response.body[..], b"[redacted] [redacted] [redacted]");
    let refusing = Channel::start(|_, seen| {
        let words = String::from_utf8_lossy(&seen.body).into_owned();
        let answered = serde_json::json!({"error": "invalid_client", "error_description": words});
        answer(400, &[], answered.to_string())
    })
    .await;
    let credentials = load(&AuthScheme::RefreshToken(grant(&refusing)), CLIENT).unwrap();
    let error = route_with(quick(), with(&channel, &refusing, credentials)).send(get("/")).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, SendError::Credentials(CredentialsError::TokenRefused { .. })), "{text}");
    assert!(text.contains("invalid_client") && !text.contains("s3cret") && !text.contains("refresh-token"));
}
