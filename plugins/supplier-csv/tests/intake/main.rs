//! Files of every format, in chunks of any size, into products, prices and stock.

mod catalogs;
mod delimited;
mod json;
mod laws;
mod reader;
mod round_trip;
mod values;
mod xlsx;
