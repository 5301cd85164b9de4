//! Wharf from the outside: real connectors, a real database, real sockets.

mod amazon;
mod budgets;
mod connectors;
mod contract;
mod definitions;
mod faults;
mod feeds;
mod groups;
mod imports;
mod inbound;
mod kills;
mod languages;
mod partner;
mod pictures;
mod readers;
mod recordings;
mod releases;
mod rooms;
mod round_trips;
mod secrets;
mod shipments;
mod steps;
mod syncs;
mod vendure;
