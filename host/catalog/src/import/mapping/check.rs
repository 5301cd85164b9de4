//! What can be found wrong with a mapping before any file is opened.

use super::{ColumnRule, Format, HeaderStyle, ImportMapping, Kind, ModelRule, ValueRule};
use crate::import::number::Numbers;

/// Why a mapping cannot be used for any file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("`delimiter` is one ASCII character that is neither a quote nor a line end, not {0:?}")]
    Delimiter(char),
    #[error("`{key}` is no attribute key; write `code` or `code@locale`, such as `name@de-DE`")]
    AttributeKey { key: String },
    #[error("`{locale}` is no BCP 47 locale; write it like `de-DE`")]
    Locale { locale: String },
    #[error("`{key}` uses the locale `{locale}`, which `locales` does not list")]
    UnlistedLocale { key: String, locale: String },
    #[error("`{rule}` needs either a `column` or a `value`")]
    ColumnOrValue { rule: String },
    #[error("`{rule}` cannot have a `column` or `value` of its own; it is about a type only")]
    TypeOnly { rule: String },
    #[error("the measure `{rule}` needs a `unit` or a `unit-column`")]
    Unit { rule: String },
    #[error("`{rule}` has an empty separator; leave it out for the usual one")]
    Separator { rule: String },
    #[error("`{rule}` reads `{decimal}` both as decimal and as grouping separator; they must differ")]
    Separators { rule: String, decimal: char },
    #[error("`{currency}` is no ISO 4217 code; write three capital letters, such as EUR")]
    Currency { currency: String },
    #[error("the constant of `{rule}` does not fit its type: {reason}")]
    Constant { rule: String, reason: String },
    #[error(
        "`headers` of style akeneo needs at least one of `channels` and `locales` to tell suffixes apart"
    )]
    Akeneo,
}

impl ImportMapping {
    /// Looks for contradictions that need no file to be seen.
    pub fn check(&self) -> Result<(), MappingError> {
        if let Some(delimiter) = self.delimiter.filter(|it| !it.is_ascii() || matches!(it, '"' | '\n' | '\r'))
        {
            return Err(MappingError::Delimiter(delimiter));
        }
        if let Some(locale) = self.locales.iter().find(|locale| !is_locale(locale)) {
            return Err(MappingError::Locale { locale: locale.clone() });
        }
        if self.format == Format::Native {
            return Ok(());
        }
        check_numbers("numbers", self.numbers)?;
        self.check_columns()?;
        self.check_types()?;
        self.check_prices()?;
        self.check_separators()
    }

    fn check_columns(&self) -> Result<(), MappingError> {
        for (key, rule) in &self.attributes {
            check_attribute_key(key, &self.locales)?;
            check_column(key, &rule.0)?;
        }
        for (location, rule) in &self.stock {
            check_column(&format!("stock.{location}"), &rule.0)?;
        }
        let single = [
            ("parent", &self.parent),
            ("status", &self.status),
            ("family", &self.family),
            ("categories", &self.categories),
        ];
        for (name, rule) in single {
            rule.as_ref().map_or(Ok(()), |rule| check_column(name, &rule.0))?;
        }
        Ok(())
    }

    fn check_types(&self) -> Result<(), MappingError> {
        let packed = self.packed.iter().flat_map(|packed| &packed.types);
        for (code, rule) in packed.chain(self.headers.iter().flat_map(|headers| &headers.types)) {
            if rule.0.column.is_some() || rule.0.value.is_some() {
                return Err(MappingError::TypeOnly { rule: code.clone() });
            }
            check_value(code, &rule.0)?;
        }
        let akeneo = self.headers.as_ref().filter(|headers| headers.style == HeaderStyle::Akeneo);
        if akeneo.is_some_and(|headers| headers.channels.is_empty() && self.locales.is_empty()) {
            return Err(MappingError::Akeneo);
        }
        Ok(())
    }

