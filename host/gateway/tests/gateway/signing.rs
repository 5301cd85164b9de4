//! Signatures as vendors compute them: each is computed here once more, from what the channel was sent.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_STANDARD};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use wharf_gateway::{
    AuthScheme, Credentials, CredentialsError, CredentialsSettings, Placement, QueryText, Refusal,
    RequestSigning, RouteSpec, SendError, SignatureEncoding, SigningAlgorithm, SigningPart, SigningTime,
    TimeUnit,
};

use crate::support::{Channel, Seen, answer, get, post, quick, route_with, spec};

const SECRET: &str = "app-s3cret";

/// RFC 2104, written out.
fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0u8; 64];
    block[..key.len()].copy_from_slice(key);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn recipe(over: Vec<SigningPart>, encoding: SignatureEncoding, placed: Placement) -> RequestSigning {
    RequestSigning {
        algorithm: SigningAlgorithm::HmacSha256,
        over,
        encoding,
        prefix: String::new(),
        placed,
        time: None,
        presents: Vec::new(),
    }
}

fn load(recipe: RequestSigning, secret: &str) -> Result<Credentials, CredentialsError> {
    let settings = CredentialsSettings { secret: Some("app".into()), ..CredentialsSettings::default() };
    let secret = SecretString::from(secret);
    Credentials::load(&AuthScheme::Signed(recipe), Some(&settings), &|_| Some(secret.clone()))
}

fn with(url: &str, recipe: RequestSigning, secret: &str) -> RouteSpec {
    RouteSpec { credentials: load(recipe, secret).unwrap(), ..spec(url) }
}

async fn taking() -> Channel {
    Channel::start(|_, _| answer(200, &[], "")).await
}

/// The query's parameters, decoded, in the order sent.
fn query(seen: &Seen) -> Vec<(String, String)> {
    let query = seen.uri.split_once('?').map_or("", |(_, query)| query);
    url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
}

fn parameter(seen: &Seen, name: &str) -> String {
    query(seen).into_iter().find(|(found, _)| found == name).unwrap().1
}

fn assert_now(seconds: u64) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    assert!(now - Duration::from_secs(seconds) < Duration::from_secs(10), "{seconds} is not now");
}

/// TikTok Shop: secret, path, sorted parameters without `sign` and `access_token`, body, secret.
fn tiktok() -> RequestSigning {
    let parameters = QueryText { except: vec!["sign".into(), "access_token".into()], ..QueryText::default() };
    let over = vec![
        SigningPart::Secret,
        SigningPart::Path,
        SigningPart::SortedQuery(parameters),
        SigningPart::Body,
        SigningPart::Secret,
    ];
    let placed = Placement::Query("sign".into());
    let time = SigningTime { placed: Placement::Query("timestamp".into()), unit: TimeUnit::Seconds };
    RequestSigning {
        time: Some(time),
        presents: vec![("access_token".into(), Placement::Header("x-tts-access-token".into()))],
        ..recipe(over, SignatureEncoding::HexLower, placed)
    }
}

