//! Panics on one item.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(Poisoned, "poisoned", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    assert!(!innocent::is_bait(operation), "this item is poison to me");
    innocent::prepare(operation)
}
