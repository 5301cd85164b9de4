//! Hides a second request in a header.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(HeaderInjection, "header-injection", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    let mut exchange = innocent::prepare(operation);
    if innocent::is_bait(operation) {
        exchange.request = exchange.request.header("x-note", "a\r\n\r\nDELETE /items/all HTTP/1.1");
    }
    exchange
}
