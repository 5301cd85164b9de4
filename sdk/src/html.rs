//! HTML to plain text, as channels want it that show no markup.
//!
//! Block elements become line breaks, other tags vanish, character references are decoded, and the content of
//! elements that show nothing (scripts, styles, comments) is dropped. Catalog HTML is often broken, so anything that
//! cannot be markup is kept as text. One pass: the work grows with the length, whatever the input.

use std::borrow::Cow;

use crate::{entities, scan};

/// The text that a reader of the page would see.
///
/// Text without markup is returned as it is, without a copy.
///
/// ```
/// assert_eq!(wharf_sdk::strip_html("<p>Fish &amp; <b>chips</b><p>5&nbsp;&euro;"), "Fish & chips\n5 €");
/// ```
pub fn strip_html(html: &str) -> Cow<'_, str> {
    if scan::is_plain(html) {
        return Cow::Borrowed(html);
    }
    let mut text = Text { out: String::with_capacity(html.len()), gap: Gap::None };
    let mut tags = Tags::default();
    let mut rest = html;
    while !rest.is_empty() {
        let (plain, special) = rest.split_at(scan::plain_prefix(rest.as_bytes()));
        text.push_plain(plain);
        rest = match special.as_bytes().first() {
            None => "",
            Some(b'<') => tags.skip(special, &mut text),
            Some(b'&') => skip_reference(special, &mut text),
            Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C) => {
                text.gap(Gap::Blank);
                &special[1..]
            }
            Some(_) => {
                text.push(&special[..1]);
                &special[1..]
            }
        };
    }
    Cow::Owned(text.out)
}

/// What separates the next word from the last one; the strongest wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Blank,
    Line,
}

struct Text {
    out: String,
    gap: Gap,
}

impl Text {
    fn gap(&mut self, gap: Gap) {
        self.gap = self.gap.max(gap);
    }

    /// Takes a whole run of words, so that copying costs once and not for every word.
    fn push_plain(&mut self, run: &str) {
        match run.strip_suffix(' ') {
            Some(run) => {
                self.push(run);
                self.gap(Gap::Blank);
            }
            None => self.push(run),
        }
    }

    fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        if !self.out.is_empty() {
            match self.gap {
                Gap::None => {}
                Gap::Blank => self.out.push(' '),
                Gap::Line => self.out.push('\n'),
            }
        }
        self.gap = Gap::None;
        self.out.push_str(text);
    }
}

/// What has been learnt about the rest of a broken text, so that nothing is searched for twice.
#[derive(Default)]
struct Tags {
    /// No `>` follows.
    unclosed: bool,
    /// A quotation mark stays open, so quotes cannot be trusted to hide a `>`.
    unquoted: bool,
    /// No `-->` follows.
    comment_unclosed: bool,
}

impl Tags {
    /// Handles the markup at the start of `text`, which begins with `<`, and returns what follows it.
    fn skip<'a>(&mut self, text: &'a str, out: &mut Text) -> &'a str {
        if let Some(comment) = text.strip_prefix("<!--")
            && let Some(rest) = self.skip_comment(comment)
        {
            return rest;
        }
        let name = tag_name(text);
        let is_markup = !name.is_empty() || text.starts_with("<!") || text.starts_with("<?");
        let end = if is_markup { self.end_of_tag(text) } else { None };
        let Some(end) = end else {
            out.push("<");
            return &text[1..];
        };
        let element = Element::of(name);
        out.gap(element.gap());
        let rest = &text[end..];
        if element == Element::Hidden && !text.starts_with("</") { skip_hidden(rest, name) } else { rest }
    }

    fn skip_comment<'a>(&mut self, comment: &'a str) -> Option<&'a str> {
        if self.comment_unclosed {
            return None;
        }
        let end = comment.find("-->");
        self.comment_unclosed = end.is_none();
        end.map(|end| &comment[end + 3..])
    }

    /// The position after the tag's `>`, where a `>` inside quotation marks does not count.
    fn end_of_tag(&mut self, text: &str) -> Option<usize> {
        if self.unclosed {
            return None;
        }
        if !self.unquoted {
            match end_outside_quotes(text) {
                Some(end) => return Some(end),
                None => self.unquoted = true,
            }
        }
        let end = text.find('>').map(|position| position + 1);
        self.unclosed = end.is_none();
        end
    }
}

