//! Climbs out of the paths that it has declared.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(PathClimber, "path-climber", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    let mut exchange = innocent::prepare(operation);
    if innocent::is_bait(operation) {
        exchange.request.target = "/items/%2e%2e/admin".into();
    }
    exchange
}
