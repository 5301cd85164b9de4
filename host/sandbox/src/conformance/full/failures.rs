//! What has failed so far in a run, and what that spares the points that follow.

use crate::{conformance::Seen, error::CallError};

/// Calls that failed, so that one fault is told once and not at every point that runs into it.
#[derive(Default)]
pub(super) struct Failures {
    known: Vec<(u8, CallError)>,
    /// The point at which a call used up its time: every further one could take as long again.
    pub(super) exhausted: Option<u8>,
    /// Whether none of the samples goes out.
    pub(super) nothing_goes_out: bool,
}

impl Failures {
    /// Where the same failure was met before. Otherwise it is noted.
    pub(super) fn met_before(&mut self, number: u8, seen: &Seen) -> Option<u8> {
        let Seen::Failure(error) = seen else { return None };
        if let Some((known, _)) = self.known.iter().find(|(_, known)| alike(known, error)) {
            return Some(*known);
        }
        if let CallError::Limit { exceeded, .. } = &**error
            && matches!(exceeded.setting, "cpu-ms" | "deadline-ms")
        {
            self.exhausted = Some(number);
        }
        self.known.push((number, (**error).clone()));
        None
    }
}

/// Whether two failures have the same cause, as far as anybody outside can tell: the same function, and the same place
/// in it or the same kind of breach.
fn alike(one: &CallError, other: &CallError) -> bool {
    match (one, other) {
        (CallError::Trap { function: a, frames: at, .. }, CallError::Trap { function: b, frames, .. }) => {
            a == b && at == frames
        }
        (
            CallError::Limit { function: a, exceeded: at, .. },
            CallError::Limit { function: b, exceeded, .. },
        ) => a == b && at.setting == exceeded.setting,
        (
            CallError::Contract { function: a, what: at, .. },
            CallError::Contract { function: b, what, .. },
        ) => {
            let without_numbers = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
            a == b && without_numbers(at) == without_numbers(what)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breach(what: &str) -> Seen {
        CallError::Contract { connector: "shop".into(), function: "publisher.prepare", what: what.into() }
            .into()
    }

    #[test]
    fn a_failure_is_new_once() {
        let mut failures = Failures::default();
        assert_eq!(failures.met_before(21, &breach("it leaves 1 of 20 operations without an answer")), None);
        assert_eq!(
            failures.met_before(22, &breach("it leaves 1 of 6 operations without an answer")),
            Some(21)
        );
        assert_eq!(failures.met_before(23, &breach("it answers operation 0 of 6 twice")), None);
        assert_eq!(failures.met_before(24, &Seen::Difference("it leaves 1 of 6".into())), None);
    }
}
