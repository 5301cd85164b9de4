//! Numbers as they stand in a text, whatever surrounds them.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use wharf_catalog::item::{Content, Money};

/// Every number in the text that has at most 18 digits, without its sign: `{"price":"12.90"}` holds 12.90.
pub(super) fn numbers(text: &[u8]) -> BTreeSet<Decimal> {
    let mut numbers = BTreeSet::new();
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = 0;
    while at < text.len() {
        let start = at;
        while digit(at) {
            at += 1;
        }
        if at > start && text.get(at) == Some(&b'.') && digit(at + 1) {
            at += 1;
            while digit(at) {
                at += 1;
            }
        }
        if at > start {
            let number =
                std::str::from_utf8(&text[start..at]).ok().and_then(|text| text.parse::<Decimal>().ok());
            numbers.extend(number.map(|number| number.normalize()));
        } else {
            at += 1;
        }
    }
    numbers
}

/// The ways to write 4711.23 that stand in the text.
pub(super) fn notations_of_4711_23(text: &[u8]) -> Vec<&'static str> {
    const NOTATIONS: [&str; 8] =
        ["4711.23", "4711,23", "4.711,23", "4,711.23", "4 711,23", "4\u{202f}711,23", "4'711.23", "471123"];
    let holds = |notation: &&str| text.windows(notation.len()).any(|window| window == notation.as_bytes());
    NOTATIONS.into_iter().filter(holds).collect()
}

pub(super) fn money(mantissa: i64, scale: u32, currency: &str) -> Content {
    Content::Money(Money { amount: Decimal::new(mantissa, scale), currency: currency.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_wherever_they_stand() {
        let found = numbers(br#"PUT /v1/A-7 {"price":"12.90","units":4,"a":5.,"b":.5,"c":1.2.3} 12,5 10000"#);
        let expected =
            ["1", "7", "12.90", "4", "5", "1.2", "3", "12", "10000"].map(|it| it.parse::<Decimal>().unwrap());
        assert_eq!(found, expected.into_iter().map(|it| it.normalize()).collect());
    }

    #[test]
    fn notations_are_told_apart() {
        assert_eq!(notations_of_4711_23(b"<price>4.711,23 EUR</price>"), ["4.711,23"]);
        assert_eq!(notations_of_4711_23(b"4711.230"), ["4711.23"]);
        assert!(notations_of_4711_23(b"4711.3").is_empty());
    }
}
