//! Wharf from the outside: real connectors, a real database, real sockets.

mod amazon;
mod budgets;
mod connectors;
mod contract;
mod faults;
mod feeds;
mod groups;
mod imports;
mod inbound;
mod kills;
mod languages;
mod partner;
mod readers;
mod recordings;
mod releases;
mod rooms;
mod secrets;
mod steps;
mod syncs;
