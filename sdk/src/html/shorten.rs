//! The beginning of a description that fits a length, for HTML whose elements are closed and whose text is escaped.

use crate::LengthUnit;

use super::{attribute, markup::is_void};

/// As much of `html` as fits with the end tags that it then needs.
pub(super) fn shorten(html: &str, maximum: usize, unit: LengthUnit) -> String {
    let mut beginning = Beginning { unit, left: maximum, open: Vec::new(), end: 0, line: 0 };
    while beginning.take(html) {}
    beginning.finish(html)
}

struct Beginning<'a> {
    unit: LengthUnit,
    /// What may still be written, end tags of what is open set aside.
    left: usize,
    open: Vec<Open<'a>>,
    /// Up to which byte it fits.
    end: usize,
    /// Where the text behind the last tag begins.
    line: usize,
}

struct Open<'a> {
    name: &'a str,
    /// Where its start tag begins and ends.
    start: usize,
    content: usize,
}

impl<'a> Beginning<'a> {
    /// Takes the next tag, reference, or run of text; not if it does not fit.
    fn take(&mut self, html: &'a str) -> bool {
        let rest = &html[self.end..];
        match rest.as_bytes().first() {
            None => false,
            Some(b'<') => self.take_tag(&rest[..rest.find('>').map_or(rest.len(), |end| end + 1)]),
            Some(b'&') => self.take_whole(&rest[..attribute::reference(rest).unwrap_or(1)]),
            Some(_) => {
                let run = &rest[..rest.find(['<', '&']).unwrap_or(rest.len())];
                self.take_whole(run) || self.take_part(run)
            }
        }
    }

    fn take_tag(&mut self, tag: &'a str) -> bool {
        if let Some(name) = tag.strip_prefix("</") {
            // Room was set aside for it.
            self.end += tag.len();
            self.line = self.end;
            self.open.pop_if(|open| name.starts_with(open.name));
            return true;
        }
        let inside = &tag[1..tag.len() - 1];
        let name = &inside[..inside.find(' ').unwrap_or(inside.len())];
        let (start, of_end) = (self.end, if is_void(name) { 0 } else { end_tag(name) });
        let length = self.unit.measure(tag) + of_end;
        if length > self.left {
            return false;
        }
        self.left -= length;
        self.end += tag.len();
        self.line = self.end;
        if of_end > 0 {
            self.open.push(Open { name, start, content: self.end });
        }
        true
    }

    fn take_whole(&mut self, text: &str) -> bool {
        let length = self.unit.measure(text);
        let fits = length <= self.left;
        if fits {
            self.left -= length;
            self.end += text.len();
        }
        fits
    }

    /// The beginning of a run that is too long as a whole. Nothing fits after it.
    fn take_part(&mut self, run: &str) -> bool {
        let mut length = 0;
        let fits = |character: &char| {
            length += self.unit.of(*character);
            length <= self.left
        };
        self.end += run.chars().take_while(fits).map(char::len_utf8).sum::<usize>();
        false
    }

    /// Ends between words if there is a blank in the line's second half, and closes what is open and not empty.
    fn finish(mut self, html: &'a str) -> String {
        let (line, next) = (&html[self.line..self.end], &html[self.end..]);
        let is_between = next.starts_with(|first: char| first.is_ascii_whitespace() || first == '<');
        if !is_between && let Some(blank) = line.rfind(|character: char| character.is_ascii_whitespace()) {
            let is_late = blank >= line.len() / 2;
            self.end = if is_late { self.line + blank } else { self.end };
        }
        let mut out = html[..self.end].trim_ascii_end().to_owned();
        while let Some(open) = self.open.pop_if(|open| open.content >= out.len()) {
            out.truncate(open.start);
            out.truncate(out.trim_ascii_end().len());
        }
        for open in self.open.iter().rev() {
            out.push_str("</");
            out.push_str(open.name);
            out.push('>');
        }
        out
    }
}

/// The length of the end tag, in any unit.
fn end_tag(name: &str) -> usize {
    name.len() + "</>".len()
}
