//! The meaning of a column by its name alone, for exports that follow a naming rule.

use super::{
    error::FileError,
    mapping::{HeaderRule, HeaderStyle, ImportMapping, is_locale},
};
use crate::product::BASE_PRICE_LIST;

/// What a header stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// An attribute. Of several columns with the same key, the lowest `rank` is preferred.
    Value {
        key: String,
        code: String,
        rank: usize,
    },
    Price {
        list: String,
        currency: String,
        rank: usize,
    },
    /// The unit of the measure of the same code.
    Unit,
    Unknown,
}

/// Takes a header apart.
pub(super) fn meaning(
    header: &str,
    rule: &HeaderRule,
    mapping: &ImportMapping,
) -> Result<Meaning, FileError> {
    match rule.style {
        HeaderStyle::Plain => Ok(plain(header)),
        HeaderStyle::Akeneo => akeneo(header, rule, mapping),
    }
}

fn plain(header: &str) -> Meaning {
    let code = header.split('@').next().unwrap_or(header).to_owned();
    match super::mapping::check_key(header) {
        Ok(_) => Meaning::Value { key: header.to_owned(), code, rank: 0 },
        Err(()) => Meaning::Unknown,
    }
}

/// `CODE[-LOCALE][-CHANNEL][-CURRENCY]` or `CODE[...]-unit`; Akeneo's codes hold no hyphen.
fn akeneo(header: &str, rule: &HeaderRule, mapping: &ImportMapping) -> Result<Meaning, FileError> {
    let mut parts = header.split('-');
    let code = parts.next().unwrap_or_default().to_owned();
    let (mut locale, mut currency, mut rank) = (None, None, 0);
    for part in parts {
        if part == "unit" {
            return Ok(Meaning::Unit);
        } else if let Some(position) = rule.channels.iter().position(|channel| channel == part) {
            rank = position;
        } else if mapping.currencies.iter().any(|known| known == part) {
            currency = Some(part.to_owned());
        } else if let Some(tag) = locale_of(part) {
            locale = Some(listed(tag, header, mapping)?);
        } else {
            return Ok(Meaning::Unknown);
        }
    }
    Ok(match (currency, locale) {
        (Some(currency), _) => {
            let usual = if code == "price" { BASE_PRICE_LIST } else { &code };
            let list = rule.price_lists.get(&code).cloned().unwrap_or_else(|| usual.to_owned());
            Meaning::Price { list, currency, rank }
        }
        (None, Some(locale)) => Meaning::Value { key: format!("{code}@{locale}"), code, rank },
        (None, None) => Meaning::Value { key: code.clone(), code, rank },
    })
}

/// `de_DE` as `de-DE`.
fn locale_of(part: &str) -> Option<String> {
    let tag = part.replace('_', "-");
    (tag.contains('-') && is_locale(&tag)).then_some(tag)
}

fn listed(locale: String, header: &str, mapping: &ImportMapping) -> Result<String, FileError> {
    if mapping.locales.is_empty() || mapping.locales.contains(&locale) {
        return Ok(locale);
    }
    Err(FileError::UnknownLocale { column: header.into(), locale, known: mapping.locales.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<Meaning, FileError> {
        let rule = HeaderRule {
            style: HeaderStyle::Akeneo,
            channels: vec!["ecommerce".into(), "print".into()],
            ..HeaderRule::default()
        };
        let mapping = ImportMapping {
            locales: vec!["en-US".into(), "de-DE".into()],
            currencies: vec!["EUR".into()],
            ..ImportMapping::default()
        };
        meaning(header, &rule, &mapping)
    }

    fn value(key: &str, rank: usize) -> Meaning {
        let code = key.split('@').next().unwrap_or(key).into();
        Meaning::Value { key: key.into(), code, rank }
    }

    #[test]
    fn akeneo_suffixes_become_locale_price_and_unit() {
        assert_eq!(read("name").unwrap(), value("name", 0));
        assert_eq!(read("name-de_DE").unwrap(), value("name@de-DE", 0));
        assert_eq!(read("description-en_US-print").unwrap(), value("description@en-US", 1));
        assert_eq!(read("release_date-ecommerce").unwrap(), value("release_date", 0));
        assert_eq!(read("weight-unit").unwrap(), Meaning::Unit);
        let price = |list: &str| Meaning::Price { list: list.into(), currency: "EUR".into(), rank: 0 };
        assert_eq!(read("price-EUR").unwrap(), price("base"));
        assert_eq!(read("msrp-EUR").unwrap(), price("msrp"));
    }

    #[test]
    fn a_suffix_that_means_nothing_leaves_the_column_unmapped() {
        assert_eq!(read("X_SELL-groups").unwrap(), Meaning::Unknown);
        assert_eq!(read("description-en_US-tablet").unwrap(), Meaning::Unknown);
    }

    #[test]
    fn an_unknown_locale_refuses_the_file() {
        let error = read("name-sv_SE").unwrap_err().to_string();
        assert!(
            error.contains("`name-sv_SE`") && error.contains("`sv-SE`") && error.contains("en-US, de-DE"),
            "{error}"
        );
    }
}
