//! Lines for the operator's log, beside the listing they concern.
//!
//! The host bounds their number and length. What the operator must act on belongs into a `Problem` instead.

use crate::bindings::log::Level;

/// Only of use while the connector is being written.
pub fn debug(message: &str) {
    write(Level::Debug, message);
}

/// What happened, for whoever reads along.
pub fn info(message: &str) {
    write(Level::Info, message);
}

/// Something looks wrong, but the call goes on.
pub fn warn(message: &str) {
    write(Level::Warn, message);
}

/// Something is wrong with the connector or its settings.
pub fn error(message: &str) {
    write(Level::Error, message);
}

#[cfg(target_arch = "wasm32")]
fn write(level: Level, message: &str) {
    crate::bindings::log::log(level, message);
}

/// Natively, in tests and benchmarks, there is no host to tell.
#[cfg(not(target_arch = "wasm32"))]
fn write(_: Level, _: &str) {}
