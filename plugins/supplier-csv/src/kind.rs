//! Which format a file has: by the settings, its name, its media type, or its first bytes.

use wharf_sdk::{Problem, Source};

use crate::settings::Format;

/// Beginnings of files that are none of these formats, and what to do.
const OTHERS: [(&[u8], &str); 4] = [
    (
        b"PK\x03\x04",
        "a zip file whose parts were not unpacked: save it as .xlsx, or take out the file that it holds",
    ),
    (b"\xd0\xcf\x11\xe0", "a workbook of Excel 97: save it as .xlsx or as CSV in UTF-8"),
    (b"\x1f\x8b", "a gzip file: unpack it, or have it sent as a plain file"),
    (b"%PDF", "a PDF document: ask for the table as CSV or .xlsx"),
];

/// The format, told by a file's first bytes where nothing else tells it. Workbooks come as members, and never here.
pub(crate) fn of(source: &Source, sample: &[u8], declared: Option<Format>) -> Result<Format, Problem> {
    if let Some((_, what)) = OTHERS.iter().find(|(beginning, _)| sample.starts_with(beginning)) {
        return Err(Problem::error("other-format", format!("This is {what}.")));
    }
    match declared.or_else(|| by_name(&source.file_name)).or_else(|| by_media_type(&source.media_type)) {
        Some(Format::Xlsx) => {
            let message = "This is no workbook, although its name or the setting `format` says so.";
            Err(Problem::error("other-format", message))
        }
        Some(format) => Ok(format),
        None => Ok(by_content(sample)),
    }
}

fn by_name(name: &str) -> Option<Format> {
    let (_, ending) = name.rsplit_once('.')?;
    match ending.to_ascii_lowercase().as_str() {
        "csv" | "tsv" | "tab" => Some(Format::Delimited),
        "json" | "jsonl" | "ndjson" => Some(Format::Json),
        "xlsx" => Some(Format::Xlsx),
        _ => None,
    }
}

fn by_media_type(media_type: &str) -> Option<Format> {
    match media_type.split(';').next().unwrap_or_default().trim() {
        "text/csv" | "text/tab-separated-values" => Some(Format::Delimited),
        "application/json" | "application/jsonl" | "application/x-ndjson" => Some(Format::Json),
        _ => None,
    }
}

fn by_content(sample: &[u8]) -> Format {
    let first = sample.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, 0 | 0x80..));
    if matches!(first, Some(b'{' | b'[')) { Format::Json } else { Format::Delimited }
}
