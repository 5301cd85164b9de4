//! Credentials reach the channel, and nobody else.

use std::{io::Write, sync::LazyLock, time::Duration};

use aws_lc_rs::{encoding::AsDer, rsa::KeySize, signature::KeyPair};
use base64::{Engine, prelude::BASE64_STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use tokio::task::JoinSet;
use wharf_gateway::{
    AuthScheme, Credentials, CredentialsError, CredentialsSettings, GatewayError, Grant, RouteSpec, SendError,
};

use crate::support::{Channel, Seen, answer, get, quick, route_with, spec};

const SECRET: &str = "s3cret-s3cret-s3cret";
const SCOPE: &str = "https://www.googleapis.com/auth/content";

static KEY: LazyLock<aws_lc_rs::rsa::KeyPair> =
    LazyLock::new(|| aws_lc_rs::rsa::KeyPair::generate(KeySize::Rsa2048).unwrap());

fn file(content: &str) -> (tempfile::NamedTempFile, CredentialsSettings) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    let settings = CredentialsSettings { file: Some(file.path().into()), ..CredentialsSettings::default() };
    (file, settings)
}

fn load(content: &str, scheme: &AuthScheme) -> Result<Credentials, CredentialsError> {
    let (_file, settings) = file(content);
    Credentials::load(scheme, Some(&settings), &|_| None)
}

fn pem() -> String {
    let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&*KEY).unwrap();
    let base64 = BASE64_STANDARD.encode(der.as_ref());
    let lines = base64.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n")
}

fn key_file(token_uri: &str) -> String {
    serde_json::json!({
        "type": "service_account",
        "client_email": "wharf@test.example",
        "private_key_id": "key-1",
        "private_key": pem(),
        "token_uri": token_uri,
    })
    .to_string()
}

fn service_account(token_uri: &str) -> Credentials {
    load(&key_file(token_uri), &AuthScheme::ServiceAccount(vec![SCOPE.into()])).unwrap()
}

/// A token address that hands out `token-number-1`, `token-number-2`, ... for the given seconds.
async fn token_address(expires_in: u64) -> Channel {
    Channel::start(move |count, _| {
        let token = format!("token-number-{count}");
        answer(200, &[], serde_json::json!({"access_token": token, "expires_in": expires_in}).to_string())
    })
    .await
}

fn with(channel: &Channel, credentials: Credentials) -> RouteSpec {
    RouteSpec { credentials, ..spec(&channel.url()) }
}

fn with_tokens(channel: &Channel, tokens: &Channel) -> RouteSpec {
    let mut spec = with(channel, service_account(&format!("{}/token", tokens.url())));
    spec.grants.push(Grant { host: tokens.address.to_string(), allow_private: true });
    spec
}

fn authorization(seen: &Seen) -> &str {
    seen.headers["authorization"].to_str().unwrap()
}

#[tokio::test]
async fn each_scheme_shows_itself_in_its_header() {
    let named = AuthScheme::Header("x-api-key".into());
    for (scheme, secret, name, expected) in [
        (AuthScheme::Bearer, "abc\n", "authorization", "Bearer abc"),
        (named, "abc\r\n", "x-api-key", "abc"),
        (AuthScheme::Basic, "me:pass:word", "authorization", "Basic bWU6cGFzczp3b3Jk"),
    ] {
        let channel = Channel::start(|_, _| answer(200, &[], "")).await;
        let route = route_with(quick(), with(&channel, load(secret, &scheme).unwrap()));
        route.send(get("/")).await.unwrap();
        assert_eq!(channel.seen()[0].headers[name], expected);
    }
}

#[tokio::test]
async fn an_operator_may_give_a_plain_token_whatever_the_scheme() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    for scheme in [AuthScheme::Basic, AuthScheme::ServiceAccount(vec![SCOPE.into()])] {
        let (_file, settings) = file("plain-token");
        let settings = CredentialsSettings { bearer: true, ..settings };
        let route = route_with(quick(), with(&channel, settings.load(&scheme, &|_| None).unwrap()));
        route.send(get("/")).await.unwrap();
    }
    assert!(channel.seen().iter().all(|seen| authorization(seen) == "Bearer plain-token"));
}

