//! Where two results that should be the same part, short enough for a person to read.

use std::fmt::Debug;

use super::{Finding, Seen};

/// Characters shown of each.
const SHOWN: usize = 60;

/// Requires that both are the same; `what` says of what they are.
pub(super) fn same<T: Debug + PartialEq>(tried: &str, first: &T, second: &T) -> Result<(), Finding> {
    if first == second {
        return Ok(());
    }
    let (first, second) = (format!("{first:?}"), format!("{second:?}"));
    let common = first.chars().zip(second.chars()).take_while(|(a, b)| a == b).count();
    let shown =
        |text: &str| -> String { text.chars().skip(common.saturating_sub(SHOWN / 2)).take(SHOWN).collect() };
    let difference = format!("first `…{}…`, then `…{}…`", shown(&first), shown(&second));
    Err(Finding::new(tried, Seen::Difference(difference)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_shown_where_it_begins() {
        let long = |end: &str| "a".repeat(1_000) + end;
        assert!(same("it", &long("b"), &long("b")).is_ok());
        let Err(finding) = same("it", &long("b"), &long("c")) else { panic!("they differ") };
        let seen = finding.seen.to_string();
        assert!(seen.contains("aab") && seen.contains("aac") && seen.chars().count() < 200, "{seen}");
    }
}
