//! Wharf from the outside: real connectors, a real database, real sockets.

mod connectors;
mod faults;
mod feeds;
mod imports;
mod kills;
mod rooms;
mod steps;
mod syncs;
