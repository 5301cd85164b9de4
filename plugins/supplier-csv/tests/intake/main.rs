//! Files of every format, in chunks of any size, into products, prices and stock.

mod catalogs;
mod delimited;
mod json;
mod laws;
mod reader;
mod values;
mod xlsx;
