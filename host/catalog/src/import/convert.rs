//! One cell's text becoming one typed value, or a fault that says how the cell should read.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{
    error::{Fault, Rule},
    mapping::{ImportMapping, Kind, OnError, ValueRule},
    number::Numbers,
};
use crate::{
    gtin::{Gtin, GtinError},
    product::Value,
};

/// A [`ValueRule`] with every default filled in.
#[derive(Debug)]
pub(super) struct Converter {
    pub(super) kind: Kind,
    pub(super) on_error: OnError,
    separator: String,
    unit: Option<String>,
    translate: BTreeMap<String, String>,
    choices: Vec<String>,
    truths: Vec<String>,
    falsehoods: Vec<String>,
    date_format: Option<String>,
    numbers: Numbers,
}

/// A value that is taken, perhaps with a warning.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Converted {
    pub(super) value: Value,
    pub(super) warning: Option<Fault>,
}

impl From<Value> for Converted {
    fn from(value: Value) -> Self {
        Self { value, warning: None }
    }
}

impl Converter {
    pub(super) fn new(rule: &ValueRule, mapping: &ImportMapping) -> Self {
        let words = |given: &[String], usual: [&str; 3]| {
            if given.is_empty() {
                usual.map(String::from).to_vec()
            } else {
                given.iter().map(|word| word.to_lowercase()).collect()
            }
        };
        Self {
            kind: rule.kind,
            on_error: rule.on_error.unwrap_or(mapping.on_error),
            separator: rule.separator.clone().unwrap_or_else(|| ",".into()),
            unit: rule.unit.clone(),
            translate: rule.translate.clone(),
            choices: rule.choices.clone(),
            truths: words(&rule.truths, ["true", "yes", "1"]),
            falsehoods: words(&rule.falsehoods, ["false", "no", "0"]),
            date_format: rule.date_format.clone(),
            numbers: rule.numbers.unwrap_or(mapping.numbers),
        }
    }

    /// The value of a cell that is not empty; `unit` is the text of the measure's unit column.
    pub(super) fn value(&self, text: &str, unit: &str) -> Result<Converted, Fault> {
        Ok(match self.kind {
            Kind::Text => Value::Text(self.chosen(text)?.into()).into(),
            Kind::Html => Value::Text(text.into()).into(),
            Kind::Number => Value::Number(self.number(text)?).into(),
            Kind::Flag => Value::Flag(self.flag(text)?).into(),
            Kind::Date => Value::Text(self.date(text)?).into(),
            Kind::List => Value::List(self.chosen_list(&self.split(text))?).into(),
            Kind::Measure => self.measure(text, unit)?.into(),
            Kind::Gtin => gtin(text)?,
        })
    }

    /// The value of a cell that already is a list.
    pub(super) fn list(&self, entries: &[String]) -> Result<Converted, Fault> {
        if self.kind != Kind::List {
            return Err(Fault::new(
                Rule::Member,
                "this is a list where one value is expected",
                "Give one value, or declare the type `list` in the mapping",
            ));
        }
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        Ok(Value::List(self.chosen_list(&entries)?).into())
    }

    pub(super) fn number(&self, text: &str) -> Result<Decimal, Fault> {
        self.numbers.parse(self.translated(text))
    }

    /// Whole units; `5.00` is 5.
    pub(super) fn quantity(&self, text: &str) -> Result<i64, Fault> {
        let number = self.number(text)?;
        let whole = number.is_integer().then(|| i64::try_from(number).ok()).flatten();
        whole.ok_or_else(|| {
            Fault::new(Rule::Quantity, "stock is counted in whole units", "Write a whole number, such as 12")
        })
    }

    pub(super) fn flag(&self, text: &str) -> Result<bool, Fault> {
        let word = self.translated(text).to_lowercase();
        if self.truths.contains(&word) {
            return Ok(true);
        }
        if self.falsehoods.contains(&word) {
            return Ok(false);
        }
        let words = format!("`{}` or `{}`", self.truths.join("`, `"), self.falsehoods.join("`, `"));
        let remedy = format!("Write {words}, or declare other words as `true` and `false` in the mapping");
        Err(Fault::new(Rule::Flag, "this is neither true nor false", remedy))
    }

    /// The entries of a list cell; blanks around them and empty ones are dropped.
    pub(super) fn split<'a>(&self, text: &'a str) -> Vec<&'a str> {
        text.split(self.separator.as_str()).map(str::trim).filter(|entry| !entry.is_empty()).collect()
    }

    pub(super) fn translated<'a>(&'a self, text: &'a str) -> &'a str {
        self.translate.get(text).map_or(text, String::as_str)
    }

    /// The translated text, when it is among the choices.
    pub(super) fn chosen<'a>(&'a self, text: &'a str) -> Result<&'a str, Fault> {
        let text = self.translated(text);
        if self.choices.is_empty() || self.choices.iter().any(|choice| choice == text) {
            return Ok(text);
        }
        let remedy = format!(
            "Write one of `{}`, or add a `translate` entry to the mapping",
            self.choices.join("`, `")
        );
        Err(Fault::new(Rule::Choice, "this is not among the choices", remedy))
    }

    pub(super) fn chosen_list(&self, entries: &[&str]) -> Result<Vec<String>, Fault> {
        entries.iter().map(|entry| self.chosen(entry).map(Into::into)).collect()
    }

    fn date(&self, text: &str) -> Result<String, Fault> {
        let format = self.date_format.as_deref().unwrap_or("%Y-%m-%d");
        Date::strptime(format, text).map(|date| date.to_string()).map_err(|_| {
            let remedy = format!("Write it like `{format}`, or declare another `date-format` in the mapping");
            Fault::new(Rule::Date, "this is no date of the calendar in the declared format", remedy)
        })
    }

    fn measure(&self, text: &str, unit: &str) -> Result<Value, Fault> {
        let amount = self.numbers.parse(text)?;
        let unit = if unit.is_empty() { self.unit.as_deref().unwrap_or_default() } else { unit };
        if unit.is_empty() {
            return Err(Fault::new(Rule::Unit, "the amount has no unit", "Fill the unit's column"));
        }
        Ok(Value::Measure { amount, unit: self.translated(unit).into() })
    }
}

