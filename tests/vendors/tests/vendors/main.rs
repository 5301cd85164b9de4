//! Two real catalogs, brought by the host and the real connectors to vendors that take only what their contracts allow.
//!
//! Each test imports a catalog, syncs it whole, then changes a title, a price and a stock and deletes a product, reads every
//! stream and asks the probe. A request that the vendor's contract refuses fails the test with operation, place and SKU;
//! every operation has to occur; and each is spoilt value by value, which the contract has to refuse.

mod amazon;
mod catalog;
mod feeds;
mod google;
mod receiver;
mod shop;
mod shopify;
mod square;
