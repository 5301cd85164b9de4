//! What a partner needs to write a connector for Wharf, in Rust.
//!
//! A connector is a pure function in three steps: it [describes](Connector) its channel, turns catalog items into
//! requests or file rows, and turns responses into verdicts. The host does everything else: sending, credentials,
//! budgets, retries, recording. The [`guide`] walks from nothing to an installed connector. This is a whole one:
//!
//! ```
//! use wharf_sdk::*;
//!
//! fields! {
//!     TITLE = Field::text("title").about("What the item is called.").required().source("name").characters(80);
//!     QUANTITY = Field::quantity("quantity").about("Units that may be sold.").source("stock");
//! }
//!
//! struct Shop;
//!
//! impl Connector for Shop {
//!     fn describe() -> Description {
//!         let api = Endpoint::new("api", "https://shop.example", &[Method::Get, Method::Put, Method::Delete]);
//!         Description::new("shop", "0.1.0", "Brings items to the shop.")
//!             .fields(fields())
//!             .auth(AuthScheme::Bearer)
//!             .endpoint(api.json().path("/items"))
//!             .budget(Budget::new("requests per minute", 120, 60))
//!             .publishing(Publishing::new(100))
//!     }
//!
//!     fn probe(_: &Context) -> Option<Request> {
//!         Some(Request::get(0, "/items?limit=1"))
//!     }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Settings {}
//!
//! impl ItemPublisher for Shop {
//!     type Settings = Settings;
//!
//!     fn prepare_one(_: &Context, _: &Settings, operation: Operation<'_>) -> Result<Exchange, Vec<Problem>> {
//!         let item = operation.item;
//!         let target = format!("/items/{}", percent_encoded(item.sku()));
//!         if operation.action == Action::Delete {
//!             return Ok(Request::delete(0, target).into());
//!         }
//!         let mut json = Json::with_capacity(64 + item.expected_length());
//!         json.begin_object().member("title", item.text(TITLE).unwrap_or_default());
//!         json.key("quantity").integer(item.quantity(QUANTITY).unwrap_or_default());
//!         json.end_object();
//!         Ok(Request::put(0, target).json(json).into())
//!     }
//!
//!     fn settle_one(_: &Context, _: &Settings, answer: &Answer) -> Settlement {
//!         let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(&answer.response.body).is_ok();
//!         let verdict = match Failure::of(answer.response.status) {
//!             None if is_json => Verdict::accepted(),
//!             // A login page answers 200 as well.
//!             None => Failure::Unexpected.verdict("The answer is none of the shop's; check its address."),
//!             Some(failure) => failure.verdict("The shop did not take the item."),
//!         };
//!         verdict.into()
//!     }
//! }
//!
//! connector!(Shop: Publisher);
//! ```
//!
//! # Abilities
//!
//! A component exports exactly the abilities that [`connector!`] names, and the host reads them from its exports.
//!
//! - [`Publisher`], or [`ItemPublisher`] for one request an item, brings items to a channel behind an API. An
//!   exchange that is not the last asks for a further one: upload, submit, poll and report are four exchanges.
//! - [`Feed`] writes the file that a channel fetches, in slices of the selection. An item may be left out, or
//!   listed with losses; both are told in remarks.
//! - [`Puller`] reads a channel page by page: orders, stock, listing states, products, taxonomies.
//! - [`Receiver`] takes webhooks, whose signature the host has checked as the description declares.
//! - [`Intake`] reads files from suppliers, ERPs and tills in chunks; what it remembers is in its state.
//! - [`Fulfiller`], or [`ParcelFulfiller`] for one request a parcel, tells the channel which parcels of its orders
//!   left, with carrier and tracking number.
//!
//! [`Connector::probe`] is everyone's: the request that shows whether credentials and settings work.
//!
//! # Problems
//!
//! A [`Problem`] says what is wrong and what would put it right; its [`Reason`] says whose turn it is. The reason
//! decides whether the host waits, asks the operator for new credentials, or leaves the item to a person, so
//! [`Failure`] gives each status its own.
//!
//! # Items
//!
//! An [`Item`] is a view of the call's one batch: copying it, and reading from it, copies no text. [`Item::text`]
//! and its kin look up one field; [`Item::values`] walks all of them, which is faster for whole listings.
//!
//! # Tests
//!
//! The same code compiles natively, where tests and benchmarks call the traits directly, with batches made by
//! [`testing`].
//!
//! # Versions
//!
//! This version speaks `wharf:connector@1.1.0` alone. Hosts serve the current and the previous major version of
//! the contract, so a component that was built with an older SDK goes on working until the next one after this.

mod address;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
mod allocator;
#[doc(hidden)]
pub mod bindings;
mod bundle;
mod connector;
mod context;
mod copy;
mod decimal;
mod declare;
mod delimited;
mod entities;
#[doc(hidden)]
pub mod export;
#[doc = include_str!("../GUIDE.md")]
pub mod guide {}
mod failure;
mod feed;
mod form;
mod fulfil;
pub mod gtin;
mod html;
pub mod inbound;
mod intake;
mod item;
mod json;
pub mod log;
mod loss;
mod moment;
mod operation;
mod problem;
mod publish;
mod pull;
mod receive;
mod request;
mod scan;
pub mod signing;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod text;
mod value;
mod view;
pub mod xml;

pub use address::{percent_encoded, push_base64url, push_percent_encoded};
pub use bindings::{
    connector::{
        AuthScheme, Bounds, Budget, BudgetRule, BudgetScope, Categories, ChangeDetection, Description,
        Element, Endpoint, Field, FieldKind, FileIntake, Grammar, Idempotency, ImageRules, Lane, LengthLimit,
        LengthUnit, Placement, Publishing, PullStream, QueryText, Reach, Receiving, Requirement, Signature,
        SignedPart, StreamKind, TextEncoding, TimestampUnit, TokenGrant, Variants,
    },
    exchanges::{Answer, Exchange, Postponement, Preparation, Rejection},
    feed::{Opening, Remark, RowsWritten},
    forms::{Content as PartContent, Part},
    fulfiller::{Shipment, ShippedLine},
    http::{Body, Method, Request, Response},
    intake::{Finding, Progress, Source},
    publisher::{Action, Outcome, Settlement, Verdict},
    puller::{Fetch, Page, Pass, Position, Rest},
    receiver::{Delivery, Receipt, Reply},
    types::{Allowance, Context, Decimal, DigestAlgorithm, Problem, Reason, Severity},
};
pub use bundle::{Weight, bundles};
pub use connector::{Connector, probe_failure};
pub use decimal::{DecimalError, minor_digits};
pub use delimited::{Delimited, Separator};
pub use failure::Failure;
pub use feed::Feed;
pub use form::{Form, file_name, unread_picture};
pub use fulfil::{Fulfiller, ParcelFulfiller};
pub use html::{Fitted, Lost, Markup, Rule, strip_html};
pub use intake::Intake;
pub use item::{Item, ItemIter, Items, Values};
pub use json::Json;
pub use loss::{Loss, Losses};
pub use moment::{parse_rfc3339, rfc3339};
pub use operation::{Operation, OperationIter, Operations};
pub use publish::{ItemPublisher, Publisher};
pub use pull::Puller;
pub use receive::Receiver;
pub use text::cut;
pub use value::{Image, Images, Level, Levels, Measure, Money, Texts, Value};
