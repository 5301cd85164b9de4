//! Exact numbers: formatting, scaling and parsing without a float in sight.

use std::{fmt, str::FromStr};

use crate::{Decimal, Money, copy};

/// Powers of ten beyond the contract's range are written with an exponent instead of a mile of zeros.
const EXPONENTS: std::ops::RangeInclusive<i32> = -28..=18;

/// Why a number does not fit where it should go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalError {
    /// Digits would be lost: 4.5454 has no whole number of cents.
    Inexact {
        /// Digits after the point that there is room for.
        places: u32,
    },
    /// More than a 64-bit integer holds.
    Overflow,
    /// Not digits with at most one point and a leading sign.
    Malformed,
}

impl fmt::Display for DecimalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inexact { places } => write!(f, "the number has more than {places} digits after the point"),
            Self::Overflow => f.write_str("the number is too large"),
            Self::Malformed => f.write_str("this is not a plain decimal number such as 12.90"),
        }
    }
}

impl std::error::Error for DecimalError {}

impl Decimal {
    /// `coefficient * 10^exponent`
    pub const fn new(coefficient: i64, exponent: i32) -> Self {
        Self { coefficient, exponent }
    }

    /// The number times `10^places` as an integer; 12.90 scaled by 2 is 1290. Never rounds.
    pub fn scaled(self, places: u32) -> Result<i64, DecimalError> {
        let shift = i64::from(self.exponent) + i64::from(places);
        if self.coefficient == 0 {
            Ok(0)
        } else if shift >= 0 {
            power_of_ten(shift)
                .and_then(|factor| self.coefficient.checked_mul(factor))
                .ok_or(DecimalError::Overflow)
        } else {
            let divisor = power_of_ten(-shift).ok_or(DecimalError::Inexact { places })?;
            let exact = self.coefficient % divisor == 0;
            exact.then(|| self.coefficient / divisor).ok_or(DecimalError::Inexact { places })
        }
    }

    /// Millionths, as Google and others write prices: 12.90 is 12900000.
    pub fn to_micros(self) -> Result<i64, DecimalError> {
        self.scaled(6)
    }

    /// The same number with exactly this many digits after the point: 12.9 becomes 12.90. Never rounds.
    pub fn with_places(self, places: u32) -> Result<Self, DecimalError> {
        let exponent = i32::try_from(places).map_err(|_| DecimalError::Overflow)?;
        Ok(Self { coefficient: self.scaled(places)?, exponent: -exponent })
    }

    /// Appends the plain text, such as `12.90`.
    pub fn push_to(self, out: &mut String) {
        self.write(out);
    }

    pub(crate) fn write(self, out: &mut impl Sink) {
        let mut buffer = itoa::Buffer::new();
        let digits = buffer.format(self.coefficient.unsigned_abs());
        if self.coefficient < 0 {
            out.put("-");
        }
        if !EXPONENTS.contains(&self.exponent) {
            push_with_exponent(digits, self.exponent, out);
        } else if self.exponent >= 0 {
            out.put(digits);
            let zeros = if self.coefficient == 0 { 0 } else { self.exponent };
            (0..zeros).for_each(|_| out.put("0"));
        } else {
            push_with_point(digits, self.exponent.unsigned_abs() as usize, out);
        }
    }
}

/// What a number can be written to.
pub(crate) trait Sink {
    fn put(&mut self, text: &str);
}

impl Sink for String {
    fn put(&mut self, text: &str) {
        self.push_str(text);
    }
}

impl Sink for Vec<u8> {
    fn put(&mut self, text: &str) {
        copy::append(self, text.as_bytes());
    }
}

fn power_of_ten(exponent: i64) -> Option<i64> {
    u32::try_from(exponent).ok().and_then(|exponent| 10_i64.checked_pow(exponent))
}

fn push_with_point(digits: &str, places: usize, out: &mut impl Sink) {
    match digits.len().checked_sub(places) {
        None | Some(0) => {
            out.put("0.");
            (digits.len()..places).for_each(|_| out.put("0"));
            out.put(digits);
        }
        Some(whole) => {
            out.put(&digits[..whole]);
            out.put(".");
            out.put(&digits[whole..]);
        }
    }
}

