//! Gives a listing that was deleted an id and a note, as if it were still there.

use wharf_sdk::{Answer, Outcome, Settlement, Verdict};

innocent::publisher!(Undead, "undead", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    if !innocent::is_answer_to_bait(answer) {
        return innocent::settle(answer);
    }
    Outcome::new(0, Verdict::accepted()).remote_id("ghost").note("still here").into()
}
