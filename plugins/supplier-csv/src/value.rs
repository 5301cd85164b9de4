//! Cells becoming values: texts, lists, numbers, prices, quantities.

use std::{borrow::Cow, collections::BTreeMap};

use wharf_sdk::{
    Decimal, gtin,
    inbound::{AttributeValue, Money},
};

use crate::{
    cell::Cell,
    number::{self, NumberFault},
    output::Fault,
    price,
    settings::{Kind, Mark, SourceRule, StockSource},
};

/// Characters of a cell that a message repeats.
const SHOWN: usize = 60;

/// What the values of a file have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    /// How the file writes numbers, if that is known.
    pub(crate) mark: Option<Mark>,
    /// Of prices that name none.
    pub(crate) currency: &'a str,
}

/// What is said of a price beside its cell.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PriceTerms<'a> {
    /// The currency, from the settings or another column.
    pub(crate) expected: Option<&'a str>,
    pub(crate) factor: Option<&'a str>,
}

impl Reading<'_> {
    /// The value of a cell that is not blank.
    pub(crate) fn value(self, rule: &SourceRule, cell: Cell<'_>) -> Result<AttributeValue, Fault> {
        let column = rule.column.as_str();
        let cell = translated(cell, &rule.translate);
        match rule.kind {
            Kind::Text => Ok(AttributeValue::Text(text(column, cell)?)),
            Kind::Texts => Ok(AttributeValue::Texts(texts(rule, cell)?)),
            Kind::Number => self.scaled(column, &cell, rule.factor.as_deref()).map(AttributeValue::Number),
            Kind::Flag => flag(column, &cell).map(AttributeValue::Flag),
            Kind::Money => {
                let terms = PriceTerms { expected: rule.currency.as_deref(), factor: rule.factor.as_deref() };
                self.price(column, &cell, terms).map(AttributeValue::Money)
            }
            Kind::Gtin => gtin_text(column, cell).map(AttributeValue::Text),
        }
    }

    /// A price that is not below zero.
    pub(crate) fn price(self, column: &str, cell: &Cell<'_>, terms: PriceTerms<'_>) -> Result<Money, Fault> {
        let (amount, unit) = match cell {
            Cell::Text(text) => {
                let written =
                    price::parse(text, self.mark).map_err(|fault| number_fault(column, text, fault))?;
                (written.amount, written.unit)
            }
            cell => (self.number(column, cell)?, ""),
        };
        let amount = multiplied(column, amount, terms.factor)?;
        if amount.coefficient < 0 {
            return Err(Fault::at(column, "negative-price", "A price cannot be below zero; correct it."));
        }
        Ok(Money::new(amount, self.currency_of(column, unit, terms.expected)?))
    }

    fn currency_of(self, column: &str, unit: &str, expected: Option<&str>) -> Result<String, Fault> {
        let likely = expected.unwrap_or(self.currency);
        let code = match (price::currency(unit, Some(likely)), expected) {
            (price::Currency::Code(code), Some(expected)) if code != expected => {
                let message =
                    format!("The price is in {code}, and {expected} is expected; correct one of them.");
                return Err(Fault::at(column, "other-currency", message));
            }
            (price::Currency::Code(code), _) => code,
            (price::Currency::Silent | price::Currency::Fits, _) => likely.to_owned(),
            (price::Currency::Unknown, _) => {
                let message = format!(
                    "`{}` is no currency that is known here; write its code of ISO 4217, or set `currency`.",
                    shown(unit)
                );
                return Err(Fault::at(column, "unknown-currency", message));
            }
        };
        if price::is_code(&code) {
            return Ok(code);
        }
        let message = format!("`{}` is no code of ISO 4217, such as EUR; set `currency`.", shown(&code));
        Err(Fault::at(column, "unknown-currency", message))
    }

    /// Whole units.
    pub(crate) fn quantity(self, source: &StockSource, cell: Cell<'_>) -> Result<i64, Fault> {
        let column = source.column.as_str();
        let cell = translated(cell, &source.translate);
        let number = self.scaled(column, &cell, source.factor.as_deref())?;
        number.scaled(0).map_err(|_| {
            let message = format!("{number} is no whole number of units; correct it, or set `factor`.");
            Fault::at(column, "whole-units", message)
        })
    }

    fn scaled(self, column: &str, cell: &Cell<'_>, factor: Option<&str>) -> Result<Decimal, Fault> {
        multiplied(column, self.number(column, cell)?, factor)
    }

    fn number(self, column: &str, cell: &Cell<'_>) -> Result<Decimal, Fault> {
        match cell {
            Cell::Number(text) => text.parse().map_err(|_| number_fault(column, text, NumberFault::TooLarge)),
            Cell::Text(text) => {
                number::parse(text, self.mark).map_err(|fault| number_fault(column, text, fault))
            }
            cell => Err(number_fault(column, &described(cell), NumberFault::Malformed)),
        }
    }
}

