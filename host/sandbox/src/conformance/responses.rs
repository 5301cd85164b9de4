//! Responses that a connector does not expect, and that channels nevertheless give.

use crate::exchange::Response;

/// A response without sense.
pub(super) struct Nonsense {
    pub(super) name: &'static str,
    status: u16,
    body: &'static [u8],
    /// How often the body is repeated.
    times: usize,
}

impl Nonsense {
    const fn new(name: &'static str, status: u16, body: &'static [u8]) -> Self {
        Self { name, status, body, times: 1 }
    }

    /// Whether a channel may answer so when all is well: some confirm without a body, or with one that says nothing.
    pub(super) fn may_be_success(&self) -> bool {
        let says_nothing =
            [&b"{\"items\":7"[..], b"{\"message\""].iter().any(|start| self.body.starts_with(start));
        self.status == 204 || self.status == 200 && (self.body.is_empty() || says_nothing)
    }

    pub(super) fn response(&self) -> Response {
        Response { status: self.status, headers: Vec::new(), body: self.body.repeat(self.times) }
    }
}

pub(super) const NONSENSE: &[Nonsense] = &[
    Nonsense::new("an empty body with 200", 200, b""),
    Nonsense::new(
        "an HTML error page with 200",
        200,
        b"<!doctype html><html><body><h1>502 Bad Gateway</h1><p>Try again later.</p></body></html>",
    ),
    Nonsense::new("JSON that breaks off with 200", 200, b"{\"items\":[{\"id\":\"1\",\"status\":\"o"),
    Nonsense::new(
        "JSON of another shape with 200",
        200,
        b"{\"items\":7,\"results\":null,\"errors\":{},\"id\":[]}",
    ),
    Nonsense::new("wrong UTF-8 with 200", 200, b"{\"message\":\"\xff\xfe\xc3\x28\xed\xa0\x80\"}"),
    Nonsense { name: "100 KB of opening brackets with 200", status: 200, body: b"[", times: 100 << 10 },
    Nonsense::new("204 without a body", 204, b""),
    Nonsense::new("a redirect (302)", 302, b""),
    Nonsense::new("418 with plain text", 418, b"I'm a teapot"),
    Nonsense::new("500 with half an error", 500, b"{\"error\":{\"code\":500,\"details\":["),
];
