//! Lines in Wharf's own shape: a product's JSON, with `stock` by location beside it.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{
    ImportLimits, convert,
    error::{Fault, RowError, Rule},
    json_cells::check_length,
    lines::{self, Members},
    links,
    mapping::check_key,
    report::Place,
};
use crate::{
    item::Severity,
    product::{Patch, Sku, StockLevel, Value},
};

/// The attribute whose text is looked at as a GTIN; a wrong one is a warning here.
const GTIN: &str = "gtin";

/// What a line comes to.
#[derive(Debug, Default)]
pub(super) struct NativeLine {
    pub(super) patch: Patch,
    pub(super) stock: Vec<StockLevel>,
    pub(super) errors: Vec<RowError>,
    pub(super) warnings: Vec<RowError>,
}

/// The line's key.
pub(super) fn key(members: &Members<'_>) -> Result<Sku, Fault> {
    let found = members.0.iter().find(|(name, _)| name == "sku");
    let (_, value) = found
        .ok_or_else(|| Fault::new(Rule::Sku, "the line has no member `sku`", "Give every product its key"))?;
    links::sku(&parse::<String>(value)?)
}

/// Reads every other member; each that does not fit is named.
pub(super) fn read(
    members: &Members<'_>,
    sku: &Sku,
    place: &Place,
    locales: &[String],
    limits: &ImportLimits,
) -> NativeLine {
    let mut line = NativeLine::default();
    for (name, value) in &members.0 {
        if name == "attributes" {
            line.read_attributes(value, place, locales, limits);
        } else if let Err(fault) = line.read_member(name, value, sku) {
            line.refuse(place, name, value.get(), fault);
        }
    }
    line
}

impl NativeLine {
    fn read_member(&mut self, name: &str, value: &RawValue, sku: &Sku) -> Result<(), Fault> {
        let patch = &mut self.patch;
        match name {
            "sku" => {}
            "parent" => {
                patch.parent = Some(parse(value)?);
                if patch.parent.as_ref().is_some_and(|parent| parent.as_ref() == Some(sku)) {
                    let remedy = "Leave it out for a product without a model";
                    return Err(Fault::new(Rule::Parent, "a product cannot be its own parent", remedy));
                }
            }
            "model" => patch.model = Some(parse(value)?),
            "status" => patch.status = Some(parse(value)?),
            "family" => patch.family = Some(parse(value)?),
            "categories" => patch.categories = Some(parse(value)?),
            "images" => patch.images = Some(parse(value)?),
            "prices" => {
                patch.prices = parse(value)?;
                for price in &patch.prices {
                    price.amount.map(|amount| convert::check_price(amount, &price.currency)).transpose()?;
                }
            }
            "stock" => {
                let levels: BTreeMap<String, i64> = parse(value)?;
                let level = |(location, quantity)| StockLevel { sku: sku.clone(), location, quantity };
                self.stock = levels.into_iter().map(level).collect();
            }
            _ => {
                return Err(Fault::new(
                    Rule::Member,
                    "a product has no such member",
                    "Put it under `attributes`, or import the file with a mapping",
                ));
            }
        }
        Ok(())
    }

    fn read_attributes(
        &mut self,
        value: &RawValue,
        place: &Place,
        locales: &[String],
        limits: &ImportLimits,
    ) {
        let members = match lines::members(value.get()) {
            Ok(members) => members,
            Err(fault) => return self.refuse(place, "attributes", value.get(), fault),
        };
        for (key, value) in members.0 {
            let column = format!("attributes.{key}");
            match attribute(&key, value, locales, limits) {
                Ok(attribute) => {
                    self.look_at_gtin(place, &column, &key, attribute.as_ref());
                    self.patch.attributes.insert(key.into_owned(), attribute);
                }
                Err(fault) => self.refuse(place, &column, value.get(), fault),
            }
        }
    }

    /// An export must come back whole, so a bad GTIN that is already in the catalog is no error here.
    fn look_at_gtin(&mut self, place: &Place, column: &str, key: &str, value: Option<&Value>) {
        let Some(Value::Text(text)) = value.filter(|_| key == GTIN) else { return };
        let fault = match convert::gtin(text) {
            Ok(converted) => converted.warning,
            Err(fault) => Some(fault),
        };
        self.warnings.extend(fault.map(|fault| place.column(column.into(), text, Severity::Warning, fault)));
    }

    fn refuse(&mut self, place: &Place, column: &str, value: &str, fault: Fault) {
        self.errors.push(place.column(column.into(), value, Severity::Error, fault));
    }
}

fn attribute(
    key: &str,
    value: &RawValue,
    locales: &[String],
    limits: &ImportLimits,
) -> Result<Option<Value>, Fault> {
    match check_key(key) {
        Err(()) => {
            let remedy = "Write `code` or `code@locale`, such as `name@de-DE`";
            return Err(Fault::new(Rule::AttributeKey, "this is no attribute key", remedy));
        }
        Ok(Some(locale)) if !locales.is_empty() && !locales.iter().any(|known| known == locale) => {
            let message = format!("the locale `{locale}` is not among {}", locales.join(", "));
            return Err(Fault::new(Rule::UnknownLocale, message, "Correct it, or add it to `locales`"));
        }
        Ok(_) => {}
    }
    check_length(value.get(), limits)?;
    parse(value)
}

fn parse<T: DeserializeOwned>(value: &RawValue) -> Result<T, Fault> {
    serde_json::from_str(value.get()).map_err(|error| {
        Fault::new(Rule::Member, lines::reason(&error), "Write it as an export of this catalog does")
    })
}
