//! Reading files: what points 20, 30 and 35 ask of an intake.

use std::borrow::Cow;

use super::{Held, failed, held, trial::Trial};
use crate::{
    conformance::{File, Finding, difference::same},
    inbound::{Finding as Remark, Progress, Source},
};
use wharf_catalog::{Problem, inbound::Entry};

/// Sizes of chunks; the last one takes a file whole.
const CHUNKS: [usize; 4] = [1, 7, 64, usize::MAX];

/// Bytes of a file that is handed over byte by byte; of larger ones only the beginning is.
const BYTEWISE: usize = 2_000;

/// Calls that one chunk may lead to.
const CALLS: usize = 1_000;

/// Everything that came of a file.
#[derive(Debug, Default, PartialEq)]
struct Reading {
    entries: Vec<Entry>,
    remarks: Vec<Remark>,
    complete: bool,
    failed: Option<Problem>,
}

impl Trial<'_> {
    fn takes_files(&self) -> bool {
        self.connector().abilities().intake
    }

    /// The files that the run was given; without any, one of each declared format that can be made up.
    fn files(&self) -> Vec<Cow<'_, File>> {
        let own = &self.material.files;
        if !own.is_empty() {
            return own.iter().map(Cow::Borrowed).collect();
        }
        let formats =
            self.connector().description().intake.as_ref().map_or(&[][..], |intake| &intake.formats);
        let mut files: Vec<File> = formats.iter().filter_map(|format| sample(format)).collect();
        files.sort_by(|one, other| one.name.cmp(&other.name));
        files.dedup_by(|one, other| one.name == other.name);
        files.into_iter().map(Cow::Owned).collect()
    }

    /// Where the first file comes from.
    pub(super) fn source(&self) -> Source {
        self.files().first().map_or_else(Source::default, |file| file.source())
    }

    /// The file in chunks of this size.
    fn reading(&self, tried: &str, source: &Source, bytes: &[u8], size: usize) -> Result<Reading, Finding> {
        let mut reading = Reading::default();
        let mut state = Vec::new();
        let mut chunks = bytes.chunks(size.min(bytes.len().max(1))).peekable();
        loop {
            let chunk = chunks.next().unwrap_or_default();
            let last = chunks.peek().is_none();
            let ended = self.feed_chunk(tried, source, (chunk, last), &mut state, &mut reading)?;
            if ended || last {
                return Ok(reading);
            }
        }
    }

    /// One chunk, and everything that the connector has to give for it. Says whether it reads no further.
    fn feed_chunk(
        &self,
        tried: &str,
        source: &Source,
        (mut chunk, last): (&[u8], bool),
        state: &mut Vec<u8>,
        reading: &mut Reading,
    ) -> Result<bool, Finding> {
        for _ in 0..CALLS {
            let parsed = self.connector().parse(self.context(), source, state, chunk, last);
            let parsed = parsed.map_err(|error| Finding::new(tried, error))?;
            let Progress { state: next, entries, findings, more, complete, failed } = parsed;
            *state = next;
            chunk = &[];
            reading.entries.extend(entries);
            reading.remarks.extend(findings);
            reading.complete |= complete;
            reading.failed = failed;
            if reading.failed.is_some() || !more {
                return Ok(reading.failed.is_some());
            }
        }
        failed(tried, format!("it has still more to give after {CALLS} calls"))
    }
}

pub(super) fn any_chunks(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.takes_files() {
        return Ok(None);
    }
    let files = trial.files();
    let mut entries = 0;
    for file in &files {
        let (source, bytes) = (file.source(), file.text.as_bytes());
        let tried = format!("`{}` at once and in chunks", file.name);
        let whole = trial.reading(&tried, &source, bytes, usize::MAX)?;
        for size in CHUNKS {
            let tried = format!("`{}` at once, and {size} bytes at a time", file.name);
            match size {
                1 if bytes.len() > BYTEWISE => {
                    let start = &bytes[..BYTEWISE];
                    let [whole, bytewise] =
                        [usize::MAX, 1].map(|size| trial.reading(&tried, &source, start, size));
                    same(&tried, &whole?, &bytewise?)?;
                }
                _ => same(&tried, &whole, &trial.reading(&tried, &source, bytes, size)?)?,
            }
        }
        entries += whole.entries.len();
    }
    match entries {
        0 => Ok(None),
        _ => held(
            format!("{} files at once and in chunks of 1, 7 and 64 bytes", files.len()),
            format!("the same {entries} entries"),
        ),
    }
}

