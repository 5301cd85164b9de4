//! The gateway against real sockets: channels that behave, that fail in every known way, and that attack.

mod credentials;
mod grants;
mod limits;
mod retries;
mod support;
