//! Connectors that misbehave, and what shows that they do no harm.
//!
//! `connectors/` holds those that a toolchain makes, each a crate that does one thing wrong; [`written`] those that none
//! makes, in WebAssembly text. [`components`] builds all of them at once. A [`scene`] is a host on which a hostile
//! connector works beside a healthy one, both onto a [`market`], a channel that can misbehave, too.

pub mod components;
pub mod market;
pub mod scene;
pub mod words;
pub mod written;
