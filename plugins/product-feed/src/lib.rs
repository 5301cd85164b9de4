//! Product feeds: a file that Google Merchant Center or a Meta catalog fetches.
//!
//! Both read RSS 2.0 with elements of `http://base.google.com/ns/1.0`, and tables as CSV or TSV. Names and rules
//! are those of Google's [product data specification](https://support.google.com/merchants/answer/7052112) and
//! Meta's [catalog fields](https://developers.facebook.com/docs/commerce-platform/catalog/fields).
//!
//! - `fields`: what items hold.
//! - `columns`: what a file holds, for each of the two readers.
//! - `listing`: what an item says under each column, or why it cannot be listed.
//! - `layout`: columns as elements or cells, and the file's first and last bytes.

mod columns;
mod fields;
mod layout;
mod listing;
mod settings;

use wharf_sdk::{Connector, Context, Description, Feed, Items, Opening, Problem, Remark, RowsWritten};

use crate::{layout::Rows, listing::Listing, settings::Settings};

/// The connector.
#[derive(Debug)]
pub struct ProductFeed;

wharf_sdk::connector!(ProductFeed: Feed);

impl Connector for ProductFeed {
    fn describe() -> Description {
        let summary = "Writes a product feed for Google or Meta as RSS, CSV or TSV.";
        Description::new("product-feed", env!("CARGO_PKG_VERSION"), summary)
            .fields(fields::fields())
            .settings_schema(include_str!("../settings.schema.json"))
    }
}

impl Feed for ProductFeed {
    fn head(context: &Context) -> Result<Opening, Problem> {
        Ok(layout::opening(&context.settings()?))
    }

    fn rows(context: &Context, items: Items<'_>) -> RowsWritten {
        let settings = match context.settings::<Settings>() {
            Ok(settings) => settings,
            Err(problem) => return RowsWritten::reject_all(items.len(), &problem),
        };
        let mut rows = Rows::new(&settings);
        let mut remarks = Vec::new();
        for (index, item) in (0..).zip(items) {
            let problems = match Listing::new(&settings, item) {
                Ok((listing, warnings)) => {
                    rows.push(&listing);
                    warnings
                }
                Err(problems) => problems,
            };
            if !problems.is_empty() {
                remarks.push(Remark { index, problems });
            }
        }
        RowsWritten { content: rows.into_bytes(), remarks }
    }

    fn tail(context: &Context, _listed: u64) -> Vec<u8> {
        // With settings that cannot be read there is no head, and so no file.
        context.settings().map(|settings| layout::closing(&settings)).unwrap_or_default()
    }
}
