//! Files of suppliers, ERPs and tills: CSV and its kin, JSON and workbooks become products, prices and stock.
//!
//! | file | how it is read |
//! |---|---|
//! | `.csv`, `.tsv`, `.txt` | by [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180); comma, semicolon, tab or pipe; any line end |
//! | `.json` | one document, a list or with a list under a path; [RFC 8259](https://www.rfc-editor.org/rfc/rfc8259) |
//! | `.jsonl`, `.ndjson` | a record on every line |
//! | `.xlsx` | the members that the host unpacks; [ECMA-376](https://ecma-international.org/publications-and-standards/standards/ecma-376/) |
//!
//! Encoding, delimiter and the way numbers are written are told by the file's first 64 KiB, unless the settings say
//! them. A row becomes one entry, or findings that name row, column and rule; then the other rows go on. A file that
//! was cut, or of which a row was refused, is never called complete, so nobody takes what is missing for gone.
//!
//! What is remembered between two chunks is the row that is not whole yet. Only a workbook's shared texts are more,
//! as cells refer to any of them: up to 12 MiB, and then the operator is told to save the sheet as CSV.
//!
//! - `settings`: how the file is written, and what its columns mean.
//! - `reading`: one call, from the state before to the state after.
//! - `kind`, `encoding`: what a file is, and its bytes as UTF-8.
//! - `delimited`, `json`, `xlsx`: rows of each format.
//! - `columns`, `cell`: a header against the settings, and what a row says under a column.
//! - `row`, `value`, `number`, `price`: a row as entries.
//! - `output`, `state`, `limits`: what a call brings, what it leaves to the next, and how much of both.

mod cell;
mod columns;
mod delimited;
mod encoding;
mod json;
mod kind;
mod limits;
mod number;
mod output;
mod price;
mod reading;
mod row;
mod settings;
mod state;
mod value;
mod xlsx;

use wharf_sdk::{Connector, Context, Description, FileIntake, Intake, Progress, Source};

use crate::reading::Given;

/// The connector.
#[derive(Debug)]
pub struct SupplierCsv;

wharf_sdk::connector!(SupplierCsv: Intake);

/// File name endings and media types.
const FORMATS: [&str; 11] = [
    ".csv",
    ".tsv",
    ".txt",
    ".json",
    ".jsonl",
    ".ndjson",
    ".xlsx",
    "text/csv",
    "text/tab-separated-values",
    "application/json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

impl Connector for SupplierCsv {
    fn describe() -> Description {
        let summary = "Reads products, prices and stock from CSV, JSON and Excel files.";
        Description::new("supplier-csv", env!("CARGO_PKG_VERSION"), summary)
            .settings_schema(include_str!("../settings.schema.json"))
            .intake(FileIntake::new(&FORMATS).members(&xlsx::MEMBERS))
    }
}

impl Intake for SupplierCsv {
    fn parse(context: &Context, source: &Source, state: &[u8], chunk: &[u8], last: bool) -> Progress {
        reading::read(context, Given { source, state, chunk, last })
    }
}
