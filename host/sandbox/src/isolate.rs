//! Finds what a batch fails on by halving it, so that one poisonous entry costs only itself.

use std::ops::Range;

use crate::{error::CallError, limits::Exceeded};

/// What became of a batch: each position is in exactly one part or is one fault, both in ascending order.
#[derive(Debug)]
pub(crate) struct Isolated<T> {
    pub(crate) parts: Vec<(Range<usize>, T)>,
    pub(crate) faults: Vec<(usize, CallError)>,
}

/// Calls with each range, and with its halves when the call fails, until every fault stands alone or
/// `failed_calls` have failed; from then on nothing is tried any more.
pub(crate) fn isolate<T>(
    ranges: impl IntoIterator<Item = Range<usize>>,
    failed_calls: u32,
    mut call: impl FnMut(Range<usize>) -> Result<T, CallError>,
) -> Isolated<T> {
    let mut isolated = Isolated { parts: Vec::new(), faults: Vec::new() };
    let (mut failed, mut last) = (0, None);
    for range in ranges {
        let mut pending = vec![range];
        while let Some(range) = pending.pop() {
            if let Some(last) = last.as_ref().filter(|_| failed >= failed_calls) {
                isolated.faults.extend(range.map(|position| (position, given_up(failed_calls, last))));
                continue;
            }
            match call(range.clone()) {
                Ok(value) => isolated.parts.push((range, value)),
                Err(error) => {
                    failed += 1;
                    last = Some(error.clone());
                    if range.len() > 1 {
                        let middle = range.start + range.len() / 2;
                        pending.extend([middle..range.end, range.start..middle]);
                    } else {
                        isolated.faults.extend(range.map(|position| (position, error.clone())));
                    }
                }
            }
        }
    }
    isolated
}

fn given_up(failed_calls: u32, last: &CallError) -> CallError {
    let exceeded = Exceeded { setting: "failed-calls", allowed: failed_calls.into(), unit: "calls failed" };
    CallError::GivenUp { exceeded, last: Box::new(last.clone()) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn fault() -> CallError {
        CallError::NoAbility { connector: "test".into(), ability: "any" }
    }

    proptest! {
        #[test]
        fn exactly_the_guilty_are_at_fault(guilty in prop::collection::btree_set(0_usize..200, 0..6)) {
            let isolated = isolate([0..90, 90..200], u32::MAX, |range| {
                if range.clone().any(|position| guilty.contains(&position)) { Err(fault()) } else { Ok(()) }
            });
            let faults: BTreeSet<_> = isolated.faults.iter().map(|(position, _)| *position).collect();
            let innocent: Vec<_> = isolated.parts.into_iter().flat_map(|(range, ())| range).collect();
            prop_assert_eq!(&faults, &guilty);
            prop_assert!(innocent.into_iter().eq((0..200).filter(|position| !guilty.contains(position))));
        }
    }

    #[test]
    fn a_connector_that_always_fails_is_given_up_and_every_position_answered_for() {
        let mut calls = 0;
        let isolated = isolate::<()>(std::iter::once(0..1000), 5, |_| {
            calls += 1;
            Err(fault())
        });
        assert_eq!(calls, 5);
        assert!(isolated.faults.iter().map(|(position, _)| *position).eq(0..1000));
        assert!(isolated.faults[999].1.to_string().contains("`failed-calls`"));
    }

    #[test]
    fn nothing_is_called_for_an_empty_batch() {
        let isolated = isolate::<()>([], 5, |_| panic!("called"));
        assert!(isolated.parts.is_empty() && isolated.faults.is_empty());
    }
}
