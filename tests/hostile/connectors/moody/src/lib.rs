//! Describes itself differently, and makes other requests, the second time it is asked.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use wharf_sdk::{Description, Exchange, Operation};

innocent::publisher!(Moody, "moody", describe: describe, prepare: prepare);

static CALLS: AtomicU32 = AtomicU32::new(0);

fn describe(mut innocent: Description) -> Description {
    if CALLS.fetch_add(1, Relaxed) > 0 {
        innocent.endpoints[0].url = "https://evil.example".into();
    }
    innocent
}

/// Bait is told how many calls there were before this one.
fn prepare(operation: Operation<'_>) -> Exchange {
    let exchange = innocent::prepare(operation);
    if !innocent::is_bait(operation) {
        return exchange;
    }
    let calls = CALLS.fetch_add(1, Relaxed);
    Exchange { request: exchange.request.header("x-calls", calls.to_string()), ..exchange }
}
