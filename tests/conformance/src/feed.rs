//! The same items as a file in XML.

use wharf_sdk::{Context, Feed, Item, Items, Opening, Problem, Remark, RowsWritten, xml};

use crate::{CornerShop, Defect, item::Writer, settings::Settings};

impl Feed for CornerShop {
    fn head(context: &Context) -> Result<Opening, Problem> {
        Settings::of(context)?;
        Ok(Opening::new("items.xml", "application/xml; charset=utf-8", "<?xml version=\"1.0\"?>\n<items>\n"))
    }

    fn rows(context: &Context, items: Items<'_>) -> RowsWritten {
        let settings = match Settings::of(context) {
            Ok(settings) => settings,
            Err(problem) => return RowsWritten::reject_all(items.len(), &problem),
        };
        let writer = Writer { context, settings: &settings };
        let mut content = String::new();
        let mut remarks = Vec::new();
        for (index, item) in (0..).zip(items.iter()) {
            match row(&writer, item) {
                Ok(row) => content.push_str(&row),
                Err(problem) => remarks.push(Remark { index, problems: vec![problem] }),
            }
        }
        RowsWritten { content: content.into_bytes(), remarks }
    }

    fn tail(_: &Context, _listed: u64) -> Vec<u8> {
        b"</items>\n".to_vec()
    }
}

fn row(writer: &Writer<'_>, item: Item<'_>) -> Result<String, Problem> {
    let (title, price) = (writer.title(item)?, writer.price(item)?);
    let mut row = "<item>".to_owned();
    xml::push_element("sku", &writer.key(item.sku()), &mut row);
    match writer.settings.has(Defect::PastesXml) {
        true => row.push_str(&format!("<title>{title}</title>")),
        false => xml::push_element("title", title, &mut row),
    }
    xml::push_element("price", &price, &mut row);
    row.push_str("</item>\n");
    Ok(row)
}
