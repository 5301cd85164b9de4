//! HTML to plain text, as channels want it that show no markup.
//!
//! Block elements become line breaks, other tags vanish, character references are decoded, and the content of
//! elements that show nothing (scripts, styles, comments) is dropped. Catalog HTML is often broken, so anything that
//! cannot be markup is kept as text. One pass: the work grows with the length, whatever the input.

use std::borrow::Cow;

use super::tag::{Gap, Kind, Piece, Tags};
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
            Some(b'<') => skip_tag(special, &mut tags, &mut text),
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

/// Goes past the markup at the start of `text`, which begins with `<`.
fn skip_tag<'a>(text: &'a str, tags: &mut Tags, out: &mut Text) -> &'a str {
    let (piece, rest) = tags.read(text);
    match piece {
        Piece::Bracket => out.push("<"),
        Piece::Nothing => {}
        Piece::Tag(tag) => out.gap(Kind::of(tag.name).gap()),
    }
    rest
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