/// A GTIN as text, with a warning when its prefix makes it fit for use in one company only.
pub(super) fn gtin(text: &str) -> Result<Converted, Fault> {
    let gtin: Gtin = text.parse().map_err(|error: GtinError| {
        let remedy = match error {
            GtinError::CheckDigit { .. } => "Compare all digits with the barcode; one of them was mistyped",
            GtinError::Length(_) => "Write all digits, and keep the column as text in spreadsheets",
            GtinError::Character(_) => "Write digits only, and keep the column as text in spreadsheets",
            GtinError::Zero => "Leave the cell empty when there is no GTIN",
        };
        Fault::new(Rule::Gtin, error.to_string(), remedy)
    })?;
    let warning = gtin.is_restricted().then(|| {
        Fault::new(
            Rule::RestrictedGtin,
            "the prefix is reserved for use inside one company",
            "Use the number that GS1 assigned; most channels refuse this one",
        )
    });
    Ok(Converted { value: Value::Text(text.into()), warning })
}

/// Checks a price: not negative; more decimals than the currency has are worth a warning.
pub(super) fn check_price(amount: Decimal, currency: &str) -> Result<Option<Fault>, Fault> {
    if amount.is_sign_negative() && !amount.is_zero() {
        return Err(Fault::new(
            Rule::NegativePrice,
            "a price is never negative",
            "Write the price itself; a reduction is a price of another price list",
        ));
    }
    let digits = minor_digits(currency);
    Ok((amount.normalize().scale() > digits).then(|| {
        Fault::new(
            Rule::PriceDecimals,
            format!("{currency} has {digits} decimals"),
            format!("Round it yourself, or channels will: {}", amount.round_dp(digits)),
        )
    }))
}

/// Decimals of a currency, as in ISO 4217's list of minor units.
fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converter(rule: &ValueRule) -> Converter {
        Converter::new(rule, &ImportMapping::default())
    }

    #[test]
    fn dates_become_iso_and_impossible_ones_are_refused() {
        let german = converter(&ValueRule {
            kind: Kind::Date,
            date_format: Some("%d.%m.%Y".into()),
            ..ValueRule::default()
        });
        assert_eq!(german.value("03.12.2024", "").unwrap().value, Value::Text("2024-12-03".into()));
        assert_eq!(german.value("31.02.2024", "").unwrap_err().rule, Rule::Date);
    }

    #[test]
    fn a_choice_outside_the_list_is_refused_after_translation() {
        let size = converter(&ValueRule {
            choices: vec!["S".into(), "M".into()],
            translate: BTreeMap::from([("small".into(), "S".into())]),
            ..ValueRule::default()
        });
        assert_eq!(size.value("small", "").unwrap().value, Value::Text("S".into()));
        assert!(size.value("XXL", "").unwrap_err().remedy.contains("`S`, `M`"));
    }

    #[test]
    fn a_measure_takes_the_rows_unit_before_the_fixed_one() {
        let weight = converter(&ValueRule {
            kind: Kind::Measure,
            unit: Some("kg".into()),
            translate: BTreeMap::from([("GRAM".into(), "g".into())]),
            ..ValueRule::default()
        });
        let measure = |amount: i64, unit: &str| Value::Measure { amount: amount.into(), unit: unit.into() };
        assert_eq!(weight.value("500", "GRAM").unwrap().value, measure(500, "g"));
        assert_eq!(weight.value("5", "").unwrap().value, measure(5, "kg"));
    }

    #[test]
    fn a_price_with_too_many_decimals_is_a_warning_and_a_negative_one_an_error() {
        let price = |text: &str, currency: &str| check_price(text.parse().unwrap(), currency);
        assert_eq!(price("12.90", "EUR"), Ok(None));
        assert_eq!(price("12.900", "EUR"), Ok(None));
        assert_eq!(price("4.5454", "EUR").unwrap().map(|fault| fault.rule), Some(Rule::PriceDecimals));
        assert_eq!(price("100.5", "JPY").unwrap().map(|fault| fault.rule), Some(Rule::PriceDecimals));
        assert_eq!(price("1.234", "KWD"), Ok(None));
        assert_eq!(price("-1", "EUR").unwrap_err().rule, Rule::NegativePrice);
    }

    #[test]
    fn stock_is_whole_units() {
        let stock = converter(&ValueRule::default());
        assert_eq!(stock.quantity("5.00"), Ok(5));
        assert_eq!(stock.quantity("-2"), Ok(-2));
        assert_eq!(stock.quantity("0.5").unwrap_err().rule, Rule::Quantity);
    }
}