    fn check_prices(&self) -> Result<(), MappingError> {
        let currencies = self.prices.iter().map(|price| &price.currency).chain(&self.currencies);
        for currency in currencies {
            if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
                return Err(MappingError::Currency { currency: currency.clone() });
            }
        }
        for price in &self.prices {
            price.numbers.map_or(Ok(()), |numbers| check_numbers(&price.column, numbers))?;
        }
        Ok(())
    }

    fn check_separators(&self) -> Result<(), MappingError> {
        let images = self.images.iter().map(|image| (&image.column, image.separator.as_ref()));
        let packed = self.packed.iter().flat_map(|packed| {
            [(&packed.column, Some(&packed.pair_separator)), (&packed.column, Some(&packed.key_separator))]
        });
        let variants = self.variants.iter().map(|variants| (&variants.column, Some(&variants.separator)));
        match images
            .chain(packed)
            .chain(variants)
            .find(|(_, separator)| separator.is_some_and(String::is_empty))
        {
            Some((rule, _)) => Err(MappingError::Separator { rule: rule.clone() }),
            None => Ok(()),
        }
    }

    /// Every column that a rule names, and whether the file may lack it.
    pub(in crate::import) fn named_columns(&self) -> Vec<(&str, bool)> {
        let rules = self.attributes.values().chain(self.stock.values());
        let rules =
            rules.chain([&self.parent, &self.status, &self.family, &self.categories].into_iter().flatten());
        let mut columns = vec![(self.sku.as_str(), false)];
        for ColumnRule(rule) in rules {
            columns.extend(rule.column.as_deref().map(|column| (column, rule.optional)));
            columns.extend(rule.unit_column.as_deref().map(|column| (column, rule.optional)));
        }
        for image in &self.images {
            columns.push((&image.column, image.optional));
            columns.extend(image.alt_column.as_deref().map(|column| (column, image.optional)));
        }
        columns.extend(self.prices.iter().map(|rule| (rule.column.as_str(), rule.optional)));
        columns.extend(self.packed.iter().map(|rule| (rule.column.as_str(), rule.optional)));
        columns.extend(self.variants.iter().map(|rule| (rule.column.as_str(), rule.optional)));
        columns.extend(self.filter.iter().map(|rule| (rule.column.as_str(), false)));
        if let Some(ModelRule::Where(rule)) = &self.model {
            columns.push((&rule.column, false));
        }
        columns.sort_unstable();
        columns.dedup_by_key(|(column, _)| *column);
        columns
    }
}

fn check_column(name: &str, rule: &ValueRule) -> Result<(), MappingError> {
    if rule.column.is_some() == rule.value.is_some() {
        return Err(MappingError::ColumnOrValue { rule: name.into() });
    }
    if rule.kind == Kind::Measure && rule.unit.is_none() && rule.unit_column.is_none() {
        return Err(MappingError::Unit { rule: name.into() });
    }
    check_value(name, rule)
}

fn check_value(name: &str, rule: &ValueRule) -> Result<(), MappingError> {
    if rule.separator.as_ref().is_some_and(String::is_empty) {
        return Err(MappingError::Separator { rule: name.into() });
    }
    rule.numbers.map_or(Ok(()), |numbers| check_numbers(name, numbers))
}

fn check_numbers(name: &str, numbers: Numbers) -> Result<(), MappingError> {
    if numbers.grouping == Some(numbers.decimal) {
        return Err(MappingError::Separators { rule: name.into(), decimal: numbers.decimal });
    }
    Ok(())
}

fn check_attribute_key(key: &str, locales: &[String]) -> Result<(), MappingError> {
    let locale = check_key(key).map_err(|()| MappingError::AttributeKey { key: key.into() })?;
    match locale {
        Some(locale) if !locales.is_empty() && !locales.iter().any(|known| known == locale) => {
            Err(MappingError::UnlistedLocale { key: key.into(), locale: locale.into() })
        }
        _ => Ok(()),
    }
}

/// Takes `code` or `code@locale` apart and gives the locale.
pub(in crate::import) fn check_key(key: &str) -> Result<Option<&str>, ()> {
    let (code, locale) = match key.split_once('@') {
        Some((code, locale)) => (code, Some(locale)),
        None => (key, None),
    };
    let sound = !code.is_empty() && code.trim() == code && !code.chars().any(char::is_control);
    (sound && locale.is_none_or(is_locale)).then_some(locale).ok_or(())
}

/// Language, then optionally script and region, in the usual case: `de`, `de-DE`, `zh-Hant-TW`, `es-419`.
pub(in crate::import) fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-').peekable();
    let language = parts.next().is_some_and(|part| {
        (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    let is_script = |part: &&str| {
        part.len() == 4
            && part.starts_with(|first: char| first.is_ascii_uppercase())
            && part[1..].bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let is_region = |part: &&str| {
        (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase()))
            || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let _script = parts.next_if(is_script);
    let _region = parts.next_if(is_region);
    language && parts.next().is_none()
}