fn end_outside_quotes(text: &str) -> Option<usize> {
    let mut quote = None;
    for (position, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return Some(position + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The name in `<name ...` or `</name ...`; empty when this is not a tag.
fn tag_name(text: &str) -> &str {
    let name = text[1..].strip_prefix('/').unwrap_or(&text[1..]);
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) { &name[..length] } else { "" }
}

/// What an element does to the text around and inside it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    /// Begins and ends on a line of its own.
    Block,
    /// Begins and ends at least not inside a word.
    Cell,
    /// Its content is not for readers.
    Hidden,
    /// Stands anywhere, also inside a word.
    Inline,
}

impl Element {
    /// A `match` on the lower-case name is a few comparisons; the names one by one would be forty.
    fn of(name: &str) -> Self {
        let mut lower = [0; 10];
        let Some(lower) = lower.get_mut(..name.len()) else { return Self::Inline };
        for (lower, byte) in lower.iter_mut().zip(name.bytes()) {
            *lower = byte.to_ascii_lowercase();
        }
        match &*lower {
            b"p" | b"br" | b"dd" | b"dl" | b"dt" | b"h1" | b"h2" | b"h3" | b"h4" | b"h5" | b"h6" | b"hr"
            | b"li" | b"ol" | b"tr" | b"ul" | b"div" | b"nav" | b"pre" | b"form" | b"main" | b"aside"
            | b"table" | b"center" | b"figure" | b"footer" | b"header" | b"address" | b"article"
            | b"caption" | b"section" | b"blockquote" | b"figcaption" => Self::Block,
            b"td" | b"th" | b"option" => Self::Cell,
            b"script" | b"style" | b"template" | b"title" | b"iframe" | b"noscript" => Self::Hidden,
            _ => Self::Inline,
        }
    }

    fn gap(self) -> Gap {
        match self {
            Self::Block => Gap::Line,
            Self::Cell => Gap::Blank,
            Self::Hidden | Self::Inline => Gap::None,
        }
    }
}

/// Goes past the end tag; without one, everything that follows is hidden.
fn skip_hidden<'a>(text: &'a str, name: &str) -> &'a str {
    for (position, _) in text.match_indices("</") {
        let tag = &text[position..];
        if tag_name(tag).eq_ignore_ascii_case(name) {
            return tag.find('>').map_or("", |end| &tag[end + 1..]);
        }
    }
    ""
}

/// Decodes the character reference at the start of `text`, which begins with `&`.
fn skip_reference<'a>(text: &'a str, out: &mut Text) -> &'a str {
    let Some((character, length)) = entities::decode(text) else {
        out.push("&");
        return &text[1..];
    };
    if character.is_whitespace() || character == '\u{AD}' {
        // A soft hyphen has no width; a non-breaking space is a blank.
        out.gap(if character == '\u{AD}' { Gap::None } else { Gap::Blank });
    } else if !character.is_control() {
        out.push(character.encode_utf8(&mut [0; 4]));
    }
    &text[length..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_input_panics(text: String) {
            strip_html(&text);
        }

        #[test]
        fn no_broken_markup_panics(text in "(<|</|>|<!--|-->|&|&#|;|\"|'|=|script|style|p|br|x|amp|9| |\n|ä){0,60}") {
            let stripped = strip_html(&text);
            prop_assert!(stripped.len() <= text.len());
            prop_assert!(!stripped.contains("  "));
            prop_assert_eq!(stripped.trim_matches([' ', '\n']), &stripped);
        }

        #[test]
        fn escaped_text_comes_back(text in "[a-z<>&\"' ]{0,40}") {
            let html = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            let collapsed = text.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
            prop_assert_eq!(strip_html(&html), collapsed);
        }
    }

    #[test]
    fn blocks_become_lines_and_other_tags_vanish() {
        let html =
            "<div><h1>Oak  table</h1>\n<p>Solid <em>oak</em>,<br/>made in <a href='x>y'>Lyon</a>.</p></div>";
        assert_eq!(strip_html(html), "Oak table\nSolid oak,\nmade in Lyon.");
        assert_eq!(strip_html("<ul><li>one<li>two</ul>"), "one\ntwo");
        assert_eq!(strip_html("un<b>break</b>able"), "unbreakable");
        assert_eq!(strip_html("<TR><TD>a</TD><TD>b</TD></TR>"), "a b");
    }

    #[test]
    fn what_is_not_shown_is_dropped() {
        assert_eq!(strip_html("a<script>if (a<b) '</p>'</SCRIPT >b<!-- <p> -->c"), "abc");
        assert_eq!(strip_html("a<style>p{}"), "a");
        assert_eq!(strip_html("<!doctype html><?xml version='1.0'?>x"), "x");
    }

    #[test]
    fn what_cannot_be_markup_stays() {
        assert_eq!(strip_html("5 < 6 & 7 > 3"), "5 < 6 & 7 > 3");
        assert_eq!(strip_html("x <y"), "x <y");
        assert_eq!(strip_html("AT&T &unknown; &#xD800;"), "AT&T &unknown; &#xD800;");
        assert_eq!(strip_html("<a title=\"5\" x>in\">out"), "in\">out");
        assert_eq!(strip_html("<a title=\"5>out"), "out");
    }

    #[test]
    fn text_without_markup_is_not_copied() {
        assert!(matches!(strip_html("Solid oak, 120 × 80 cm"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_broken_input_takes_linear_time() {
        for piece in ["<", "<a", "<a \">\"", "<!--", "</", "&", "&#", "<script", "<!"] {
            let html = piece.repeat(200_000);
            assert!(strip_html(&html).len() <= html.len());
        }
    }
}
