//! Gives an outcome for an operation that the answer is not about.

use wharf_sdk::{Answer, Outcome, Settlement, Verdict};

innocent::publisher!(OutcomeForeign, "outcome-foreign", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    if innocent::is_answer_to_bait(answer) {
        return Outcome::new(7, Verdict::accepted()).into();
    }
    innocent::settle(answer)
}
