//! Sends to an endpoint that it has not declared.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(UndeclaredEndpoint, "undeclared-endpoint", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    let mut exchange = innocent::prepare(operation);
    if innocent::is_bait(operation) {
        exchange.request.endpoint = 1;
    }
    exchange
}
