//! The only room that opens sockets outward.
//!
//! Connectors say what to send and never send it. This crate does: it checks each request against what the
//! connector declared and the operator granted, keeps to the vendor's budgets, adds the credentials that no
//! connector sees, sends, caps what comes back, and repeats what a throttled or failing channel did not take.
//!
//! A [`Gateway`] is made once; each channel has a [`Route`] through it; [`Route::send`] does the rest.

mod address;
mod body;
mod budget;
mod client;
mod credentials;
mod endpoint;
mod error;
mod exchange;
mod figures;
mod gateway;
mod request;
mod retry;
mod route;
mod service_account;
mod settings;
mod target;

pub use address::{Reach, reach};
pub use budget::{Budget, BudgetSpec};
pub use credentials::{AuthScheme, Credentials, CredentialsSettings};
pub use endpoint::{EndpointSpec, Grant};
pub use error::{AddressRefusal, CredentialsError, GatewayError, Outage, Refusal, SendError};
pub use figures::Figures;
pub use gateway::Gateway;
pub use http::Method;
pub use request::{Request, Response};
pub use route::{Route, RouteSpec};
pub use service_account::ServiceAccount;
pub use settings::{GatewaySettings, RetrySettings};
pub use target::TargetError;
