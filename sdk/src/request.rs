//! Requests as data.

use crate::{Body, Method, Request};

impl Request {
    /// A request without headers or body. `target` is path and query, already percent-encoded; at an open
    /// endpoint, the whole address.
    pub fn new(method: Method, endpoint: u32, target: impl Into<String>) -> Self {
        Self {
            method,
            endpoint,
            target: target.into(),
            headers: Vec::new(),
            body: Body::None,
            cost: None,
            unpack: false,
        }
    }

    /// A `GET` request.
    pub fn get(endpoint: u32, target: impl Into<String>) -> Self {
        Self::new(Method::Get, endpoint, target)
    }

    /// A `POST` request.
    pub fn post(endpoint: u32, target: impl Into<String>) -> Self {
        Self::new(Method::Post, endpoint, target)
    }

    /// A `PUT` request.
    pub fn put(endpoint: u32, target: impl Into<String>) -> Self {
        Self::new(Method::Put, endpoint, target)
    }

    /// A `PATCH` request.
    pub fn patch(endpoint: u32, target: impl Into<String>) -> Self {
        Self::new(Method::Patch, endpoint, target)
    }

    /// A `DELETE` request.
    pub fn delete(endpoint: u32, target: impl Into<String>) -> Self {
        Self::new(Method::Delete, endpoint, target)
    }

    /// Adds a header; the name in lower case. What every request carries belongs to the endpoint.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A body of JSON: a [`crate::Json`] or a `String`. Its `content-type` is the endpoint's; see
    /// [`crate::Endpoint::json`].
    pub fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.bytes(body)
    }

    /// A body of any kind, such as CSV or XML. Its `content-type` is the endpoint's, or a header's.
    pub fn bytes(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Bytes(body.into()), ..self }
    }

    /// The body is the document of the chain of exchanges, see [`crate::Exchange::document`].
    pub fn document(self) -> Self {
        Self { body: Body::Document, ..self }
    }

    /// The picture at this address, which the host reads and streams.
    pub fn asset(self, url: impl Into<String>) -> Self {
        Self { body: Body::Asset(url.into()), ..self }
    }

    /// What it costs of each budget that counts it; without this, 1.
    pub fn cost(self, units: u32) -> Self {
        Self { cost: Some(units), ..self }
    }

    /// The answer's body is a gzip file, which the host unpacks.
    pub fn unpack(self) -> Self {
        Self { unpack: true, ..self }
    }
}
