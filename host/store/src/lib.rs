//! Everything that survives a restart: products, stock, and what each channel has acknowledged of them.
//!
//! The only crate that knows SQL. It keeps two promises for the reconciler above it: a change and the marks
//! that make every channel's listing due are one transaction, and [`Store::settle`] takes a mark away only if
//! no later change has renewed it. So an unacknowledged change is never forgotten.
//!
//! - [`products`] and [`stock`]: what the brand keeps. Every change marks listings (`marking`, `tree`).
//! - [`candidates`], [`settlement`], [`listings`]: what is due, what became of it, and how it stands.
//! - [`channels`], [`exchanges`], [`documents`], [`runs`], [`tokens`]: small tables of one file each.
//! - [`inbound`]: what channels and files bring back, with [`orders`], [`streams`] and [`findings`].
//! - [`shipments`]: parcels of orders that left, and what their channels know of them.
//! - [`releases`]: what was admitted of each connector, and how it stands.
//! - [`secrets`]: what channels' credentials name, sealed.
//! - `database` holds what differs between SQLite and its successor, `batch` how rows become statements.

pub mod candidates;
pub mod channels;
pub mod documents;
pub mod exchanges;
pub mod findings;
pub mod inbound;
pub mod listings;
pub mod orders;
pub mod products;
pub mod releases;
mod resend;
pub mod runs;
pub mod secrets;
pub mod settlement;
pub mod shipments;
pub mod stock;
pub mod streams;
pub mod tokens;

mod batch;
mod database;
mod deliveries;
mod digest;
mod error;
mod marking;
mod sequence;
mod settings;
mod tree;

pub use candidates::{Candidate, DueSummary, Selection};
pub use channels::{Channel, ChannelDraft, ChannelState};
pub use database::Store;
pub use error::StoreError;
pub use exchanges::{Cover, Exchange, NewDocument, NewExchange};
pub use findings::{Finding, FindingRecord};
pub use inbound::{Arrival, Bookmark, CountedLevel, Places, Sender, Shown, Taken, TakingTerms};
pub use listings::{Listing, ListingCounts, ListingCursor, ListingFilter, ListingState, ProblemCount};
pub use orders::{LineRecord, OrderFilter, OrderRecord};
pub use products::{Applied, Effect, Mode, ProductChange, ProductFilter, ProductRecord, Refusal};
pub use releases::{Release, ReleaseState};
pub use runs::Run;
pub use secrets::{
    KeyError, KeySource, OpenedSecrets, SecretError, SecretKey, SecretRecord, SecretRevisions, Secrets,
};
pub use settings::StoreSettings;
pub use settlement::{Delivery, Settled, Settlement, Write};
pub use shipments::{
    DueShipment, NewShipment, ShipmentCover, ShipmentExchange, ShipmentRecord, ShipmentSettled,
    ShipmentSettlement, ShipmentState,
};
pub use streams::{NextPage, Pass, Stream};
pub use tokens::{NewToken, Token};
