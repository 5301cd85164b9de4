//! A CSV record read as a row of cells, after it was found to be whole.

use super::{
    ImportLimits,
    delimited::Record,
    error::{Fault, Rule},
    report,
    row::{Cell, Cells},
};

/// The cells of a sound record.
#[derive(Debug)]
pub(super) struct RecordCells<'a> {
    text: &'a str,
    ends: &'a [usize],
}

impl Cells for RecordCells<'_> {
    fn cell(&self, column: usize) -> Cell<'_> {
        let Some(end) = self.ends.get(column) else { return Cell::Absent };
        let start = column.checked_sub(1).map_or(0, |before| self.ends[before]);
        Cell::Text(&self.text[start..*end])
    }
}

/// Why a record cannot be taken; the cell's index when one is to blame.
pub(super) type RecordFault = (Option<usize>, Fault);

impl<'a> RecordCells<'a> {
    /// Checks the number of cells, their length and their encoding.
    pub(super) fn new(
        record: &'a Record,
        width: usize,
        unended: bool,
        limits: &ImportLimits,
    ) -> Result<Self, RecordFault> {
        check_count(record, width, unended).map_err(|fault| (None, fault))?;
        if let Some(index) = record.cells().position(|cell| cell.len() > limits.cell_bytes) {
            let length = record.cell(index).len();
            let message = format!("the cell has {length} bytes, and {} are allowed", limits.cell_bytes);
            let remedy = "Shorten it, or raise `cell-bytes` of the import limits";
            return Err((Some(index), Fault::new(Rule::CellLength, message, remedy)));
        }
        let invalid = || {
            let index = record.cells().position(|cell| std::str::from_utf8(cell).is_err());
            let message = "the text is not UTF-8";
            (index, Fault::new(Rule::Encoding, message, "Save the file as UTF-8, and look for � in this row"))
        };
        let text = std::str::from_utf8(&record.text).map_err(|_| invalid())?;
        // Two cells that are each invalid may be valid together.
        if record.ends.iter().any(|end| !text.is_char_boundary(*end)) {
            return Err(invalid());
        }
        Ok(Self { text, ends: &record.ends })
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

fn check_count(record: &Record, width: usize, unended: bool) -> Result<(), Fault> {
    let found = record.ends.len();
    if found < width && unended {
        return Err(report::truncated());
    }
    let extra_cells_are_empty = || (width..found).all(|index| record.cell(index).is_empty());
    if found < width || !extra_cells_are_empty() {
        let message = format!("the row has {found} cells, and the header has {width}");
        let remedy = "Put cells that hold the delimiter or line ends in quotes";
        return Err(Fault::new(Rule::CellCount, message, remedy));
    }
    Ok(())
}
