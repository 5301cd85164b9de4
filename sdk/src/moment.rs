//! Moments as vendors write them: RFC 3339, such as `2026-01-31T12:00:00.250Z`.
//!
//! A connector has no clock, but it is told times and passes them on. Days are counted as in the proleptic Gregorian
//! calendar.

use crate::inbound::Timestamp;

const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Days from 0000-03-01 to 1970-01-01; years that begin in March end with the leap day.
const TO_EPOCH: i64 = 719_468;
/// Days in 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

/// The moment in UTC with milliseconds. Years beyond 0 to 9999, which RFC 3339 cannot write, become the nearest one.
///
/// ```
/// assert_eq!(wharf_sdk::rfc3339(1_769_860_800_250), "2026-01-31T12:00:00.250Z");
/// ```
pub fn rfc3339(moment: Timestamp) -> String {
    const FIRST: i64 = -62_167_219_200_000;
    const LAST: i64 = 253_402_300_799_999;
    let moment = moment.clamp(FIRST, LAST);
    let (year, month, day) = date(moment.div_euclid(DAY));
    let rest = moment.rem_euclid(DAY);
    let (hours, minutes, seconds) = (rest / 3_600_000, rest / 60_000 % 60, rest / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{:03}Z", rest % 1_000)
}

/// The moment that a text in RFC 3339 names, in whole milliseconds; nothing for any other text.
///
/// ```
/// assert_eq!(wharf_sdk::parse_rfc3339("2026-01-31T13:00:00.25+01:00"), Some(1_769_860_800_250));
/// ```
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let (date, time) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.as_bytes().get(10)?, b'T' | b't' | b' ') {
        return None;
    }
    let days = parse_date(date)?;
    let zone = time.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = time.split_at(zone);
    Some(days * DAY + parse_clock(clock)? - parse_zone(zone)?)
}

/// `YYYY-MM-DD` as days since 1970-01-01.
fn parse_date(text: &str) -> Option<i64> {
    let [year, month, day] = numbers(text, '-', [4, 2, 2])?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = days(year, month, day);
    // A day that its month does not have is another month's.
    (date(days) == (year, month, day)).then_some(days)
}

/// `HH:MM:SS` with any fraction, as milliseconds.
fn parse_clock(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let [hours, minutes, seconds] = numbers(clock, ':', [2, 2, 2])?;
    // 60 is a leap second, which the unix clock does not count.
    if hours > 23 || minutes > 59 || seconds > 60 || fraction.is_empty() || !is_digits(fraction) {
        return None;
    }
    let milliseconds = fraction.bytes().chain(*b"000").take(3);
    let milliseconds = milliseconds.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds)
}

/// `Z`, or how far the clock is ahead, as milliseconds.
fn parse_zone(text: &str) -> Option<i64> {
    let (sign, offset) = match text.split_at_checked(1)? {
        ("Z" | "z", "") => return Some(0),
        ("+", offset) => (1, offset),
        ("-", offset) => (-1, offset),
        _ => return None,
    };
    let [hours, minutes] = numbers(offset, ':', [2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

/// Numbers of so many digits each, with `separator` between them.
fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[i64; N]> {
    let mut parts = text.split(separator);
    let mut numbers = [0; N];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits && is_digits(part))?;
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Days since 1970-01-01.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - TO_EPOCH
}

/// Year, month and day of so many days since 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + TO_EPOCH;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_moment_that_is_written_reads_back(moment in -62_167_219_200_000_i64..=253_402_300_799_999) {
            prop_assert_eq!(parse_rfc3339(&rfc3339(moment)), Some(moment));
        }

        #[test]
        fn any_text_is_a_moment_or_none(text in "[-+:.TZ0-9 é]{0,32}") {
            let _ = parse_rfc3339(&text);
        }

        #[test]
        fn any_moment_has_a_text(moment: i64) {
            prop_assert_eq!(rfc3339(moment).len(), "2026-01-31T12:00:00.250Z".len());
        }
    }

    #[test]
    fn vendors_write_moments_in_several_ways() {
        for text in [
            "2020-02-29T23:59:59.123Z",
            "2020-02-29T23:59:59.123456789Z",
            "2020-03-01T00:59:59.123+01:00",
            "2020-02-29 18:29:59.1234-05:30",
        ] {
            assert_eq!(parse_rfc3339(text), Some(1_583_020_799_123), "{text}");
        }
        assert_eq!(parse_rfc3339("1969-12-31T23:59:59Z"), Some(-1_000));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "2020-02-29",
            "2021-02-29T00:00:00Z",
            "2020-13-01T00:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T00:00:00",
            "2020-01-01T00:00:00.Z",
            "2020-01-01T00:00:00+1:00",
            "20-01-01T00:00:00Z",
            "2020-01-01T00:00:00Zjunk",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }
}
