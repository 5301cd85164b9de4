//! Gives one operation two outcomes.

use wharf_sdk::{Answer, Settlement};

innocent::publisher!(OutcomeDouble, "outcome-double", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    let mut settlement = innocent::settle(answer);
    if innocent::is_answer_to_bait(answer) {
        settlement.outcomes.extend(innocent::settle(answer).outcomes);
    }
    settlement
}
