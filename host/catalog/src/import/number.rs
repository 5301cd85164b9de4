//! Numbers as people and spreadsheets write them, read exactly or refused with the way to write them.

use rust_decimal::Decimal;
use serde::Deserialize;

use super::error::{Fault, Rule};

/// How a file writes numbers. Without a declaration only `1299.00` is a number: `1,299` is a thousand in one
/// country and one and a bit in the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Numbers {
    /// Between whole units and fraction.
    pub decimal: char,
    /// Between thousands; a blank also stands for the narrow and no-break ones.
    pub grouping: Option<char>,
}

impl Default for Numbers {
    fn default() -> Self {
        Self { decimal: '.', grouping: None }
    }
}

impl Numbers {
    /// Reads an exact number of at most 28 digits.
    pub(super) fn parse(self, text: &str) -> Result<Decimal, Fault> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        let number = if plain && self.decimal == '.' {
            is_plain(text).then(|| Decimal::from_str_exact(text).ok()).flatten()
        } else {
            self.normalized(text).and_then(|text| Decimal::from_str_exact(&text).ok())
        };
        number.ok_or_else(|| self.fault(text))
    }

    /// The number with a point and without grouping, when the groups are where they belong.
    fn normalized(self, text: &str) -> Option<String> {
        let (whole, fraction) = match text.split_once(self.decimal) {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
        let groups: Vec<&str> = whole.split(|character| self.groups(character)).collect();
        let (first, others) = groups.split_first()?;
        let grouped = others.is_empty()
            || ((1..=3).contains(&first.len()) && others.iter().all(|group| group.len() == 3));
        let mut number = format!("{sign}{}", groups.concat());
        if let Some(fraction) = fraction {
            number.push('.');
            number.push_str(fraction);
        }
        (grouped && is_plain(&number)).then_some(number)
    }

    fn groups(self, character: char) -> bool {
        self.grouping == Some(character)
            || (self.grouping == Some(' ') && matches!(character, '\u{a0}' | '\u{202f}'))
    }

    fn fault(self, text: &str) -> Fault {
        let remedy = match suggestion(text) {
            Some((plain, numbers)) => format!(
                "Write {plain}, or declare `numbers = {{ {} }}` in the mapping",
                numbers.declaration()
            ),
            None if is_scientific(text) => {
                "Format the column as text or as a number without exponent, and export again".into()
            }
            None if text.chars().any(|character| character.is_alphabetic() || !character.is_ascii()) => {
                "Leave only the digits in the cell; the mapping names currency or unit".into()
            }
            None => "Write at most 28 digits, such as 1299.00".into(),
        };
        Fault::new(Rule::Number, format!("this is not a number with {}", self.description()), remedy)
    }

    fn declaration(self) -> String {
        match self.grouping {
            Some(grouping) => format!("decimal = \"{}\", grouping = \"{grouping}\"", self.decimal),
            None => format!("decimal = \"{}\"", self.decimal),
        }
    }

    fn description(self) -> String {
        match self.grouping {
            Some(grouping) => format!("`{}` for decimals and `{grouping}` for thousands", self.decimal),
            None => format!("`{}` for decimals and nothing for thousands", self.decimal),
        }
    }
}

/// `-12`, `12.5`, but not `.5`, `5.` or `--1`.
fn is_plain(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    }
}

fn is_scientific(text: &str) -> bool {
    text.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
        let number = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
        number(mantissa) && exponent.trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The one usual way to write numbers in which `text` is one, if only one way is likely.
fn suggestion(text: &str) -> Option<(String, Numbers)> {
    const WAYS: [(char, Option<char>); 6] = [
        ('.', Some(',')),
        (',', Some('.')),
        (',', Some(' ')),
        ('.', Some(' ')),
        ('.', Some('\'')),
        (',', None),
    ];
    WAYS.into_iter()
        .map(|(decimal, grouping)| Numbers { decimal, grouping })
        .find_map(|numbers| numbers.normalized(text).map(|plain| (plain, numbers)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(numbers: Numbers, text: &str) -> Option<String> {
        numbers.parse(text).ok().map(|number| number.to_string())
    }

    #[test]
    fn undeclared_separators_are_refused_with_both_remedies() {
        let fault = Numbers::default().parse("1,299.00").unwrap_err();
        assert_eq!(fault.rule, Rule::Number);
        assert_eq!(
            fault.remedy,
            "Write 1299.00, or declare `numbers = { decimal = \".\", grouping = \",\" }` in the mapping"
        );
        let fault = Numbers::default().parse("1.299,00").unwrap_err();
        assert!(fault.remedy.contains("decimal = \",\", grouping = \".\""), "{}", fault.remedy);
    }

    #[test]
    fn declared_separators_are_read_where_they_belong() {
        let german = Numbers { decimal: ',', grouping: Some('.') };
        assert_eq!(read(german, "1.299,50").as_deref(), Some("1299.50"));
        assert_eq!(read(german, "-1.234.567").as_deref(), Some("-1234567"));
        assert_eq!(read(german, "12.99"), None, "a group has three digits");
        let french = Numbers { decimal: ',', grouping: Some(' ') };
        assert_eq!(read(french, "1\u{202f}299,5").as_deref(), Some("1299.5"));
    }

    #[test]
    fn digits_are_kept_as_they_were_written() {
        for text in ["0", "-0.10", "12.9000", "1234567890123456789012345678"] {
            assert_eq!(read(Numbers::default(), text).as_deref(), Some(text));
        }
    }

    #[test]
    fn what_only_resembles_a_number_is_refused() {
        for text in [
            "",
            ".",
            "5.",
            ".5",
            "--1",
            "1.2.3",
            "1e3",
            "€ 12",
            "12 EUR",
            "NaN",
            "0x1f",
            "123456789012345678901234567890123",
        ] {
            assert_eq!(read(Numbers::default(), text), None, "{text}");
        }
        assert!(Numbers::default().parse("4.00638E+12").unwrap_err().remedy.contains("exponent"));
    }
}
