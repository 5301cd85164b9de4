//! How long a text is, and where it may be cut.

use crate::LengthUnit;

impl LengthUnit {
    /// What one character counts.
    pub fn of(self, character: char) -> usize {
        match self {
            Self::Characters => 1,
            Self::Bytes => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
        }
    }

    /// The length of `text` in this unit.
    pub fn measure(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            _ => text.chars().map(|character| self.of(character)).sum(),
        }
    }
}

/// As much of `text` as fits, cut at a word boundary when there is one in the second half.
pub fn cut(text: &str, maximum: usize, unit: LengthUnit) -> &str {
    // No unit counts a character as more than its bytes.
    if text.len() <= maximum {
        return text;
    }
    let Some(end) = first_beyond(text, maximum, unit) else { return text };
    let (head, tail) = text.split_at(end);
    if tail.starts_with(char::is_whitespace) {
        return head.trim_end();
    }
    match head.rfind(char::is_whitespace) {
        Some(blank) if blank >= end / 2 => head[..blank].trim_end(),
        _ => head,
    }
}

/// The byte at which the first character stands that does not fit any more.
fn first_beyond(text: &str, maximum: usize, unit: LengthUnit) -> Option<usize> {
    let mut length = 0;
    for (position, character) in text.char_indices() {
        length += unit.of(character);
        if length > maximum {
            return Some(position);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unit() -> impl Strategy<Value = LengthUnit> {
        prop_oneof![Just(LengthUnit::Characters), Just(LengthUnit::Bytes), Just(LengthUnit::Utf16)]
    }

    proptest! {
        #[test]
        fn a_cut_text_fits_and_is_a_prefix(text: String, maximum in 0_usize..40, unit in unit()) {
            let head = cut(&text, maximum, unit);
            prop_assert!(text.starts_with(head));
            prop_assert!(unit.measure(head) <= maximum);
        }

        #[test]
        fn a_text_that_fits_is_not_touched(text: String, unit in unit()) {
            prop_assert_eq!(cut(&text, unit.measure(&text), unit), &text);
        }
    }

    #[test]
    fn words_stay_whole() {
        let cut = |maximum| cut("one two three", maximum, LengthUnit::Characters);
        assert_eq!(cut(7), "one two");
        assert_eq!(cut(8), "one two");
        assert_eq!(cut(10), "one two");
        assert_eq!(cut(2), "on");
    }

    #[test]
    fn each_unit_counts_its_own_way() {
        let text = "a😀";
        assert_eq!(LengthUnit::Characters.measure(text), 2);
        assert_eq!(LengthUnit::Utf16.measure(text), 3);
        assert_eq!(LengthUnit::Bytes.measure(text), 5);
    }
}