fn push_with_exponent(digits: &str, exponent: i32, out: &mut impl Sink) {
    out.put(digits);
    out.put("e");
    out.put(itoa::Buffer::new().format(exponent));
}

/// Plain text that keeps the places: 12.90, not 12.9.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::with_capacity(24);
        self.push_to(&mut text);
        f.write_str(&text)
    }
}

/// Digits with at most one point and a leading sign; no exponent, no thousands separators.
impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let unsigned = whole.strip_prefix(['-', '+']).unwrap_or(whole);
        let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(unsigned) || !plain(fraction) {
            return Err(DecimalError::Malformed);
        }
        let fraction = if text.contains('.') { fraction } else { "" };
        let exponent = i32::try_from(fraction.len()).map_err(|_| DecimalError::Overflow)?;
        let coefficient = format!("{whole}{fraction}").parse().map_err(|_| DecimalError::Overflow)?;
        Ok(Self { coefficient, exponent: -exponent })
    }
}

impl Money<'_> {
    /// With as many digits after the point as the currency has, such as `12.90 EUR` or `1290 JPY`.
    pub fn to_text(self) -> Result<String, DecimalError> {
        let amount = self.amount.with_places(minor_digits(self.currency))?;
        let mut text = String::with_capacity(16);
        amount.push_to(&mut text);
        text.push(' ');
        text.push_str(self.currency);
        Ok(text)
    }
}

/// Digits after the point of an ISO 4217 currency, in the standard's list of minor units.
pub fn minor_digits(currency: &str) -> u32 {
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn text_and_number_are_the_same_thing(coefficient: i64, places in 0_i32..=28) {
            let number = Decimal::new(coefficient, -places);
            prop_assert_eq!(number.to_string().parse::<Decimal>().unwrap(), number);
        }

        #[test]
        fn scaling_loses_nothing(coefficient: i64, exponent in -40_i32..=40, places in 0_u32..=20) {
            let number = Decimal::new(coefficient, exponent);
            if let Ok(scaled) = number.scaled(places) {
                let (left, right) = (i128::from(scaled), i128::from(coefficient));
                let shift = exponent + i32::try_from(places).unwrap();
                let factor = 10_i128.checked_pow(shift.unsigned_abs()).unwrap_or(0);
                let (left, right) = if shift >= 0 { (left, right * factor) } else { (left * factor, right) };
                prop_assert_eq!(left, right);
            }
        }

        #[test]
        fn any_number_has_a_text(coefficient: i64, exponent: i32) {
            prop_assert!(Decimal::new(coefficient, exponent).to_string().len() < 64);
        }

        #[test]
        fn any_text_parses_or_is_refused(text in "[-+.0-9e ]{0,40}") {
            let _ = text.parse::<Decimal>();
        }
    }

    #[test]
    fn prices_are_written_as_the_currency_counts() {
        let text = |coefficient, exponent, currency| {
            Money { amount: Decimal::new(coefficient, exponent), currency }.to_text()
        };
        assert_eq!(text(129, -1, "EUR").unwrap(), "12.90 EUR");
        assert_eq!(text(1_290, 0, "JPY").unwrap(), "1290 JPY");
        assert_eq!(text(5, -3, "KWD").unwrap(), "0.005 KWD");
        assert_eq!(text(45_454, -4, "EUR"), Err(DecimalError::Inexact { places: 2 }));
        assert_eq!(text(i64::MAX, 0, "EUR"), Err(DecimalError::Overflow));
    }

    #[test]
    fn micros_are_exact_or_refused() {
        assert_eq!(Decimal::new(1_290, -2).to_micros(), Ok(12_900_000));
        assert_eq!(Decimal::new(1, -7).to_micros(), Err(DecimalError::Inexact { places: 6 }));
        assert_eq!(Decimal::new(0, -28).to_micros(), Ok(0));
    }

    #[test]
    fn spreadsheet_numbers_are_refused() {
        for text in ["", "-", ".5", "5.", "1,299.00", "1e3", "1.2.3", " 1", "--1", "１"] {
            assert_eq!(text.parse::<Decimal>(), Err(DecimalError::Malformed), "{text}");
        }
    }
}
