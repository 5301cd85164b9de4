//! Products as JSON Lines in the shape that [`ImportMapping::native`](super::ImportMapping::native) reads back.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use serde::Serialize;

use crate::product::{Product, StockLevel};

/// Writes one product a line; nothing is held back, so memory stays flat.
#[derive(Debug)]
pub struct Exporter<W> {
    target: W,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    product: &'a Product,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    stock: BTreeMap<&'a str, i64>,
}

impl<W: Write> Exporter<W> {
    /// Best given a buffered target.
    pub fn new(target: W) -> Self {
        Self { target }
    }

    /// Appends a product with its stock by location; levels of other SKUs are left out.
    pub fn write(&mut self, product: &Product, stock: &[StockLevel]) -> io::Result<()> {
        let own = stock.iter().filter(|level| level.sku == product.sku);
        let stock = own.map(|level| (level.location.as_str(), level.quantity)).collect();
        serde_json::to_writer(&mut self.target, &Line { product, stock })?;
        self.target.write_all(b"\n")
    }

    /// Flushes and gives the target back.
    pub fn finish(mut self) -> io::Result<W> {
        self.target.flush()?;
        Ok(self.target)
    }
}
