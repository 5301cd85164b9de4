//! Writes a row of a gigabyte.

use wharf_sdk::{Connector, Context, Description, Feed, Items, Opening, Problem, RowsWritten};

/// The connector.
#[derive(Debug)]
pub struct EndlessRow;

wharf_sdk::connector!(EndlessRow: Feed);

impl Connector for EndlessRow {
    fn describe() -> Description {
        Description { publishing: None, ..innocent::description("endless-row") }
    }
}

impl Feed for EndlessRow {
    fn head(_: &Context) -> Result<Opening, Problem> {
        Ok(Opening::new("items.txt", "text/plain", ""))
    }

    fn rows(_: &Context, items: Items<'_>) -> RowsWritten {
        let length = |sku: &str| if sku.starts_with('X') { 1 << 30 } else { 1 };
        RowsWritten::new(
            items.iter().map(|item| item.sku().repeat(length(item.sku())) + "\n").collect::<String>(),
        )
    }

    fn tail(_: &Context, _: u64) -> Vec<u8> {
        Vec::new()
    }
}
