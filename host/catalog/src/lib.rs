//! The meaning of product data, and nothing else: no clock, no files, no network, no SQL.
//!
//! - [`product`]: what the brand keeps: products in a tree of models and variants, typed and localized values.
//! - [`declaration`]: what a channel takes, as its connector declares it.
//! - [`item`]: one SKU as one channel should show it, and the operation that brings it there.
//! - [`mapping`] and [`projection`]: how the first becomes the third under the terms of the second.
//! - [`inbound`]: what channels and files bring back. [`shipment`]: which parcels of its orders left.
//! - [`import`]: rows of a file becoming product patches, with every refusal named by row, column and rule.

pub mod declaration;
pub mod gtin;
pub mod import;
pub mod inbound;
pub mod item;
pub mod mapping;
pub mod product;
pub mod projection;
pub mod shipment;

pub use declaration::{Description, Field, FieldKind, Lane};
pub use item::{Action, Context, FieldValue, Item, Money, Operation, Problem, Reason, Severity};
pub use product::{Patch, Product, Sku, Value};
pub use rust_decimal::Decimal;
