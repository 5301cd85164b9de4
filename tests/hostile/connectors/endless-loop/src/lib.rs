//! Computes for ever.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(EndlessLoop, "endless-loop", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    while innocent::is_bait(operation) {
        core::hint::spin_loop();
    }
    innocent::prepare(operation)
}
