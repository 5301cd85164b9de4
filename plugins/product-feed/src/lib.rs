//! Product feeds: a file that Google Merchant Center or a Meta catalog fetches.
//!
//! Both read RSS 2.0 with elements of `http://base.google.com/ns/1.0`, and tables as CSV or TSV; readers of one's own
//! may take the same columns as JSON Lines. Names and rules are those of Google's
//! [product data specification](https://support.google.com/merchants/answer/7052112) and Meta's
//! [catalog fields](https://developers.facebook.com/docs/commerce-platform/catalog/fields).
//!
//! | longer than the reader takes | what becomes of it | told |
//! |---|---|---|
//! | title, over 150 characters | the host cuts it at a word boundary, as the field declares | by the host |
//! | description, over 5,000 (Google) or 9,999 (Meta) characters | cut at a word boundary in its second half, else at the character | warning `shortened` |
//! | pictures, over 11 (Google) or 21 (Meta) | those behind are left out | warning `too-many-images` |
//! | product types, over one, in tables and for Meta | those behind the first are left out | no warning: the column holds one |
//!
//! Lengths count Unicode scalar values, of text without its markup.
//!
//! - `fields`: what items hold.
//! - `columns`: what a file holds, for each of the two readers.
//! - `listing`: what an item says under each column, or why it cannot be listed.
//! - `layout`: columns as elements, cells or members, and the file's first and last bytes.

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
        let summary = "Writes a product feed for Google or Meta as RSS, CSV, TSV or JSON Lines.";
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
