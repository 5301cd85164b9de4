//! Bodies made of parts, for vendors that take pictures and files as forms do (`multipart/form-data`, RFC 7578).

#[cfg(target_arch = "wasm32")]
use crate::bindings::forms as host;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing::forms as host;
use crate::{
    Body, LengthUnit, Problem, Reason, Request, Response,
    bindings::forms::{Content, Part},
    cut,
};

/// The parts of a body, in the order in which they are sent. The host reads the pictures, chooses the boundary and sets
/// `content-type`.
///
/// ```
/// use wharf_sdk::{Form, Request, testing};
///
/// let url = "https://cdn.example/oak.jpg?w=1000";
/// let form = Form::new().json("request", r#"{"object_id":"7"}"#).picture("image_file", &wharf_sdk::file_name(url), url);
/// let request = Request::post(0, "/images").form(form);
///
/// let parts = testing::form(&request).unwrap();
/// assert_eq!(parts[0].content_type.as_deref(), Some("application/json"));
/// assert_eq!(parts[1].filename.as_deref(), Some("oak.jpg"));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Form {
    parts: Vec<Part>,
}

/// Bytes of a filename that hosts let through.
const FILENAME_BYTES: usize = 255;

impl Form {
    /// A form without parts, which no host sends.
    pub fn new() -> Self {
        Self::default()
    }

    /// A plain field.
    pub fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.part(name, None, None, Content::Text(text.into()))
    }

    /// A field that holds JSON, and says so: a [`crate::Json`] or a text.
    pub fn json(self, name: &str, json: impl Into<Vec<u8>>) -> Self {
        self.part(name, None, Some("application/json"), Content::Bytes(json.into()))
    }

    /// A file that the connector made itself.
    pub fn file(self, name: &str, filename: &str, content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.part(name, Some(filename), Some(content_type), Content::Bytes(bytes.into()))
    }

    /// The exchange's document as a file; see [`crate::Exchange::document`].
    pub fn document(self, name: &str, filename: &str, content_type: &str) -> Self {
        self.part(name, Some(filename), Some(content_type), Content::Document)
    }

    /// The picture at this address, which the host reads; its media type is that which its host names. Characters that
    /// no filename may hold become `-`.
    pub fn picture(self, name: &str, filename: &str, url: impl Into<String>) -> Self {
        self.part(name, Some(filename), None, Content::Picture(url.into()))
    }

    fn part(
        mut self,
        name: &str,
        filename: Option<&str>,
        content_type: Option<&str>,
        content: Content,
    ) -> Self {
        let filename = filename.map(safe);
        self.parts.push(Part {
            name: name.to_owned(),
            filename,
            content_type: content_type.map(str::to_owned),
            content,
        });
        self
    }
}

impl Request {
    /// The body is this form.
    pub fn form(self, form: Form) -> Self {
        let Form { parts } = form;
        Self { body: Body::Asset(host::compose(&parts)), ..self }
    }
}

/// The last part of an address's path, as a name for the file that is there.
pub fn file_name(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    match path.rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => safe(name),
        _ => "picture".to_owned(),
    }
}

fn safe(filename: &str) -> String {
    let foreign = |c: char| c.is_control() || matches!(c, '"' | '\\' | '/');
    cut(&filename.replace(foreign, "-"), FILENAME_BYTES, LengthUnit::Bytes).to_owned()
}

/// Why the host did not send a form: it could not read one of its pictures. The warning's reason is `outage` where
/// trying again may help. Nothing if this is an answer of the vendor's.
pub fn unread_picture(response: &Response) -> Option<Problem> {
    let reason = match response.status {
        424 => Reason::Data,
        503 => Reason::Outage,
        _ => return None,
    };
    let why = String::from_utf8_lossy(&response.body);
    Some(Problem::warning("picture-unread", format!("A picture was left out: {why}.")).reason(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_address() {
        for (url, name) in [
            ("https://cdn.example/a/oak.jpg?w=1/2#x", "oak.jpg"),
            ("https://cdn.example/a/", "picture"),
            ("https://cdn.example", "picture"),
            ("https://cdn.example/a\"b\\c.png", "a-b-c.png"),
        ] {
            assert_eq!(file_name(url), name, "{url}");
        }
        assert_eq!(file_name(&format!("https://cdn.example/{}", "ä".repeat(200))).len(), 254);
    }

    #[test]
    fn an_unread_picture_says_whether_trying_again_may_help() {
        let answer = |status| Response { status, headers: vec![], body: b"`cdn.example` is down".to_vec() };
        let reasons =
            [424, 503, 200].map(|status| unread_picture(&answer(status)).map(|problem| problem.reason));
        assert_eq!(reasons, [Some(Reason::Data), Some(Reason::Outage), None]);
    }
}
