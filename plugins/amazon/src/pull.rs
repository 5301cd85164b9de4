//! What all streams have in common: pages that bring nothing.

use wharf_sdk::{Failure, Page, Problem, Reason, Rest};

use crate::issues::{Refusal, blameless, unreadable};

/// The page was refused: tried again where waiting helps, otherwise left until a person acts.
pub(crate) fn failed(failure: Failure, body: &[u8], sentence: &str) -> Page {
    let problem = blameless(Refusal::of(failure, body, sentence).problem);
    if matches!(problem.reason, Reason::Budget | Reason::Outage | Reason::Conflict) {
        return nothing(Rest::Retry((None, problem)));
    }
    stopped(problem)
}

/// The page is none of Amazon's.
pub(crate) fn unread() -> Page {
    stopped(unreadable())
}

/// The pass ends here until a person acts.
pub(crate) fn stopped(problem: Problem) -> Page {
    nothing(Rest::Failed(problem))
}

fn nothing(rest: Rest) -> Page {
    Page { entries: Vec::new(), problems: Vec::new(), rest, allowances: Vec::new() }
}
