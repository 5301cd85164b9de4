//! Prices with the currency beside the number: `€ 12,90`, `12.90 EUR`, `CHF 1'299.-`.

use wharf_sdk::Decimal;

use crate::{
    number::{self, NumberFault},
    settings::Mark,
};

/// A number and what is written beside it, not yet a currency.
pub(crate) struct Written<'a> {
    pub(crate) amount: Decimal,
    pub(crate) unit: &'a str,
}

/// Cuts a price into number and currency.
pub(crate) fn parse(text: &str, mark: Option<Mark>) -> Result<Written<'_>, NumberFault> {
    let (number, unit) = cut(text).ok_or(NumberFault::Malformed)?;
    Ok(Written { amount: number::parse(number, mark)?, unit })
}

/// The number alone, for telling how the file writes them.
pub(crate) fn number(text: &str) -> &str {
    cut(text).map_or(text, |(number, _)| number)
}

fn cut(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let first = text.find(|character: char| character.is_ascii_digit())?;
    let last = text.rfind(|character: char| character.is_ascii_digit())? + 1;
    let start = text[..first].trim_end_matches(is_of_number).len();
    let end = text.len() - text[last..].trim_start_matches(is_of_number).len();
    let (before, after) = (text[..start].trim(), text[end..].trim());
    let (("", unit) | (unit, "")) = (before, after) else { return None };
    Some((&text[start..end], unit))
}

/// Signs, brackets and marks that stand right beside the digits.
fn is_of_number(character: char) -> bool {
    matches!(character, '-' | '+' | '−' | '–' | '—' | '(' | ')' | '.' | ',')
}

/// What a written currency stands for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Currency {
    /// Nothing is written.
    Silent,
    Code(String),
    /// `$` and the like, which could be the expected one.
    Fits,
    Unknown,
}

/// Signs that one currency has to itself.
const SIGNS: [(&str, &str); 13] = [
    ("€", "EUR"),
    ("£", "GBP"),
    ("zł", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₪", "ILS"),
    ("R$", "BRL"),
    ("US$", "USD"),
    ("C$", "CAD"),
];

/// Signs that several currencies share, after the Unicode CLDR's narrow symbols.
const SHARED: [(&str, &[&str]); 5] = [
    ("$", &["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("¥", &["JPY", "CNY"]),
    ("Fr", &["CHF"]),
    ("lei", &["RON", "MDL"]),
];

/// Reads a currency's code or sign, which may only be clear from the one that is expected.
pub(crate) fn currency(unit: &str, expected: Option<&str>) -> Currency {
    let unit = unit.trim_end_matches('.');
    if unit.is_empty() {
        return Currency::Silent;
    }
    if is_code(&unit.to_ascii_uppercase()) {
        return Currency::Code(unit.to_ascii_uppercase());
    }
    if let Some((_, code)) = SIGNS.iter().find(|(sign, _)| *sign == unit) {
        return Currency::Code((*code).to_owned());
    }
    let shared = SHARED.iter().find(|(sign, _)| *sign == unit).map_or(&[][..], |(_, codes)| codes);
    match expected {
        Some(expected) if shared.contains(&expected) => Currency::Fits,
        _ => Currency::Unknown,
    }
}

/// Whether this is shaped like a code of ISO 4217.
pub(crate) fn is_code(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, &str)> {
        parse(text, None).ok().map(|written| (written.amount.to_string(), written.unit))
    }

    #[test]
    fn the_currency_may_stand_on_either_side() {
        for (text, amount, unit) in [
            ("€ 12,90", "12.90", "€"),
            ("12.90 EUR", "12.90", "EUR"),
            ("CHF 1'299.-", "1299", "CHF"),
            ("-5,00€", "-5.00", "€"),
            ("Fr. 12.50", "12.50", "Fr."),
            ("12.90", "12.90", ""),
        ] {
            assert_eq!(read(text), Some((amount.to_owned(), unit)), "{text}");
        }
        for text in ["EUR 12 USD", "free", "", "12.90 / 100 pcs"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_shared_sign_is_clear_only_beside_an_expected_currency() {
        assert_eq!(currency("$", Some("CAD")), Currency::Fits);
        assert_eq!(currency("$", Some("EUR")), Currency::Unknown);
        assert_eq!(currency("kr.", Some("DKK")), Currency::Fits);
        assert_eq!(currency("eur", None), Currency::Code("EUR".into()));
        assert_eq!(currency("£", None), Currency::Code("GBP".into()));
        assert_eq!(currency("", None), Currency::Silent);
    }
}
