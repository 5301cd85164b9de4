//! Columns as elements, cells or members, and the file's first and last bytes.

use wharf_sdk::{Delimited, Json, Opening, Separator, xml};

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
        Format::Jsonl => ("products.jsonl", "application/jsonl; charset=utf-8", String::new()),
    };
    Opening::new(file_name, content_type, content)
}

/// The file's last bytes.
pub(crate) fn closing(settings: &Settings) -> Vec<u8> {
    match settings.format {
        Format::Rss => b"</channel>\n</rss>\n".to_vec(),
        Format::Csv | Format::Tsv | Format::Jsonl => Vec::new(),
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
    Lines(Json),
}

impl Rows {
    pub(crate) fn new(settings: &Settings) -> Self {
        let out = match settings.format {
            Format::Rss => Out::Rss(String::new()),
            Format::Csv => Out::Table(Delimited::new(Separator::Comma)),
            Format::Tsv => Out::Table(Delimited::new(Separator::Tab)),
            Format::Jsonl => Out::Lines(Json::default()),
        };
        Self { profile: settings.profile, out }
    }

    pub(crate) fn push(&mut self, listing: &Listing<'_>) {
        match &mut self.out {
            Out::Rss(out) => push_element(self.profile, listing, out),
            Out::Table(table) => push_row(self.profile, listing, table),
            Out::Lines(lines) => push_line(self.profile, listing, lines),
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self.out {
            Out::Rss(out) => out.into_bytes(),
            Out::Table(table) => table.into_string().into_bytes(),
            Out::Lines(lines) => lines.into(),
        }
    }
}

fn push_row(profile: Profile, listing: &Listing<'_>, table: &mut Delimited) {
    for column in Column::all(profile) {
        table.cell(listing.text(column).as_deref().unwrap_or_default());
    }
    table.end_row();
}

fn push_element(profile: Profile, listing: &Listing<'_>, out: &mut String) {
    out.push_str("<item>\n");
    for column in Column::all(profile) {
        if column.repeats(profile) {
            listing.each(column, |text| push_attribute(column, text, out));
        } else if let Some(text) = listing.text(column) {
            push_attribute(column, &text, out);
        }
    }
    out.push_str("</item>\n");
}

/// `{"name":"text","name":["text"]}`, on a line of its own; a column without a value is left out.
fn push_line(profile: Profile, listing: &Listing<'_>, lines: &mut Json) {
    lines.begin_object();
    for column in Column::all(profile) {
        if column.repeats(profile) {
            if listing.has(column) {
                lines.key(column.name()).begin_array();
                listing.each(column, |text| {
                    lines.text(text);
                });
                lines.end_array();
            }
        } else if let Some(text) = listing.text(column) {
            lines.member(column.name(), &text);
        }
    }
    lines.end_object().end_line();
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
