//! How much of a file is held at once. The sandbox's own limits are settings of the host; these stay below their
//! defaults, and each error names which one is meant.

/// Bytes at a file's beginning that tell format, encoding, delimiter and how numbers are written. Enough for a few
/// hundred rows.
pub(crate) const SAMPLE_BYTES: usize = 64 << 10;

/// Bytes of one row, of one JSON record and of a workbook's small parts. A description of a product has kilobytes;
/// what is longer is a quote or a bracket that was not closed.
pub(crate) const ROW_BYTES: usize = 1 << 20;

/// Bytes of a workbook's shared strings with their places, which travel in the state of every call. The sandbox takes
/// 16 MiB of state under `state-bytes`; a row, a chunk and notes have to fit beside them.
pub(crate) const STRING_TABLE_BYTES: usize = 12 << 20;

/// The code of every finding that says the file was cut.
pub(crate) const TRUNCATED: &str = "truncated";
