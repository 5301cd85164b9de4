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

use wharf_sdk::{Connector, Context, Description, Feed, Item, Opening, Rejection, RowsWritten, log};

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
    fn head(context: &Context) -> Opening {
        layout::opening(&settings_or_default(context))
    }

    fn rows(context: &Context, items: Vec<Item>) -> RowsWritten {
        let settings = match context.settings::<Settings>() {
            Ok(settings) => settings,
            Err(problem) => return RowsWritten::reject_all(items.len(), &problem),
        };
        let mut rows = Rows::new(&settings);
        let mut rejections = Vec::new();
        for (index, item) in (0..).zip(&items) {
            match Listing::new(&settings, item) {
                Ok(listing) => rows.push(&listing),
                Err(problems) => rejections.push(Rejection { index, problems }),
            }
        }
        RowsWritten { content: rows.into_bytes(), rejections }
    }

    fn tail(context: &Context) -> Vec<u8> {
        layout::closing(&settings_or_default(context))
    }
}

/// The contract gives `head` and `tail` no way to refuse; unreadable settings reject every item in `rows`.
fn settings_or_default(context: &Context) -> Settings {
    context.settings().unwrap_or_else(|problem| {
        log::error(&problem.message);
        Settings::default()
    })
}