#[test]
fn what_is_wrong_with_the_credentials_is_said_without_them() {
    let account = AuthScheme::ServiceAccount(vec![SCOPE.into()]);
    let broken_pem =
        format!(r#"{{"client_email": "a", "private_key": "{SECRET}", "token_uri": "https://x"}}"#);
    let wrong_type = format!(r#"{{"client_email": ["{SECRET}"]}}"#);
    for (content, scheme, expected) in [
        ("", &AuthScheme::Bearer, "are empty"),
        ("\n", &AuthScheme::Bearer, "are empty"),
        (SECRET, &AuthScheme::Basic, "`USER:PASSWORD`"),
        (SECRET, &account, "`\"bearer\": true`"),
        (broken_pem.as_str(), &account, "not an RSA key"),
        (wrong_type.as_str(), &account, "it lacks"),
    ] {
        let error = load(content, scheme).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!format!("{error} {error:?}").contains(SECRET), "{error:?}");
    }
    let missing =
        CredentialsSettings { file: Some("/no/such/file".into()), ..CredentialsSettings::default() };
    assert!(missing.load(&AuthScheme::Bearer, &|_| None).unwrap_err().to_string().contains("/no/such/file"));
    let unset = CredentialsSettings { env: Some("WHARF_NOT_SET".into()), ..CredentialsSettings::default() };
    assert!(unset.load(&AuthScheme::Bearer, &|_| None).unwrap_err().to_string().contains("WHARF_NOT_SET"));
    let both = CredentialsSettings { env: Some("A".into()), ..missing };
    assert!(matches!(both.load(&AuthScheme::Bearer, &|_| None), Err(CredentialsError::Reference)));
    assert!(matches!(
        Credentials::load(&AuthScheme::Bearer, None, &|_| None),
        Err(CredentialsError::Missing)
    ));
    assert!(matches!(Credentials::load(&AuthScheme::None, None, &|_| None), Ok(Credentials::None)));
}

#[test]
fn references_are_read_from_an_operators_json() {
    let settings: CredentialsSettings = serde_json::from_str(r#"{"env": "PATH"}"#).unwrap();
    assert!(matches!(settings.load(&AuthScheme::Bearer, &|_| None), Ok(Credentials::Bearer(_))));
    assert!(serde_json::from_str::<CredentialsSettings>(r#"{"token": "x"}"#).is_err());
}

#[tokio::test]
async fn a_secret_that_no_header_may_hold_is_refused_when_the_route_is_made() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let spec = with(&channel, load("line\nbreak", &AuthScheme::Bearer).unwrap());
    let error = wharf_gateway::Gateway::new(quick()).unwrap().route(spec).unwrap_err();
    assert!(matches!(error, GatewayError::Credentials(CredentialsError::Characters { .. })), "{error}");
}

#[tokio::test]
async fn secrets_cannot_be_printed() {
    let channel = Channel::start(|_, _| answer(500, &[], SECRET)).await;
    for scheme in [AuthScheme::Bearer, AuthScheme::Header("x-api-key".into()), AuthScheme::Basic] {
        let credentials = load(&format!("user:{SECRET}"), &scheme).unwrap();
        let spec = with(&channel, credentials.clone());
        let printed = format!("{credentials:?} {spec:?}");
        let route = route_with(quick(), spec);
        let error = route.send(get("/")).await.unwrap_err();
        let printed = format!("{printed} {route:?} {error} {error:?}");
        let encoded = BASE64_STANDARD.encode(format!("user:{SECRET}"));
        assert!(!printed.contains(SECRET) && !printed.contains(&encoded), "{printed}");
    }
    let account = service_account("https://example.com/token");
    assert!(!format!("{account:?}").contains("PRIVATE"), "{account:?}");
}

#[tokio::test]
async fn a_channel_that_echoes_the_secret_does_not_show_it_to_the_connector() {
    let channel = Channel::start(|_, seen| {
        let echo = authorization(seen).to_owned();
        answer(400, &[("x-echo", &echo)], format!("{{\"got\": \"{echo}\", \"again\": \"{SECRET}{SECRET}\"}}"))
    })
    .await;
    let spec = RouteSpec {
        reads_headers: vec!["x-echo".into()],
        ..with(&channel, load(SECRET, &AuthScheme::Bearer).unwrap())
    };
    let response = route_with(quick(), spec).send(get("/")).await.unwrap();
    let body = std::str::from_utf8(&response.body).unwrap();
    assert_eq!(body, r#"{"got": "Bearer [redacted]", "again": "[redacted][redacted]"}"#);
    assert_eq!(response.headers, [("x-echo".to_owned(), "Bearer [redacted]".to_owned())]);
}

#[tokio::test]
async fn a_service_account_signs_for_its_token_and_keeps_it() {
    let (channel, tokens) = (Channel::start(|_, _| answer(200, &[], "")).await, token_address(3_600).await);
    let route = route_with(quick(), with_tokens(&channel, &tokens));
    for _ in 0..3 {
        route.send(get("/")).await.unwrap();
    }
    assert!(channel.seen().iter().all(|seen| authorization(seen) == "Bearer token-number-1"));
    let asked = tokens.seen();
    assert_eq!((asked.len(), asked[0].uri.as_str()), (1, "/token"));
    assert_eq!(asked[0].headers["content-type"], "application/x-www-form-urlencoded");
    let form: Vec<_> = url::form_urlencoded::parse(&asked[0].body).into_owned().collect();
    assert_eq!(form[0], ("grant_type".into(), "urn:ietf:params:oauth:grant-type:jwt-bearer".into()));
    let mut validation = Validation::new(Algorithm::RS256);
    let audience = format!("{}/token", tokens.url());
    validation.set_audience(&[&audience]);
    validation.set_issuer(&["wharf@test.example"]);
    let key = DecodingKey::from_rsa_der(KEY.public_key().as_ref());
    let assertion = jsonwebtoken::decode::<serde_json::Value>(&form[1].1, &key, &validation).unwrap();
    assert_eq!(assertion.header.kid.as_deref(), Some("key-1"));
    assert_eq!(assertion.claims["scope"], SCOPE);
    let life = assertion.claims["exp"].as_u64().unwrap() - assertion.claims["iat"].as_u64().unwrap();
    assert!(life <= 3_600, "Google takes assertions of at most an hour");
}

#[tokio::test]
async fn many_requests_at_once_fetch_one_token() {
    let (channel, tokens) = (Channel::start(|_, _| answer(200, &[], "")).await, token_address(3_600).await);
    let route = route_with(quick(), with_tokens(&channel, &tokens));
    let mut sent = JoinSet::new();
    for _ in 0..50 {
        let route = route.clone();
        sent.spawn(async move { route.send(get("/")).await.unwrap() });
    }
    sent.join_all().await;
    assert_eq!(tokens.seen().len(), 1);
}

#[tokio::test]
async fn a_token_is_replaced_before_it_expires() {
    let (channel, tokens) = (Channel::start(|_, _| answer(200, &[], "")).await, token_address(4).await);
    let route = route_with(quick(), with_tokens(&channel, &tokens));
    route.send(get("/")).await.unwrap();
    route.send(get("/")).await.unwrap();
    assert_eq!(tokens.seen().len(), 1, "a token that lives shorter than the margin is used all the same");
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    route.send(get("/")).await.unwrap();
    assert_eq!(authorization(&channel.seen()[2]), "Bearer token-number-2", "half of its 4 s have passed");
}

#[tokio::test]
async fn a_token_that_still_works_bridges_an_outage_of_the_token_address() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let tokens = Channel::start(|count, _| match count {
        1 => answer(200, &[], r#"{"access_token": "token-number-1", "expires_in": 4}"#),
        _ => answer(503, &[], ""),
    })
    .await;
    let route = route_with(quick(), with_tokens(&channel, &tokens));
    route.send(get("/")).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    route.send(get("/")).await.unwrap();
    assert_eq!(authorization(&channel.seen()[1]), "Bearer token-number-1");
    assert_eq!(tokens.seen().len(), 2);
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_replaced_once() {
    let channel = Channel::start(|_, seen| {
        answer(if authorization(seen) == "Bearer token-number-2" { 200 } else { 401 }, &[], "")
    })
    .await;
    let tokens = token_address(3_600).await;
    let route = route_with(quick(), with_tokens(&channel, &tokens));
    assert_eq!(route.send(get("/")).await.unwrap().status, 200);
    assert_eq!((channel.seen().len(), tokens.seen().len()), (2, 2));

    let closed = Channel::start(|_, _| answer(401, &[], "")).await;
    let tokens = token_address(3_600).await;
    let error = route_with(quick(), with_tokens(&closed, &tokens)).send(get("/")).await.unwrap_err();
    assert!(matches!(error, SendError::Credentials(CredentialsError::NotTaken { .. })), "{error}");
    assert!(!error.retryable());
    assert_eq!((closed.seen().len(), tokens.seen().len()), (2, 2));
}

#[tokio::test]
async fn a_plain_secret_that_is_not_taken_is_the_operators_to_replace() {
    let channel = Channel::start(|_, _| answer(401, &[], "")).await;
    let route = route_with(quick(), with(&channel, load(SECRET, &AuthScheme::Bearer).unwrap()));
    let error = route.send(get("/")).await.unwrap_err();
    assert!(matches!(error, SendError::Credentials(CredentialsError::NotTaken { .. })), "{error}");
    assert_eq!(channel.seen().len(), 1);
}

#[tokio::test]
async fn a_token_address_that_fails_is_asked_again_and_one_that_refuses_is_not() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    let failing = Channel::start(|count, _| match count {
        1 => answer(503, &[], ""),
        _ => answer(200, &[], r#"{"access_token": "token-token"}"#),
    })
    .await;
    let mut settings = quick();
    settings.retry.attempts = 20;
    route_with(settings, with_tokens(&channel, &failing)).send(get("/")).await.unwrap();
    let refusing = Channel::start(|_, seen| {
        let form: Vec<_> = url::form_urlencoded::parse(&seen.body).into_owned().collect();
        let words = format!("account disabled, you sent {}", form[1].1);
        answer(
            400,
            &[],
            serde_json::json!({"error": "invalid_grant", "error_description": words}).to_string(),
        )
    })
    .await;
    let error = route_with(quick(), with_tokens(&channel, &refusing)).send(get("/")).await.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("invalid_grant account disabled, you sent [redacted]"), "{text}");
    assert!(!error.retryable());
    assert_eq!(refusing.seen().len(), 1);
}

#[tokio::test]
async fn a_token_address_keeps_to_the_same_address_rules() {
    let channel = Channel::start(|_, _| answer(200, &[], "")).await;
    for token_uri in ["http://127.0.0.1:9/token", "http://169.254.169.254/token", "http://example.com/token"]
    {
        let spec = with(&channel, service_account(token_uri));
        let error = wharf_gateway::Gateway::new(quick()).unwrap().route(spec).unwrap_err();
        assert!(
            matches!(error, GatewayError::Credentials(CredentialsError::TokenAddress { .. })),
            "{token_uri}: {error}"
        );
    }
    let route = route_with(quick(), with(&channel, service_account("https://localhost:9/token")));
    let error = route.send(get("/")).await.unwrap_err();
    assert!(matches!(error, SendError::Credentials(CredentialsError::TokenAddress { .. })), "{error}");
}

#[test]
fn an_operator_may_point_the_token_address_elsewhere() {
    let (_file, settings) = file(&key_file("https://oauth2.example.com/token"));
    let settings = CredentialsSettings { token_uri: Some("not a url".into()), ..settings };
    let credentials = settings.load(&AuthScheme::ServiceAccount(Vec::new()), &|_| None).unwrap();
    let spec = RouteSpec { credentials, ..spec("http://127.0.0.1:9") };
    let error = wharf_gateway::Gateway::new(quick()).unwrap().route(spec).unwrap_err();
    assert!(error.to_string().contains("not a url"), "{error}");
}
