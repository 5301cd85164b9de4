//! The sandbox seen from outside, with real components: what it lets in, and what it survives.

mod conformance;
mod hostile;
mod loading;
mod support;
mod wasi;
