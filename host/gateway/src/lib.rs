//! The only room that opens sockets outward.
//!
//! Connectors say what to send and never send it. This crate does: it checks each request against what the
//! connector declared and the operator granted, keeps to the vendor's budgets, adds the credentials and signatures
//! that no connector sees, sends, caps what comes back, repeats what a throttled or failing channel did not take,
//! and leaves a channel alone that keeps failing.
//!
//! A [`Gateway`] is made once; each channel has a [`Route`] through it; [`Route::send`] does the rest.

mod absolute;
mod accounts;
mod address;
mod assets;
mod authorization;
mod authorizer;
mod body;
mod breaker;
mod budget;
mod client;
mod credentials;
mod destination;
mod echo;
mod endpoint;
mod error;
mod exchange;
mod figures;
mod form;
mod gateway;
mod grant;
mod mac;
mod pause;
mod prepared;
mod reference;
mod request;
mod retry;
mod route;
mod settings;
mod signing;
mod target;
mod token;
mod turnstile;

pub use address::{Reach, reach};
pub use budget::{BudgetMatch, BudgetScope, BudgetSpec};
pub use credentials::{AuthScheme, Credentials};
pub use endpoint::{EndpointKind, EndpointSpec};
pub use error::{AddressRefusal, AssetError, CredentialsError, GatewayError, Outage, Refusal, SendError};
pub use figures::Figures;
pub use form::{FormBody, FormContent, FormPart};
pub use gateway::Gateway;
pub use grant::Grant;
pub use http::Method;
pub use mac::Mac;
pub use reference::{CredentialsSettings, StoredSecrets};
pub use request::{Request, Response, Urgency};
pub use route::{Route, RouteSpec};
pub use settings::{BreakerSettings, GatewaySettings, RetrySettings};
pub use signing::{
    Placement, QueryText, RequestSigning, SignatureEncoding, Signer, SigningAlgorithm, SigningPart,
    SigningTime, TimeUnit,
};
pub use target::TargetError;
pub use token::{ClientIn, KeepRotated, Kept, TokenGrant, TokenSource};
