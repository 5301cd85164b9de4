//! XML in pieces: the members of a workbook are read element by element, and a piece may end anywhere.

use std::borrow::Cow;

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

/// Reads the XML that a piece begins with.
pub(crate) struct Part<'a> {
    reader: Reader<&'a [u8]>,
}

impl<'a> Part<'a> {
    /// `bytes` may begin and end inside the document; a character that is cut at the end is left for later.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let whole = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let (whole, _) = bytes.split_at(error.valid_up_to());
                std::str::from_utf8(whole).unwrap_or_default()
            }
        };
        let mut reader = Reader::from_str(whole);
        // Elements may have been opened in an earlier piece.
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        Self { reader }
    }

    /// The next event; nothing when the piece ends before it does.
    pub(crate) fn next(&mut self) -> Option<Event<'a>> {
        match self.reader.read_event() {
            Ok(Event::Eof) | Err(_) => None,
            Ok(event) => Some(event),
        }
    }

    /// Bytes of the events so far.
    pub(crate) fn position(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }
}

/// An attribute's value; nothing when it is not there or damaged.
pub(crate) fn attribute<'a>(element: &'a BytesStart<'_>, name: &str) -> Option<Cow<'a, str>> {
    let mut attributes = element.attributes().flatten();
    let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok()
}

/// Appends the character that a reference such as `&amp;` stands for; an unknown one stays as it is.
pub(crate) fn push_reference(reference: &BytesRef<'_>, out: &mut String) {
    match (&**reference, reference.resolve_char_ref()) {
        (_, Ok(Some(character))) => out.push(character),
        ("amp", _) => out.push('&'),
        ("lt", _) => out.push('<'),
        ("gt", _) => out.push('>'),
        ("quot", _) => out.push('"'),
        ("apos", _) => out.push('\''),
        (name, _) => {
            out.push('&');
            out.push_str(name);
            out.push(';');
        }
    }
}
