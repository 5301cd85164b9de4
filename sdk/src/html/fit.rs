//! One pass from catalog HTML to a channel's markup.
//!
//! What was allowed where it stood is written as it was; so the outcome, read again, is written the same.

use std::{borrow::Cow, mem};

use super::{
    attribute,
    markup::{Fitted, Lost, Markup, Rule, is_void, takes_text},
    tag::{Gap, Kind, Piece, Tag, Tags},
};

/// Elements open at one time; those that lie deeper are left out. Browsers stop at 512, and no description needs a
/// tenth of that.
const DEPTH: usize = 48;

pub(super) struct Fit<'m, 'a> {
    markup: &'m Markup,
    out: String,
    /// What is open, from the outside in.
    open: Vec<Open>,
    /// What an element that was left out put between the last word and the next.
    gap: Gap,
    /// Nothing was written since a line began, so that it need not be broken.
    at_start: bool,
    lost: Lost<'a>,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    name: &'static str,
    /// It was not written in the text, but its content had no place without it.
    implied: bool,
}

impl<'m, 'a> Fit<'m, 'a> {
    pub(super) fn new(markup: &'m Markup, length: usize) -> Self {
        let out = String::with_capacity(length + length / 16 + 16);
        Self { markup, out, open: Vec::new(), gap: Gap::None, at_start: true, lost: Lost::default() }
    }

