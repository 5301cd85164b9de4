//! Global trade item numbers: the digits under a barcode, checked before a channel rejects them.
//!
//! Rules as in the GS1 General Specifications: 8, 12, 13 or 14 digits, the last of them a modulo-10 check
//! digit. ISBN-13 (prefixes 978 and 979) are ordinary GTIN-13.

use std::{cmp::Ordering, fmt, hash, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A number that is well formed, with the length in which it was written.
///
/// Compares by the number padded to 14 digits, so a GTIN-12 equals the same article's GTIN-13.
#[derive(Debug, Clone, Copy)]
pub struct Gtin {
    number: u64,
    length: u8,
}

/// Why digits are not a GTIN. Every message says what would put it right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GtinError {
    #[error("a GTIN holds digits only, and this holds {0:?}")]
    Character(char),
    #[error("a GTIN has 8, 12, 13 or 14 digits, and this has {0}; a leading zero may have been lost")]
    Length(usize),
    #[error("the check digit is {found} where the other digits need {expected}")]
    CheckDigit { expected: u8, found: u8 },
    #[error("all digits are zero, which stands for no GTIN")]
    Zero,
}

impl Gtin {
    /// Whether the prefix is reserved for use inside one company or shop (02, 04, 20 to 29; of GTIN-8: 0 and 2),
    /// so that the same number may stand for another article elsewhere. Most channels refuse these.
    pub fn is_restricted(self) -> bool {
        // Eight digits have prefixes of their own, also when they are padded with zeros.
        if self.number < 100_000_000 {
            return matches!(self.number / 10_000_000, 0 | 2);
        }
        matches!(self.number / 100_000_000_000 % 100, 2 | 4 | 20..=29)
    }

    /// All 14 digits, which is how GTINs of different lengths compare.
    pub fn padded(self) -> String {
        format!("{:014}", self.number)
    }
}

impl FromStr for Gtin {
    type Err = GtinError;

    fn from_str(text: &str) -> Result<Self, GtinError> {
        if let Some(other) = text.chars().find(|character| !character.is_ascii_digit()) {
            return Err(GtinError::Character(other));
        }
        if !matches!(text.len(), 8 | 12..=14) {
            return Err(GtinError::Length(text.len()));
        }
        let number = text.bytes().fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
        if number == 0 {
            return Err(GtinError::Zero);
        }
        let (expected, found) = (check_digit(number / 10), (number % 10) as u8);
        if expected == found {
            Ok(Self { number, length: text.len() as u8 })
        } else {
            Err(GtinError::CheckDigit { expected, found })
        }
    }
}

/// The digit that makes `payload` (a GTIN without its last digit) complete: weights 3 and 1 from the right.
fn check_digit(mut payload: u64) -> u8 {
    let (mut sum, mut weight) = (0, 3);
    while payload > 0 {
        sum += payload % 10 * weight;
        weight = 4 - weight;
        payload /= 10;
    }
    ((10 - sum % 10) % 10) as u8
}

impl fmt::Display for Gtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.number, width = usize::from(self.length))
    }
}

impl PartialEq for Gtin {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Gtin {}

impl PartialOrd for Gtin {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Gtin {
    fn cmp(&self, other: &Self) -> Ordering {
        self.number.cmp(&other.number)
    }
}

impl hash::Hash for Gtin {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

impl Serialize for Gtin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Gtin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_every_length_are_taken() {
        for text in ["96385074", "036000291452", "4006381333931", "9783161484100", "10012345678902"] {
            assert_eq!(text.parse::<Gtin>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn a_check_digit_of_zero_is_taken() {
        assert!("9521234567820".parse::<Gtin>().is_ok());
    }

    #[test]
    fn a_wrong_check_digit_names_the_right_one() {
        let error = "4006381333932".parse::<Gtin>().unwrap_err();
        assert_eq!(error, GtinError::CheckDigit { expected: 1, found: 2 });
        assert!(error.to_string().contains("need 1"), "{error}");
    }

    #[test]
    fn what_is_not_a_gtin_is_refused_with_its_reason() {
        assert_eq!("0000000000000".parse::<Gtin>().unwrap_err(), GtinError::Zero);
        assert_eq!("36000291452".parse::<Gtin>().unwrap_err(), GtinError::Length(11));
        assert_eq!("4.00638E+12".parse::<Gtin>().unwrap_err(), GtinError::Character('.'));
        assert_eq!("400638133393١".parse::<Gtin>().unwrap_err(), GtinError::Character('١'));
        assert_eq!("".parse::<Gtin>().unwrap_err(), GtinError::Length(0));
    }

    #[test]
    fn only_prefixes_kept_for_internal_use_are_restricted() {
        let restricted = |payload: u64, length: usize| {
            let text = format!("{:0length$}", payload * 10 + u64::from(check_digit(payload)));
            text.parse::<Gtin>().expect("well formed").is_restricted()
        };
        assert!(restricted(20_000_000_000, 12), "a GTIN-12 that begins with 2 has prefix 02");
        assert!(restricted(40_000_000_000, 12), "and with 4 has prefix 04");
        assert!(restricted(290_000_000_000, 13));
        assert!(restricted(1_290_000_000_000, 14), "the packaging indicator is no part of the prefix");
        assert!(restricted(2_000_000, 8));
        assert!(!restricted(9_638_507, 8));
        assert!(!restricted(300_000_000_000, 13));
        assert!(!restricted(952_000_000_000, 13));
    }

    #[test]
    fn lengths_compare_by_fourteen_digits() {
        let short: Gtin = "036000291452".parse().unwrap();
        let long: Gtin = "0036000291452".parse().unwrap();
        assert_eq!(short, long);
        assert_ne!(short.to_string(), long.to_string());
        assert_eq!(short.padded(), "00036000291452");
    }

    proptest! {
        #[test]
        fn exactly_one_last_digit_is_right(payload in 1_u64..9_999_999_999_999, short in any::<bool>()) {
            let (payload, width) = if short { (payload % 9_999_999 + 1, 7) } else { (payload, 13) };
            let right: Vec<u8> = (0..10).filter(|d| format!("{payload:0width$}{d}").parse::<Gtin>().is_ok()).collect();
            prop_assert_eq!(right, vec![check_digit(payload)]);
        }

        #[test]
        fn a_single_mistyped_digit_never_passes(payload in 1_u64..99_999_999_999, place in 0_usize..12, shift in 1_u8..10) {
            let good = format!("{payload:012}{}", check_digit(payload));
            let mut digits = good.into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + shift) % 10;
            let bad = String::from_utf8(digits).unwrap();
            prop_assert!(bad.parse::<Gtin>().is_err());
        }
    }
}
