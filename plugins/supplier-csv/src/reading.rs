//! One call: the state of the one before, a chunk, and how far they lead together.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use wharf_sdk::{Context, Finding, Problem, Progress, Source};

use crate::{
    delimited::{Reached, Table},
    encoding::{self, Transcoder},
    json::Document,
    kind, limits,
    output::Output,
    settings::{Format, Settings},
    state::{self, Parts},
    xlsx::{Call, Strings, Workbook},
};

/// What is remembered beside the bytes.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Notes {
    stage: Stage,
    /// Whether the last bytes came.
    ended: bool,
    /// Rows that brought entries, and rows that were refused.
    taken: u64,
    refused: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
enum Stage {
    /// Not enough was seen to tell what this is.
    #[default]
    Sampling,
    Table(Table),
    Document(Document),
    Workbook(Workbook),
}

/// What a call is given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) source: &'a Source,
    pub(crate) state: &'a [u8],
    pub(crate) chunk: &'a [u8],
    pub(crate) last: bool,
}

/// Reads one chunk.
pub(crate) fn read(context: &Context, given: Given<'_>) -> Progress {
    let settings = match context.settings::<Settings>() {
        Ok(settings) => settings,
        Err(problem) => return Progress::new(Vec::new()).failed(problem),
    };
    let Some((notes, parts)) = remembered(given.state) else {
        let message = "What was remembered of this file is damaged; begin again with its first bytes.";
        return Progress::new(Vec::new()).failed(Problem::error("damaged-state", message));
    };
    let mut output = Output::new(settings.rows_per_call);
    let mut reading =
        Reading { settings: &settings, currency: &context.currency, notes, output: &mut output };
    match reading.step(given, parts) {
        Ok(step) => reading.progress(step).told(output),
        Err(problem) => Progress::new(Vec::new()).failed(problem).told(output),
    }
}

fn remembered(state: &[u8]) -> Option<(Notes, Parts<'_>)> {
    if state.is_empty() {
        return Some((Notes::default(), Parts { notes: &[], ends: &[], strings: &[], rest: &[] }));
    }
    let parts = Parts::split(state)?;
    Some((parts.notes()?, parts))
}

/// Adds what the call brought.
trait Told {
    fn told(self, output: Output) -> Self;
}

impl Told for Progress {
    fn told(mut self, output: Output) -> Self {
        self.entries = output.entries;
        self.findings.splice(0..0, output.findings);
        self
    }
}

struct Reading<'a> {
    settings: &'a Settings,
    currency: &'a str,
    notes: Notes,
    output: &'a mut Output,
}

/// What a call leaves to the next one.
struct Step<'a> {
    more: bool,
    rest: Cow<'a, [u8]>,
    strings: Strings<'a>,
}

