//! What travels together in one request: as much as the vendor takes, and as a memo holds.

/// What one thing adds to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weight {
    /// Of what the vendor counts, such as entries.
    pub units: usize,
    /// Of the memo, or of the body: whichever is short.
    pub bytes: usize,
    /// It was tried before, so it travels alone: when a vendor refuses a batch without saying whose error it is, the
    /// next try leaves no doubt.
    pub alone: bool,
}

/// Cuts a list where the next thing would be too much. A thing that is too much by itself stays whole, and alone.
///
/// ```
/// use wharf_sdk::{Weight, bundles};
///
/// let weigh = |text: &&str| Weight { units: 1, bytes: text.len(), alone: text.starts_with('!') };
/// assert_eq!(bundles(["a", "b", "c"], 2, 100, weigh), [vec!["a", "b"], vec!["c"]]);
/// assert_eq!(bundles(["a", "!b", "c"], 9, 100, weigh), [["a"], ["!b"], ["c"]]);
/// ```
pub fn bundles<T>(
    things: impl IntoIterator<Item = T>,
    units: usize,
    bytes: usize,
    weigh: impl Fn(&T) -> Weight,
) -> Vec<Vec<T>> {
    let mut bundles: Vec<Vec<T>> = Vec::new();
    let mut sum = Weight { units: 0, bytes: 0, alone: true };
    for thing in things {
        let next = weigh(&thing);
        let fits =
            sum.units.saturating_add(next.units) <= units && sum.bytes.saturating_add(next.bytes) <= bytes;
        match bundles.last_mut() {
            Some(last) if fits && !sum.alone && !next.alone => {
                last.push(thing);
                sum = Weight { units: sum.units + next.units, bytes: sum.bytes + next.bytes, alone: false };
            }
            _ => {
                bundles.push(vec![thing]);
                sum = next;
            }
        }
    }
    bundles
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weigh(thing: &(usize, usize, bool)) -> Weight {
        Weight { units: thing.0, bytes: thing.1, alone: thing.2 }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_no_bundle_is_too_heavy(
            things in prop::collection::vec((0_usize..8, 0_usize..8, any::<bool>()), 0..40),
        ) {
            let bundled = bundles(things.clone(), 10, 12, weigh);
            prop_assert_eq!(bundled.concat(), things);
            for bundle in bundled {
                prop_assert!(bundle.iter().map(|thing| thing.0).sum::<usize>() <= 10);
                prop_assert!(bundle.iter().map(|thing| thing.1).sum::<usize>() <= 12);
                prop_assert!(bundle.len() == 1 || bundle.iter().all(|thing| !thing.2));
            }
        }
    }

    #[test]
    fn what_is_too_much_by_itself_stays_whole() {
        let things = [(1, 1, false), (99, 1, false), (1, usize::MAX, false), (1, 1, false)];
        assert_eq!(bundles(things, 10, 12, weigh).len(), 4);
    }
}
