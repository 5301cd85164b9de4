//! Columns as elements or cells, and the file's first and last bytes.

use wharf_sdk::{Delimited, Opening, Separator, xml};

use crate::{
    columns::Column,
    listing::Listing,
    settings::{Format, Profile, Settings},
};

const RSS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                   <rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\">\n<channel>\n";

/// The file's name, media type and first bytes.
pub(crate) fn opening(settings: &Settings) -> Opening {
    let (file_name, content_type, content) = match settings.format {
        Format::Rss => ("products.xml", "application/rss+xml; charset=utf-8", rss_head(settings)),
        Format::Csv => ("products.csv", "text/csv; charset=utf-8", header_row(settings, Separator::Comma)),
        Format::Tsv => {
            ("products.tsv", "text/tab-separated-values; charset=utf-8", header_row(settings, Separator::Tab))
        }
    };
    Opening::new(file_name, content_type, content)
}

/// The file's last bytes.
pub(crate) fn closing(settings: &Settings) -> Vec<u8> {
    match settings.format {
        Format::Rss => b"</channel>\n</rss>\n".to_vec(),
        Format::Csv | Format::Tsv => Vec::new(),
    }
}

fn rss_head(settings: &Settings) -> String {
    let mut head = RSS.to_owned();
    let description = settings.description.as_ref().unwrap_or(&settings.title);
    for (name, text) in [("title", &settings.title), ("link", &settings.link), ("description", description)] {
        xml::push_element(name, text, &mut head);
        head.push('\n');
    }
    head
}

fn header_row(settings: &Settings, separator: Separator) -> String {
    let mut row = Delimited::new(separator);
    for column in Column::all(settings.profile) {
        row.cell(column.name());
    }
    row.end_row();
    row.into_string()
}

/// The rows of one slice of the selection.
pub(crate) struct Rows {
    profile: Profile,
    out: Out,
}

enum Out {
    Rss(String),
    Table(Delimited),
}

impl Rows {
    pub(crate) fn new(settings: &Settings) -> Self {
        let out = match settings.format {
            Format::Rss => Out::Rss(String::new()),
            Format::Csv => Out::Table(Delimited::new(Separator::Comma)),
            Format::Tsv => Out::Table(Delimited::new(Separator::Tab)),
        };
        Self { profile: settings.profile, out }
    }

    pub(crate) fn push(&mut self, listing: &Listing<'_>) {
        match &mut self.out {
            Out::Rss(out) => push_element(self.profile, listing, out),
            Out::Table(table) => push_row(self.profile, listing, table),
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self.out {
            Out::Rss(out) => out.into_bytes(),
            Out::Table(table) => table.into_string().into_bytes(),
        }
    }
}

fn push_row(profile: Profile, listing: &Listing<'_>, table: &mut Delimited) {
    for column in Column::all(profile) {
        table.cell(listing.text(*column).as_deref().unwrap_or_default());
    }
    table.end_row();
}

fn push_element(profile: Profile, listing: &Listing<'_>, out: &mut String) {
    out.push_str("<item>\n");
    for column in Column::all(profile) {
        match (profile, column) {
            // Google takes an element for each; Meta one with commas, as in a table.
            (Profile::Google, Column::AdditionalImageLink) => {
                listing.additional_images().for_each(|link| push_attribute(*column, link, out));
            }
            (Profile::Google, Column::ProductType) => {
                listing.product_types().for_each(|path| push_attribute(*column, path, out));
            }
            _ => {
                if let Some(text) = listing.text(*column) {
                    push_attribute(*column, &text, out);
                }
            }
        }
    }
    out.push_str("</item>\n");
}

/// `<g:name>text</g:name>`, on a line of its own.
fn push_attribute(column: Column, text: &str, out: &mut String) {
    out.push_str("<g:");
    out.push_str(column.name());
    out.push('>');
    xml::push_escaped(text, out);
    out.push_str("</g:");
    out.push_str(column.name());
    out.push_str(">\n");
}
