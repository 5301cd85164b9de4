//! Blames a field that it has not described.

use wharf_sdk::{Answer, Problem, Settlement, Verdict};

innocent::publisher!(ForeignField, "foreign-field", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    if !innocent::is_answer_to_bait(answer) {
        return innocent::settle(answer);
    }
    Verdict::rejected(Problem::error("wrong", "A field is wrong.").at(99)).into()
}
