//! Which cell styles show a date: `xl/styles.xml`. A workbook stores dates as numbers of days.

use quick_xml::events::BytesStart;
use serde::{Deserialize, Serialize};

use super::part::attribute;
use crate::number;

/// The styles that show dates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Styles {
    /// Number formats of the workbook's own that show dates.
    formats: Vec<u32>,
    /// Whether the elements are those of `cellXfs`.
    in_cells: bool,
    count: u32,
    /// Positions in `cellXfs`, ascending.
    dates: Vec<u32>,
}

/// Built-in formats that show a date, by ECMA-376 part 1, 18.8.30.
fn is_built_in_date(format: u32) -> bool {
    matches!(format, 14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58)
}

/// Whether a format's code shows a day or year; texts in it are quoted, colours and conditions in brackets.
fn shows_date(code: &str) -> bool {
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => drop(characters.find(|character| *character == '"')),
            '[' => drop(characters.find(|character| *character == ']')),
            '\\' | '_' | '*' => drop(characters.next()),
            'd' | 'D' | 'y' | 'Y' => return true,
            _ => {}
        }
    }
    false
}

impl Styles {
    /// An element of `xl/styles.xml` that begins.
    pub(crate) fn see(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "numFmt" => self.see_format(element),
            "cellXfs" => self.in_cells = true,
            "xf" if self.in_cells => {
                let format = number_of(element, "numFmtId").unwrap_or(0);
                if is_built_in_date(format) || self.formats.contains(&format) {
                    self.dates.push(self.count);
                }
                self.count += 1;
            }
            _ => {}
        }
    }

    /// An element that ends.
    pub(crate) fn leave(&mut self, name: &str) {
        self.in_cells &= name != "cellXfs";
    }

    fn see_format(&mut self, element: &BytesStart<'_>) {
        let shows_date = attribute(element, "formatCode").is_some_and(|code| shows_date(&code));
        if let Some(format) = number_of(element, "numFmtId").filter(|_| shows_date) {
            self.formats.push(format);
        }
    }

    /// Whether cells of this style show dates.
    pub(crate) fn is_date(&self, style: u32) -> bool {
        self.dates.binary_search(&style).is_ok()
    }
}

fn number_of(element: &BytesStart<'_>, name: &str) -> Option<u32> {
    attribute(element, name)?.parse().ok()
}

/// A number of days as a date of ISO 8601, with the time of day when there is one.
pub(crate) fn date(days: &str, from_1904: bool) -> Option<String> {
    const DAY_MS: i128 = 24 * 60 * 60 * 1_000;
    let number: wharf_sdk::Decimal = number::plain(days, number::DOUBLE_DIGITS)?.parse().ok()?;
    let divisor = 10_i128.checked_pow(number.exponent.unsigned_abs())?;
    let ms = (i128::from(number.coefficient) * DAY_MS + divisor / 2) / divisor;
    // Lotus 1-2-3 had a 29 February 1900, and Excel has it still: days before are one off, and so are left alone.
    let (first, epoch_days) = if from_1904 { (0, 24_107) } else { (61, 25_569) };
    if ms < first * DAY_MS {
        return None;
    }
    let seconds = (ms - epoch_days * DAY_MS + 500).div_euclid(1_000);
    let text = wharf_sdk::rfc3339(i64::try_from(seconds).ok()?.checked_mul(1_000)?);
    let (date, time) = text.split_once('T')?;
    let time = time.get(..8)?;
    Some(if time == "00:00:00" { date.to_owned() } else { format!("{date}T{time}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_become_dates() {
        assert_eq!(date("45688", false).as_deref(), Some("2025-01-31"));
        assert_eq!(date("45688.75", false).as_deref(), Some("2025-01-31T18:00:00"));
        assert_eq!(date("44226", true).as_deref(), Some("2025-01-31"));
        assert_eq!(date("45688.999999999", false).as_deref(), Some("2025-02-01"));
        assert_eq!(date("12", false), None);
        assert_eq!(date("x", false), None);
    }

    #[test]
    fn formats_with_a_day_or_year_show_dates() {
        for code in ["dd.mm.yyyy", "[$-409]mmmm\\ d", "m/d/yy h:mm"] {
            assert!(shows_date(code), "{code}");
        }
        for code in ["General", "0.00", "[Red]#,##0", "0 \"days\"", "hh:mm", "0.00E+00"] {
            assert!(!shows_date(code), "{code}");
        }
    }
}
