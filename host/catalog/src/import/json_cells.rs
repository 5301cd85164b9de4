//! A JSON object read as a row of cells, for JSON Lines files with a mapping.

use serde_json::value::RawValue;

use super::{
    ImportLimits,
    error::{Fault, Rule},
    lines,
    plan::Plan,
    row::{Cell, Cells},
};

/// Objects within objects become names such as `price.amount` down to this depth.
const DEEPEST: usize = 4;

/// The cells of one line, by the plan's columns.
#[derive(Debug, Default)]
pub(super) struct JsonCells(Vec<JsonCell>);

#[derive(Debug, Default, Clone)]
enum JsonCell {
    #[default]
    Absent,
    Null,
    Text(String),
    Items(Vec<String>),
}

/// A fault of one member, by its full name.
type MemberFault = (String, Fault);

impl Cells for JsonCells {
    fn cell(&self, column: usize) -> Cell<'_> {
        match self.0.get(column) {
            None | Some(JsonCell::Absent) => Cell::Absent,
            Some(JsonCell::Null) => Cell::Null,
            Some(JsonCell::Text(text)) => Cell::Text(text),
            Some(JsonCell::Items(items)) => Cell::Items(items),
        }
    }
}

impl JsonCells {
    /// Replaces the cells by those of `line`; members never met before get a place in the plan.
    pub(super) fn read(
        &mut self,
        line: &str,
        plan: &mut Plan,
        limits: &ImportLimits,
    ) -> Result<(), MemberFault> {
        self.0.clear();
        self.object("", line, plan, limits, DEEPEST)
    }

    fn object(
        &mut self,
        prefix: &str,
        text: &str,
        plan: &mut Plan,
        limits: &ImportLimits,
        depth: usize,
    ) -> Result<(), MemberFault> {
        let members = lines::members(text).map_err(|fault| (prefix.to_owned(), fault))?;
        for (name, value) in members.0 {
            let name = if prefix.is_empty() { name } else { format!("{prefix}.{name}").into() };
            if value.get().starts_with('{') && depth > 0 {
                self.object(&name, value.get(), plan, limits, depth - 1)?;
                continue;
            }
            let column = met(&name, plan, limits).map_err(|fault| (name.to_string(), fault))?;
            let cell = cell(value, limits).map_err(|fault| (name.to_string(), fault))?;
            if self.0.len() <= column {
                self.0.resize(column + 1, JsonCell::Absent);
            }
            self.0[column] = cell;
        }
        Ok(())
    }
}

fn met(name: &str, plan: &mut Plan, limits: &ImportLimits) -> Result<usize, Fault> {
    let column = plan
        .meet(name)
        .map_err(|error| Fault::new(Rule::Member, error.to_string(), "Correct the mapping or the file"))?;
    if column >= limits.columns {
        let message = format!("the file has more than {} different members", limits.columns);
        return Err(Fault::new(Rule::Member, message, "Put what varies into values, or raise `columns`"));
    }
    Ok(column)
}

fn cell(value: &RawValue, limits: &ImportLimits) -> Result<JsonCell, Fault> {
    let text = value.get();
    check_length(text, limits)?;
    match text.as_bytes().first() {
        Some(b'n') => Ok(JsonCell::Null),
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| shape())?;
            items.into_iter().map(|item| scalar(item.get())).collect::<Result<_, _>>().map(JsonCell::Items)
        }
        _ => scalar(text).map(JsonCell::Text),
    }
}

/// The text of a string, the digits of a number as they are written, `true` or `false`.
fn scalar(text: &str) -> Result<String, Fault> {
    match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text).map_err(|_| shape()),
        Some(b'{' | b'[' | b'n') => Err(shape()),
        _ => Ok(text.to_owned()),
    }
}

fn shape() -> Fault {
    Fault::new(
        Rule::Member,
        "the value is nested too deeply",
        "Give a text, a number, a flag or a list of those",
    )
}

/// Refuses a value that is longer than a cell may be.
pub(super) fn check_length(text: &str, limits: &ImportLimits) -> Result<(), Fault> {
    if text.len() <= limits.cell_bytes {
        return Ok(());
    }
    let message = format!("the value has {} bytes, and {} are allowed", text.len(), limits.cell_bytes);
    Err(Fault::new(Rule::CellLength, message, "Shorten it, or raise `cell-bytes` of the import limits"))
}
