//! Asks for memory until there is none.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(MemoryBomb, "memory-bomb", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    let mut hoard: Vec<Vec<u8>> = Vec::new();
    while innocent::is_bait(operation) {
        hoard.push(vec![1; 1 << 20]);
    }
    innocent::prepare(operation)
}
