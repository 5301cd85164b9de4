//! Wharf from the outside: real connectors, a real database, real sockets.

mod connectors;
mod contract;
mod faults;
mod feeds;
mod imports;
mod kills;
mod readers;
mod releases;
mod rooms;
mod secrets;
mod steps;
mod syncs;
