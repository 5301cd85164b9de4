//! Requests, and what their answers mean for each operation.

use crate::{
    Acceptance, Body, Exchange, Method, Outcome, Postponement, Preparation, Problem, Rejection, Request,
    RowsWritten, Settlement, Severity, Verdict,
};

impl Problem {
    /// A problem that keeps the item from being listed.
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), severity: Severity::Error, field: None, message: message.into() }
    }

    /// A loss that does not keep the item from being listed.
    pub fn warning(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Names the field that is to blame.
    pub fn at(self, field: u32) -> Self {
        Self { field: Some(field), ..self }
    }
}

impl Request {
    /// A request without headers or body. `target` is path and query, already percent-encoded.
    pub fn new(method: Method, endpoint: u32, target: impl Into<String>) -> Self {
        Self { method, endpoint, target: target.into(), headers: Vec::new(), body: Body::None }
    }

    /// A `POST` request.
    pub fn post(endpoint: u32, target: impl Into<String>) -> Self {
        Self::new(Method::Post, endpoint, target)
    }

    /// A `PATCH` request.
    pub fn patch(endpoint: u32, target: impl Into<String>) -> Self {
        Self::new(Method::Patch, endpoint, target)
    }

    /// A `DELETE` request.
    pub fn delete(endpoint: u32, target: impl Into<String>) -> Self {
        Self::new(Method::Delete, endpoint, target)
    }

    /// Adds a header; the name in lower case.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// A JSON body with its content type.
    pub fn json(self, body: String) -> Self {
        Self { body: Body::Text(body), ..self }.header("content-type", "application/json")
    }

    /// The exchange of this request, for operations at these positions.
    pub fn covering(self, covers: Vec<u32>) -> Exchange {
        Exchange { request: self, covers, memo: Vec::new(), delay_ms: 0 }
    }
}

/// For [`crate::ItemPublisher`], which fills in what the exchange covers.
impl From<Request> for Exchange {
    fn from(request: Request) -> Self {
        request.covering(Vec::new())
    }
}

impl Exchange {
    /// The connector's note to itself, handed back with the response.
    pub fn memo(self, memo: impl Into<Vec<u8>>) -> Self {
        Self { memo: memo.into(), ..self }
    }
}

impl Preparation {
    /// Rejects all of `count` operations for the same reason.
    pub fn reject_all(count: usize, problem: &Problem) -> Self {
        Self { exchanges: Vec::new(), rejections: rejections(count, problem) }
    }
}

impl RowsWritten {
    /// Writes nothing, and rejects all of `count` items for the same reason.
    pub fn reject_all(count: usize, problem: &Problem) -> Self {
        Self { content: Vec::new(), rejections: rejections(count, problem) }
    }
}

fn rejections(count: usize, problem: &Problem) -> Vec<Rejection> {
    (0..).take(count).map(|index| Rejection { index, problems: vec![problem.clone()] }).collect()
}

impl Settlement {
    /// The same verdict for all of `count` operations.
    pub fn all(count: u32, verdict: &Verdict) -> Self {
        let outcomes = (0..count).map(|index| Outcome { index, verdict: verdict.clone() }).collect();
        Self { outcomes, further: Vec::new() }
    }

    /// Rejects all of `count` operations for the same reason.
    pub fn reject_all(count: u32, problem: &Problem) -> Self {
        Self::all(count, &Verdict::Rejected(vec![problem.clone()]))
    }
}

/// The settlement of an exchange that covers one operation.
impl From<Verdict> for Settlement {
    fn from(verdict: Verdict) -> Self {
        Self { outcomes: vec![Outcome { index: 0, verdict }], further: Vec::new() }
    }
}

impl Verdict {
    /// Taken without losses.
    pub fn accepted(remote_id: Option<String>) -> Self {
        Self::Accepted(Acceptance { remote_id, problems: Vec::new() })
    }

    /// Not taken until the item changes.
    pub fn rejected(problem: Problem) -> Self {
        Self::Rejected(vec![problem])
    }

    /// Not taken now; the host chooses when to try again.
    pub fn retry(problem: Problem) -> Self {
        Self::Retry(Postponement { after_ms: None, problem })
    }
}
