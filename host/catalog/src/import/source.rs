//! A file of any format, read row by row up to what the row asks for.

use std::io::Read;

use super::{
    ImportLimits, Summary,
    delimited::{Break, DelimitedReader, Next, Record},
    error::{Fault, FileError, RowError, Rule},
    fill::Filling,
    json_cells::JsonCells,
    lines::{self, LineReader, NextLine},
    links,
    mapping::{Format, ImportMapping},
    native, open,
    plan::Plan,
    record_cells::RecordCells,
    report::{self, Place},
    row::Cells,
    text,
};
use crate::{
    item::Severity,
    product::{Patch, Sku, StockLevel},
};

/// The file, by its format, with the buffers that rows share.
#[derive(Debug)]
pub(super) enum Source<R> {
    Delimited { reader: DelimitedReader<R>, record: Record },
    Json { lines: LineReader<R>, line: Vec<u8>, cells: JsonCells },
    Native { lines: LineReader<R>, line: Vec<u8> },
}

/// What the next row is.
#[derive(Debug)]
pub(super) enum Step {
    Draft(Box<Draft>),
    Refused(RowError),
    /// Every cell is empty.
    Blank,
    /// A filter holds it back.
    Filtered,
    End,
}

/// What a row asks for, before it is compared with the other rows.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) place: Place,
    pub(super) sku: Sku,
    pub(super) patch: Patch,
    pub(super) stock: Vec<StockLevel>,
    pub(super) variants: Vec<Sku>,
    pub(super) errors: Vec<RowError>,
    pub(super) warnings: Vec<RowError>,
}

impl<R: Read> Source<R> {
    /// Opens the file and settles what its columns mean.
    pub(super) fn open(
        source: R,
        mapping: &ImportMapping,
        limits: &ImportLimits,
    ) -> Result<(Self, Plan), FileError> {
        if mapping.format == Format::Csv {
            let mut reader = DelimitedReader::new(source, limits);
            mapping.check()?;
            let header = open::header(&mut reader, mapping, limits)?;
            let plan = Plan::for_header(mapping, header)?;
            return Ok((Self::Delimited { reader, record: Record::default() }, plan));
        }
        let plan = Plan::open_ended(mapping)?;
        let mut lines = LineReader::new(source, limits);
        let mark = match open::byte_order_mark(lines.peek()?) {
            // A catalog without products exports an empty file.
            Err(FileError::Empty) => 0,
            mark => mark?,
        };
        lines.skip(mark);
        let line = Vec::new();
        let source = match mapping.format {
            Format::Native => Self::Native { lines, line },
            _ => Self::Json { lines, line, cells: JsonCells::default() },
        };
        Ok((source, plan))
    }

    pub(super) fn next(
        &mut self,
        plan: &mut Plan,
        limits: &ImportLimits,
        summary: &mut Summary,
    ) -> Result<Step, FileError> {
        match self {
            Self::Delimited { reader, record } => delimited(reader, record, plan, limits, summary),
            Self::Json { lines, line, cells } => {
                let (place, text) = match json_line(lines, line, limits, summary)? {
                    Ok(found) => found,
                    Err(step) => return Ok(step),
                };
                Ok(match cells.read(text, plan, limits) {
                    Ok(()) => draft(plan, cells, place),
                    Err((name, fault)) if name.is_empty() => refused(&place, None, fault),
                    Err((name, fault)) => refused(&place, Some(&name), fault),
                })
            }
            Self::Native { lines, line } => {
                let (place, text) = match json_line(lines, line, limits, summary)? {
                    Ok(found) => found,
                    Err(step) => return Ok(step),
                };
                Ok(native_draft(place, text, plan, limits))
            }
        }
    }
}

fn delimited<R: Read>(
    reader: &mut DelimitedReader<R>,
    record: &mut Record,
    plan: &Plan,
    limits: &ImportLimits,
    summary: &mut Summary,
) -> Result<Step, FileError> {
    let next = reader.read(record)?;
    let (row, line) = reader.position();
    let place = Place { row, line, sku: None, shown_characters: limits.shown_characters };
    let unended = match next {
        Next::End => return Ok(Step::End),
        Next::Broken(broken) => {
            let (column, mut fault) = broken_row(broken, limits);
            let last = reader.last_line();
            if last > line {
                fault.message.push_str(&format!("; lines {line} to {last} are left out"));
            }
            summary.truncated |= fault.rule == Rule::Truncated;
            return Ok(refused(&place, column.map(|column| plan.name(column)), fault));
        }
        Next::Row { unended } => unended,
    };
    Ok(match RecordCells::new(record, plan.width(), unended, limits) {
        Ok(cells) if cells.is_blank() => Step::Blank,
        Ok(cells) => draft(plan, &cells, place),
        Err((column, fault)) => {
            summary.truncated |= fault.rule == Rule::Truncated;
            refused(&place, column.map(|column| plan.name(column)), fault)
        }
    })
}

