//! Global Trade Item Numbers, by the GS1 General Specifications.

use std::fmt;

/// Why a text is not a GTIN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GtinError {
    /// Not 8, 12, 13 or 14 digits.
    Length,
    /// Something other than the digits 0 to 9.
    Digits,
    /// The last digit should be this one.
    CheckDigit(u8),
    /// Nothing but zeros, the usual placeholder.
    Zero,
}

impl fmt::Display for GtinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => f.write_str("a GTIN has 8, 12, 13 or 14 digits"),
            Self::Digits => f.write_str("a GTIN holds digits only"),
            Self::CheckDigit(expected) => write!(f, "the check digit is wrong, it should be {expected}"),
            Self::Zero => f.write_str("a GTIN is not all zeros"),
        }
    }
}

impl std::error::Error for GtinError {}

/// Accepts GTIN-8, -12 (UPC), -13 (EAN) and -14 with a right check digit.
pub fn validate(gtin: &str) -> Result<(), GtinError> {
    if !gtin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(GtinError::Digits);
    }
    let [body @ .., check] = gtin.as_bytes() else { return Err(GtinError::Length) };
    if !matches!(gtin.len(), 8 | 12 | 13 | 14) {
        return Err(GtinError::Length);
    }
    if gtin.bytes().all(|byte| byte == b'0') {
        return Err(GtinError::Zero);
    }
    let expected = check_digit(body);
    if check - b'0' == expected { Ok(()) } else { Err(GtinError::CheckDigit(expected)) }
}

/// Weights 3 and 1 in turn, beginning with 3 beside the check digit.
fn check_digit(body: &[u8]) -> u8 {
    let sum: u32 = body
        .iter()
        .rev()
        .zip([3, 1].iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    // A remainder of 0 makes the check digit 0, not 10.
    u8::try_from((10 - sum % 10) % 10).unwrap_or_default()
}

/// Whether a valid GTIN is for use inside a company or region only, so that it does not identify a product.
///
/// As 13 digits these begin with 02, 04 or 20 to 29; as 8 digits with 0 or 2.
pub fn is_restricted(gtin: &str) -> bool {
    match gtin.len() {
        8 => gtin.starts_with(['0', '2']),
        12 => gtin.starts_with(['2', '4']),
        13 => is_restricted_prefix(gtin),
        14 => gtin.get(1..).is_some_and(is_restricted_prefix),
        _ => false,
    }
}

fn is_restricted_prefix(thirteen: &str) -> bool {
    thirteen.starts_with("02") || thirteen.starts_with("04") || thirteen.starts_with('2')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exactly_one_last_digit_is_right(body in "[0-9]{6}[1-9]|[0-9]{10}[1-9]|[0-9]{11}[1-9]|[0-9]{12}[1-9]") {
            let right = (0..10).filter(|digit| validate(&format!("{body}{digit}")).is_ok()).count();
            prop_assert_eq!(right, 1);
        }

        #[test]
        fn leading_zeros_do_not_change_the_check_digit(body in "[0-9]{11}[1-9]") {
            let twelve = (0..10).map(|digit| format!("{body}{digit}")).find(|gtin| validate(gtin).is_ok());
            prop_assert_eq!(twelve.map(|gtin| validate(&format!("0{gtin}"))), Some(Ok(())));
        }

        #[test]
        fn any_text_is_judged(text: String) {
            let _ = (validate(&text), is_restricted(&text));
        }
    }

    #[test]
    fn wrong_numbers_say_what_is_wrong() {
        assert_eq!(validate("4006381333931"), Ok(()));
        assert_eq!(validate("4006381333930"), Err(GtinError::CheckDigit(1)));
        assert_eq!(validate("400638133393"), Err(GtinError::CheckDigit(0)));
        assert_eq!(validate("0000000000000"), Err(GtinError::Zero));
        assert_eq!(validate(""), Err(GtinError::Length));
        assert_eq!(validate("４００６３８１３"), Err(GtinError::Digits));
    }

    #[test]
    fn numbers_for_inner_use_are_told_apart() {
        for restricted in
            ["2000000000008", "0200000000006", "0400000000004", "200000000004", "02000000000008"]
        {
            assert!(is_restricted(restricted), "{restricted}");
        }
        assert!(!is_restricted("4006381333931"));
        assert!(!is_restricted("012345678905"));
    }
}
