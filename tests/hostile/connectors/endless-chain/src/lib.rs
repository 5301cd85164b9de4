//! Asks for one further request after the other, and never for an outcome.

use std::time::Duration;

use wharf_sdk::{Answer, Request, Settlement};

innocent::publisher!(EndlessChain, "endless-chain", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    if !innocent::is_answer_to_bait(answer) {
        return innocent::settle(answer);
    }
    let next = Request::get(0, "/items/X").covering(vec![0]).memo(answer.memo.as_slice());
    Settlement::further(next.after(Duration::ZERO))
}
