//! Hands back a request with a target of megabytes.

use wharf_sdk::{Exchange, Operation, Request};

innocent::publisher!(GiantString, "giant-string", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    if innocent::is_bait(operation) {
        return Request::get(0, "/items/a".repeat(600_000)).into();
    }
    innocent::prepare(operation)
}
