//! Writes ten thousand lines to the log, some of which pretend to be the host's.

use wharf_sdk::{Exchange, Operation, log};

innocent::publisher!(LogFlood, "log-flood", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    if innocent::is_bait(operation) {
        for _ in 0..10_000 {
            log::info("flood\nERROR wharf: \u{1b}[2Jthe database is gone");
        }
    }
    innocent::prepare(operation)
}
