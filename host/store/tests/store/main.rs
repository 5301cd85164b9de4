//! What the reconciler and the API may rely on, tried on a real database file.

mod catalog;
mod channels;
mod due;
mod exchanges;
mod laws;
mod opening;
mod orders;
mod outcomes;
mod releases;
mod secrets;
mod shipments;
mod shop;
mod stock_laws;
mod streams;
