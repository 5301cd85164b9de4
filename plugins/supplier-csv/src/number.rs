//! Numbers as suppliers write them, read exactly or refused.
//!
//! `1.234` is a thousand in Berlin and one and a bit in London, so it is read only when the settings or other numbers
//! of the file say which; a guess would sell a thousandfold stock.

use wharf_sdk::Decimal;

use crate::settings::Mark;

/// Digits of a double that say something, and that Excel shows; the ones behind are noise of the binary form.
pub(crate) const DOUBLE_DIGITS: usize = 15;

/// Why a text is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberFault {
    Malformed,
    /// One separator before three digits, and nothing that tells what it separates.
    Ambiguous,
    TooLarge,
}

/// A number's digits without its sign, cut at its separators.
struct Written<'a> {
    negative: bool,
    groups: Vec<&'a str>,
    /// What stands between the groups, one less than these.
    separators: Vec<char>,
}

/// Reads `12.90`, `1.299,00`, `1 299`, `1'299.-`, `5-` and `(5)`.
pub(crate) fn parse(text: &str, declared: Option<Mark>) -> Result<Decimal, NumberFault> {
    let written = Written::new(text).ok_or(NumberFault::Malformed)?;
    let mark = declared.map_or_else(|| written.mark(), Ok)?;
    written.value(mark)
}

/// Which mark a number can only have been written with.
pub(crate) fn evidence(text: &str) -> Option<Mark> {
    let written = Written::new(text)?;
    let mark = written.mark().ok()?;
    let tells = written.separators.iter().any(|separator| matches!(separator, '.' | ','));
    (tells && written.value(mark).is_ok()).then_some(mark)
}

impl Mark {
    fn character(self) -> char {
        match self {
            Self::Point => '.',
            Self::Comma => ',',
        }
    }

    fn of(character: char) -> Option<Self> {
        match character {
            '.' => Some(Self::Point),
            ',' => Some(Self::Comma),
            _ => None,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }
}

impl<'a> Written<'a> {
    fn new(text: &'a str) -> Option<Self> {
        let (negative, digits) = unsigned(without_dash(text.trim()));
        let groups: Vec<&str> = digits.split(is_separator).collect();
        let separators: Vec<char> = digits.chars().filter(|character| is_separator(*character)).collect();
        let (first, others) = groups.split_first()?;
        let decimals = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
        let sound = groups.iter().all(|group| decimals(group))
            && others.iter().all(|group| !group.is_empty())
            && (!first.is_empty() || matches!(separators[..], ['.' | ',']));
        sound.then_some(Self { negative, groups, separators })
    }

    /// The mark that this number shows by itself.
    fn mark(&self) -> Result<Mark, NumberFault> {
        let mut marks = self.separators.iter().filter_map(|separator| Mark::of(*separator));
        let Some(first) = marks.next() else { return Ok(Mark::Point) };
        let last = marks.next_back().unwrap_or(first);
        if first != last {
            return Ok(last);
        }
        let repeated =
            self.separators.iter().filter(|separator| **separator == first.character()).count() > 1;
        if repeated {
            return Ok(first.other());
        }
        self.lone_mark(first)
    }

    /// Whether the only point or comma of a number separates its fraction.
    fn lone_mark(&self, mark: Mark) -> Result<Mark, NumberFault> {
        let [whole, .., fraction] = self.groups[..] else { return Ok(mark) };
        let thousands = fraction.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0');
        let grouped_otherwise = self.separators.len() > 1;
        if thousands && !grouped_otherwise { Err(NumberFault::Ambiguous) } else { Ok(mark) }
    }

