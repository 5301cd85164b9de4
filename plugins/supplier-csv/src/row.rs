//! One row becoming a product patch or stock levels, or everything that is wrong with it.

use wharf_sdk::inbound::{Attribute, AttributeValue, Entry, ListingKey, Price, ProductPatch, StockLevel};

use crate::{
    cell::{Cell, Cells},
    output::Fault,
    settings::{Empty, PriceSource, Settings, Source, SourceRule, StockSource},
    value::{self, PriceTerms, Reading},
};

/// Reads rows by the operator's settings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowReader<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) reading: Reading<'a>,
}

/// Keeps the value, or notes the fault, so that an operator sees all faults of a row at once.
fn noted<T: Default>(result: Result<T, Fault>, faults: &mut Vec<Fault>) -> T {
    result.unwrap_or_else(|fault| {
        faults.push(fault);
        T::default()
    })
}

impl RowReader<'_> {
    /// What the row brings.
    pub(crate) fn entries(self, row: &impl Cells) -> Result<Vec<Entry>, Vec<Fault>> {
        let sku = self.sku(row).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let stock = self.stock(&sku, row, &mut faults);
        let entries = if self.settings.describes_products() {
            let patch = self.patch(sku, row, stock, &mut faults);
            vec![Entry::Product(patch)]
        } else {
            stock.into_iter().map(Entry::Stock).collect()
        };
        if faults.is_empty() { Ok(entries) } else { Err(faults) }
    }

    fn sku(self, row: &impl Cells) -> Result<String, Fault> {
        let column = self.settings.sku.as_str();
        let cell = row.cell(column);
        if cell.is_blank() {
            let message = match &cell {
                Cell::Absent => {
                    format!("The row has no `{column}`, only {}; set `sku`.", value::shown(&row.names()))
                }
                _ => "The SKU is missing; without it the row belongs to no product.".to_owned(),
            };
            return Err(Fault::at(column, "missing-sku", message));
        }
        value::key(column, cell)
    }

    fn patch(
        self,
        sku: String,
        row: &impl Cells,
        stock: Vec<StockLevel>,
        faults: &mut Vec<Fault>,
    ) -> ProductPatch {
        let key = |source: &Option<Source>| match source {
            Some(Source(rule)) => named(rule, row).map(|name| (!name.is_empty()).then_some(name)),
            None => Ok(None),
        };
        let Settings { parent, family, .. } = self.settings;
        ProductPatch {
            sku,
            parent: noted(key(parent), faults),
            family: noted(key(family), faults),
            attributes: self.attributes(row, faults),
            prices: self.prices(row, faults),
            images: self.images(row, faults),
            stock,
        }
    }

    fn attributes(self, row: &impl Cells, faults: &mut Vec<Fault>) -> Vec<Attribute> {
        let mut attributes = Vec::with_capacity(self.settings.attributes.len());
        for (key, Source(rule)) in &self.settings.attributes {
            let (code, locale) =
                key.split_once('@').map_or((key.as_str(), None), |(code, tag)| (code, Some(tag)));
            let value = match self.attribute(rule, row.cell(&rule.column)) {
                Ok(Some(value)) => value,
                Ok(None) => continue,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            };
            attributes.push(Attribute {
                code: code.to_owned(),
                locale: locale.map(ToOwned::to_owned),
                value,
            });
        }
        attributes
    }

    /// Nothing leaves the attribute alone, and nothing within clears it.
    fn attribute(self, rule: &SourceRule, cell: Cell<'_>) -> Result<Option<Option<AttributeValue>>, Fault> {
        match cell {
            Cell::Absent => Ok(None),
            Cell::Null => Ok(Some(None)),
            cell if cell.is_blank() => Ok((self.settings.empty == Empty::Clear).then_some(None)),
            cell => self.reading.value(rule, cell).map(|value| Some(Some(value))),
        }
    }

    fn prices(self, row: &impl Cells, faults: &mut Vec<Fault>) -> Vec<Price> {
        let mut prices = Vec::with_capacity(self.settings.prices.len());
        for source in &self.settings.prices {
            prices.extend(noted(self.price(source, row), faults));
        }
        prices
    }

    /// An empty cell leaves the price alone: the contract cannot take one back.
    fn price(self, source: &PriceSource, row: &impl Cells) -> Result<Option<Price>, Fault> {
        let cell = row.cell(&source.column);
        if cell.is_blank() {
            return Ok(None);
        }
        let stated = match &source.currency_column {
            Some(column) => Some(value::key(column, row.cell(column))?.to_uppercase()),
            None => None,
        };
        let stated = stated.as_deref().filter(|currency| !currency.is_empty());
        let terms =
            PriceTerms { expected: source.currency.as_deref().or(stated), factor: source.factor.as_deref() };
        let price = self.reading.price(&source.column, &cell, terms)?;
        Ok(Some(Price { price_list: source.list.clone(), price }))
    }

    fn stock(self, sku: &str, row: &impl Cells, faults: &mut Vec<Fault>) -> Vec<StockLevel> {
        let mut levels = Vec::with_capacity(self.settings.stock.len());
        for source in &self.settings.stock {
            levels.extend(noted(self.level(sku, source, row), faults));
        }
        levels
    }

    fn level(self, sku: &str, source: &StockSource, row: &impl Cells) -> Result<Option<StockLevel>, Fault> {
        let cell = row.cell(&source.column);
        if cell.is_blank() {
            return Ok(None);
        }
        let quantity = self.reading.quantity(source, cell)?;
        let location = location(source, row)?;
        Ok(Some(StockLevel { location, ..StockLevel::new(ListingKey::sku(sku), quantity) }))
    }

    /// All pictures of the row; nothing when no column has one, unless empty cells clear.
    fn images(self, row: &impl Cells, faults: &mut Vec<Fault>) -> Option<Vec<String>> {
        let mut images = Vec::new();
        let mut cleared = false;
        for Source(rule) in &self.settings.images {
            let cell = row.cell(&rule.column);
            cleared |= cell == Cell::Null || (cell != Cell::Absent && self.settings.empty == Empty::Clear);
            if !cell.is_blank() {
                images.extend(noted(addresses(rule, cell), faults));
            }
        }
        (cleared || !images.is_empty()).then_some(images)
    }
}

fn named(rule: &SourceRule, row: &impl Cells) -> Result<String, Fault> {
    let name = value::key(&rule.column, row.cell(&rule.column))?;
    Ok(rule.translate.get(&name).cloned().unwrap_or(name))
}

fn location(source: &StockSource, row: &impl Cells) -> Result<String, Fault> {
    let Some(column) = &source.location_column else { return Ok(source.location.clone()) };
    let name = value::key(column, row.cell(column))?;
    if name.is_empty() {
        let message = "The place of these units is missing; name it.";
        return Err(Fault::at(column, "missing-location", message));
    }
    Ok(source.locations.get(&name).cloned().unwrap_or(name))
}

fn addresses(rule: &SourceRule, cell: Cell<'_>) -> Result<Vec<String>, Fault> {
    let addresses = value::texts(rule, cell)?;
    match addresses.iter().find(|address| !is_address(address)) {
        None => Ok(addresses),
        Some(other) => {
            let message =
                format!("`{}` is no address that begins with http:// or https://.", value::shown(other));
            Err(Fault::at(&rule.column, "address", message))
        }
    }
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}
