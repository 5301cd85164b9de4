//! One row of cells becoming one change, by the plan. Every value that does not fit is reported; the
//! others are still read, so that one pass over a file names everything that is wrong with it.

use std::{borrow::Cow, collections::btree_map::Entry as Slot};

use super::{
    convert::{self, Converted, Converter},
    error::{Fault, RowError, Rule},
    images, links,
    mapping::{Kind, OnError},
    plan::{Model, Plan, Role, Source, Target},
    report::Place,
    row::{Cell, Cells},
    text,
};
use crate::{
    item::{Picture, Severity},
    product::{Patch, PricePatch, Sku, Status, StockLevel, Value},
};

/// The change under construction.
pub(super) struct Filling<'a, C> {
    plan: &'a Plan,
    cells: &'a C,
    place: &'a Place,
    sku: &'a Sku,
    pub(super) patch: Patch,
    pub(super) stock: Vec<StockLevel>,
    /// Variants that this model's row names.
    pub(super) variants: Vec<Sku>,
    pub(super) errors: Vec<RowError>,
    pub(super) warnings: Vec<RowError>,
}

impl<'a, C: Cells> Filling<'a, C> {
    pub(super) fn new(plan: &'a Plan, cells: &'a C, place: &'a Place, sku: &'a Sku) -> Self {
        let model = match &plan.model {
            Model::Unsaid => None,
            Model::All(all) => Some(*all),
            Model::Where(column, is) => Some(is.iter().any(|value| value == cells.cell(*column).text())),
        };
        Self {
            plan,
            cells,
            place,
            sku,
            patch: Patch { model, ..Patch::default() },
            stock: Vec::new(),
            variants: Vec::new(),
            errors: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Reads every target of the plan.
    pub(super) fn fill(&mut self) {
        let plan = self.plan;
        for target in &plan.targets {
            self.fill_target(target);
        }
    }

    fn fill_target(&mut self, target: &Target) {
        let cell = match &target.source {
            Source::Column(column) => self.cells.cell(*column),
            Source::Constant(constant) => Cell::Text(constant),
        };
        let keeps_blanks = target.converter.kind == Kind::Html;
        match cell {
            Cell::Text(blank) if !keeps_blanks && blank.trim().is_empty() => self.fill_empty(target),
            Cell::Text("") => self.fill_empty(target),
            Cell::Absent => {
                if let Some(default) = &target.default {
                    self.set_text(target, default);
                }
            }
            Cell::Null => self.clear(target),
            Cell::Text(raw) => {
                let mapping = self.plan.mapping();
                let text = text::unguarded(raw, mapping.formula_guard);
                let text = text::with_newlines(text, mapping.escaped_newlines);
                let text = if keeps_blanks { text } else { text::trimmed(text) };
                match text::check(&text) {
                    Ok(()) => self.set_text(target, &text),
                    Err(fault) => self.report(target, &text, fault),
                }
            }
            Cell::Items(items) => self.set_items(target, items),
        }
    }

    fn fill_empty(&mut self, target: &Target) {
        match &target.default {
            Some(default) => self.set_text(target, default),
            None if self.plan.clears_empty() => self.clear(target),
            None => {}
        }
    }

    fn set_text(&mut self, target: &Target, text: &str) {
        let outcome = match &target.role {
            Role::Attribute { key, unit } => {
                let unit = unit.map_or("", |column| self.cells.cell(column).text());
                target
                    .converter
                    .value(text, unit)
                    .map(|converted| self.set_attribute(target, key, text, converted))
            }
            Role::Price { list, currency } => self.set_price(target, list, currency, text),
            Role::Images { rule, alt } => {
                let alt = alt.map(|column| self.cells.cell(column).text());
                images::pictures(rule, text, alt).map(|pictures| self.add_pictures(pictures))
            }
            Role::Stock { location } => self.set_stock(target, location, text),
            Role::Pairs { .. } => {
                self.set_pairs(target, text);
                Ok(())
            }
            Role::Variants(rule) => {
                links::variants(rule, text).map(|mut named| self.variants.append(&mut named))
            }
            Role::Parent => self.set_parent(target.converter.translated(text)),
            Role::Status => target.converter.flag(text).map(|active| {
                self.patch.status = Some(if active { Status::Active } else { Status::Disabled });
            }),
            Role::Family => target.converter.chosen(text).map(|family| {
                self.patch.family = Some(Some(family.into()));
            }),
            Role::Categories => {
                target.converter.chosen_list(&target.converter.split(text)).map(|categories| {
                    self.patch.categories = Some(Some(categories));
                })
            }
        };
        if let Err(fault) = outcome {
            self.report(target, text, fault);
        }
    }

    fn set_items(&mut self, target: &Target, items: &[String]) {
        let entries: Vec<&str> = items.iter().map(String::as_str).collect();
        let outcome = match &target.role {
            Role::Attribute { key, .. } => {
                target.converter.list(items).map(|converted| self.set_attribute(target, key, "", converted))
            }
            Role::Categories => target.converter.chosen_list(&entries).map(|categories| {
                self.patch.categories = Some(Some(categories));
            }),
            Role::Images { rule, .. } => {
                let pictures: Result<Vec<_>, _> =
                    entries.iter().map(|entry| images::picture(rule, entry, None)).collect();
                pictures.map(|pictures| self.add_pictures(pictures))
            }
            Role::Variants(_) => links::skus(&entries).map(|mut named| self.variants.append(&mut named)),
            _ => Err(Fault::new(
                Rule::Member,
                "this is a list where one value is expected",
                "Give one text or number",
            )),
        };
        if let Err(fault) = outcome {
            self.report(target, &items.join(", "), fault);
        }
    }

    fn clear(&mut self, target: &Target) {
        match &target.role {
            Role::Attribute { key, .. } => {
                if let Slot::Vacant(slot) = self.patch.attributes.entry(key.clone()) {
                    slot.insert(None);
                }
            }
            Role::Price { list, currency } if !self.has_price(list, currency) => {
                self.patch.prices.push(PricePatch {
                    list: list.clone(),
                    currency: currency.clone(),
                    amount: None,
                });
            }
            Role::Images { .. } => drop(self.patch.images.get_or_insert(None)),
            Role::Parent => self.patch.parent = Some(None),
            Role::Family => self.patch.family = Some(None),
            Role::Categories => self.patch.categories = Some(None),
            // Nothing said about status, stock, pairs or variants is nothing to clear.
            Role::Price { .. }
            | Role::Stock { .. }
            | Role::Pairs { .. }
            | Role::Variants(_)
            | Role::Status => {}
        }
    }

    /// The first column with a value wins, also over an empty one before it.
    fn set_attribute(&mut self, target: &Target, key: &str, text: &str, converted: Converted) {
        if let Some(fault) = converted.warning {
            self.warn(target, text, fault);
        }
        self.insert(key, converted.value);
    }

    fn insert(&mut self, key: &str, value: Value) {
        if let Some(slot) = self.patch.attributes.get_mut(key) {
            slot.get_or_insert(value);
        } else {
            self.patch.attributes.insert(key.to_owned(), Some(value));
        }
    }

    fn set_price(&mut self, target: &Target, list: &str, currency: &str, text: &str) -> Result<(), Fault> {
        let amount = target.converter.number(text)?;
        if let Some(fault) = convert::check_price(amount, currency)? {
            self.warn(target, text, fault);
        }
        let same = |price: &&mut PricePatch| price.list == list && price.currency == currency;
        match self.patch.prices.iter_mut().find(same) {
            Some(price) => {
                price.amount.get_or_insert(amount);
            }
            None => {
                let (list, currency) = (list.to_owned(), currency.to_owned());
                self.patch.prices.push(PricePatch { list, currency, amount: Some(amount) });
            }
        }
        Ok(())
    }

    fn has_price(&self, list: &str, currency: &str) -> bool {
        self.patch.prices.iter().any(|price| price.list == list && price.currency == currency)
    }

    fn add_pictures(&mut self, pictures: Vec<Picture>) {
        let images = self.patch.images.get_or_insert_default().get_or_insert_default();
        for picture in pictures {
            if !images.iter().any(|known| known.url == picture.url) {
                images.push(picture);
            }
        }
    }

    fn set_stock(&mut self, target: &Target, location: &str, text: &str) -> Result<(), Fault> {
        if self.patch.model != Some(true) {
            let quantity = target.converter.quantity(text)?;
            self.stock.push(StockLevel { sku: self.sku.clone(), location: location.to_owned(), quantity });
        }
        Ok(())
    }

    fn set_parent(&mut self, text: &str) -> Result<(), Fault> {
        let parent = links::sku(text)?;
        if &parent == self.sku {
            let remedy = "Leave the cell empty for a product without a model";
            return Err(Fault::new(Rule::Parent, "a product cannot be its own parent", remedy));
        }
        self.patch.parent = Some(Some(parent));
        Ok(())
    }

    fn set_pairs(&mut self, target: &Target, cell: &str) {
        let Role::Pairs { rule, types } = &target.role else { return };
        for pair in links::pairs(cell, &rule.pair_separator, &rule.key_separator) {
            let (key, value) = match pair {
                Ok(pair) => pair,
                Err(fault) => {
                    self.report(target, cell, fault);
                    continue;
                }
            };
            if value.is_empty() || rule.ignore.iter().any(|ignored| ignored == key) {
                continue;
            }
            let converter: &Converter = types.get(key).unwrap_or(&target.converter);
            match converter.value(&value, "") {
                Ok(converted) => self.set_attribute(target, key, &value, converted),
                Err(fault) => self.report_as(converter.on_error, target, &value, fault),
            }
        }
    }

    fn report(&mut self, target: &Target, value: &str, fault: Fault) {
        self.report_as(target.converter.on_error, target, value, fault);
    }

    fn report_as(&mut self, on_error: OnError, target: &Target, value: &str, mut fault: Fault) {
        match on_error {
            OnError::RejectRow => {
                let error = self.place.column(self.column_name(target), value, Severity::Error, fault);
                self.errors.push(error);
            }
            OnError::DropValue => {
                fault.message.push_str("; the value is left out");
                self.warn(target, value, fault);
            }
        }
    }

    fn warn(&mut self, target: &Target, value: &str, fault: Fault) {
        let warning = self.place.column(self.column_name(target), value, Severity::Warning, fault);
        self.warnings.push(warning);
    }

    fn column_name(&self, target: &Target) -> Cow<'a, str> {
        match &target.source {
            Source::Column(column) => self.plan.name(*column).into(),
            Source::Constant(_) => "(constant)".into(),
        }
    }
}
