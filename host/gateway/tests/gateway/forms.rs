//! Forms with pictures, as a parser on the other side finds them.

use bytes::Bytes;
use wharf_gateway::{
    AssetError, EndpointSpec, FormBody, FormContent, FormPart, GatewaySettings, Refusal, Route, SendError,
};

use crate::support::{Channel, answer, post, quick, route_with, spec};

/// A picture that would end a part, if parts ended where lines do.
const PICTURE: &[u8] =
    b"\x89PNG\r\n\x1a\n\r\n--wharf\r\ncontent-disposition: form-data; name=\"evil\"\r\n\r\n--wharf--\r\n";

fn part(name: &str, content: FormContent) -> FormPart {
    FormPart { name: name.into(), filename: None, content_type: None, content }
}

fn text(name: &str, text: &str) -> FormPart {
    part(name, FormContent::Bytes(Bytes::copy_from_slice(text.as_bytes())))
}

fn picture(name: &str, filename: &str, address: String) -> FormPart {
    FormPart { filename: Some(filename.into()), ..part(name, FormContent::Picture(address)) }
}

/// A channel that has a picture and takes forms.
async fn channel() -> Channel {
    Channel::start(|_, seen| match seen.uri.as_str() {
        "/a" => answer(200, &[("content-type", "IMAGE/AVIF; q=1")], PICTURE),
        "/b" => answer(200, &[("content-type", "application/octet-stream")], PICTURE),
        "/missing" => answer(404, &[], "no"),
        _ => answer(200, &[], "{}"),
    })
    .await
}

/// Its requests say by themselves that they carry JSON.
fn route(channel: &Channel, settings: GatewaySettings) -> Route {
    let mut spec = spec(&channel.url());
    let json = ("content-type".to_owned(), "application/json".to_owned());
    spec.endpoints = vec![EndpointSpec { headers: vec![json], ..spec.endpoints.remove(0) }];
    route_with(settings, spec)
}

/// Name, filename, content type and content of each part.
type Found = (String, Option<String>, Option<String>, Bytes);

async fn parsed(content_type: &str, body: Bytes) -> Vec<Found> {
    let boundary = multer::parse_boundary(content_type).unwrap();
    let stream = futures::stream::iter([Ok::<_, std::io::Error>(body)]);
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut found = Vec::new();
    while let Some(field) = parts.next_field().await.unwrap() {
        let name = field.name().unwrap().to_owned();
        let filename = field.file_name().map(str::to_owned);
        let content_type = field.content_type().map(ToString::to_string);
        found.push((name, filename, content_type, field.bytes().await.unwrap()));
    }
    found
}

#[tokio::test]
async fn a_form_arrives_byte_for_byte() {
    let channel = channel().await;
    let route = route(&channel, quick());
    let parts = [
        text("operations", "{\"ä\":\r\n1}"),
        FormPart { content_type: Some("application/json".into()), ..text("map", "{}") },
        picture("0", "Hütte.avif", format!("{}/a", channel.url())),
        picture("1", "b.png", format!("{}/b", channel.url())),
        FormPart { filename: Some("c.bin".into()), ..text("2", "") },
    ];
    let FormBody { content_type, body } = route.form(&parts).await.unwrap();
    assert_eq!(route.form(&parts).await.unwrap().body, body, "a repeat is the same to the byte");
    let headers = vec![("content-type".to_owned(), content_type)];
    route.send(wharf_gateway::Request { headers, body, ..post("/forms", "") }).await.unwrap();

    let seen = channel.seen().pop().unwrap();
    let types: Vec<_> = seen.headers.get_all("content-type").iter().collect();
    assert_eq!(types.len(), 1, "the endpoint's own gives way: {types:?}");
    let found = parsed(types[0].to_str().unwrap(), seen.body).await;
    let expected: Vec<Found> = [
        ("operations", None, None, "{\"ä\":\r\n1}".as_bytes()),
        ("map", None, Some("application/json"), b"{}"),
        ("0", Some("Hütte.avif"), Some("image/avif"), PICTURE),
        ("1", Some("b.png"), Some("image/png"), PICTURE),
        ("2", Some("c.bin"), Some("application/octet-stream"), b""),
    ]
    .map(|(name, filename, content_type, content)| {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        (name.to_owned(), owned(filename), owned(content_type), Bytes::copy_from_slice(content))
    })
    .into();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_form_whose_picture_cannot_be_read_is_none() {
    let channel = channel().await;
    let route = route(&channel, quick());
    let refused = async |address: String| match route.form(&[picture("0", "a", address)]).await {
        Err(SendError::Asset(error)) => error,
        other => panic!("{other:?}"),
    };
    let missing = refused(format!("{}/missing", channel.url())).await;
    assert!(matches!(missing, AssetError::Status { status: 404, .. }), "{missing}");
    let private = refused("http://169.254.169.254/latest".to_owned()).await;
    assert!(matches!(private, AssetError::NotGranted { .. }), "{private}");
}

#[tokio::test]
async fn no_further_picture_is_read_for_a_form_that_is_too_large() {
    let channel = channel().await;
    let settings = GatewaySettings { request_bytes: PICTURE.len() + 200, ..quick() };
    let route = route(&channel, settings);
    let parts: Vec<_> = (0..10).map(|_| picture("0", "a", format!("{}/a", channel.url()))).collect();
    let error = route.form(&parts).await.unwrap_err();
    assert!(matches!(error, SendError::Refused(Refusal::RequestTooLarge { .. })), "{error}");
    assert_eq!(channel.seen().len(), 2);
}
