//! The API as its callers see it: a server on a socket of its own, with a data directory of its own.

mod access;
mod channels;
mod connectors;
mod described;
mod products;
mod running;
mod secrets;
mod served;
