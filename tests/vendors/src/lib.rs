//! Vendors' own contracts as judges of requests: OpenAPI, Swagger, Google's discovery format, a GraphQL schema, JSON Schema.
//!
//! A connector's own tests hold one request of each kind against them; `tests/vendors` here lets the whole host bring two
//! real catalogs to a receiver that takes nothing else. A judge that lets everything pass would prove nothing, so
//! [`spoil`] makes wrong requests of right ones, which have to be refused.
//!
//! [`keeping`] is no judge: vendors there keep what they are sent and give it back.
//!
//! The contracts are not part of the project: they lie in the folder that the environment variable `WHARF_SHARED` names.
//! Without it, [`shared`] says so and there is nothing to judge by.

pub mod amazon;
pub mod feed;
pub mod google;
pub mod keeping;
pub mod request;
pub mod schema;
pub mod shared;
pub mod shopify;
pub mod spoil;
pub mod square;

mod discovery;
mod introspection;
mod operation;
mod rest;

pub use request::{Contract, Judged, Refusal, Sent};
