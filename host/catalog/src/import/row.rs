//! What one row of a file comes to.

use crate::{
    import::error::RowError,
    product::{Patch, Sku, StockLevel},
};

/// A change to one product, as one row asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As a spreadsheet counts: the header is row 1. In JSON Lines: the line.
    pub row: u64,
    /// The line of the file on which the row begins, from 1.
    pub line: u64,
    pub sku: Sku,
    pub patch: Patch,
    pub stock: Vec<StockLevel>,
    /// The row only links a variant to its model and must not create a product. Such rows follow from a
    /// model's row, may name a SKU that an earlier row of the same batch created, and are to be applied in order.
    pub existing_only: bool,
    /// What was lost or looks wrong although the row goes in.
    pub warnings: Vec<RowError>,
}

/// One cell of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    /// The row says nothing about this column.
    Absent,
    /// The row says that there is no value.
    Null,
    /// Empty text is an empty cell.
    Text(&'a str),
    Items(&'a [String]),
}

impl<'a> Cell<'a> {
    pub(super) fn text(self) -> &'a str {
        match self {
            Self::Text(text) => text,
            _ => "",
        }
    }
}

/// A row of cells, however the file holds them.
pub(super) trait Cells {
    fn cell(&self, column: usize) -> Cell<'_>;
}
