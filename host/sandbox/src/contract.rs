//! What a connector has promised, as pure functions over what it handed back.
//!
//! Each returns the breach in one sentence; the caller adds which connector and which function.

mod coverage;
mod declaration;
mod form;
mod message;
mod part;
#[cfg(test)]
pub(crate) mod sample;
mod verdict;

pub(crate) use coverage::Coverage;
pub(crate) use declaration::breaches;
pub(crate) use message::check_request;
pub(crate) use part::check_form;
pub(crate) use verdict::{check_opening, check_rejected, check_remote_id, check_warnings};
