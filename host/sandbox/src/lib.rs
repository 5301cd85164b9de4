//! Runs connectors: WebAssembly components that turn items into requests and responses into outcomes.
//!
//! This is the only crate that knows wasmtime. A [`Sandbox`] lets a file in as a [`Connector`] once its shape
//! and description have passed every check; a call runs in an instance of its own, on the caller's thread,
//! under [`Limits`], and what comes back is checked against the contract before anyone sees it. A trap,
//! a loop, a memory bomb or a breach costs that call, and is reported with the connector's name.
//!
//! The way of a call: `connector` halves a failing batch (`isolate`), `lower` borrows the parameters,
//! `guest` runs the call, `blame` names what stopped it, `lift` and `contract` check what it gave.

mod binary;
mod bindings;
mod blame;
mod cache;
mod clock;
mod compiled;
pub mod conformance;
mod connector;
mod contract;
mod describe;
mod engine;
mod error;
pub mod exchange;
mod exports;
mod forms;
mod guest;
pub mod inbound;
mod isolate;
mod journal;
mod lift;
mod limits;
mod lower;
mod meter;
mod reading;
mod rest;
mod runtime;
mod sandbox;
mod sending;
mod shipment;
mod signer;
mod tap;
mod turnstile;
mod units;
mod v0;
mod v1;
mod wasi;

pub use connector::{Abilities, Connector};
pub use error::{CallError, LoadError, Refusal, SandboxError};
pub use limits::{ChannelLimits, Exceeded, Limits};
pub use sandbox::Sandbox;
pub use signer::Signer;
pub use tap::Tap;
