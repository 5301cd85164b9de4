//! Forms without a host: what was composed on this thread, for tests to look at.

use std::{cell::RefCell, collections::HashMap, fmt::Write as _};

use sha2::{Digest as _, Sha256};

use crate::{
    Body, Request,
    bindings::forms::{Content, Part},
};

thread_local! {
    static COMPOSED: RefCell<HashMap<String, Vec<Part>>> = RefCell::default();
}

/// The parts of the form that a request of this thread carries, if it carries one.
pub fn form(request: &Request) -> Option<Vec<Part>> {
    match &request.body {
        Body::Asset(name) => COMPOSED.with_borrow(|composed| composed.get(name).cloned()),
        _ => None,
    }
}

/// As hosts do, equal parts get an equal name.
pub(crate) fn compose(parts: &[Part]) -> String {
    let name = name(parts);
    COMPOSED.with_borrow_mut(|composed| composed.insert(name.clone(), parts.to_vec()));
    name
}

fn name(parts: &[Part]) -> String {
    let mut hasher = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    for Part { name, filename, content_type, content } in parts {
        add(format!("{name:?} {filename:?} {content_type:?}").as_bytes());
        match content {
            Content::Text(text) => [&b"text"[..], text.as_bytes()],
            Content::Bytes(bytes) => [b"bytes", bytes.as_slice()],
            Content::Document => [b"document", &b""[..]],
            Content::Picture(address) => [b"picture", address.as_bytes()],
        }
        .into_iter()
        .for_each(&mut add);
    }
    let mut name = "form:".to_owned();
    for byte in hasher.finalize() {
        let _ = write!(name, "{byte:02x}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Form;

    #[test]
    fn a_composed_form_is_found_again_by_its_request() {
        let request = |text: &str| Request::post(0, "/").form(Form::new().text("a", text));
        assert_eq!(request("x"), request("x"));
        assert_ne!(request("x").body, request("y").body);
        assert_eq!(form(&request("x")).unwrap()[0].content, Content::Text("x".into()));
        assert_eq!(form(&Request::post(0, "/").asset("https://cdn.example/a.jpg")), None);
    }
}
