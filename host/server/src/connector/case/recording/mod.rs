//! What a connector was asked on a channel and what it answered, to be asked again elsewhere: one JSON line a call.
//!
//! A connector is a pure function, so its calls are all there is to record. The first line names the connector; each
//! further one holds a call of `prepare` or one answer for `settle`, and what the connector gave, to the byte.
//!
//! - `line`: calls as lines, and back.
//! - `tape`: the listener that writes them.
//! - `signed`: what is secret in addresses that a channel hands out.

mod line;
mod signed;
mod tape;

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::Path,
};

use serde::{Deserialize, Serialize};
use wharf_sandbox::Connector;

use super::{
    CaseError, Difference,
    exact::Exact,
    play::{PlayError, operation, read},
};
use crate::output::counted;
use line::{Asked, Line};

pub use tape::Tape;

/// What recordings among the cases end with.
pub const EXTENSION: &str = "jsonl";

/// The form of the lines; another one is not read.
const FORM: u32 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The form of the lines that follow.
    recording: u32,
    pub connector: String,
    pub version: String,
    /// SHA-256 of the component, in lower-case hexadecimal.
    pub digest: String,
    pub channel: String,
}

impl Head {
    /// Of a recording that begins now.
    pub fn new(connector: &Connector, channel: &str) -> Self {
        Self {
            recording: FORM,
            connector: connector.name().to_owned(),
            version: connector.description().version.clone(),
            digest: connector.digest().to_owned(),
            channel: channel.to_owned(),
        }
    }
}

/// What came of a replay.
#[derive(Debug, Serialize)]
pub struct Replayed {
    pub head: Head,
    pub calls: u64,
    /// Where the connector gave something else than it did then; places begin with `line N`.
    pub differences: Vec<Difference>,
}

impl Replayed {
    /// What was replayed, in one sentence.
    pub fn about(&self) -> String {
        let Head { connector, version, channel, .. } = &self.head;
        format!("{} of {connector} {version} on {channel}", counted(self.calls, "call"))
    }
}

/// The first line of a recording.
///
/// # Errors
/// When the file cannot be read, or is no recording of this form.
pub fn head(path: &Path) -> Result<Head, CaseError> {
    let mut first = String::new();
    open(path)?.read_line(&mut first).map_err(|source| CaseError::Read { path: path.into(), source })?;
    let head: Head = serde_json::from_str(&first)?;
    if head.recording == FORM { Ok(head) } else { Err(CaseError::Recording(head.recording)) }
}

fn open(path: &Path) -> Result<BufReader<File>, CaseError> {
    File::open(path).map(BufReader::new).map_err(|source| CaseError::Read { path: path.into(), source })
}

/// Asks the connector everything that the recording holds.
///
/// # Errors
/// When the recording cannot be read, or the connector cannot be asked because it has not the fields any more.
pub fn replay(connector: &Connector, path: &Path) -> Result<Replayed, CaseError> {
    let mut replayed = Replayed { head: head(path)?, calls: 0, differences: Vec::new() };
    for (number, text) in (1_u64..).zip(open(path)?.lines()).skip(1) {
        let text = text.map_err(|source| CaseError::Read { path: path.into(), source })?;
        let line: Line = serde_json::from_str(&text)?;
        let gives = Exact::parse(line.gives.get())?;
        let differences = gives.differences(&ask(connector, &line.asked)?);
        replayed.calls += 1;
        replayed.differences.extend(
            differences.into_iter().map(|difference| Difference {
                at: format!("line {number}: {}", difference.at),
                ..difference
            }),
        );
    }
    Ok(replayed)
}

fn ask(connector: &Connector, asked: &Asked) -> Result<Exact, CaseError> {
    let description = connector.description();
    let clean = signed::Values::default();
    match asked {
        Asked::Prepare { context, operations } => {
            let operations = operations.iter().map(|form| operation(description, form));
            let operations = operations.collect::<Result<Vec<_>, _>>()?;
            let preparation = connector.prepare(context, &operations).map_err(PlayError::Call)?;
            Ok(line::preparation(description, &preparation, &clean))
        }
        Asked::Settle { context, memo, covers, response } => {
            let answer = wharf_sandbox::exchange::Answer {
                memo: memo.bytes().ok_or(PlayError::Response(0))?,
                covers: *covers,
                response: read(response).ok_or(PlayError::Response(0))?,
            };
            let settled = connector.settle(context, &[answer]).map_err(PlayError::Call)?;
            Ok(settled.first().map_or(Exact::Object(Vec::new()), |settled| {
                line::settlement(description, settled.as_ref().ok(), &clean)
            }))
        }
    }
}