    fn value(&self, mark: Mark) -> Result<Decimal, NumberFault> {
        let has_fraction = self.separators.last() == Some(&mark.character());
        let whole = &self.groups[..self.groups.len() - usize::from(has_fraction)];
        let grouping = &self.separators[..self.separators.len() - usize::from(has_fraction)];
        if !well_grouped(whole, grouping, mark) {
            return Err(NumberFault::Malformed);
        }
        let fraction = if has_fraction { self.groups[self.groups.len() - 1] } else { "" };
        let sign = if self.negative { "-" } else { "" };
        let digits = format!("{sign}{}{fraction}", whole.concat());
        let coefficient =
            digits.parse().map_err(|_| match digits.bytes().any(|byte| byte.is_ascii_digit()) {
                true => NumberFault::TooLarge,
                false => NumberFault::Malformed,
            })?;
        let places = i32::try_from(fraction.len()).map_err(|_| NumberFault::TooLarge)?;
        Ok(Decimal::new(coefficient, -places))
    }
}

/// Three digits in every group after the first, and one kind of separator between them.
fn well_grouped(groups: &[&str], separators: &[char], mark: Mark) -> bool {
    let Some((first, others)) = groups.split_first() else { return false };
    let Some(separator) = separators.first() else { return true };
    *separator != mark.character()
        && separators.iter().all(|other| other == separator)
        && (1..=3).contains(&first.len())
        && others.iter().all(|group| group.len() == 3)
}

fn is_separator(character: char) -> bool {
    matches!(character, '.' | ',' | ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’')
}

/// Takes off the dash that stands for no cents, as in `12,-` and `12.–`.
fn without_dash(text: &str) -> &str {
    let whole = text.trim_end_matches(['-', '–', '—']);
    match whole.strip_suffix([',', '.']) {
        Some(whole) if text.len() > whole.len() + 1 => whole,
        _ => text,
    }
}

/// A minus stands in front, behind (as SAP writes it), or is a pair of brackets (as accountants do).
fn unsigned(text: &str) -> (bool, &str) {
    if let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        return (true, inner.trim());
    }
    if let Some(rest) = text.strip_prefix(['-', '−']).or_else(|| text.strip_suffix(['-', '−'])) {
        return (true, rest.trim());
    }
    (false, text.strip_prefix('+').unwrap_or(text))
}

/// A number as JSON and workbooks write it, without its exponent and with at most so many digits that count.
///
/// Nothing when it is none, or too small or large for the contract.
pub(crate) fn plain(text: &str, significant: usize) -> Option<String> {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let negative = whole.starts_with('-');
    let mut digits = format!("{}{fraction}", whole.trim_start_matches(['-', '+']));
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let exponent: i32 = exponent.parse().ok()?;
    let mut exponent = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    exponent = exponent.checked_add(round(&mut digits, significant)?)?;
    if !(-28..=18).contains(&exponent) {
        return None;
    }
    let coefficient: i64 = digits.parse().ok()?;
    Some(Decimal::new(if negative { -coefficient } else { coefficient }, exponent).to_string())
}

/// Keeps so many digits that count, the last one rounded; how many were dropped.
fn round(digits: &mut String, significant: usize) -> Option<i32> {
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    digits.drain(..zeros.min(digits.len() - 1));
    let dropped = digits.len().saturating_sub(significant);
    if dropped == 0 {
        return Some(0);
    }
    let up = digits.as_bytes()[significant] >= b'5';
    digits.truncate(significant);
    let kept = digits.parse::<i64>().ok()? + i64::from(up);
    let trimmed = kept.to_string().trim_end_matches('0').to_owned();
    let zeros = kept.to_string().len() - trimmed.len();
    *digits = trimmed;
    i32::try_from(dropped + zeros).ok()
}

/// The exact product, if the contract's numbers hold it.
pub(crate) fn product(left: Decimal, right: Decimal) -> Option<Decimal> {
    let exponent = left.exponent.checked_add(right.exponent)?;
    let coefficient = left.coefficient.checked_mul(right.coefficient)?;
    (-28..=18).contains(&exponent).then_some(Decimal::new(coefficient, exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, mark: Option<Mark>) -> Result<String, NumberFault> {
        parse(text, mark).map(|number| number.to_string())
    }

    #[test]
    fn both_ways_of_writing_are_told_apart_where_they_can_be() {
        for (text, value) in [
            ("12.90", "12.90"),
            ("12,9", "12.9"),
            ("1.299,00", "1299.00"),
            ("1,299.00", "1299.00"),
            ("1.234.567", "1234567"),
            ("1\u{202f}299,5", "1299.5"),
            ("1'299.50", "1299.50"),
            ("0,125", "0.125"),
            ("1299", "1299"),
            ("12,-", "12"),
            ("5-", "-5"),
            ("(5,5)", "-5.5"),
            ("−3", "-3"),
            (",5", "0.5"),
        ] {
            assert_eq!(read(text, None).as_deref(), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_may_be_two_numbers_is_refused_until_declared() {
        assert_eq!(read("1.234", None), Err(NumberFault::Ambiguous));
        assert_eq!(read("1.234", Some(Mark::Comma)).as_deref(), Ok("1234"));
        assert_eq!(read("5,000", Some(Mark::Comma)).as_deref(), Ok("5.000"));
        assert_eq!(read("5,000", Some(Mark::Point)).as_deref(), Ok("5000"));
    }

    #[test]
    fn what_only_resembles_a_number_is_refused() {
        for text in
            ["", "-", ".", "5.", "1,2,3", "1.23.456", "12 90", "1e3", ">100", "n/a", "1.2,3.4", "--1", "1 .5"]
        {
            assert!(read(text, None).is_err(), "{text}");
        }
        assert_eq!(read("12345678901234567890", None), Err(NumberFault::TooLarge));
    }

    #[test]
    fn a_number_that_tells_nothing_is_no_evidence() {
        assert_eq!(evidence("1299"), None);
        assert_eq!(evidence("1.234"), None);
        assert_eq!(evidence("12,90"), Some(Mark::Comma));
        assert_eq!(evidence("1.234.567"), Some(Mark::Comma));
    }

    #[test]
    fn floats_of_workbooks_become_what_was_typed() {
        let read = |text| plain(text, 15);
        assert_eq!(read("19.989999999999998").as_deref(), Some("19.99"));
        assert_eq!(read("0.30000000000000004").as_deref(), Some("0.3"));
        assert_eq!(read("4.006381333931E12").as_deref(), Some("4006381333931"));
        assert_eq!(read("-1.5E-3").as_deref(), Some("-0.0015"));
        assert_eq!(read("9.9999999999999996E-2").as_deref(), Some("0.1"));
        assert_eq!(read("0").as_deref(), Some("0"));
        assert_eq!(read("1e400"), None);
        assert_eq!(read("NaN"), None);
    }
}
