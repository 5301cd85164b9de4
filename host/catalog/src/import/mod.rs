//! Rows of a file becoming product patches, with every refusal named by row, column and rule.
//!
//! An [`ImportMapping`] says what the columns mean. An [`Importer`] reads any source once, from front to back,
//! in memory that does not grow with the file, and gives for each row either what to change or why not.
//!
//! ```
//! use wharf_catalog::import::{ImportLimits, ImportMapping, Importer};
//!
//! let mapping: ImportMapping = serde_json::from_str(r#"{ "attributes": { "name": "Title" } }"#)?;
//! let file = "sku;Title\nA-1;Tent\n;Stove\n";
//! let mut importer = Importer::open(file.as_bytes(), &mapping, ImportLimits::default())?;
//! while let Some(batch) = importer.next_batch(500)? {
//!     assert_eq!(batch.rows[0].sku.as_str(), "A-1");
//!     assert!(batch.errors[0].to_string().starts_with("row 3, column `sku`"));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod brought;
mod columns;
mod convert;
mod delimited;
mod duplicates;
mod error;
pub mod export;
mod fill;
mod headers;
mod images;
mod importer;
mod json_cells;
mod limits;
mod lines;
mod links;
mod mapping;
mod native;
mod number;
mod open;
mod plan;
mod record_cells;
mod report;
mod row;
mod scan;
mod source;
mod text;

pub use error::{FileError, MissingColumn, RowError, Rule};
pub use importer::{Batch, Entry, Importer, Summary};
pub use limits::ImportLimits;
pub use mapping::{
    ColumnRule, Empty, FilterRule, Format, HeaderRule, HeaderStyle, ImageRule, ImportMapping, Kind,
    MappingError, ModelRule, OnError, PackedRule, PriceRule, TypeRule, Unmapped, ValueRule, VariantsRule,
};
pub use number::Numbers;
pub use row::Row;
