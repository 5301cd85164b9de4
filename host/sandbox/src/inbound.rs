//! The host's words for what passes between it and a connector that reads: pulls, webhooks, files.
//!
//! Everything that a connector gave was checked against the contract before anyone sees it.

use std::time::Duration;

use wharf_catalog::{Problem, inbound::Entry};

use crate::exchange::{Allowance, Request};

/// Where a stream stands. Times are unix milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// What an earlier pass left; none: from the beginning.
    pub cursor: Option<Vec<u8>>,
    /// Only what changed in this stretch, end excluded.
    pub since: Option<i64>,
    pub until: i64,
}

/// What to ask next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetch {
    pub request: Request,
    /// Comes back with the response. Opaque.
    pub memo: Vec<u8>,
    /// How long to wait before sending.
    pub delay: Duration,
}

/// What one response brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub entries: Vec<Entry>,
    /// What could not be read.
    pub problems: Vec<Problem>,
    pub rest: Rest,
    pub allowances: Vec<Allowance>,
}

/// How a pass goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rest {
    More(Fetch),
    /// A restart may go on at this cursor.
    Checkpoint(Vec<u8>, Fetch),
    End {
        cursor: Option<Vec<u8>>,
        /// Whether everything there is was seen.
        complete: bool,
    },
    Retry {
        after: Option<Duration>,
        problem: Problem,
    },
    /// The channel forgot the cursor.
    Restart(Problem),
    Failed(Problem),
}

/// A webhook call whose signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub method: String,
    /// Path below the channel's webhook address, and query.
    pub target: String,
    /// Any headers; only those that the connector reads are handed in.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What a webhook call brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub entries: Vec<Entry>,
    /// Indices of streams to pull now; always in range.
    pub pull: Vec<u32>,
    pub problems: Vec<Problem>,
    /// The delivery's own id when it stands in the body.
    pub delivery_id: Option<String>,
    pub reply: Option<Reply>,
}

/// What to answer a webhook call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// Where a file comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    pub file_name: String,
    /// As the sender said, or empty.
    pub media_type: String,
    /// The member of a zip file; otherwise empty.
    pub member: String,
}

/// What one chunk of a file brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// For the next call. Opaque.
    pub state: Vec<u8>,
    pub entries: Vec<Entry>,
    pub findings: Vec<Finding>,
    /// Whether to call again with an empty chunk before reading on.
    pub more: bool,
    /// The file is whole and lists everything there is.
    pub complete: bool,
    /// The file cannot be read any further.
    pub failed: Option<Problem>,
}

/// Something wrong at one place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// From 1.
    pub row: u64,
    pub column: Option<String>,
    pub problem: Problem,
}
