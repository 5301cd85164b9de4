//! A request at rest, between the step that asked for it and the time it is due.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use wharf_catalog::declaration::Method;
use wharf_sandbox::exchange::{Body, Request};

#[derive(Serialize, Deserialize)]
struct StoredRequest {
    method: Method,
    endpoint: u32,
    target: String,
    headers: Vec<(String, String)>,
    body: StoredBody,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StoredBody {
    None,
    Text(String),
    Base64(String),
}

pub(crate) fn write(request: &Request) -> String {
    let body = match &request.body {
        Body::None => StoredBody::None,
        Body::Text(text) => StoredBody::Text(text.clone()),
        Body::Bytes(bytes) => StoredBody::Base64(STANDARD.encode(bytes)),
    };
    let stored = StoredRequest {
        method: request.method,
        endpoint: request.endpoint,
        target: request.target.clone(),
        headers: request.headers.clone(),
        body,
    };
    serde_json::to_string(&stored).expect("texts and numbers always have a JSON form")
}

/// `None` when the text was not written by [`write`].
pub(crate) fn read(text: &str) -> Option<Request> {
    let StoredRequest { method, endpoint, target, headers, body } = serde_json::from_str(text).ok()?;
    let body = match body {
        StoredBody::None => Body::None,
        StoredBody::Text(text) => Body::Text(text),
        StoredBody::Base64(text) => Body::Bytes(STANDARD.decode(text).ok()?),
    };
    Some(Request { method, endpoint, target, headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_request_comes_back_as_it_was() {
        for body in [Body::None, Body::Text("ä\"\n".into()), Body::Bytes(vec![0, 255, 7])] {
            let request = Request {
                method: Method::Put,
                endpoint: 2,
                target: "/a?b=c".into(),
                headers: vec![("content-type".into(), "text/plain".into())],
                body,
            };
            assert_eq!(read(&write(&request)), Some(request));
        }
        assert_eq!(read("{}"), None);
    }
}
