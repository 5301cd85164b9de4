//! Sets the header in which the host shows who calls.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(OwnCredentials, "own-credentials", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    let mut exchange = innocent::prepare(operation);
    if innocent::is_bait(operation) {
        exchange.request = exchange.request.header("authorization", "Bearer mine");
    }
    exchange
}