/// A file that stops amid its last row lists nothing whole.
pub(super) fn truncated_files(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.takes_files() {
        return Ok(None);
    }
    let files = trial.files();
    for file in &files {
        let text = file.text.trim_end();
        let row = text.rfind('\n').map_or(0, |at| at + 1);
        let cut = text.floor_char_boundary(row + (text.len() - row) / 3);
        let tried = format!("`{}`, cut off amid its last row", file.name);
        let reading = trial.reading(&tried, &file.source(), &text.as_bytes()[..cut], usize::MAX)?;
        let whole = trial.reading(&tried, &file.source(), file.text.as_bytes(), usize::MAX)?;
        let told = reading.failed.is_some() || reading.remarks.len() > whole.remarks.len();
        if whole.complete && reading.complete && !told {
            return failed(tried, "it counts as whole, and nothing tells of the cut");
        }
    }
    match files.is_empty() {
        true => Ok(None),
        false => held(
            format!("{} files cut off amid their last row", files.len()),
            "none counts as whole without a word",
        ),
    }
}

pub(super) fn garbage_is_survived(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.takes_files() {
        return Ok(None);
    }
    let garbage: [(&str, Vec<u8>); 6] = [
        ("nothing", Vec::new()),
        ("wrong UTF-8", b"sku,name\n\xff\xfe\xc3\x28,\xed\xa0\x80\n".to_vec()),
        ("zeros", vec![0; 10_000]),
        ("one endless line", b"x".repeat(300_000)),
        ("quotes without end", b"\"".repeat(10_001)),
        ("brackets without end", b"[{".repeat(5_000)),
    ];
    let source = trial.source();
    for (name, bytes) in &garbage {
        trial.reading(&format!("a file of {name}"), &source, bytes, 64 << 10)?;
    }
    held(format!("{} files without sense", garbage.len()), "each is read or refused")
}

/// A small file of this format, when it is one that can be made up.
fn sample(format: &str) -> Option<File> {
    let format = format.to_ascii_lowercase();
    let (name, media_type, text) = match () {
        () if format.ends_with("csv") => ("sample.csv", "text/csv", table(",")),
        () if format.contains("tab-separated") || format.ends_with("tsv") => {
            ("sample.tsv", "text/tab-separated-values", table("\t"))
        }
        () if format.ends_with("jsonl") || format.ends_with("ndjson") => {
            ("sample.jsonl", "application/x-ndjson", ROWS.map(object).join("\n"))
        }
        () if format.ends_with("json") => {
            ("sample.json", "application/json", format!("[{}]", ROWS.map(object).join(",\n")))
        }
        () => return None,
    };
    Some(File { name: name.into(), media_type: media_type.into(), member: String::new(), text })
}

const HEAD: [&str; 4] = ["sku", "name", "price", "stock"];
const ROWS: [[&str; 4]; 3] = [
    ["W-1", "Trail shoe", "129.90", "7"],
    ["W-2", "Tält \u{1f3d5} Nallo", "899.00", "0"],
    ["W-3", "Regenjacke Fjell", "59.95", "12"],
];

fn table(separator: &str) -> String {
    std::iter::once(HEAD).chain(ROWS).map(|row| row.join(separator) + "\n").collect()
}

fn object([sku, name, price, stock]: [&str; 4]) -> String {
    format!(r#"{{"sku":"{sku}","name":"{name}","price":"{price}","stock":{stock}}}"#)
}