    pub(super) fn read(mut self, html: &'a str) -> Fitted<'a> {
        let mut tags = Tags::default();
        let mut rest = html;
        while !rest.is_empty() {
            let special = rest.bytes().position(|byte| matches!(byte, b'<' | b'&')).unwrap_or(rest.len());
            let (text, markup) = rest.split_at(special);
            self.text(text);
            rest = match markup.as_bytes().first() {
                None => "",
                Some(b'<') => self.tag(&mut tags, markup),
                Some(_) => self.reference(markup),
            };
        }
        self.close_to(0);
        Fitted { html: Cow::Owned(self.out), lost: self.lost }
    }

    fn text(&mut self, text: &str) {
        if !text.trim_ascii().is_empty() {
            if self.make_room(text.starts_with(|first: char| first.is_ascii_whitespace())) {
                self.out.push_str(text);
            }
        } else if self.gap == Gap::None && (self.markup.has_bare_text() || !self.open.is_empty()) {
            self.out.push_str(text);
        } else if !text.is_empty() {
            self.gap = self.gap.max(Gap::Blank);
        }
    }

    /// Handles the `&` at the start of `text`, and returns what follows.
    fn reference<'t>(&mut self, text: &'t str) -> &'t str {
        let length = attribute::reference(text);
        if self.make_room(false) {
            self.out.push_str(length.map_or("&amp;", |length| &text[..length]));
        }
        &text[length.unwrap_or(1)..]
    }

    /// Handles the `<` at the start of `text`, and returns what follows.
    fn tag(&mut self, tags: &mut Tags, text: &'a str) -> &'a str {
        let (piece, rest) = tags.read(text);
        match piece {
            Piece::Nothing => {}
            Piece::Bracket if self.make_room(false) => self.out.push_str("&lt;"),
            Piece::Bracket => {}
            Piece::Tag(tag) if tag.ends => self.end(tag.name),
            Piece::Tag(tag) => self.start(tag),
        }
        rest
    }

    fn start(&mut self, tag: Tag<'a>) {
        let kind = Kind::of(tag.name);
        let place = match self.markup.find(tag.name) {
            Some((rule, name)) if kind != Kind::Hidden && self.find_place(rule, name, kind) => (rule, name),
            _ => return self.leave_out(tag.name, kind),
        };
        let (rule, name) = place;
        self.out.push('<');
        self.out.push_str(name);
        attribute::write(tag.attributes, rule, &mut self.out, &mut self.lost);
        self.out.push('>');
        if !is_void(name) {
            self.open.push(Open { name, implied: false });
        }
    }

    fn leave_out(&mut self, name: &'a str, kind: Kind) {
        // A whole page loses nothing by being a fragment.
        let is_frame = ["html", "head", "body"].iter().any(|frame| name.eq_ignore_ascii_case(frame));
        if !is_frame {
            self.lost.element.get_or_insert(name);
        }
        self.gap = self.gap.max(kind.gap());
    }

    /// Makes the element's own place the current one, if it has any.
    fn find_place(&mut self, rule: &Rule, name: &str, kind: Kind) -> bool {
        let is_break = name == "br";
        if matches!(kind, Kind::Inline) || is_break {
            return self.find_inline_place(rule, is_break);
        }
        let parents = (0..=self.open.len()).rev();
        let Some(depth) = parents.into_iter().find(|depth| rule.fits_in(self.name_at(*depth))) else {
            return false;
        };
        if depth >= DEPTH {
            return false;
        }
        let cut_short = self.open[depth..].iter().find(|open| Kind::of(open.name) == Kind::Inline);
        if let Some(open) = cut_short {
            self.lost.element.get_or_insert(open.name);
        }
        self.close_to(depth);
        (self.gap, self.at_start) = (Gap::None, true);
        true
    }

    fn find_inline_place(&mut self, rule: &Rule, is_break: bool) -> bool {
        self.end_implied_line();
        let wrapper = self.markup.wrapper(self.current());
        if self.open.len() + 1 >= DEPTH {
            return false;
        }
        if !rule.fits_in(self.current()) {
            match wrapper {
                Some(name) if rule.fits_in(name) => self.open_implied(name),
                _ => return false,
            }
        }
        if is_break {
            (self.gap, self.at_start) = (Gap::None, true);
        } else {
            self.settle_gap(false);
        }
        true
    }

    fn end(&mut self, name: &str) {
        let kind = Kind::of(name);
        match self.open.iter().rposition(|open| open.name.eq_ignore_ascii_case(name)) {
            Some(depth) => {
                self.close_to(depth);
                if kind != Kind::Inline {
                    (self.gap, self.at_start) = (Gap::None, true);
                }
            }
            None => self.gap = self.gap.max(kind.gap()),
        }
    }

    /// Whether text may be written now. `blank`: it begins with one.
    fn make_room(&mut self, blank: bool) -> bool {
        self.end_implied_line();
        while !takes_text(self.current()) || (self.open.is_empty() && !self.markup.has_bare_text()) {
            match self.markup.wrapper(self.current()) {
                Some(name) => self.open_implied(name),
                None if self.open.is_empty() => {
                    self.lost.text = true;
                    return false;
                }
                None => self.close_to(self.open.len() - 1),
            }
        }
        self.settle_gap(blank);
        self.at_start = false;
        true
    }

    /// An element of our own is a line of its own.
    fn end_implied_line(&mut self) {
        if self.gap == Gap::Line && self.open.last().is_some_and(|open| open.implied) {
            self.close_to(self.open.len() - 1);
            (self.gap, self.at_start) = (Gap::None, true);
        }
    }

    fn open_implied(&mut self, name: &'static str) {
        self.out.push('<');
        self.out.push_str(name);
        self.out.push('>');
        self.open.push(Open { name, implied: true });
        (self.gap, self.at_start) = (Gap::None, true);
    }

    /// Writes what separates the last word from the next one. `blank`: the next one brings its own.
    fn settle_gap(&mut self, blank: bool) {
        let gap = mem::take(&mut self.gap);
        if gap == Gap::None || self.at_start {
            return;
        }
        let breaks = self.markup.find("br").is_some_and(|(rule, _)| rule.fits_in(self.current()));
        if gap == Gap::Line && breaks {
            self.out.push_str("<br>");
        } else if !blank && !self.out.ends_with(|last: char| last.is_ascii_whitespace()) {
            self.out.push(' ');
        }
    }

    fn close_to(&mut self, depth: usize) {
        for open in self.open.drain(depth..).rev() {
            self.out.push_str("</");
            self.out.push_str(open.name);
            self.out.push('>');
        }
    }

    fn current(&self) -> &'static str {
        self.name_at(self.open.len())
    }

    /// The element that so many deep stands in.
    fn name_at(&self, depth: usize) -> &'static str {
        depth.checked_sub(1).and_then(|last| self.open.get(last)).map_or(Markup::TOP, |open| open.name)
    }
}
