//! The gateway against real sockets: channels that behave, that fail in every known way, and that attack.

mod absolute;
mod assets;
mod breaker;
mod budgets;
mod credentials;
mod endpoints;
mod forms;
mod grants;
mod hostile;
mod limits;
mod retries;
mod signing;
mod support;
mod tokens;
