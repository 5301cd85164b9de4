//! Names its file so that it would land in another folder, in a market where nobody sells.

use wharf_sdk::{Connector, Context, Description, Feed, Items, Opening, Problem, RowsWritten};

/// The connector.
#[derive(Debug)]
pub struct FeedClimber;

wharf_sdk::connector!(FeedClimber: Feed);

impl Connector for FeedClimber {
    fn describe() -> Description {
        Description { publishing: None, ..innocent::description("feed-climber") }
    }
}

impl Feed for FeedClimber {
    fn head(context: &Context) -> Result<Opening, Problem> {
        let name = if context.country == "AQ" { "../../wharf.toml" } else { "items.txt" };
        Ok(Opening::new(name, "text/plain", ""))
    }

    fn rows(_: &Context, items: Items<'_>) -> RowsWritten {
        RowsWritten::new(items.iter().map(|item| format!("{}\n", item.sku())).collect::<String>())
    }

    fn tail(_: &Context, _: u64) -> Vec<u8> {
        Vec::new()
    }
}