impl Reading<'_> {
    fn step<'g>(&mut self, given: Given<'g>, parts: Parts<'g>) -> Result<Step<'g>, Problem> {
        self.notes.ended |= given.last;
        let mut strings = Strings { ends: parts.ends.into(), text: parts.strings.into() };
        let (reached, rest) = match &mut self.notes.stage {
            Stage::Sampling if !given.source.member.is_empty() => {
                self.notes.stage = Stage::Workbook(Workbook::default());
                self.read_workbook(given, parts.rest, &mut strings)?
            }
            Stage::Workbook(_) => self.read_workbook(given, parts.rest, &mut strings)?,
            Stage::Sampling => self.sample(given, joined(parts.rest, given.chunk))?,
            Stage::Table(Table { transcoder, .. }) | Stage::Document(Document { transcoder, .. }) => {
                let mut text = Vec::with_capacity(parts.rest.len() + given.chunk.len() * 3 / 2);
                text.extend_from_slice(parts.rest);
                transcoder.push(given.chunk, self.notes.ended, &mut text);
                (self.read_text(&text)?, text.into())
            }
        };
        let rest = match rest {
            Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(reached.read..).unwrap_or_default()),
            Cow::Owned(bytes) => Cow::Owned(bytes.get(reached.read..).unwrap_or_default().to_vec()),
        };
        Ok(Step { more: reached.more, rest, strings })
    }

    /// Looks at the file's beginning, once there is enough of it or no more.
    fn sample<'g>(
        &mut self,
        given: Given<'g>,
        bytes: Cow<'g, [u8]>,
    ) -> Result<(Reached, Cow<'g, [u8]>), Problem> {
        // Whatever chunks a file comes in, the same bytes tell what it is.
        let is_whole = bytes.len() <= limits::SAMPLE_BYTES;
        if is_whole && !self.notes.ended {
            return Ok((Reached { read: 0, more: false }, bytes));
        }
        let sample = &bytes[..bytes.len().min(limits::SAMPLE_BYTES)];
        if sample.trim_ascii().is_empty() {
            return Err(Problem::error("empty-file", "The file is empty. Get it again."));
        }
        let format = kind::of(given.source, sample, self.settings.format)?;
        let (encoding, mark) = encoding::detect(sample, self.settings.encoding);
        let mut beginning = Vec::with_capacity(sample.len() * 3 / 2);
        Transcoder::new(encoding).push(&sample[mark..], is_whole, &mut beginning);
        let mut transcoder = Transcoder::new(encoding);
        let mut text = Vec::with_capacity(bytes.len() * 3 / 2);
        transcoder.push(&bytes[mark..], self.notes.ended, &mut text);
        self.notes.stage = match format {
            Format::Json => Stage::Document(Document::new(transcoder, &beginning, self.settings)),
            _ => Stage::Table(Table::new(transcoder, &beginning, self.settings, is_whole)),
        };
        Ok((self.read_text(&text)?, text.into()))
    }

    fn read_text(&mut self, text: &[u8]) -> Result<Reached, Problem> {
        let (settings, currency, last) = (self.settings, self.currency, self.notes.ended);
        match &mut self.notes.stage {
            Stage::Table(table) => table.read(settings, currency, text, last, self.output),
            Stage::Document(document) => document.read(settings, currency, text, last, self.output),
            Stage::Sampling | Stage::Workbook(_) => Ok(Reached { read: 0, more: false }),
        }
    }

    fn read_workbook<'g>(
        &mut self,
        Given { source, chunk, .. }: Given<'g>,
        rest: &'g [u8],
        strings: &mut Strings<'g>,
    ) -> Result<(Reached, Cow<'g, [u8]>), Problem> {
        let Stage::Workbook(workbook) = &mut self.notes.stage else {
            return Ok((Reached { read: 0, more: false }, rest.into()));
        };
        let begins = workbook.member != source.member && !source.member.is_empty();
        if begins {
            workbook.begin(&source.member, self.output)?;
        }
        let bytes = joined(if begins { &[] } else { rest }, chunk);
        let call = Call { settings: self.settings, currency: self.currency, output: self.output };
        let reached = workbook.read(&bytes, strings, call)?;
        if self.notes.ended && !reached.more {
            workbook.end(self.output)?;
        }
        Ok((reached, bytes))
    }

    fn progress(mut self, Step { more, rest, strings }: Step<'_>) -> Progress {
        self.notes.taken += self.output.taken;
        self.notes.refused += self.output.refused;
        let progress = Progress { more, ..Progress::new(Vec::new()) };
        if self.notes.ended && !more {
            return self.finished(progress);
        }
        let notes = state::notes(&self.notes);
        let parts = Parts { notes: &notes, ends: &strings.ends, strings: &strings.text, rest: &rest };
        progress.state(parts.join())
    }

    /// The file's end: whole only when every row could be read, since a product whose row was refused is not gone.
    fn finished(&self, progress: Progress) -> Progress {
        let (row, has_header) = match &self.notes.stage {
            Stage::Table(table) => (table.row, table.has_header()),
            Stage::Workbook(workbook) => (workbook.row, workbook.has_header()),
            Stage::Document(document) => (document.row, true),
            Stage::Sampling => (0, true),
        };
        if !has_header {
            let message =
                "The file ends before the row that names the columns. Get it again, or correct `header_row`.";
            return progress.failed(Problem::error("no-header", message));
        }
        if !self.settings.lists_everything {
            return progress;
        }
        if self.notes.refused == 0 && self.notes.taken > 0 {
            return progress.complete();
        }
        let message = format!(
            "{} rows were read and {} refused, so nothing is concluded from what the file leaves out. Correct the rows.",
            self.notes.taken, self.notes.refused
        );
        progress.findings(vec![Finding::new(row.max(1), Problem::warning("not-whole", message))])
    }
}

fn joined<'a>(rest: &'a [u8], chunk: &'a [u8]) -> Cow<'a, [u8]> {
    match (rest, chunk) {
        ([], bytes) | (bytes, []) => bytes.into(),
        _ => [rest, chunk].concat().into(),
    }
}
