//! What a connector made of a case, in the form that the case's file expects it.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use wharf_catalog::{Description, Problem};
use wharf_sandbox::exchange::{self, Body, PartContent};

use super::{exact::Exact, form};

/// An object of those members that are there.
pub(super) fn object<const COUNT: usize>(members: [(&str, Option<Exact>); COUNT]) -> Exact {
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Exact::Object(members.collect())
}

pub(super) fn number(number: impl Into<u64>) -> Exact {
    Exact::Plain(number.into().to_string())
}

/// The form in which bytes are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// JSON where it is some, else text where it is some.
    Readable,
    /// To the byte, as text where it is some.
    Text,
    Base64,
}

impl Shape {
    /// As the case has chosen.
    fn like(request: Option<&form::Request>) -> Self {
        match request {
            Some(form::Request { base64: Some(_), .. }) => Self::Base64,
            Some(form::Request { text: Some(_), .. }) => Self::Text,
            _ => Self::Readable,
        }
    }
}

/// Bytes, and the name of the form that they are shown in.
pub(super) fn content(bytes: &[u8], shape: Shape) -> (&'static str, Exact) {
    let base64 = || ("base64", Exact::text(&BASE64_STANDARD.encode(bytes)));
    let Ok(text) = std::str::from_utf8(bytes) else { return base64() };
    match shape {
        Shape::Base64 => base64(),
        Shape::Text => ("text", Exact::text(text)),
        Shape::Readable => match Exact::parse(text) {
            Ok(json @ (Exact::Object(_) | Exact::List(_))) => ("json", json),
            _ => ("text", Exact::text(text)),
        },
    }
}

/// An exchange with the SKUs it covers; `response` is the case's own.
pub(super) fn exchange(
    description: &Description,
    exchange: &exchange::Exchange,
    skus: &[&str],
    like: Option<&form::Exchange>,
    response: Option<&Exact>,
) -> Exact {
    let shape = Shape::like(like.and_then(|like| like.request.as_ref()));
    let delay = u64::try_from(exchange.delay.as_millis()).unwrap_or(u64::MAX);
    let document = exchange.document.as_deref().map(|bytes| {
        let (form, bytes) = content(bytes, Shape::Readable);
        object([(form, Some(bytes))])
    });
    object([
        ("covers", Some(Exact::List(skus.iter().map(|sku| Exact::text(sku)).collect()))),
        ("delay-ms", (delay > 0).then(|| number(delay))),
        ("document", document),
        ("request", Some(request(description, &exchange.request, shape))),
        ("response", response.cloned()),
    ])
}

pub(super) fn request(description: &Description, request: &exchange::Request, shape: Shape) -> Exact {
    let endpoint = description.endpoints.get(request.endpoint as usize);
    let headers = request.headers.iter().map(|(name, value)| (name.clone(), Exact::text(value)));
    let headers = (!request.headers.is_empty()).then(|| Exact::Object(headers.collect()));
    let yes = || Exact::Plain("true".into());
    let (form, body) = match &request.body {
        Body::None => ("text", None),
        Body::Text(text) => wrapped(content(text.as_bytes(), shape)),
        Body::Bytes(bytes) => wrapped(content(bytes, shape)),
        Body::Document => ("document", Some(yes())),
        Body::Asset(address) => ("asset", Some(Exact::text(address))),
        Body::Form(form) => ("form", Some(Exact::List(form.parts.iter().map(part).collect()))),
    };
    object([
        ("method", Exact::of(&request.method).ok()),
        ("endpoint", endpoint.map(|endpoint| Exact::text(&endpoint.name))),
        ("target", Some(Exact::text(&request.target))),
        ("headers", headers),
        ("cost", (request.cost != 1).then(|| number(request.cost))),
        ("unpack", request.unpack.then(yes)),
        (form, body),
    ])
}

/// A part of a form; what it holds is as readable as can be.
fn part(part: &exchange::Part) -> Exact {
    let (form, held) = match &part.content {
        PartContent::Text(text) => content(text.as_bytes(), Shape::Readable),
        PartContent::Bytes(bytes) => content(bytes, Shape::Readable),
        PartContent::Document => ("document", Exact::Plain("true".into())),
        PartContent::Picture(address) => ("picture", Exact::text(address)),
    };
    object([
        ("name", Some(Exact::text(&part.name))),
        ("filename", part.filename.as_deref().map(Exact::text)),
        ("content-type", part.content_type.as_deref().map(Exact::text)),
        (form, Some(held)),
    ])
}

fn wrapped((form, body): (&'static str, Exact)) -> (&'static str, Option<Exact>) {
    (form, Some(body))
}

/// How an operation ended.
pub(super) fn outcome(outcome: &exchange::Outcome) -> Exact {
    let (verdict, problems, after) = match &outcome.verdict {
        exchange::Verdict::Accepted(problems) => ("accepted", problems.as_slice(), None),
        exchange::Verdict::Rejected(problems) => ("rejected", problems.as_slice(), None),
        exchange::Verdict::Retry { after, problem } => {
            let after = after.map(|after| u64::try_from(after.as_millis()).unwrap_or(u64::MAX));
            ("retry", std::slice::from_ref(problem), after)
        }
    };
    let text = |text: &Option<String>| text.as_deref().map(Exact::text);
    object([
        ("verdict", Some(Exact::text(verdict))),
        ("problems", self::problems(problems)),
        ("after-ms", after.map(number)),
        ("remote-id", text(&outcome.remote_id)),
        ("note", text(&outcome.note)),
    ])
}

/// How an item ended that the connector judged by itself.
pub(super) fn judged(verdict: &str, problems: &[Problem]) -> Exact {
    object([("verdict", Some(Exact::text(verdict))), ("problems", self::problems(problems))])
}

pub(super) fn problems(problems: &[Problem]) -> Option<Exact> {
    if problems.is_empty() { None } else { Exact::of(&problems).ok() }
}

#[cfg(test)]
mod tests {
    use wharf_catalog::declaration::Method;
    use wharf_sandbox::exchange::{Form, Part};

    use super::*;

    #[test]
    fn a_form_is_shown_part_by_part() {
        let part = |name: &str, filename: Option<&str>, content| Part {
            name: name.into(),
            filename: filename.map(str::to_owned),
            content_type: None,
            content,
        };
        let parts = vec![
            part("operations", None, PartContent::Text("{\"a\": [1]}".into())),
            part("0", Some("a.jpg"), PartContent::Picture("https://cdn.example/a.jpg".into())),
            part("1", Some("b.bin"), PartContent::Bytes(vec![0, 255])),
        ];
        let request = exchange::Request {
            method: Method::Post,
            endpoint: 0,
            target: "/a".into(),
            headers: Vec::new(),
            body: Body::Form(Form { parts }),
            cost: 1,
            unpack: false,
        };
        let expected = r#"{ "method": "POST", "target": "/a", "form": [
            { "name": "operations", "json": { "a": [1] } },
            { "name": "0", "filename": "a.jpg", "picture": "https://cdn.example/a.jpg" },
            { "name": "1", "filename": "b.bin", "base64": "AP8=" }
        ] }"#;
        let seen = super::request(&Description::new("a", "1.0.0", "A"), &request, Shape::Readable);
        assert_eq!(seen, Exact::parse(expected).unwrap());
    }
}
