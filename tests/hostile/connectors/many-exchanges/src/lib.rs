//! Answers one response with a hundred thousand further requests.

use wharf_sdk::{Answer, Request, Settlement};

innocent::publisher!(ManyExchanges, "many-exchanges", settle: settle);

fn settle(answer: &Answer) -> Settlement {
    let mut settlement = innocent::settle(answer);
    if innocent::is_answer_to_bait(answer) {
        let flood = (0..100_000).map(|_| Request::get(0, "/items/flood").covering(vec![0]));
        settlement = Settlement { outcomes: Vec::new(), further: flood.collect(), ..settlement };
    }
    settlement
}