/// The text of a column that names something: a SKU, a family, a place.
pub(crate) fn text(column: &str, cell: Cell<'_>) -> Result<String, Fault> {
    let text = match cell {
        Cell::Text(text) | Cell::Number(text) => text.into_owned(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::Absent | Cell::Null => String::new(),
        Cell::List(_) => {
            return Err(Fault::at(column, "list", "This is a list; give the attribute the kind `texts`."));
        }
        Cell::Unreadable(what) => return Err(unreadable(column, &what)),
    };
    match text.chars().find(|character| is_forbidden(*character)) {
        None => Ok(text),
        Some(character) => {
            let message =
                format!("The text holds the control character U+{:04X}; remove it.", u32::from(character));
            Err(Fault::at(column, "control-character", message))
        }
    }
}

/// A key, on one line.
pub(crate) fn key(column: &str, cell: Cell<'_>) -> Result<String, Fault> {
    let key = text(column, cell)?;
    if key.contains(char::is_control) {
        return Err(Fault::at(column, "control-character", "A key has to stand on one line; correct it."));
    }
    Ok(key)
}

/// The entries of a list, or of one cell.
pub(crate) fn texts(rule: &SourceRule, cell: Cell<'_>) -> Result<Vec<String>, Fault> {
    let column = rule.column.as_str();
    let entries: Vec<Cow<'_, str>> = match (cell, rule.separator.as_deref()) {
        (Cell::List(entries), _) => entries,
        (Cell::Text(text), Some(separator)) if !separator.is_empty() => {
            text.split(separator).map(|entry| entry.trim().to_owned().into()).collect()
        }
        (cell, _) => return Ok(vec![text(column, cell)?]),
    };
    let replaced =
        |entry: Cow<'_, str>| rule.translate.get(entry.as_ref()).cloned().unwrap_or(entry.into_owned());
    let entries = entries.into_iter().map(replaced).filter(|entry| !entry.is_empty());
    entries.map(|entry| text(column, Cell::Text(entry.into()))).collect()
}

fn translated<'a>(cell: Cell<'a>, translate: &'a BTreeMap<String, String>) -> Cell<'a> {
    if translate.is_empty() {
        return cell;
    }
    let replacement = match &cell {
        Cell::Text(text) | Cell::Number(text) => translate.get(text.as_ref()),
        Cell::Flag(flag) => translate.get(&flag.to_string()),
        _ => None,
    };
    replacement.map_or(cell, |text| Cell::Text(text.as_str().into()))
}

fn flag(column: &str, cell: &Cell<'_>) -> Result<bool, Fault> {
    let text = match cell {
        Cell::Flag(flag) => return Ok(*flag),
        Cell::Text(text) | Cell::Number(text) => text.to_lowercase(),
        cell => described(cell),
    };
    match text.as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => {
            let message =
                format!("`{}` is neither yes nor no; say in `translate` what it stands for.", shown(&text));
            Err(Fault::at(column, "flag", message))
        }
    }
}

fn gtin_text(column: &str, cell: Cell<'_>) -> Result<String, Fault> {
    let number = text(column, cell)?;
    gtin::validate(&number).map_err(|error| {
        let message = format!(
            "`{}` is not a GTIN: {error}. Correct it; a spreadsheet keeps all digits in columns of text.",
            shown(&number)
        );
        Fault::at(column, "gtin", message)
    })?;
    Ok(number)
}

fn multiplied(column: &str, number: Decimal, factor: Option<&str>) -> Result<Decimal, Fault> {
    let Some(factor) = factor else { return Ok(number) };
    let factor: Decimal = factor.parse().map_err(|_| {
        Fault::at(
            column,
            "factor",
            format!("The setting `factor` is `{factor}`; write a number such as 0.001."),
        )
    })?;
    number::product(number, factor).ok_or_else(|| {
        Fault::at(column, "number", "The number has too many digits to be multiplied exactly.")
    })
}

fn number_fault(column: &str, text: &str, fault: NumberFault) -> Fault {
    let text = shown(text);
    match fault {
        NumberFault::Malformed => Fault::at(
            column,
            "number",
            format!("`{text}` is not a number; leave digits only, or say in `translate` what it stands for."),
        ),
        NumberFault::Ambiguous => Fault::at(
            column,
            "ambiguous-number",
            format!("`{text}` may count thousands or be a fraction; set `decimal` to `point` or `comma`."),
        ),
        NumberFault::TooLarge => {
            Fault::at(column, "number", format!("`{text}` has more than 18 digits; shorten it."))
        }
    }
}

fn unreadable(column: &str, what: &str) -> Fault {
    Fault::at(
        column,
        "unreadable",
        format!("The cell holds `{}`, which is no value; correct it.", shown(what)),
    )
}

fn described(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Text(text) | Cell::Number(text) | Cell::Unreadable(text) => text.to_string(),
        Cell::Flag(flag) => flag.to_string(),
        Cell::List(_) => "a list".into(),
        Cell::Absent | Cell::Null => String::new(),
    }
}

/// Tabs and line ends are text; other control characters break databases and channels.
fn is_forbidden(character: char) -> bool {
    character.is_ascii_control() && !matches!(character, '\t' | '\n' | '\r')
}

/// As much of a cell as fits into a message.
pub(crate) fn shown(text: &str) -> String {
    let mut characters = text.chars();
    let head: String = characters.by_ref().take(SHOWN).collect();
    if characters.next().is_some() { format!("{head}…") } else { head }
}
