//! Wants its request sent in half a billion years.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(Sleeper, "sleeper", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    let exchange = innocent::prepare(operation);
    if innocent::is_bait(operation) { Exchange { delay_ms: u64::MAX, ..exchange } } else { exchange }
}
