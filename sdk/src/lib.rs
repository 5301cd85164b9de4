//! What a partner needs to write a connector for Wharf, in Rust.
//!
//! A connector is a pure function in three steps: it [describes](Connector) its channel, turns catalog items into
//! requests or file rows, and turns responses into verdicts. The host does everything else: sending, credentials,
//! budgets, retries, recording. This is a whole connector:
//!
//! ```
//! use wharf_sdk::*;
//!
//! fields! {
//!     TITLE = Field::text("title").required().source("name").characters(80);
//!     QUANTITY = Field::quantity("quantity").source("stock");
//! }
//!
//! struct Shop;
//!
//! impl Connector for Shop {
//!     fn describe() -> Description {
//!         Description::new("shop", "0.1.0", "Brings items to the shop.")
//!             .fields(fields())
//!             .auth(AuthScheme::Bearer)
//!             .endpoint(Endpoint::new("api", "https://shop.example", &[Method::Put, Method::Delete]).path("/items/"))
//!             .publishing(Publishing::new(100))
//!     }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Settings {}
//!
//! impl ItemPublisher for Shop {
//!     type Settings = Settings;
//!
//!     fn prepare_one(_: &Context, _: &Settings, operation: &Operation) -> Result<Exchange, Vec<Problem>> {
//!         let target = format!("/items/{}", percent_encoded(&operation.item.sku));
//!         if operation.action == Action::Delete {
//!             return Ok(Request::delete(0, target).into());
//!         }
//!         let mut json = Json::with_capacity(256);
//!         json.begin_object().member("title", operation.item.text(TITLE).unwrap_or_default());
//!         json.key("quantity").integer(operation.item.quantity(QUANTITY).unwrap_or_default());
//!         json.end_object();
//!         Ok(Request::new(Method::Put, 0, target).json(json.into_string()).into())
//!     }
//!
//!     fn settle_one(_: &Context, _: &Settings, answer: &Answer) -> Settlement {
//!         let verdict = match Failure::of(answer.response.status) {
//!             None => Verdict::accepted(None),
//!             Some(failure) => failure.verdict("The shop did not take the item."),
//!         };
//!         verdict.into()
//!     }
//! }
//!
//! connector!(Shop: Publisher);
//! ```
//!
//! The same code compiles natively, where tests and benchmarks call the traits directly.

mod address;
#[cfg(target_arch = "wasm32")]
mod allocator;
#[doc(hidden)]
pub mod bindings;
mod connector;
mod context;
mod decimal;
mod declare;
mod delimited;
mod entities;
#[doc(hidden)]
pub mod export;
mod failure;
pub mod gtin;
mod html;
mod item;
mod json;
pub mod log;
mod publish;
mod scan;
mod text;
pub mod xml;

pub use address::{percent_encoded, push_base64url, push_percent_encoded};
pub use bindings::{
    connector::{
        AuthScheme, Budget, Description, Endpoint, Field, FieldKind, Idempotency, Lane, LengthLimit,
        LengthUnit, Publishing,
    },
    feed::{Opening, RowsWritten},
    publisher::{
        Acceptance, Action, Answer, Body, Exchange, Operation, Outcome, Postponement, Preparation, Request,
        Response, Settlement, Verdict,
    },
    types::{Context, Decimal, FieldValue, Image, Item, Method, Money, Problem, Rejection, Severity, Value},
};
pub use connector::{Connector, Feed, ItemPublisher, Publisher};
pub use decimal::{DecimalError, minor_digits};
pub use delimited::{Delimited, Separator};
pub use failure::Failure;
pub use html::strip_html;
pub use json::Json;
pub use text::cut;
