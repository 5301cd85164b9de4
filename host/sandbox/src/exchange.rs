//! The host's words for what passes between it and a connector that publishes or writes a feed.
//!
//! Everything here was checked against the connector's description and the contract before anyone sees it.

mod form;

use std::time::Duration;

use wharf_catalog::{Problem, declaration::Method};

pub use self::form::{Form, Part, PartContent};
use crate::error::CallError;

/// What to send for a list of operations. Each of them is covered by exactly one exchange, rejected exactly
/// once, or at fault exactly once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preparation {
    pub exchanges: Vec<Exchange>,
    pub rejections: Vec<Rejection>,
    /// Operations on which the connector itself failed.
    pub faults: Vec<Fault>,
}

/// A request, the operations it acts for, and the connector's note to itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    pub request: Request,
    /// In a preparation: positions in the operations. In a settlement: positions in the answered exchange's
    /// own `covers`.
    pub covers: Vec<u32>,
    /// Comes back with the response. Opaque.
    pub memo: Vec<u8>,
    /// A large body for this or a later request of the chain.
    pub document: Option<Vec<u8>>,
    /// How long to wait before sending.
    pub delay: Duration,
}

/// What to ask of one of the connector's endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    /// Index in the description's endpoints; always in range.
    pub endpoint: u32,
    /// Path and query: begins with one `/`, printable ASCII, no `.` or `..` segments.
    pub target: String,
    /// Lower-case names, printable ASCII values; none that belongs to the host.
    pub headers: Vec<(String, String)>,
    pub body: Body,
    /// What it costs of each budget that counts it; at least 1.
    pub cost: u32,
    /// The answer's body is a gzip file to unpack.
    pub unpack: bool,
}

/// What a request carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    None,
    Text(String),
    Bytes(Vec<u8>),
    /// The document of the chain.
    Document,
    /// The picture at this address.
    Asset(String),
    /// Parts, of which some may be pictures.
    Form(Form),
}

impl Body {
    /// Bytes that the connector gave; documents and assets are counted where they are.
    pub(crate) fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Form(form) => form.length(),
            Self::None | Self::Document | Self::Asset(_) => 0,
        }
    }
}

/// What the channel said of a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Index in the description's budgets; always in range.
    pub budget: u32,
    /// Units that are left.
    pub remaining: Option<u32>,
    /// Nothing that counts is sent before.
    pub wait: Option<Duration>,
}

/// An operation or item that the channel would not take. At least one of the problems is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Position in the list that was handed in.
    pub index: u32,
    pub problems: Vec<Problem>,
}

/// An operation or item on which the connector failed when it was alone in the call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Position in the list that was handed in.
    pub index: u32,
    pub error: CallError,
}

/// What the channel answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Any headers; only those that the connector reads are handed in.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What came back for one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub memo: Vec<u8>,
    /// How many operations the exchange covers.
    pub covers: u32,
    pub response: Response,
}

/// What an answer means for the operations of its exchange. Each of them has exactly one outcome or is
/// covered by exactly one further exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settlement {
    pub outcomes: Vec<Outcome>,
    pub further: Vec<Exchange>,
    pub allowances: Vec<Allowance>,
}

/// How one operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Position in the answered exchange's `covers`.
    pub index: u32,
    pub verdict: Verdict,
    /// The channel's id for the listing; none: unchanged.
    pub remote_id: Option<String>,
    /// Kept with the listing for the next operation; none: unchanged.
    pub note: Option<String>,
}

/// The channel's answer to one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Taken; the problems are warnings.
    Accepted(Vec<Problem>),
    /// Not taken until the item changes; at least one of the problems is an error.
    Rejected(Vec<Problem>),
    /// Not taken now, for a reason that passes.
    Retry { after: Option<Duration>, problem: Problem },
}

/// How a feed file begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// A plain name without a directory.
    pub file_name: String,
    /// Media type.
    pub content_type: String,
    pub content: Vec<u8>,
    /// Stands between what two calls of `rows` wrote.
    pub between: Vec<u8>,
}

/// The rows of a slice of items, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pub content: Vec<u8>,
    pub rejections: Vec<Rejection>,
    /// Losses of items that have a row, by position.
    pub warnings: Vec<Rejection>,
    /// Items on which the connector itself failed; they have no row.
    pub faults: Vec<Fault>,
}
