//! Calls itself without end.

use std::hint::black_box;

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(DeepRecursion, "deep-recursion", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    if innocent::is_bait(operation) {
        black_box(descend(1));
    }
    innocent::prepare(operation)
}

/// The addition after the call keeps it from becoming a loop.
#[inline(never)]
fn descend(depth: u64) -> u64 {
    if black_box(depth) == 0 { 0 } else { descend(depth.wrapping_add(1)).wrapping_add(depth) }
}
