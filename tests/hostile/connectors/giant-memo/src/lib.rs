//! Gives a request a memo of as many megabytes as its SKU names: `X100` a hundred.

use wharf_sdk::{Exchange, Operation};

innocent::publisher!(GiantMemo, "giant-memo", prepare: prepare);

fn prepare(operation: Operation<'_>) -> Exchange {
    let exchange = innocent::prepare(operation);
    match operation.item.sku().strip_prefix('X').and_then(|megabytes| megabytes.parse::<usize>().ok()) {
        Some(megabytes) => exchange.memo(vec![7; megabytes << 20]),
        None => exchange,
    }
}
