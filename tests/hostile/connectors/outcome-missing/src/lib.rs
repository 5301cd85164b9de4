//! Leaves an operation without an outcome.

use wharf_sdk::{Answer, Settlement};

innocent::publisher!(OutcomeMissing, "outcome-missing", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    if innocent::is_answer_to_bait(answer) { Settlement::of(Vec::new()) } else { innocent::settle(answer) }
}