fn broken_row(broken: Break, limits: &ImportLimits) -> (Option<usize>, Fault) {
    match broken {
        Break::Quote(cell) => {
            let message = "the quoted cell goes on behind its closing quote";
            (Some(cell), Fault::new(Rule::Quotes, message, "Double every quote inside a quoted cell"))
        }
        Break::Unclosed(cell) => {
            let remedy = "Fetch or export the file again if it was cut off, or else close the quote";
            (Some(cell), Fault::new(Rule::Truncated, "the file ends before the cell's closing quote", remedy))
        }
        Break::TooLong => (None, too_long(limits)),
    }
}

fn too_long(limits: &ImportLimits) -> Fault {
    let message = format!("the row has more than {} bytes", limits.row_bytes);
    let remedy = "Look for a quote that is not closed, or raise `row-bytes` of the import limits";
    Fault::new(Rule::RowLength, message, remedy)
}

/// The next line as text; or, as an error, the step that stands in its place.
fn json_line<'a, R: Read>(
    lines: &mut LineReader<R>,
    line: &'a mut Vec<u8>,
    limits: &ImportLimits,
    summary: &mut Summary,
) -> Result<Result<(Place, &'a str), Step>, FileError> {
    let next = lines.read(line)?;
    let row = lines.line;
    let place = Place { row, line: row, sku: None, shown_characters: limits.shown_characters };
    let unended = match next {
        NextLine::End => return Ok(Err(Step::End)),
        NextLine::TooLong => return Ok(Err(refused(&place, None, too_long(limits)))),
        NextLine::Line { unended } => unended,
    };
    // A last line without a line end that is no whole object was cut off.
    if unended && serde_json::from_slice::<serde::de::IgnoredAny>(line).is_err() {
        summary.truncated = true;
        return Ok(Err(refused(&place, None, report::truncated())));
    }
    Ok(match std::str::from_utf8(line) {
        Ok(text) => Ok((place, text)),
        Err(_) => {
            let fault = Fault::new(Rule::Encoding, "the line is not UTF-8", "Save the file as UTF-8");
            Err(refused(&place, None, fault))
        }
    })
}

fn refused(place: &Place, column: Option<&str>, fault: Fault) -> Step {
    let error = place.row(fault);
    Step::Refused(RowError { column: column.map(String::from), ..error })
}

/// What a row of cells asks for, by the plan.
fn draft(plan: &Plan, cells: &impl Cells, mut place: Place) -> Step {
    if plan.filters.iter().any(|(column, is)| !is.iter().any(|value| value == cells.cell(*column).text())) {
        return Step::Filtered;
    }
    let sku = match key(plan, cells) {
        Ok(sku) => sku,
        Err((value, fault)) => {
            let column = plan.name(plan.key).into();
            return Step::Refused(place.column(column, &value, Severity::Error, fault));
        }
    };
    place.sku = Some(sku.to_string());
    let mut filling = Filling::new(plan, cells, &place, &sku);
    filling.fill();
    let Filling { patch, stock, variants, errors, warnings, .. } = filling;
    Step::Draft(Box::new(Draft { sku, patch, stock, variants, errors, warnings, place }))
}

fn key(plan: &Plan, cells: &impl Cells) -> Result<Sku, (String, Fault)> {
    let text = text::unguarded(cells.cell(plan.key).text(), plan.mapping().formula_guard).trim();
    links::sku(text).map_err(|fault| (text.to_owned(), fault))
}

fn native_draft(mut place: Place, text: &str, plan: &Plan, limits: &ImportLimits) -> Step {
    let members = match lines::members(text) {
        Ok(members) => members,
        Err(fault) => return refused(&place, None, fault),
    };
    let sku = match native::key(&members) {
        Ok(sku) => sku,
        Err(fault) => return refused(&place, Some("sku"), fault),
    };
    place.sku = Some(sku.to_string());
    let read = native::read(&members, &sku, &place, &plan.mapping().locales, limits);
    let native::NativeLine { patch, stock, errors, warnings } = read;
    Step::Draft(Box::new(Draft { sku, patch, stock, variants: Vec::new(), errors, warnings, place }))
}
