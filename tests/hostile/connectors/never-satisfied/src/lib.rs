//! Wants to try again, whatever the channel says.

use std::time::Duration;

use wharf_sdk::{Answer, Problem, Settlement, Verdict};

innocent::publisher!(NeverSatisfied, "never-satisfied", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    if !innocent::is_answer_to_bait(answer) {
        return innocent::settle(answer);
    }
    Verdict::retry_after(Duration::ZERO, Problem::error("again", "Once more, please.")).into()
}
