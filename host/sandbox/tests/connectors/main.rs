//! The sandbox seen from outside, with real components: what it lets in, and what it survives.

mod hostile;
mod loading;
mod support;
