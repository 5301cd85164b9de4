//! Hands back a request with a hundred thousand headers.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(GiantList, "giant-list", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    let mut exchange = innocent::prepare(operation);
    if innocent::is_bait(operation) {
        exchange.request.headers = vec![("x".into(), "y".into()); 100_000];
    }
    exchange
}