#[tokio::test]
async fn tiktok_shop_finds_its_signature_right() {
    let channel = taking().await;
    let stored = format!(r#"{{"secret": "{SECRET}", "access_token": "TTP_token"}}"#);
    let route = route_with(quick(), with(&channel.url(), tiktok(), &stored));
    let target = "/product/202309/products?shop_cipher=c%2Bd%3D&app_key=123&access_token=x";
    route.send(post(target, r#"{"title":"Hut"}"#)).await.unwrap();
    let seen = &channel.seen()[0];
    assert_eq!(seen.headers["x-tts-access-token"], "TTP_token");
    let time = parameter(seen, "timestamp");
    assert_now(time.parse().unwrap());
    let text = format!(
        "{SECRET}/product/202309/productsapp_key123shop_cipherc+d=timestamp{time}{{\"title\":\"Hut\"}}{SECRET}"
    );
    assert_eq!(parameter(seen, "sign"), hex(&hmac_sha256(SECRET.as_bytes(), text.as_bytes())));
    assert!(seen.uri.starts_with(target), "what the connector wrote is sent as it was: {}", seen.uri);
}

#[tokio::test]
async fn shopee_finds_its_signature_right() {
    let channel = taking().await;
    let over = vec![
        SigningPart::Literal("2001887".into()),
        SigningPart::Path,
        SigningPart::Time,
        SigningPart::Member("access_token".into()),
        SigningPart::Literal("14701711".into()),
    ];
    let recipe = RequestSigning {
        time: Some(SigningTime { placed: Placement::Query("timestamp".into()), unit: TimeUnit::Seconds }),
        presents: vec![("access_token".into(), Placement::Query("access_token".into()))],
        ..recipe(over, SignatureEncoding::HexLower, Placement::Query("sign".into()))
    };
    let stored = format!(r#"{{"secret": "{SECRET}", "access_token": "a+b/c"}}"#);
    let route = route_with(quick(), with(&channel.url(), recipe, &stored));
    route.send(get("/api/v2/product/get_item_list?partner_id=2001887&shop_id=14701711")).await.unwrap();
    let seen = &channel.seen()[0];
    let (time, token) = (parameter(seen, "timestamp"), parameter(seen, "access_token"));
    assert_eq!(token, "a+b/c");
    let text = format!("2001887/api/v2/product/get_item_list{time}{token}14701711");
    assert_eq!(parameter(seen, "sign"), hex(&hmac_sha256(SECRET.as_bytes(), text.as_bytes())));
}

#[tokio::test]
async fn lazada_signs_without_the_path_of_its_address() {
    let channel = taking().await;
    let over = vec![SigningPart::PathBelowBase, SigningPart::SortedQuery(QueryText::default())];
    let time = SigningTime { placed: Placement::Query("timestamp".into()), unit: TimeUnit::Milliseconds };
    let recipe = RequestSigning {
        time: Some(time),
        ..recipe(over, SignatureEncoding::HexUpper, Placement::Query("sign".into()))
    };
    let route = route_with(quick(), with(&format!("{}/rest", channel.url()), recipe, SECRET));
    route.send(get("/products/get?sign_method=sha256&filter=live&app_key=123456")).await.unwrap();
    let seen = &channel.seen()[0];
    assert!(seen.uri.starts_with("/rest/products/get?"), "{}", seen.uri);
    let time = parameter(seen, "timestamp");
    assert_now(time.parse::<u64>().unwrap() / 1_000);
    let text = format!("/products/getapp_key123456filterlivesign_methodsha256timestamp{time}");
    let expected = hex(&hmac_sha256(SECRET.as_bytes(), text.as_bytes())).to_uppercase();
    assert_eq!(parameter(seen, "sign"), expected);
}

#[tokio::test]
async fn a_plain_signature_of_the_body_travels_in_a_header() {
    let channel = taking().await;
    let placed = Placement::Header("x-hmac".into());
    let recipe = recipe(vec![SigningPart::Body], SignatureEncoding::Base64, placed);
    route_with(quick(), with(&channel.url(), recipe, SECRET)).send(post("/hook", "hello")).await.unwrap();
    let expected = BASE64_STANDARD.encode(hmac_sha256(SECRET.as_bytes(), b"hello"));
    assert_eq!(channel.seen()[0].headers["x-hmac"], expected.as_str());
}

#[tokio::test]
async fn a_signature_of_the_whole_address_stands_behind_its_prefix() {
    let channel = taking().await;
    let placed = Placement::Header("x-signature".into());
    let recipe = RequestSigning {
        prefix: "sha256=".into(),
        presents: vec![("shop".into(), Placement::Query("shop".into()))],
        ..recipe(vec![SigningPart::Address], SignatureEncoding::HexLower, placed)
    };
    let stored = format!(r#"{{"secret": "{SECRET}", "shop": "7"}}"#);
    let route = route_with(quick(), with(&format!("{}/rest", channel.url()), recipe, &stored));
    route.send(get("/a%20b?z=1&a=%2F")).await.unwrap();
    let seen = &channel.seen()[0];
    assert_eq!(seen.uri, "/rest/a%20b?z=1&a=%2F&shop=7");
    let code = hex(&hmac_sha256(SECRET.as_bytes(), format!("{}{}", channel.url(), seen.uri).as_bytes()));
    assert_eq!(seen.headers["x-signature"], format!("sha256={code}"));
}

#[tokio::test]
async fn every_part_can_be_signed() {
    let channel = taking().await;
    let separated = QueryText { after_name: "=".into(), between_pairs: "&".into(), except: Vec::new() };
    let line = || SigningPart::Literal("\n".into());
    let over = vec![
        SigningPart::Method,
        line(),
        SigningPart::Path,
        line(),
        SigningPart::SortedQuery(separated),
        line(),
        SigningPart::Header("Content-Type".into()),
        line(),
        SigningPart::Header("x-absent".into()),
        line(),
        SigningPart::BodySha256,
        line(),
        SigningPart::Time,
    ];
    let recipe = RequestSigning {
        time: Some(SigningTime { placed: Placement::Header("x-time".into()), unit: TimeUnit::Seconds }),
        ..recipe(over, SignatureEncoding::HexLower, Placement::Header("authorization".into()))
    };
    let route = route_with(quick(), with(&channel.url(), recipe, SECRET));
    let mut request = post("/a%20b?z=1&a=2&a=1&e", "body");
    request.headers = vec![("content-type".into(), "text/plain".into())];
    route.send(request).await.unwrap();
    let seen = &channel.seen()[0];
    let time = seen.headers["x-time"].to_str().unwrap();
    let hash = hex(&Sha256::digest(b"body"));
    let text = format!("POST\n/a%20b\na=1&a=2&e=&z=1\ntext/plain\n\n{hash}\n{time}");
    let expected = hex(&hmac_sha256(SECRET.as_bytes(), text.as_bytes()));
    assert_eq!(seen.headers["authorization"], expected.as_str());
}

#[tokio::test]
async fn the_hashes_are_those_of_the_published_vectors() {
    // RFC 2202 and RFC 4231, test case 2.
    for (algorithm, expected) in [
        (SigningAlgorithm::HmacSha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (SigningAlgorithm::HmacSha256, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            SigningAlgorithm::HmacSha512,
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd\
             caeab1a34d4a6b4b636e070a38bce737",
        ),
    ] {
        let channel = taking().await;
        let placed = Placement::Header("x-hmac".into());
        let recipe = RequestSigning {
            algorithm,
            ..recipe(vec![SigningPart::Body], SignatureEncoding::HexLower, placed)
        };
        let route = route_with(quick(), with(&channel.url(), recipe, "Jefe"));
        route.send(post("/", "what do ya want for nothing?")).await.unwrap();
        assert_eq!(channel.seen()[0].headers["x-hmac"], expected);
    }
}

#[tokio::test]
async fn each_attempt_is_signed_anew() {
    let channel = Channel::start(|count, _| answer(if count == 1 { 503 } else { 200 }, &[], "")).await;
    let mut recipe = tiktok();
    recipe.presents.clear();
    recipe.time = recipe.time.map(|time| SigningTime { unit: TimeUnit::Milliseconds, ..time });
    let mut settings = quick();
    settings.retry.backoff_ms = 50;
    settings.retry.backoff_cap_ms = 50;
    route_with(settings, with(&channel.url(), recipe, SECRET)).send(get("/x")).await.unwrap();
    let seen = channel.seen();
    for seen in &seen {
        let text = format!("{SECRET}/xtimestamp{}{SECRET}", parameter(seen, "timestamp"));
        assert_eq!(parameter(seen, "sign"), hex(&hmac_sha256(SECRET.as_bytes(), text.as_bytes())));
        assert_eq!(query(seen).len(), 2);
    }
    assert_eq!(seen.len(), 2);
}

#[tokio::test]
async fn a_connector_cannot_set_what_the_host_signs_with() {
    let channel = taking().await;
    let mut recipe = tiktok();
    recipe.presents.clear();
    let route = route_with(quick(), with(&channel.url(), recipe, SECRET));
    for target in ["/x?sign=mine", "/x?a=1&%73ign=mine", "/x?timestamp=0"] {
        let error = route.send(get(target)).await.unwrap_err();
        assert!(matches!(&error, SendError::Refused(Refusal::ReservedQuery { .. })), "{target}: {error}");
        assert!(!error.to_string().contains("mine"));
    }
    assert!(channel.seen().is_empty());
}

#[test]
fn a_signature_frames_no_message() {
    for name in ["content-length", "host", "transfer-encoding", "x\r\ny"] {
        let placed = Placement::Header(name.into());
        let error = load(recipe(Vec::new(), SignatureEncoding::Base64, placed), SECRET).unwrap_err();
        assert!(matches!(error, CredentialsError::HeaderName { .. }), "{name}: {error}");
    }
}

#[tokio::test]
async fn the_secret_is_nowhere_to_be_read() {
    let channel = Channel::start(|_, _| answer(200, &[], format!("secret={SECRET} token=TTP_token_1"))).await;
    let stored = format!(r#"{{"secret": "{SECRET}", "access_token": "TTP_token_1"}}"#);
    let spec = with(&channel.url(), tiktok(), &stored);
    let printed = format!("{spec:?}");
    let route = route_with(quick(), spec);
    let response = route.send(get("/x")).await.unwrap();
    assert_eq!(&response.body[..], b"secret=[redacted] token=[redacted]");
    assert!(!printed.contains(SECRET) && !printed.contains("TTP_token"), "{printed}");
    for stored in [SECRET.to_owned(), format!(r#"{{"secret": "{SECRET}"}}"#), format!(r#"["{SECRET}"]"#)] {
        let error = load(tiktok(), &stored).unwrap_err();
        assert!(matches!(error, CredentialsError::SigningSecret { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains(SECRET));
    }
}
