//! Every hostile connector by itself: what the operator sees, and that the other channel goes on.

mod channels;
mod contract;
mod door;
mod egress;
mod endless;
mod files;
mod resources;
