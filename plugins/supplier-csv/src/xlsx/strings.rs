//! The strings that cells refer to by number: `xl/sharedStrings.xml`.
//!
//! A sheet refers to any of them, so all of them travel in the state: their texts end to end, and four bytes for the
//! end of each. They are read where they lie.

use std::borrow::Cow;

use quick_xml::events::Event;
use wharf_sdk::Problem;

use super::part::{Part, push_reference};
use crate::{delimited::Reached, limits};

/// The strings so far.
#[derive(Debug, Clone)]
pub(crate) struct Strings<'a> {
    pub(crate) ends: Cow<'a, [u8]>,
    pub(crate) text: Cow<'a, [u8]>,
}

impl Strings<'_> {
    /// The string of this number.
    pub(crate) fn get(&self, index: usize) -> Option<&str> {
        let (ends, _) = self.ends.as_chunks::<4>();
        let end = |index: usize| ends.get(index).map(|end| u32::from_le_bytes(*end) as usize);
        let start = index.checked_sub(1).map_or(Some(0), end)?;
        std::str::from_utf8(self.text.get(start..end(index)?)?).ok()
    }

    /// Reads the strings that are whole; whether the list is closed, too.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<(Reached, bool), Problem> {
        // One allocation: the component's memory only moves forward.
        self.text.to_mut().reserve(bytes.len());
        self.ends.to_mut().reserve(bytes.len() / 4);
        let (mut part, mut read, mut closed) = (Part::new(bytes), 0, false);
        let mut string = None;
        while let Some(event) = part.next() {
            match &event {
                Event::Start(element) if element.local_name().as_ref() == "si" => {
                    string = Some(Text::default());
                }
                Event::Empty(element) if element.local_name().as_ref() == "si" => self.push("")?,
                Event::End(element) if element.local_name().as_ref() == "si" => {
                    self.push(&string.take().unwrap_or_default().finish())?;
                }
                Event::End(element) if element.local_name().as_ref() == "sst" => closed = true,
                _ => {}
            }
            match &mut string {
                Some(string) => string.see(&event),
                None => read = part.position(),
            }
        }
        Ok((Reached { read, more: false }, closed))
    }

    fn push(&mut self, string: &str) -> Result<(), Problem> {
        let text = self.text.to_mut();
        text.extend_from_slice(string.as_bytes());
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.ends.to_mut().extend_from_slice(&end.to_le_bytes());
        if self.text.len() + self.ends.len() > limits::STRING_TABLE_BYTES {
            let message = format!(
                "The workbook's texts take more than {} bytes, which is what fits between two calls under the sandbox \
                 setting `state-bytes`. Save the sheet as CSV in UTF-8, which may be of any length.",
                limits::STRING_TABLE_BYTES
            );
            return Err(Problem::error("string-table-too-large", message));
        }
        Ok(())
    }
}

/// The text of a string, or of a cell that holds one: its runs, without the readings of Japanese names.
#[derive(Debug, Default)]
pub(crate) struct Text {
    text: String,
    in_text: bool,
    in_phonetic: bool,
}

impl Text {
    /// An event within the string.
    pub(crate) fn see(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(element) => self.turn(element.local_name().as_ref(), true),
            Event::End(element) => self.turn(element.local_name().as_ref(), false),
            Event::Text(text) if self.in_text => self.text.push_str(&text.xml10_content()),
            Event::CData(text) if self.in_text => self.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) if self.in_text => push_reference(reference, &mut self.text),
            _ => {}
        }
    }

    fn turn(&mut self, name: &str, on: bool) {
        match name {
            "t" | "v" => self.in_text = on && !self.in_phonetic,
            "rPh" => self.in_phonetic = on,
            _ => {}
        }
    }

    /// What was read, with the characters that XML cannot hold, which are written as `_x000D_`.
    pub(crate) fn finish(self) -> String {
        if !self.text.contains("_x") {
            return self.text;
        }
        let mut out = String::with_capacity(self.text.len());
        let mut rest = self.text.as_str();
        while let Some(at) = rest.find("_x") {
            out.push_str(&rest[..at]);
            let length = match rest.get(at + 2..at + 7).and_then(escaped) {
                Some(character) => {
                    out.push(character);
                    7
                }
                None => {
                    out.push_str("_x");
                    2
                }
            };
            rest = &rest[at + length..];
        }
        out.push_str(rest);
        out
    }
}

/// `000D_` as the character it stands for.
fn escaped(text: &str) -> Option<char> {
    let digits =
        text.strip_suffix('_').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    u32::from_str_radix(digits, 16).ok().and_then(char::from_u32)
}
