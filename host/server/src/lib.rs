//! The outermost room: configuration, wiring, the REST API, the command line.
//!
//! Nothing here decides what travels to a channel. [`Host`] puts the other rooms together for one data
//! directory; `api` and [`cli`] are two doors to it, and [`serve`] keeps one open.

pub mod api;
pub mod cli;
pub mod configuration;
pub mod connector;
pub mod demo;
pub mod directory;
pub mod host;
pub mod output;
pub mod secret_key;
pub mod serve;
pub mod status;
pub mod telemetry;
pub mod token;

mod order;
mod shipment;
mod shown_secret;
mod watch;

pub use host::{Host, Site};
